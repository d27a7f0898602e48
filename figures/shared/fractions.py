"""Fractions of successes with their intervals, and where half succeed with its own."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import sweeps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
Color = str | tuple[float, float, float, float]


def intervals(counts: npt.ArrayLike, trials: int) -> Floats:
    """Return Clopper-Pearson 68 % intervals of counts, their ends along a last dimension."""
    return sweeps.binomial_interval(counts, trials, confidence=0.68)


def fit(x: npt.ArrayLike, counts: npt.ArrayLike, trials: int) -> sweeps.Threshold:
    """Return a logistic fit, and where half succeed with a bootstrap 68 % interval."""
    return sweeps.threshold(x, counts, trials, confidence=0.68, rng=0)


def bounds(found: sweeps.Threshold) -> tuple[float, float, float]:
    """Return the lower end, the threshold and the upper end; nan if it was not reached."""
    if not found.converged:
        return np.nan, np.nan, np.nan
    return found.interval[0], found.value, found.interval[1]


def draw_fractions(
    ax: "Axes",
    x: npt.ArrayLike,
    fraction: Floats,
    ends: Floats,
    color: Color,
    label: str | None,
    marker: str = "o",
) -> None:
    """Draw fractions with their intervals."""
    errors = np.abs(ends.T - fraction)
    ax.errorbar(x, fraction, errors, color=color, fmt=marker, mfc="w", label=label)


def draw_bounds(
    ax: "Axes",
    x: npt.ArrayLike,
    threshold: Floats,
    style: str,
    color: str,
    label: str | None,
    face: str = "w",
) -> None:
    """Draw thresholds, of shape (3, number): an end that the data do not bound is left out."""
    low, value, high = threshold
    # as lists: matplotlib converts an array of one error in a way that older numpy deprecates
    errors = [np.where(np.isfinite(e), e, 0).tolist() for e in (value - low, high - value)]
    ax.errorbar(x, value, errors, fmt=style, lw=0.8, mfc=face, color=color, label=label)
