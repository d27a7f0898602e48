"""A cost of the frequency of outputs, from the times at which they pass a level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contrastive_ode.errors import BlowUpError
from foundation import domains
from foundation.domains import Floats


@dataclass(frozen=True)
class Frequency:
    r"""A cost of the mean frequency f of each output, :math:`\rho\, (f - y)^2 / 2`.

    With n upward passages of a level, of which the first is at :math:`t_1`, the last at
    :math:`t_n`,

    .. math:: f = \frac{n - 1}{t_n - t_1},

    in turns per time. Between two steps, the time of a passage is that of the straight line. The
    target y and the weight ρ are constant; a supervisor pushes the output while it passes the level
    for the first time, and for the last.

    Parameters
    ----------
    level
        The level.
    after
        Passages before this time do not count.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> turning = ode.System(
    ...     "springs",
    ...     states=["x", "p"],
    ...     node={"x_i": "p_i", "p_i": "-k_i * x_i"},
    ...     parameters=["k_i"],
    ... )
    >>> model = turning.on(ode.all_to_all(1))
    >>> task = ode.Task([1, 0], [0], T=30, h=0.1, target=0.2, loss=ode.Frequency())
    >>> w = model.pack(k=1.0)
    >>> bool(np.isclose(ode.simulate(model, task, w).costs[0], (1 / (2 * np.pi) - 0.2) ** 2 / 2))
    True
    >>> bool(ode.gradient(model, task, w).dw[0] < 0)  # a stiffer spring is faster
    True
    """

    level: float = 0.0
    after: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "level", domains.real("level", self.level))
        object.__setattr__(self, "after", domains.real("after", self.after, low=0))


def cost_of_frequency(
    cost: Frequency, x: Floats, y: Floats, weight: Floats, h: float
) -> tuple[float, Floats]:
    """Return the cost of outputs at half steps, of shape (rows, outputs), and its slopes.

    The slopes are those of a running cost: per time, at the steps and, half as large, on both sides
    of them.

    Raises
    ------
    BlowUpError
        If an output has no frequency.
    """
    value, slopes = 0.0, np.zeros_like(x)
    for m, path in enumerate(x[::2].T):
        at, times, by_start, by_end = _passages(cost, path, h)
        if len(at) < 2:
            raise BlowUpError(
                f"output {m}, counted from 0, has no frequency: after t = {cost.after:g} it rises "
                f"through {cost.level:g} {len(at)} times, and must twice; take another level, a "
                "longer T, or a start nearer to the target"
            )
        f = (len(at) - 1) / (times[-1] - times[0])
        error = weight[0, m] * (f - y[0, m])
        value += float(error * (f - y[0, m])) / 2
        steps = np.zeros(len(path))
        for n, sign in ((0, 1.0), (-1, -1.0)):
            slope = sign * error * f / (times[-1] - times[0])
            steps[at[n]] += slope * by_start[n]
            steps[at[n] + 1] += slope * by_end[n]
        steps /= h
        steps[[0, -1]] *= 2  # where the trapezoid rule counts half
        slopes[::2, m] = steps
        slopes[1::2, m] = (steps[:-1] + steps[1:]) / 2
    return value, slopes


def _passages(
    cost: Frequency, path: Floats, h: float
) -> tuple[np.typing.NDArray[np.int64], Floats, Floats, Floats]:
    """Return steps before upward passages, times of these, and their slopes by both ends."""
    above = path >= cost.level
    at = np.flatnonzero(~above[:-1] & above[1:])
    rise = path[at + 1] - path[at]
    part = (cost.level - path[at]) / rise
    times = h * (at + part)
    late = times >= cost.after
    by_start, by_end = h * (part - 1) / rise, -h * part / rise
    return at[late], times[late], by_start[late], by_end[late]
