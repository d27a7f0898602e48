"""How many damaged patterns come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dynamics.relaxing.asynchronous import relax_many
from dynamics.relaxing.orders import ORDERS
from foundation import domains
from foundation.axes import axes_of
from networks import MemoryNetwork

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Recall:
    """What came back of damaged patterns, trial by trial.

    Arrays have the shape (distances, trials), but for `distance`.

    Attributes
    ----------
    distance
        Fraction of neurons that were flipped at the start, ascending or not, as it was given.
    overlaps
        Overlap of the final state with the pattern.
    settled
        Whether the final state is a fixed point.
    sweeps
        Number of sweeps until then.
    recalled_at
        The overlap from which on a pattern counts as recalled.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Hebbian(N=500, P=25).sample(rng=1)
    >>> recall = dynamics.recall(network, [0.1, 0.2, 0.3, 0.4, 0.5], trials=20, rng=2)
    >>> recall
    Recall(1 of 5 distances lost, recalled up to a distance of 0.4...)
    >>> recall.fraction[:2]
    array([1., 1.])
    >>> recall.plot().get_ylabel()
    'fraction recalled'
    """

    distance: Floats
    overlaps: Floats
    settled: npt.NDArray[np.bool]
    sweeps: npt.NDArray[np.int64]
    recalled_at: float

    @property
    def fraction(self) -> Floats:
        """Fraction of trials that end with an overlap of at least `recalled_at`."""
        return np.asarray(np.mean(self.overlaps >= self.recalled_at, axis=1))

    @property
    def fraction_error(self) -> Floats:
        """Its standard error, with one success and one failure added (Agresti and Coull)."""
        n = self.overlaps.shape[1] + 2
        p = (n * self.fraction - 2 * self.fraction + 1) / n
        return np.asarray(np.sqrt(p * (1 - p) / n))

    @property
    def overlap(self) -> Floats:
        """Mean overlap at the end."""
        return np.asarray(self.overlaps.mean(axis=1))

    @property
    def overlap_error(self) -> Floats:
        """Its standard error over trials, in this one network."""
        n = self.overlaps.shape[1]
        return np.asarray(self.overlaps.std(axis=1, ddof=1) / np.sqrt(n))

    @property
    def radius(self) -> float:
        """Distance from which half of the patterns come back; nan if it is not among them.

        It lies between the last distance, in ascending order, before which at least half came back
        at all smaller ones, and the next one, on a straight line.
        """
        order = np.argsort(self.distance, kind="stable")
        d, p = self.distance[order], self.fraction[order]
        lost = np.flatnonzero(p < 0.5)
        if len(lost) == 0 or lost[0] == 0:
            return float("nan")
        k = lost[0]
        return float(d[k - 1] + (p[k - 1] - 0.5) / (p[k - 1] - p[k]) * (d[k] - d[k - 1]))

    @property
    def converged(self) -> bool:
        """Whether all trials settled."""
        return bool(self.settled.all())

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if not self.fraction.any():
            return (
                "No pattern came back from any distance: the load is above capacity, or all "
                "distances are beyond the basins; store fewer patterns, or damage them less."
            )
        if self.converged:
            return "All trials settled."
        left = int(np.count_nonzero(~self.settled))
        return f"{left} of {self.settled.size} trials are still moving; raise max_sweeps or J_D."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the fraction that is recalled against the distance at the start.

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
        ax.errorbar(self.distance, self.fraction, self.fraction_error, fmt="o-", mfc="w")
        ax.set(xlabel="distance at the start", ylabel="fraction recalled")
        return ax

    def __repr__(self) -> str:
        lost = int(np.count_nonzero(self.fraction < 0.5))
        return (
            f"Recall({lost} of {len(self.distance)} distances lost, recalled up to a distance of "
            f"{self.radius:.3g})"
        )


def recall(
    network: MemoryNetwork,
    distance: npt.ArrayLike,
    trials: int = 20,
    recalled_at: float = 0.9,
    order: str = "permutation",
    max_sweeps: int = 100,
    *,
    rng: int | np.random.Generator | None = None,
) -> Recall:
    r"""Damage stored patterns, let the network relax, and see what comes back.

    Each trial takes a stored pattern at random, flips :math:`d N` of its neurons at random, and
    runs `relax_many`: all trials of a distance share the order of visits.

    Parameters
    ----------
    network
        A network with patterns, as of `networks.Hebbian`.
    distance
        Fraction d of neurons to flip, in [0, 1]: a number or a list of them. The overlap at the
        start is 1 - 2d.
    trials
        Number of trials for each distance, >= 2.
    recalled_at
        From which overlap on, at the end, a pattern counts as recalled, in [0, 1].
    order, max_sweeps, rng
        As in `relax`.

    Returns
    -------
    Recall. Not to settle, and to recall nothing above capacity, are results here, not errors.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    Far above capacity a pattern is lost even if nothing was damaged:

    >>> import dynamics
    >>> import networks
    >>> network = networks.Hebbian(N=500, P=200).sample(rng=1)
    >>> dynamics.recall(network, 0.0, rng=2).fraction
    array([0.])
    """
    network = domains.instance("network", network, MemoryNetwork)
    d = np.atleast_1d(domains.reals("distance", distance, low=0, high=1))
    if d.ndim != 1 or d.size == 0:
        raise ValueError(f"distance must be a number or a list of them, got shape {d.shape}")
    trials = domains.integer("trials", trials, low=2)
    recalled_at = domains.real("recalled_at", recalled_at, low=0, high=1)
    order = domains.choice("order", order, ORDERS)
    max_sweeps = domains.integer("max_sweeps", max_sweeps, low=0)
    rng = domains.generator(rng)
    rows = [_recalled(network, one, trials, order, max_sweeps, rng) for one in d]
    overlaps, settled, sweeps = (np.array(part) for part in zip(*rows, strict=True))
    return Recall(d, overlaps, settled, sweeps, recalled_at)


def _recalled(
    network: MemoryNetwork,
    d: float,
    trials: int,
    order: str,
    max_sweeps: int,
    rng: np.random.Generator,
) -> tuple[list[float], list[bool], list[int]]:
    """Return overlap, end and duration of each trial at one distance."""
    which = rng.integers(0, network.P, size=trials)
    targets = network.patterns[which]
    starts = targets.copy()
    for start in starts:
        start[rng.permutation(network.N)[: round(d * network.N)]] *= -1
    ends = relax_many(network, starts, order, max_sweeps, rng=rng)
    overlaps = [
        float(target.astype(np.int64) @ end.state) / network.N
        for target, end in zip(targets, ends, strict=True)
    ]
    return overlaps, [end.converged for end in ends], [end.sweeps for end in ends]
