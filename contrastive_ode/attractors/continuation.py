"""Attractors followed along a parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.attractor import Attractor
from contrastive_ode.attractors.basins import DEFAULTS, Catalogue, listed
from contrastive_ode.attractors.course import Course
from contrastive_ode.attractors.fixed_points import states_of
from contrastive_ode.attractors.settling import prepared
from contrastive_ode.models.model import Model
from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BESIDE = 1e-4  # part of the way to another state that seeds are moved from an attractor


@dataclass(frozen=True, eq=False, repr=False)
class Continuation:
    """Attractors along a parameter, each under one label as long as it lasts.

    Attributes
    ----------
    values
        Values of the parameter.
    catalogues
        What was reached at each of them, from the starts and from the attractors before.
    labels
        For each value, the label of each attractor of its catalogue.
    fractions
        Fraction of the starts that lead to each label, of shape (values, labels); 0 where it is
        not reached or does not exist.
    events
        Sentences: where a label appears, changes its kind, or is lost.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> def pair(K):
    ...     model = systems.kuramoto.on(ode.all_to_all(2), omega=[-0.5, 0.5])
    ...     return model, model.pack(K=K)
    >>> found = ode.follow(pair, [1.0, 2.0], [[0.0, 0.5], [0.0, 3.0]], T=100)
    >>> found
    Continuation(1 label at 2 values)
    >>> isinstance(found, ode.Continuation), found.fractions.tolist()
    (True, [[1.0], [1.0]])
    >>> found.of(0)[1].kind
    'fixed point'
    >>> found.plot().get_ylabel()
    'fraction of starts'
    """

    values: Floats
    catalogues: tuple[Catalogue, ...]
    labels: tuple[tuple[int, ...], ...]
    fractions: Floats
    events: tuple[str, ...]

    def of(self, label: int) -> list[Attractor | None]:
        """Return the attractor of a label at each value, None where there is none.

        Parameters
        ----------
        label
            Its label.
        """
        return [
            dict(zip(labels, catalogue.attractors, strict=True)).get(label)
            for labels, catalogue in zip(self.labels, self.catalogues, strict=True)
        ]

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the fractions of the basins along the parameter.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        ax = axes_of(ax)
        for label, fractions in enumerate(self.fractions.T):
            there = [label in labels for labels in self.labels]
            shown = np.where(there, fractions, np.nan)
            ax.plot(self.values, shown, "o-", label=str(label), color=f"C{label % 10}")
        ax.set(xlabel="parameter", ylabel="fraction of starts")
        if self.fractions.shape[1]:
            ax.legend(title="attractor")
        return ax

    def __repr__(self) -> str:
        n = self.fractions.shape[1]
        return f"Continuation({n} label{'s' * (n != 1)} at {len(self.values)} values)"


def follow(
    family: Callable[[float], tuple[Model, npt.ArrayLike]],
    values: npt.ArrayLike,
    starts: npt.ArrayLike,
    *,
    t0: float = 0.0,
    period: float | None = None,
    **options: Any,
) -> Continuation:
    """Follow attractors along a parameter, and keep their labels.

    At each value the network is settled from all starts, and from a state beside each attractor of
    the value before: moved by 1e-4 of the way to somewhere in the box of starts and attractors, so
    that what has become unstable is left. The attractor that such a seed leads to keeps its label;
    of several labels that lead to one attractor the nearest survives, the others are lost, and said
    so. Attractors that no seed reaches get new labels.

    Parameters
    ----------
    family
        A function of the value, which returns (model, w).
    values
        Values of the parameter, in the order in which to go.
    starts
        Initial states, of shape (n, size), the same for all values.
    t0, period
        Time at the start, and period of the explicit time, as in `settle`.
    **options
        T, h, extensions and first, as in `settle`.

    Returns
    -------
    The attractors at all values, with labels, fractions and events.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    A species that is displaced, until it is strong enough:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> def community(a):
    ...     pair = ode.all_to_all(2, self_coupling=True)
    ...     model = systems.lotka_volterra.on(pair, r=1, K=1, D=1e-6)
    ...     return model, model.pack(alpha=[[1, 2], [a, 1]])
    >>> found = ode.follow(community, [2.0, 1.5, 0.8], [[0.3, 0.1], [0.1, 0.3]], T=400)
    >>> found.labels
    ((0, 1), (0, 1), (1,))
    >>> print(found.events[-1])
    0.8: label 0 is lost: its states run into label 1
    """
    if unknown := set(options) - set(DEFAULTS):
        raise TypeError(f"options must be of {', '.join(DEFAULTS)}, got {sorted(unknown)[0]}")
    values = domains.vector("values", values)
    catalogues: list[Catalogue] = []
    labels: list[tuple[int, ...]] = []
    fractions: list[dict[int, float]] = []
    events: list[str] = []
    used = 0
    for value in map(float, values):
        model, w = family(value)
        course, plan = prepared(model, w, {**DEFAULTS, **options}, t0, period)
        states = states_of(model, starts)
        old = dict(zip(labels[-1], catalogues[-1], strict=True)) if labels else {}
        seeds = _beside(course, states, list(old.values()))
        found = listed(course, np.concatenate([states, seeds]), plan)
        reached = dict(zip(old, found.labels[len(states) :], strict=True))
        kept = _kept(old, found, reached)
        for label, a in old.items():
            if label not in kept.values():
                events.append(f"{value:g}: label {label} is lost: {_fate(reached[label], kept)}")
            else:
                now = found[next(m for m, other in kept.items() if other == label)]
                if now.kind != a.kind:
                    events.append(f"{value:g}: label {label} changes from {a.kind} to {now.kind}")
        for m in range(len(found)):
            if m not in kept:
                kept[m], used = used, used + 1
                events.append(f"{value:g}: label {kept[m]} appears: {found[m].kind}")
        catalogues.append(found)
        labels.append(tuple(kept[m] for m in range(len(found))))
        ends = found.labels[: len(states)]
        fractions.append({kept[m]: float(np.mean(ends == m)) for m in range(len(found))})
    table = np.array([[row.get(label, 0.0) for label in range(used)] for row in fractions])
    return Continuation(values, tuple(catalogues), tuple(labels), table, tuple(events))


def _beside(course: Course, states: Floats, old: list[Attractor]) -> Floats:
    """Return a state beside each attractor, on the way to somewhere in the box of all of them.

    So no variable leaves the range in which it was, as a population that is positive, and none that
    stays where it is, as a species that nobody brings in, is moved.
    """
    if not old:
        return states[:0]
    known = np.concatenate([states, *(a.orbit for a in old)])
    at, turns = np.array([a.orbit[0] for a in old]), course.space.turns
    way = np.random.default_rng(0).uniform(known.min(axis=0), known.max(axis=0), at.shape) - at
    return at + BESIDE * np.where(turns > 0, np.clip(way, -turns, turns), way)


def _kept(old: dict[int, Attractor], found: Catalogue, reached: dict[int, int]) -> dict[int, int]:
    """Return the label of each attractor that a seed of an earlier one leads to."""
    kept: dict[int, int] = {}
    for m in range(len(found)):
        claims = [label for label, end in reached.items() if end == m]
        if claims:
            kept[m] = min(claims, key=lambda label: _apart(old[label], found[m]))
    return kept


def _apart(a: Attractor, b: Attractor) -> float:
    """Return the distance of two attractors: of their means, seen with their sizes."""
    space = b.space or a.space
    assert space is not None
    means = np.abs(space.deviation(a.mean, b.mean)).max()
    return float(means + np.abs((a.high - a.low) - (b.high - b.low)).max())


def _fate(end: int, kept: dict[int, int]) -> str:
    if end < 0:
        return "its states diverge" if end == -2 else "it is not decided where its states end"
    return f"its states run into label {kept[end]}"
