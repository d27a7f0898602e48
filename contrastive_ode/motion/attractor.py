"""What a trajectory settles into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ALIVE = 1e-3  # maximum above which a variable counts as present


@dataclass(frozen=True, eq=False, repr=False)
class Attractor:
    """What a trajectory settled into.

    Attributes
    ----------
    kind
        "fixed point", "limit cycle", "quasi-periodic", "chaotic", or "unsettled": still moving,
        but contracting.
    mean, low, high
        Mean, minimum and maximum of each variable on it; of shape (size,).
    period, period_error
        Of a limit cycle, and the standard deviation of its single returns; nan otherwise.
    exponent, exponent_error
        Largest Lyapunov exponent, where it had to decide, and its standard error, from eight parts
        of the trajectory; nan otherwise.
    count
        How many starting points led there.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> clock = systems.kuramoto.on(ode.all_to_all(2), omega=0.0)
    >>> end = ode.settle(clock, clock.pack(K=1.0), [0.5, 1.5], T=100)
    >>> end.kind, end.mean.round(6).tolist()
    ('fixed point', [1.0, 1.0])
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
    exponent: float = float("nan")
    count: int = 1
    period_error: float = float("nan")
    exponent_error: float = float("nan")

    @property
    def converged(self) -> bool:
        """Whether the trajectory settled."""
        return self.kind != "unsettled"

    @property
    def status(self) -> str:
        """What happened; if it did not settle, what to do."""
        if self.converged:
            return f"The trajectory settled: {self.kind}."
        return "The trajectory still moves, but contracts; raise T or extensions."

    @property
    def alive(self) -> npt.NDArray[np.bool]:
        """Which variables rise above 0.001."""
        return self.high > ALIVE

    def is_same(self, other: Attractor) -> bool:
        """Return whether two trajectories settled into the same attractor."""
        if self.kind != other.kind or not np.array_equal(self.alive, other.alive):
            return False
        if self.kind == "fixed point":
            return bool(np.abs(self.mean - other.mean).max() < 1e-3)
        close = all(
            np.allclose(a, b, rtol=0.01, atol=1e-3)
            for a, b in ((self.mean, other.mean), (self.high, other.high))
        )
        if self.kind == "limit cycle":
            return close and bool(np.isclose(self.period, other.period, rtol=0.01))
        # a torus or chaos is not covered evenly in a finite time
        return bool(np.allclose(self.mean, other.mean, rtol=0.1, atol=0.01))

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
        period = f", period={self.period:.4g}" if np.isfinite(self.period) else ""
        exponent = f", exponent={self.exponent:.2g}" if np.isfinite(self.exponent) else ""
        return f"Attractor({self.kind}, {self.alive.sum()} alive{period}{exponent} x {self.count})"


def merge(found: Iterable[Attractor]) -> list[Attractor]:
    """Return the distinct ones among some attractors, most frequent first, with summed counts.

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
