"""Binary neurons in continuous time: inputs follow fields, signs follow inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from foundation.compiled import compiled
from networks import BinaryNetwork, Network
from networks.network import checked, dense

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

MOST_STEPS = 10**7


@dataclass(frozen=True, eq=False, repr=False)
class ContinuousTime:
    """Binary neurons in continuous time.

    Attributes
    ----------
    state
        Signs at the end.
    t
        Ends of the intervals in which flips were counted.
    flip_rate
        Flips per neuron and unit of time in each interval.
    converged
        Whether the final signs are a fixed point, which nothing leaves.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=1.2).sample(rng=1)
    >>> run = dynamics.continuous_time(network, t_max=60, rng=2)
    >>> run
    ContinuousTime(settled after 60, 0 flips per neuron and unit of time at last)
    >>> run.plot().get_xlabel()
    'time'
    """

    state: npt.NDArray[np.int8]
    t: Floats
    flip_rate: Floats
    converged: bool

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return f"Settled into a fixed point within a time of {self.t[-1]:g}."
        return f"Still moving after a time of {self.t[-1]:g}, the longest; raise t_max or J_D."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the rate of flips against time.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        ax.plot(self.t, self.flip_rate)
        ax.set(xlabel="time", ylabel="flips per neuron and unit of time")
        return ax

    def __repr__(self) -> str:
        end = "settled" if self.converged else "still moving"
        return (
            f"ContinuousTime({end} after {self.t[-1]:g}, {self.flip_rate[-1]:.3g} flips per neuron "
            "and unit of time at last)"
        )


def continuous_time(
    network: Network,
    *,
    t_max: float = 300.0,
    dt: float = 0.05,
    intervals: int = 30,
    rng: int | np.random.Generator | None = None,
) -> ContinuousTime:
    r"""Follow binary neurons whose inputs lag behind their fields.

    .. math:: \dot x_i = -x_i + J_D s_i + \sum_{j \ne i} J_{ij} s_j, \qquad
              s_i = \mathrm{sign}\, x_i .

    It is the limit of high gain of graded neurons. Between flips the inputs relax exactly; flips
    within a step of time happen together at its end.

    Parameters
    ----------
    network
        A network of one layer, with a matrix of couplings.
    t_max
        Time, > 0, rounded to whole steps in each interval.
    dt
        Step, in (0, 0.5]: errors are of order dt.
    intervals
        Number of intervals in which flips are counted, at least a step each.
    rng
        A seed, a generator, or None for a fresh seed: of the random first signs and inputs.

    Returns
    -------
    ContinuousTime.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/graded-neurons.md`.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.3).sample(rng=1)
    >>> dynamics.continuous_time(network, t_max=50, rng=2).converged
    False
    """
    network = dense(checked(network), "each flip is sent to all neurons")
    if isinstance(network, BinaryNetwork) or len(network.shape) != 1:
        raise ValueError(f"network must have one layer and a matrix of couplings, got {network}")
    t_max = domains.real("t_max", t_max, low=0)
    dt = domains.real("dt", dt, low=0, high=0.5)
    intervals = domains.integer("intervals", intervals)
    if not (dt > 0 and intervals * dt <= t_max <= MOST_STEPS * dt):
        raise ValueError(
            f"t_max must be {intervals} to ten million steps dt > 0, got {t_max:g} and {dt:g}"
        )
    rng = domains.generator(rng)
    x = rng.standard_normal(network.N)
    s = np.where(x > 0, 1, -1).astype(np.int8)
    h = (s.astype(np.float32) @ network.outgoing).astype(np.float64)
    steps = round(t_max / (dt * intervals))
    flips = np.zeros(intervals)
    _follow(network.outgoing, network.J_D, np.exp(-dt), steps, x, s, h, flips)
    length = steps * dt
    return ContinuousTime(
        state=s,
        t=length * np.arange(1.0, intervals + 1),
        flip_rate=flips / (network.N * length),
        converged=bool(network.is_fixed_point(s)),
    )


@compiled
def _follow(
    outgoing: npt.NDArray[np.float32],
    J_D: float,
    kept: float,
    steps: int,
    x: Floats,
    s: npt.NDArray[np.int8],
    h: Floats,
    flips: Floats,
) -> None:
    """Move inputs x, signs s and their fields h (without self-coupling), and count flips."""
    N = len(x)
    flipped = np.empty(N, np.int64)
    for interval in range(len(flips)):
        for _ in range(steps):
            count = 0
            for i in range(N):
                field = h[i] + J_D * s[i]
                x[i] = field + (x[i] - field) * kept
                if x[i] * s[i] < 0:
                    flipped[count] = i
                    count += 1
            for k in range(count):
                j = flipped[k]
                s[j] = -s[j]
                change = 2.0 * s[j]
                for i in range(N):
                    h[i] += change * outgoing[j, i]
            flips[interval] += count
