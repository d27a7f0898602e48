"""All attractors that are reached from some states, and how large their basins are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.attractor import Attractor
from contrastive_ode.attractors.course import Course
from contrastive_ode.attractors.fixed_points import states_of
from contrastive_ode.attractors.settling import Plan, diverged, prepared, settled
from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model
from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats
from foundation.errors import ConvergenceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEFAULTS = {"T": 2000.0, "h": 0.2, "extensions": 3, "first": (20.0, 0.02)}


@dataclass(frozen=True, eq=False, repr=False)
class Catalogue:
    """The attractors that were reached from some states; a sequence of `Attractor`.

    Attributes
    ----------
    attractors
        The most frequent first; each with its `count`.
    labels
        Number of the attractor of each start; -1 where it is undecided, -2 where it diverged.
    failures
        What is undecided or diverged, as it was found.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(2, self_coupling=True), r=1, K=1, D=1e-6)
    >>> w = model.pack(alpha=[[1, 2], [2, 1]])
    >>> found = ode.catalogue(model, w, [[0.2, 0.1], [0.3, 0.1], [0.1, 0.2]], T=200)
    >>> found
    Catalogue(2 attractors of 3 starts: 2 fixed points)
    >>> isinstance(found, ode.Catalogue), found.labels.tolist(), len(found), found[0].count
    (True, [0, 0, 1], 2, 2)
    >>> found.fractions.round(2).tolist()
    [0.67, 0.33]
    >>> low, high = found.interval()
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.25, 0.06], [0.94, 0.75])
    >>> found.converged, found.undecided, found.diverged
    (True, 0, 0)
    >>> found.status
    'All 3 starts settled.'
    >>> found.plot().get_xlabel()
    'fraction of 3 starts'
    """

    attractors: tuple[Attractor, ...]
    labels: npt.NDArray[np.int64]
    failures: tuple[Attractor, ...] = ()

    @property
    def undecided(self) -> int:
        """Number of starts for which it is not decided what they settle into."""
        return int((self.labels == -1).sum())

    @property
    def diverged(self) -> int:
        """Number of starts that diverged."""
        return int((self.labels == -2).sum())

    @property
    def fractions(self) -> Floats:
        """Fractions of all starts that lead to each attractor."""
        return np.array([a.count for a in self.attractors]) / len(self.labels)

    @property
    def converged(self) -> bool:
        """Whether all starts settled."""
        return not self.failures

    @property
    def status(self) -> str:
        """How many starts did not settle, and what one of them says."""
        if self.converged:
            return f"All {len(self.labels)} starts settled."
        return (
            f"Of {len(self.labels)} starts {self.diverged} diverged and {self.undecided} are "
            f"undecided, the first: {self.failures[0].status}"
        )

    def interval(self, level: float = 0.68) -> tuple[Floats, Floats]:
        """Return Clopper-Pearson intervals of the fractions, for independent random starts.

        Parameters
        ----------
        level
            Their confidence.
        """
        from scipy.stats import binomtest

        level = domains.real("level", level, 0, 1, exclusive=True)
        n = len(self.labels)
        found = [binomtest(a.count, n).proportion_ci(level) for a in self.attractors]
        return np.array([ci.low for ci in found]), np.array([ci.high for ci in found])

    def __len__(self) -> int:
        return len(self.attractors)

    def __iter__(self) -> Iterator[Attractor]:
        return iter(self.attractors)

    def __getitem__(self, index: int) -> Attractor:
        return self.attractors[index]

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the fractions of the basins, with their intervals.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        ax = axes_of(ax)
        low, high = self.interval()
        p, rows = self.fractions, np.arange(len(self))
        ax.barh(rows, p, xerr=np.maximum([p - low, high - p], 0), capsize=2)
        ax.set_yticks(rows, [a.kind for a in self.attractors])
        ax.invert_yaxis()
        ax.set(xlabel=f"fraction of {len(self.labels)} starts")
        return ax

    def __repr__(self) -> str:
        kinds = [a.kind for a in self.attractors]
        words = [
            f"{kinds.count(kind)} {kind}{'s' * (kinds.count(kind) > 1 and kind[-1] in 'et')}"
            for kind in dict.fromkeys(kinds)
        ]
        words += [f"{self.undecided} starts undecided"] * bool(self.undecided)
        words += [f"{self.diverged} starts diverged"] * bool(self.diverged)
        n = len(self)
        return (
            f"Catalogue({n} attractor{'s' * (n != 1)} of {len(self.labels)} starts: "
            f"{', '.join(words)})"
        )


def catalogue(
    model: Model,
    w: npt.ArrayLike,
    starts: npt.ArrayLike,
    *,
    t0: float = 0.0,
    period: float | None = None,
    throw: bool = False,
    **options: Any,
) -> Catalogue:
    """Return the attractors that are reached, each with the number of starting points.

    Each start is settled as by `settle`; starts that diverge, or of which it is not decided where
    they end, are counted. Attractors are one if `Attractor.is_same` says so.

    Parameters
    ----------
    model, w
        Network and parameters.
    starts
        Initial states, of shape (n, size).
    t0, period
        Time at the start, and period of the explicit time, as in `settle`.
    throw
        Whether to raise if a start diverges or is undecided.
    **options
        T, h, extensions and first, as in `settle`.

    Raises
    ------
    TypeError, ValueError
        As in `settle`.
    ConvergenceError
        With `throw`, if a start does not settle.

    Examples
    --------
    Of two species that compete strongly, the more abundant one at the start survives:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(2, self_coupling=True), r=1, K=1, D=1e-6)
    >>> w = model.pack(alpha=[[1, 2], [2, 1]])
    >>> found = ode.catalogue(model, w, [[0.2, 0.1], [0.3, 0.1], [0.1, 0.2]], T=200)
    >>> [(end.kind, end.alive.tolist(), end.count) for end in found]
    [('fixed point', [True, False], 2), ('fixed point', [False, True], 1)]
    """
    if unknown := set(options) - set(DEFAULTS):
        raise TypeError(f"options must be of {', '.join(DEFAULTS)}, got {sorted(unknown)[0]}")
    throw = domains.boolean("throw", throw)
    course, plan = prepared(model, w, {**DEFAULTS, **options}, t0, period)
    found = listed(course, states_of(model, starts), plan)
    if throw and not found.converged:
        raise ConvergenceError(found.status)
    return found


def listed(course: Course, states: Floats, plan: Plan) -> Catalogue:
    """Return what `catalogue` returns, for arguments that were checked."""
    different: list[Attractor] = []
    failures: list[Attractor] = []
    labels = np.zeros(len(states), dtype=np.int64)
    for s, x in enumerate(states):
        try:
            end = settled(course, x, plan, different)
        except BlowUpError as error:
            end = diverged(course, x, error)
        if not end.converged:
            labels[s] = -2 if end.kind == "diverged" else -1
            failures.append(end)
            continue
        same = [m for m, known in enumerate(different) if known is end or known.is_same(end)]
        labels[s] = same[0] if same else len(different)
        if not same:
            different.append(end)
    counts = np.bincount(labels[labels >= 0], minlength=len(different))
    order = np.argsort(-counts, kind="stable")
    ranks = np.append(np.argsort(order), [-2, -1])  # labels below 0 are their own
    attractors = tuple(replace(different[m], count=int(counts[m])) for m in order)
    return Catalogue(attractors, ranks[labels], tuple(failures))
