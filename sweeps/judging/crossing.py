"""Where a probability of success crosses a level."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation import domains
from sweeps.judging import logistic
from sweeps.judging.bootstrap import crossings, interval, logit, redraw
from sweeps.judging.threshold import BRACKETED, Threshold

Floats = npt.NDArray[np.float64]

_POOR = 0.001
_MISSED = "The threshold was not reached"
_MOST = 2**53  # counts beyond are no longer exact
_SIGMA = 0.6826894921370859  # probability within one standard deviation of a normal variable


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
    Threshold. It has `converged` if fractions on both sides of the level are observed, the fitted
    crossing lies within the data, and the slope can be told from zero. Not to reach the level is a
    result and raises nothing: then the threshold is nan, and `status` says what to do.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the logistic curve could not be fitted.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.threshold([1, 2, 3, 4, 5], [0, 2, 10, 18, 20], trials=20, rng=1)
    >>> round(found.value, 6), round(found.error, 1), found.converged
    (3.0, 0.2, True)
    >>> sweeps.threshold([1, 2, 3], [0, 1, 2], trials=20, rng=1)
    Threshold(The threshold was not reached: all fractions are below 0.5 in [1, 3], ...; extend x.)
    """
    level = domains.real("level", level, 0, 1, exclusive=True)
    confidence = domains.real("confidence", confidence, 0, 1, exclusive=True)
    bootstrap = domains.integer("bootstrap", bootstrap, 100)
    points, k, n = _counts(x, successes, trials)
    centre, scale = points.mean(), points.std()
    u = (points - centre) / scale
    a, b = logistic.fit(u, k, n)
    drawn = redraw(logistic.curve(a, b, u), n, bootstrap, domains.generator(rng))
    slopes, crossed = crossings(u, drawn, n, level)
    crossed = centre + scale * crossed
    value = float(centre + scale * (logit(level) - a) / b) if b else float("nan")
    problem = _problem(points, k / n, level, value, float(np.mean(slopes * b > 0)), confidence)
    p_value = logistic.goodness(k, n, logistic.curve(a, b, u))
    error, ends = float("nan"), (float("nan"),) * 2
    if problem is None:
        low, high = interval(points, k, n, level, crossed, _SIGMA)
        error = (high - low) / 2
        ends = interval(points, k, n, level, crossed, confidence)
    return Threshold(
        value=value if problem is None else float("nan"),
        error=error,
        interval=ends,
        confidence=confidence,
        converged=problem is None,
        status=problem or _advice(ends, p_value),
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


def _problem(
    x: Floats, fractions: Floats, level: float, value: float, same: float, confidence: float
) -> str | None:
    """Say why the threshold was not reached, if it was not."""
    span = f"in [{x[0]:g}, {x[-1]:g}]"
    if (fractions < level).all():
        where = x[np.argmax(fractions)]
        return (
            f"{_MISSED}: all fractions are below {level:g} {span}, the largest is "
            f"{fractions.max():.3g} at x = {where:g}; extend x."
        )
    if (fractions > level).all():
        where = x[np.argmin(fractions)]
        return (
            f"{_MISSED}: all fractions are above {level:g} {span}, the smallest is "
            f"{fractions.min():.3g} at x = {where:g}; extend x."
        )
    if same < (1 + confidence) / 2:
        return f"{_MISSED}: no clear trend {span}; extend x or add trials."
    if not x[0] <= value <= x[-1]:
        return f"{_MISSED}: the fit crosses {level:g} only at x = {value:g}, not {span}; extend x."
    return None


def _advice(ends: tuple[float, float], p_value: float) -> str:
    """Say what would make a threshold that was reached a better one."""
    low, high = np.isinf(ends)
    if p_value < _POOR:
        return f"A logistic curve does not fit (p = {p_value:.1g}); narrow x."
    if low or high:
        side = "both sides" if low and high else "the low side" if low else "the high side"
        return f"The interval is open on {side}; extend x there or add trials."
    return BRACKETED
