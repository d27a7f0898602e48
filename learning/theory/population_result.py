"""How the states of a learning population merge, or do not: the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from foundation.axes import axes_of
from foundation.domains import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLOSE = 0.05  # two populations that differ by less agree


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    r"""The course of learning of a population of units, means of two that were drawn.

    Attributes
    ----------
    seen
        Numbers of inputs seen, (T,).
    first, last
        Overlap :math:`q = \langle (\bar s_i)^2 \rangle` of the states of two inputs drawn at
        random, after the first sweep and at the state that is learned, (T,).
    below
        Fraction of units below their margin there, (T,).
    common
        Root mean square over the units of the mean field of the input, (T,).
    first_error, last_error
        Half of the difference of the two populations at the end.
    J_D
        The self-coupling.
    converged, status
        Whether the two end at the same overlaps, and in words what to do if not.

    Examples
    --------
    >>> from learning import InputOverlaps, population, recipe
    >>> inputs = InputOverlaps.isotropic(N=40, C=4, m0=0.3, m1=0.05)
    >>> fast = recipe("G2", lr_in=0.3, lr_J=0.05)
    >>> found = population(
    ...     0.0, inputs, fast, H=100, seen=1000, units=80, closure="static", rng=1, throw=False
    ... )
    >>> found
    Population(J_D = 0: overlap of first states 0.8..., of last 0.8..., ...% below margin)
    >>> bool(found.first[-1] > found.first[0] + 0.5)  # the states of all inputs become alike
    True
    >>> axes = found.plot()
    >>> axes.get_xlabel()
    'inputs seen'
    """

    seen: Floats
    first: Floats
    last: Floats
    below: Floats
    common: Floats
    first_error: float
    last_error: float
    J_D: float

    @property
    def converged(self) -> bool:
        """Whether the two populations end at the same overlaps."""
        return max(self.first_error, self.last_error) < CLOSE

    @property
    def status(self) -> str:
        """What became of it."""
        if self.converged:
            return "Two populations end at the same overlaps."
        return (
            f"Two populations end at overlaps that differ by "
            f"{2 * max(self.first_error, self.last_error):.2g}; raise units, or take the mean over "
            f"more of them."
        )

    def __repr__(self) -> str:
        return (
            f"Population(J_D = {self.J_D:g}: overlap of first states {self.first[-1]:.3f}, of last "
            f"{self.last[-1]:.3f}, {self.below[-1]:.2%} below margin)"
        )

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw both overlaps against the number of inputs seen.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        axes = axes_of(ax)
        seen = np.maximum(self.seen, 1)
        for name, values in (("first", self.first), ("last", self.last)):
            axes.plot(seen, values, label=f"{name} states")
        axes.plot(seen, self.below, ls=":", label="units below margin")
        axes.set(xlabel="inputs seen", xscale="log", ylabel="overlap of two inputs", ylim=(0, 1.02))
        axes.legend()
        return axes
