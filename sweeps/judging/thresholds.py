"""Where a probability of success crosses a level."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from sweeps.judging import logistic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

_POOR = 0.001
_MOST = 2**53  # counts beyond are no longer exact


@dataclass(frozen=True, eq=False, repr=False)
class Threshold:
    """Where a probability of success crosses a level.

    Attributes
    ----------
    value
        The threshold; nan if it was not reached.
    interval
        Its bootstrap interval; an end beyond the data is infinite.
    confidence
        Probability with which the interval is to hold the threshold.
    reached
        Whether the data bracket the threshold.
    status
        "reached" or "not reached", and what to do about it.
    p_value
        Probability of a larger Pearson chi-squared if the curve is logistic; nan if the data
        cannot tell.
    intercept, slope
        Of the logistic curve in x.
    x, successes, trials, level
        What was fitted.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.threshold([1, 2, 3, 4, 5], [0, 2, 9, 18, 20], trials=20, rng=1)
    >>> found.reached, found.interval[0] < found.value < found.interval[1]
    (True, True)
    >>> found.at([1, 5]).round(1).tolist()
    [0.0, 1.0]
    >>> found.plot().get_title() == repr(found)
    True
    >>> found
    Threshold(..., 95% in [..., ...], reached)
    """

    value: float
    interval: tuple[float, float]
    confidence: float
    reached: bool
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

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw fractions, fit and threshold, see `plot_threshold`."""
        return plot_threshold(self, ax=ax)

    def __repr__(self) -> str:
        if not self.reached:
            return f"Threshold({self.status})"
        low, high = self.interval
        return (
            f"Threshold({self.value:.5g}, {self.confidence:.0%} in [{low:.5g}, {high:.5g}], "
            f"{self.status})"
        )


def threshold(
    x: npt.ArrayLike,
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    *,
    level: float = 0.5,
    confidence: float = 0.95,
    bootstrap: int = 999,
    rng: int | np.random.Generator | None = None,
) -> Threshold:
    r"""Find where a probability of success crosses a level, from counts.

    A logistic curve is fitted to the counts (see `sweeps.judging.logistic.fit`),

    .. math:: p(x) = \frac{1}{1 + e^{-(a + b x)}}, \qquad
              x_c = \frac{1}{b} \left(\ln\frac{\mathrm{level}}{1 - \mathrm{level}} - a\right),

    and the interval is that of the thresholds of data sets drawn from the fitted curve. Where fewer
    than two fractions lie strictly between 0 and 1 the transition is narrower than the spacing of
    x; the interval then covers at least the gap in which it lies.

    Parameters
    ----------
    x
        At least two different finite numbers.
    successes, trials
        Counts at each x: integers, 0 <= successes <= trials, 1 <= trials <= 2^53 (a single number
        if they are all equal).
    level
        The probability to be crossed, in (0, 1).
    confidence
        Of the interval, in (0, 1).
    bootstrap
        Number of data sets drawn, >= 100.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    Threshold. It is "not reached" unless fractions on both sides of the level are observed, the
    fitted crossing lies within the data, and the slope can be told from zero.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.threshold([1, 2, 3, 4, 5], [0, 2, 10, 18, 20], trials=20, rng=1)
    >>> round(found.value, 6), found.status
    (3.0, 'reached')
    >>> sweeps.threshold([1, 2, 3], [0, 1, 2], trials=20, rng=1)
    Threshold(not reached: all fractions are below 0.5 in [1, 3], ...; extend x)
    """
    level = domains.real("level", level, 0, 1, exclusive=True)
    confidence = domains.real("confidence", confidence, 0, 1, exclusive=True)
    bootstrap = domains.integer("bootstrap", bootstrap, 100)
    points, k, n = _counts(x, successes, trials)
    centre, scale = points.mean(), points.std()
    u = (points - centre) / scale
    a, b = logistic.fit(u, k, n)
    drawn = _redraw(logistic.curve(a, b, u), n, bootstrap, domains.generator(rng))
    slopes, crossings = _crossings(u, drawn, n, level)
    crossings = centre + scale * crossings
    value = float(centre + scale * (_logit(level) - a) / b) if b else float("nan")
    problem = _problem(points, k / n, level, value, float(np.mean(slopes * b > 0)), confidence)
    reached = problem is None
    p_value = _goodness(k, n, logistic.curve(a, b, u))
    interval = _interval(points, k, n, level, crossings, confidence) if reached else (np.nan,) * 2
    return Threshold(
        value=value if reached else float("nan"),
        interval=interval,
        confidence=confidence,
        reached=reached,
        status=problem or _advice(interval, p_value),
        p_value=p_value,
        intercept=float(a - b * centre / scale),
        slope=float(b / scale),
        x=points,
        successes=k,
        trials=n,
        level=level,
    )


