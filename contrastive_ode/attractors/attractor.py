"""What a trajectory settles into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.space import Space
from contrastive_ode.attractors.statistics import PART, SIGMAS, alike
from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ALIVE = 1e-3  # maximum above which a variable counts as present
KINDS = (
    *("fixed point", "rotating fixed point", "limit cycle", "rotating limit cycle"),
    *("quasi-periodic", "chaotic", "undecided", "diverged"),
)
POINT = 1e-10  # relative distance of fixed points that are one, besides their errors
TURN = 1e-6  # the same of frequencies and periods
ORBIT = 0.01  # distance of orbits that are one, in sizes


def _nothing() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True, eq=False, repr=False)
class Attractor:
    """What a trajectory settled into.

    Attributes
    ----------
    kind
        "fixed point"; "rotating fixed point": phases that are locked and turn together; "limit
        cycle"; "rotating limit cycle": one in a frame that turns; "quasi-periodic", "chaotic";
        "undecided" if its numbers do not tell; "diverged".
    mean, low, high
        Mean, minimum and maximum of each variable on it; of shape (size,).
    period, period_error
        Of a limit cycle; nan otherwise.
    eigenvalues
        Of the Jacobian at a fixed point, by falling real part.
    multipliers, multipliers_error
        Floquet multipliers of a limit cycle without the trivial one, by falling modulus.
    exponents, exponents_error
        Lyapunov exponents, by falling value: those of all variables for fixed points and cycles,
        the largest up to eight otherwise, with standard errors.
    frequency
        Of the common turn of all phases at a rotating fixed point or cycle, in radians or whatever
        the phases are measured in; of a cycle up to multiples of a turn a period. 0 otherwise.
    orbit
        States on it: the fixed point; one period of a cycle; a part of a torus or of chaos.
    mean_error
        Error of the mean of each variable; of a cycle, that of its first state.
    reason
        What is not decided, or where it diverged, and what to do.
    count
        How many starting points led there.
    space, strobes
        Which variables are phases; and how many periods of the explicit time a cycle lasts.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> clock = systems.kuramoto.on(ode.all_to_all(2), omega=0.0)
    >>> end = ode.settle(clock, clock.pack(K=1.0), [0.5, 1.5], T=100)
    >>> end.kind, end.mean.round(6).tolist()
    ('fixed point', [1.0, 1.0])
    >>> end.eigenvalues.real.round(6).tolist(), round(end.exponent, 6)
    ([-2.0], -2.0)
    >>> end.converged, end.status
    (True, 'The trajectory settled: fixed point.')
    >>> end
    Attractor(fixed point, 2 alive x 1)
    >>> end.is_same(ode.settle(clock, clock.pack(K=2.0), [0.5, 1.5], T=100))
    True
    >>> end.plot().get_xlabel()
    'variable'
    """

    kind: str
    mean: Floats
    low: Floats
    high: Floats
    period: float = float("nan")
    period_error: float = float("nan")
    eigenvalues: npt.NDArray[np.complex128] = field(default_factory=lambda: np.zeros(0, complex))
    multipliers: npt.NDArray[np.complex128] = field(default_factory=lambda: np.zeros(0, complex))
    multipliers_error: float = float("nan")
    exponents: Floats = field(default_factory=_nothing)
    exponents_error: Floats = field(default_factory=_nothing)
    frequency: float = 0.0
    orbit: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    mean_error: Floats = field(default_factory=_nothing)
    reason: str = ""
    count: int = 1
    space: Space | None = None
    strobes: int = 0

    def __post_init__(self) -> None:
        domains.choice("kind", self.kind, KINDS)

    @property
    def converged(self) -> bool:
        """Whether the trajectory settled."""
        return self.kind not in ("undecided", "diverged")

    @property
    def status(self) -> str:
        """What happened; if it did not settle, what to do."""
        if self.converged:
            return f"The trajectory settled: {self.kind}{self.reason and f' ({self.reason})'}."
        return self.reason or "It is not decided what the trajectory settles into; raise T."

    @property
    def exponent(self) -> float:
        """The largest Lyapunov exponent; nan if none was computed."""
        return float(self.exponents[0]) if len(self.exponents) else float("nan")

    @property
    def exponent_error(self) -> float:
        """Its error; nan if none was computed."""
        return float(self.exponents_error[0]) if len(self.exponents_error) else float("nan")

    @property
    def alive(self) -> npt.NDArray[np.bool]:
        """Which variables rise above 0.001."""
        return self.high > ALIVE

    @property
    def _error(self) -> Floats:
        """Error of the mean, 0 where it was not given."""
        return np.nan_to_num(self.mean_error) if len(self.mean_error) else np.zeros(len(self.mean))

    def is_same(self, other: Attractor) -> bool:
        """Return whether two trajectories settled into the same attractor.

        Fixed points by their states within their errors, cycles by their periods, orbits (within
        0.01 of their size) and the means of what is no phase in units of its own range; tori and
        chaos, which no trajectory covers evenly, by means and standard deviations within five
        errors, or 0.01 of the size. Phases that shift together do not matter where the equations
        do not see it.
        """
        if self.kind != other.kind or not self.converged or self.mean.shape != other.mean.shape:
            return False
        space = self.space or Space(np.zeros(len(self.mean)))
        size = max(np.max(self.high - self.low), np.max(other.high - other.low))
        error = self._error + other._error
        apart = np.abs(space.deviation(self.mean, other.mean))
        if self.kind.endswith("fixed point"):
            reach = max(np.abs(self.mean).max(), np.abs(other.mean).max())
            turns = abs(self.frequency - other.frequency)
            return bool(
                (apart <= POINT * np.abs([self.mean, other.mean]).max(axis=0) + 10 * error).all()
                and turns <= TURN * (abs(self.frequency) + reach) + 10 * error.max()
            )
        if self.kind.endswith("limit cycle"):
            longer = abs(self.period - other.period) - TURN * self.period
            slack = 3 * np.nan_to_num([self.period_error, other.period_error]).sum()
            if longer > slack + 1e-4 * self.period or self.strobes != other.strobes:
                return False
            ranges = np.maximum(self.high - self.low, other.high - other.low)
            slightly = ORBIT * ranges + POINT * np.abs(self.mean) + 10 * error
            if (apart > slightly)[space.turns == 0].any():  # phases may wind
                return False
            if min(len(self.orbit), len(other.orbit)) > 1:
                looks = self.orbit[:1] if self.strobes else self.orbit[:: len(self.orbit) // 32 + 1]
                away = [space.away(x, other.orbit, other.strobes) for x in looks]
                return bool(max(away) <= ORBIT * size)
            ends = [self.low - other.low, self.high - other.high, apart]
            return bool(np.abs(ends).max() <= ORBIT * size)
        if min(len(self.orbit), len(other.orbit)) > 1:
            return alike(self.orbit, other.orbit, space)
        return bool((apart <= SIGMAS * error + PART * size).all())

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the mean of every variable, with bars from its minimum to its maximum.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        ax = axes_of(ax)
        # a mean may lie beyond the extremes by rounding
        bars = np.maximum([self.mean - self.low, self.high - self.mean], 0.0)
        ax.errorbar(np.arange(len(self.mean)), self.mean, bars, fmt="o")
        ax.set(xlabel="variable", ylabel="mean, minimum to maximum", title=self.kind)
        return ax

    def __repr__(self) -> str:
        turns = f", frequency={self.frequency:.4g}" if self.frequency else ""
        period = f", period={self.period:.4g}" if np.isfinite(self.period) else ""
        moving = self.kind in ("quasi-periodic", "chaotic")
        exponent = f", exponent={self.exponent:.2g}" if moving else ""
        return (
            f"Attractor({self.kind}, {self.alive.sum()} alive{turns}{period}{exponent} "
            f"x {self.count})"
        )


def merge(found: Iterable[Attractor]) -> list[Attractor]:
    """Return the distinct ones among some attractors, most frequent first, with summed counts.

    What is undecided or diverged is an attractor of none of the others: it is kept as it is.

    Parameters
    ----------
    found
        Attractors.

    Raises
    ------
    TypeError
        If something else is among them.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(2, self_coupling=True), r=1, K=1, D=1e-6)
    >>> w = model.pack(alpha=[[1, 0.5], [0.5, 1]])
    >>> ends = [ode.settle(model, w, start, T=200) for start in ([0.2, 0.1], [0.1, 0.2])]
    >>> ode.merge(ends)
    [Attractor(fixed point, 2 alive x 2)]
    """
    different: list[Attractor] = []
    if not isinstance(found, Iterable):
        raise TypeError(f"found must be attractors, got {found!r}")
    for attractor in found:
        domains.instance("found", attractor, Attractor)
        for m, known in enumerate(different):
            if known.is_same(attractor):
                different[m] = replace(known, count=known.count + attractor.count)
                break
        else:
            different.append(attractor)
    return sorted(different, key=lambda attractor: -attractor.count)
