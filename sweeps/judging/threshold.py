"""A threshold that was found, and its plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from sweeps.judging import logistic
from sweeps.judging.binomial import one_sigma

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

BRACKETED = "The data bracket the threshold."


@dataclass(frozen=True, eq=False, repr=False)
class Threshold:
    """Where a probability of success crosses a level.

    Attributes
    ----------
    value
        The threshold; nan if it was not reached.
    error
        Its standard error: half of the bootstrap interval that holds 68 % (of a normal variable,
        one standard deviation to each side); infinite if that interval leaves the data.
    interval
        The bootstrap interval; an end beyond the data is infinite.
    confidence
        Probability with which the interval is to hold the threshold.
    converged
        Whether the threshold was reached: the data bracket it.
    status
        What happened, and what to do about it.
    p_value
        Probability of a larger Pearson chi-squared if the curve is logistic (below 0.001 `status`
        says so); nan if the data cannot tell.
    intercept, slope
        Of the logistic curve in x.
    x, successes, trials, level
        What was fitted.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.threshold([1, 2, 3, 4, 5], [0, 2, 9, 18, 20], trials=20, rng=1)
    >>> found.converged, found.interval[0] < found.value < found.interval[1]
    (True, True)
    >>> found.status
    'The data bracket the threshold.'
    >>> found.at([1, 5]).round(1).tolist()
    [0.0, 1.0]
    >>> found.plot().get_title() == repr(found)
    True
    >>> found
    Threshold(3.0... +- 0.1..., 95% in [..., ...])
    """

    value: float
    error: float
    interval: tuple[float, float]
    confidence: float
    converged: bool
    status: str
    p_value: float
    intercept: float
    slope: float
    x: Floats
    successes: Floats
    trials: Floats
    level: float

    def at(self, x: npt.ArrayLike) -> Floats:
        """Return the fitted probability of success at `x`."""
        points = domains.numbers("x", x)
        return logistic.curve(np.array(self.intercept), np.array(self.slope), points)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw fractions, fit and threshold, see `plot_threshold`."""
        return plot_threshold(self, ax=ax)

    def __repr__(self) -> str:
        if not self.converged:
            return f"Threshold({self.status})"
        low, high = self.interval
        remark = "" if self.status == BRACKETED else f": {self.status}"
        return (
            f"Threshold({self.value:.5g} +- {self.error:.2g}, {self.confidence:.0%} in "
            f"[{low:.5g}, {high:.5g}]{remark})"
        )


def plot_threshold(threshold: Threshold, *, ax: Axes | None = None) -> Axes:
    """Draw the fractions of successes, the logistic fit, and the threshold with its interval.

    Parameters
    ----------
    threshold
        What `sweeps.threshold` returned.
    ax
        Where to draw; default: a new figure.

    Returns
    -------
    The axes that were drawn in.

    Raises
    ------
    TypeError
        If there is no threshold.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.threshold([1, 2, 3, 4, 5], [0, 2, 9, 18, 20], trials=20, rng=1)
    >>> sweeps.plot_threshold(found).get_ylabel()
    'fraction of successes'
    """
    domains.instance("threshold", threshold, Threshold)
    axes = axes_of(ax)
    fraction = threshold.successes / threshold.trials
    bars = np.abs(np.array(one_sigma(threshold.successes, threshold.trials)) - fraction)
    axes.errorbar(threshold.x, fraction, bars, fmt="o", capsize=2)
    x = np.linspace(threshold.x.min(), threshold.x.max(), 200)
    axes.plot(x, threshold.at(x))
    if np.isfinite(threshold.value):
        low, high = np.clip(threshold.interval, x[0], x[-1])
        axes.axvspan(low, high, alpha=0.2)
        axes.axvline(threshold.value, linestyle="--")
    axes.set_ylabel("fraction of successes")
    axes.set_title(repr(threshold), fontsize="small")
    return axes