def _counts(
    x: npt.ArrayLike, successes: npt.ArrayLike, trials: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return x, successes and trials as arrays of one length, in the order of x."""
    points = domains.vector("x", x)
    k = domains.vector("successes", successes)
    n = domains.vector("trials", np.atleast_1d(domains.numbers("trials", trials)))
    if n.size == 1:
        n = np.full_like(points, n[0])
    if not points.shape == k.shape == n.shape:
        raise ValueError(
            f"x, successes and trials must have one length, got {len(points)}, {len(k)}, {len(n)}"
        )
    for name, counts in (("successes", k), ("trials", n)):
        if (counts != np.round(counts)).any():
            raise ValueError(f"{name} must be whole numbers, got {counts[counts % 1 != 0][0]:g}")
    if (wrong := (n < 1) | (n > _MOST)).any():
        raise ValueError(f"trials must be in [1, 2^53], got {n[wrong][0]:g}")
    if (wrong := (k < 0) | (k > n)).any():
        raise ValueError(f"successes must be between 0 and trials, got {k[wrong][0]:g}")
    if points.min() == points.max():
        raise ValueError(f"x must have at least two different values, got only {points[0]:g}")
    order = np.argsort(points, kind="stable")
    return points[order], k[order], n[order]


def _redraw(p: Floats, n: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Draw data sets from the fitted probabilities, one a row."""
    return rng.binomial(n.astype(np.int64), p, size=(count, len(p))).astype(np.float64)


def _crossings(u: Floats, drawn: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Return slope and crossing of the fit to each data set; a flat one crosses at infinity."""
    a, b = logistic.fit(u, drawn, n)
    return b, np.divide(_logit(level) - a, b, out=np.full_like(a, np.inf), where=b != 0)


def _problem(
    x: Floats, fractions: Floats, level: float, value: float, same: float, confidence: float
) -> str | None:
    """Say why the threshold was not reached, if it was not."""
    span = f"in [{x[0]:g}, {x[-1]:g}]"
    if (fractions < level).all():
        where = x[np.argmax(fractions)]
        return (
            f"not reached: all fractions are below {level:g} {span}, the largest is "
            f"{fractions.max():.3g} at x = {where:g}; extend x"
        )
    if (fractions > level).all():
        where = x[np.argmin(fractions)]
        return (
            f"not reached: all fractions are above {level:g} {span}, the smallest is "
            f"{fractions.min():.3g} at x = {where:g}; extend x"
        )
    if same < (1 + confidence) / 2:
        return f"not reached: no clear trend {span}; extend x or add trials"
    if not x[0] <= value <= x[-1]:
        return f"not reached: the fit crosses {level:g} only at x = {value:g}, not {span}; extend x"
    return None


def _interval(
    x: Floats, k: Floats, n: Floats, level: float, crossings: Floats, confidence: float
) -> tuple[float, float]:
    """Return the quantiles of the crossings, with the gap of a sharp transition added."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(crossings, [tail, 1 - tail])
    if np.count_nonzero((k > 0) & (k < n)) < 2:
        gap = _gap(x, k, n, level, tail)
        low, high = min(low, gap[0]), max(high, gap[1])
    return float(low if low >= x[0] else -np.inf), float(high if high <= x[-1] else np.inf)


def _gap(x: Floats, k: Floats, n: Floats, level: float, tail: float) -> tuple[float, float]:
    """Return the neighbouring points that are on different sides of the level beyond doubt.

    If the probability increases and the counts from x_i to x_j together lie below the level, so
    does p(x_i); if they lie above it, so does p(x_j).
    """
    from scipy.special import bdtr, bdtrc

    if k[-1] / n[-1] < k[0] / n[0]:
        k, level = n - k, 1 - level
    first, last = np.triu_indices(len(x))
    successes, trials = (np.r_[0, np.cumsum(count)] for count in (k, n))
    successes = successes[last + 1] - successes[first]
    trials = (trials[last + 1] - trials[first]).astype(np.int64)
    below = x[first[bdtr(successes, trials, level) < tail]]
    above = x[last[bdtrc(successes - 1, trials, level) < tail]]
    return below.max(initial=-np.inf), above.min(initial=np.inf)


def _advice(interval: tuple[float, float], p_value: float) -> str:
    low, high = np.isinf(interval)
    if p_value < _POOR:
        return f"reached, but a logistic curve does not fit (p = {p_value:.1g}): narrow x"
    if low or high:
        side = "both sides" if low and high else "the low side" if low else "the high side"
        return f"reached, with an interval open on {side}: extend x there or add trials"
    return "reached"


def _goodness(k: Floats, n: Floats, p: Floats) -> float:
    """Return the p-value of Pearson's chi-squared over the points that are not saturated."""
    from scipy.special import gammaincc

    used = n * np.minimum(p, 1 - p) >= 1
    dof = int(used.sum()) - 2
    if dof < 1:
        return float("nan")
    variance = (n * p * (1 - p))[used]
    return float(gammaincc(dof / 2, ((k - n * p)[used] ** 2 / variance).sum() / 2))


def _logit(level: float) -> float:
    return float(np.log(level / (1 - level)))


def plot_threshold(threshold: Threshold, *, ax: "Axes | None" = None) -> "Axes":
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
    n = threshold.trials
    fraction = threshold.successes / n
    axes.errorbar(threshold.x, fraction, np.sqrt(fraction * (1 - fraction) / n), fmt="o", capsize=2)
    x = np.linspace(threshold.x.min(), threshold.x.max(), 200)
    axes.plot(x, threshold.at(x))
    if np.isfinite(threshold.value):
        low, high = np.clip(threshold.interval, x[0], x[-1])
        axes.axvspan(low, high, alpha=0.2)
        axes.axvline(threshold.value, linestyle="--")
    axes.set_ylabel("fraction of successes")
    axes.set_title(repr(threshold), fontsize="small")
    return axes
