"""Three tests of deviations: the largest, the sum of their squares, and how many are large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from sweeps.judging.law import UNLIKE
from sweeps.judging.together import Piece

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]

RARE = 0.001  # probability of what counts as a disagreement, in each of the tests
DOUBT = 0.05
BEYOND = 2.0  # standard errors
SHARE = 0.0455  # of normal variables, beyond that


class Judged(NamedTuple):
    """Three tests, each by the probability of a larger deviation if the theory holds."""

    chi_squared: float
    dof: int
    points: int
    largest: float
    beyond: int
    p_sum: float
    p_largest: float
    p_share: float

    @property
    def chance(self) -> float:
        """Bound on the probability that any of the tests deviates as much by chance."""
        known = [p for p in (self.p_sum, self.p_largest, self.p_share) if not np.isnan(p)]
        return min(1.0, 3 * min(known)) if known else float("nan")

    @property
    def agrees(self) -> bool:
        """Whether none of the tests finds what chance does less than once in a thousand."""
        return not self.chance < 3 * RARE


def judge(z: Floats, pieces: Sequence[Piece], fitted: int = 0) -> Judged:
    """Make the three tests.

    Parameters
    ----------
    z
        Deviations as standard normal variables; nan is left out.
    pieces
        The parts of chi-squared, which know how the points depend on each other.
    fitted
        Number of parameters of the theory that were fitted.
    """
    from scipy.special import betainc, erfc, gammaincc

    sizes = np.abs(z[~np.isnan(z)])
    n = sizes.size
    largest = float(sizes.max(initial=0.0))
    beyond = int((sizes > BEYOND).sum())
    spread = sum(piece.points for piece in pieces)
    dof = spread - fitted
    total = float(sum(piece.value for piece in pieces)) if largest < np.inf else np.inf
    if not n:
        return Judged(total, dof, 0, largest, beyond, np.nan, np.nan, np.nan)
    p_largest = min(1.0, n * float(erfc(largest / np.sqrt(2))))
    if dof <= 0:
        return Judged(total, dof, n, largest, beyond, np.nan, p_largest, np.nan)
    mean, variance = (dof / spread * sum(piece[k] for piece in pieces) for k in (1, 2))
    p_sum = 1.0 if total == 0 else 0.0
    if variance > 0:
        p_sum = float(gammaincc(mean**2 / variance, total * mean / variance))
    independent = sum(piece.independent for piece in pieces)
    many = beyond * independent / spread
    p_share = float(betainc(many, max(independent - many, 0) + 1, SHARE)) if beyond else 1.0
    return Judged(total, dof, n, largest, beyond, p_sum, p_largest, p_share)


def critical(points: int) -> float:
    """Return the |z| beyond which one of so many points is a disagreement."""
    from scipy.special import ndtri

    return float(-ndtri(RARE / 2 / max(points, 1)))


def told(found: Judged, points: xarray.Dataset, left_out: Mapping[str, int]) -> tuple[str, str]:
    """Return the status, and a sentence that gives its reasons."""
    status = _status(found, left_out)
    sentence = f"{status}: too few points have an error for chi-squared"
    if found.dof > 0:
        sentence = (
            f"{status}: chi-squared {found.chi_squared:.3g} for {found.dof} degrees of freedom "
            f"(p = {found.p_sum:.2g}), largest |z| {found.largest:.2g}"
        )
    if found.p_share < DOUBT:
        sentence += f", {found.beyond} of {found.points} beyond 2 (p = {found.p_share:.2g})"
    reasons = [f"{count} {reason}" for reason, count in left_out.items() if count]
    if reasons:
        sentence += f"; of {points['z'].size} points {', '.join(reasons)}"
    return status, sentence


def _status(found: Judged, left_out: Mapping[str, int]) -> str:
    if not found.agrees:
        return "disagree"
    if np.isnan(found.chance) or (left_out.get(UNLIKE) and found.chance >= DOUBT):
        return "unknown"
    return "doubtful" if found.chance < DOUBT else "agree"
