"""The self-coupling at which the states of all inputs merge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foundation import domains
from foundation.domains import Floats
from foundation.errors import ConvergenceError
from learning.network.recipe import Recipe
from learning.theory.input_overlaps import InputOverlaps
from learning.theory.population import population

LARGEST = 1.5  # self-coupling that is tried
STEPS = 6  # bisections


@dataclass(frozen=True, eq=False, repr=False)
class CollapseThreshold:
    """The self-coupling at which two inputs' first states have a given overlap after learning.

    Attributes
    ----------
    J_D, error
        The self-coupling, nan if there is none; and its error, from the distance of the two
        self-couplings around it, and from what two populations differ by.
    tried, first
        Self-couplings that were tried, in rising order, and the overlaps found there.
    overlap
        The overlap asked for.
    converged, status
        Whether there is such a self-coupling, and in words what happened.

    Examples
    --------
    >>> from learning import InputOverlaps, collapse_threshold, recipe
    >>> inputs = InputOverlaps.isotropic(N=40, C=4, m0=0.3, m1=0.05)
    >>> options = {"H": 100, "seen": 1000, "units": 40, "closure": "static", "rng": 1}
    >>> fast = recipe("G2", lr_in=0.3, lr_J=0.05)
    >>> found = collapse_threshold(inputs, fast, overlap=0.75, **options)
    >>> found
    CollapseThreshold(J_D = 0...(...), overlap 0.75)
    >>> found.converged, len(found.tried), 0 < found.J_D < 1
    (True, 8, True)
    """

    J_D: float
    error: float
    tried: Floats
    first: Floats
    overlap: float
    converged: bool
    status: str

    def __repr__(self) -> str:
        return (
            f"CollapseThreshold(J_D = {self.J_D:.3f}({self.error:.3f}), overlap {self.overlap:g})"
        )


def collapse_threshold(
    inputs: InputOverlaps,
    recipe: str | Recipe = "G2",
    *,
    overlap: float = 0.9,
    H: int = 400,
    seen: int = 120_000,
    batch: int = 16,
    closure: str = "sweeps",
    units: int = 200,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> CollapseThreshold:
    """Find the self-coupling below which `population` has the states of all inputs merge.

    By bisection between 0 and 1.5, all with the same random numbers.

    Parameters
    ----------
    inputs, recipe, H, seen, batch, closure, units
        As in `population`; the self-coupling of the recipe does not matter.
    overlap
        The overlap of first states that counts as merged, in (0, 1).
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise if there is no such self-coupling.

    Returns
    -------
    The `CollapseThreshold`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or the theory does not hold for the recipe.
    ConvergenceError
        If the states do not merge at `J_D = 0`, or still do at 1.5, and `throw` is true.

    Examples
    --------
    >>> from learning import InputOverlaps, collapse_threshold
    >>> apart = InputOverlaps.isotropic(N=40, C=4, m0=0.0, m1=0.05)  # nothing in common
    >>> options = {"H": 100, "seen": 500, "units": 40, "closure": "static", "throw": False}
    >>> collapse_threshold(apart, rng=1, **options).status
    'Without self-coupling the overlap is 0..., below 0.9: the states do not merge.'
    """
    overlap = domains.real("overlap", overlap, 0, 1, exclusive=True)
    throw = domains.boolean("throw", throw)
    entropy = int(domains.generator(rng).integers(2**63))
    found: dict[float, tuple[float, float]] = {}

    def merged(J_D: float) -> bool:
        """Return whether the overlap is above the one asked for."""
        at = population(
            J_D, inputs, recipe, H=H, seen=seen, batch=batch, closure=closure, units=units,
            rng=entropy, throw=False,
        )  # fmt: skip
        found[J_D] = (float(at.first[-1]), at.first_error)
        return found[J_D][0] > overlap

    low, high = 0.0, LARGEST
    if not merged(low):
        status = (
            f"Without self-coupling the overlap is {found[low][0]:.3f}, below {overlap:g}: the "
            f"states do not merge."
        )
    elif merged(high):
        status = f"The states still merge at a self-coupling of {high:g}."
    else:
        status = ""
        for _ in range(STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if merged(middle) else (low, middle)
    return _result(found, (low, high), overlap, status, throw)


def _result(
    found: dict[float, tuple[float, float]],
    ends: tuple[float, float],
    overlap: float,
    status: str,
    throw: bool,
) -> CollapseThreshold:
    """Return the threshold between two ends, interpolated, or why there is none."""
    tried = np.array(sorted(found))
    first = np.array([found[J_D][0] for J_D in tried])
    if status:
        if throw:
            raise ConvergenceError(status)
        return CollapseThreshold(np.nan, np.nan, tried, first, overlap, False, status)
    (low, high), width = ends, ends[1] - ends[0]
    (above, error_above), (below, error_below) = found[low], found[high]
    J_D = low + width * (above - overlap) / (above - below)
    span = int(np.searchsorted(tried, low))
    left, right = max(span - 1, 0), min(span + 2, len(tried) - 1)
    slope = (first[left] - first[right]) / (tried[right] - tried[left])
    error = width / 2 + max(error_above, error_below) / max(slope, 1e-9)
    return CollapseThreshold(J_D, float(error), tried, first, overlap, True, "The states merge.")
