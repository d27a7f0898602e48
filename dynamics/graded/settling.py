"""One network of graded neurons in time, and whether it settles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from networks import GradedNetwork

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

MOST_STEPS = 10**6
_USUAL = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class Settling:
    r"""How a network of graded neurons settled, or did not.

    Attributes
    ----------
    state
        Final state x, of shape (N,).
    converged
        Whether the mean squared velocity fell below the tolerance.
    time
        When it did, or the longest time.
    activity
        Mean squared velocity :math:`\langle\dot x^2\rangle` at the end.
    t, history
        Times, and the mean squared velocity at each; None if no history was asked for.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Graded(N=300, s=4.0, g=2.0).sample(rng=1)
    >>> settled = dynamics.settle(network, rng=2, history=True)
    >>> settled
    Settling(settled after ..., mean squared velocity ...)
    >>> network.is_stable(settled.state)
    True
    >>> settled.plot().get_yscale()
    'log'
    """

    state: Floats
    converged: bool
    time: float
    activity: float
    t: Floats | None
    history: Floats | None

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return f"Settled into a fixed point after a time of {self.time:g}."
        return f"Still moving after a time of {self.time:g}, the longest; raise t_max or s."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the mean squared velocity against time.

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
        ValueError
            If there is no history.
        """
        if self.t is None or self.history is None:
            raise ValueError("it is plotted from its history: settle(..., history=True)")
        ax = axes_of(ax)
        ax.semilogy(self.t, self.history)
        ax.set(xlabel="time", ylabel="mean squared velocity")
        return ax

    def __repr__(self) -> str:
        end = "settled" if self.converged else "still moving"
        return f"Settling({end} after {self.time:g}, mean squared velocity {self.activity:.2g})"


class Moment(NamedTuple):
    """A moment of a motion: time, state, rates and velocities."""

    t: float
    x: Floats
    phi: Floats
    velocity: Floats


def settle(
    network: GradedNetwork,
    start: npt.ArrayLike | None = None,
    *,
    t_max: float = 300.0,
    dt: float | None = None,
    tolerance: float = 1e-12,
    rng: int | np.random.Generator | None = None,
    history: bool = False,
) -> Settling:
    r"""Follow :math:`\dot x = -x + s\phi(x) + g J \phi(x)` until it stops, or for a given time.

    The steps are those of Adams and Bashforth of second order,
    :math:`x \leftarrow x + \tfrac{dt}2 (3 \dot x - \dot x_\text{before})`, with one matrix product
    each.

    Parameters
    ----------
    network
        Of graded neurons, with any couplings.
    start
        First state, of shape (N,); None for normal numbers of variance one.
    t_max
        Longest time, > 0.
    dt
        Step, at most 1 / (1 + g) and 0.5 / s, beyond which the scheme may be unstable; None for
        0.1, or 0.8 of that bound if it is less.
    tolerance
        Mean squared velocity below which the network has settled, > 0.
    rng
        A seed, a generator, or None for a fresh seed: of the start.
    history
        Whether to keep the mean squared velocity at all times.

    Returns
    -------
    Settling. Not to settle is a result, and no error.

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
    >>> chaotic = networks.Graded(N=300, s=0.5, g=3.0).sample(rng=1)
    >>> dynamics.settle(chaotic, t_max=30, rng=2).status
    'Still moving after a time of 30, the longest; raise t_max or s.'
    """
    network = domains.instance("network", network, GradedNetwork)
    rng = domains.generator(rng)
    if start is None:
        x = rng.standard_normal(network.N)
    else:
        x = domains.shaped("start", start, (network.N,))
    t_max = domains.real("t_max", t_max, low=0)
    dt = step_of(network.s, network.g, dt)
    if not 0 < t_max <= MOST_STEPS * dt:
        raise ValueError(f"t_max must be > 0 and at most a million steps {dt:g}, got {t_max:g}")
    tolerance = domains.real("tolerance", tolerance, low=0)
    history = domains.boolean("history", history)
    squares = []
    for moment in motion(network, x, t_max, dt):
        squares.append(float(moment.velocity @ moment.velocity) / network.N)
        if squares[-1] < tolerance:
            break
    return Settling(
        state=moment.x,
        converged=squares[-1] < tolerance,
        time=moment.t,
        activity=squares[-1],
        t=dt * np.arange(len(squares), dtype=np.float64) if history else None,
        history=np.array(squares) if history else None,
    )


def motion(network: GradedNetwork, x: Floats, t_max: float, dt: float) -> Iterator[Moment]:
    """Yield the moments of a motion, from t = 0 on."""
    before = None
    for step in range(round(t_max / dt) + 1):
        phi = np.tanh(x)
        velocity = network.s * phi - x + network._fields(phi)
        yield Moment(step * dt, x, phi, velocity)
        x = x + dt * (velocity if before is None else 1.5 * velocity - 0.5 * before)
        before = velocity


def step_of(s: float, g: float, dt: float | None) -> float:
    """Return a step that the scheme bears.

    Raises
    ------
    TypeError, ValueError
        If `dt` is none.
    """
    most = min(1 / (1 + g), 0.5 / max(s, 0.5))
    if dt is None:
        return min(_USUAL, 0.8 * most)
    dt = domains.real("dt", dt, low=0)
    if not 0 < dt <= most:
        raise ValueError(
            f"dt must be in (0, {most:.3g}] at s = {s:g}, g = {g:g}, which the scheme bears, "
            f"got {dt:g}"
        )
    return dt
