"""How far a threshold may be from the fitted one: data sets drawn again, and sharp transitions."""

import numpy as np
import numpy.typing as npt

from sweeps.judging import logistic

Floats = npt.NDArray[np.float64]


def redraw(p: Floats, n: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Draw data sets from the fitted probabilities, one a row."""
    return rng.binomial(n.astype(np.int64), p, size=(count, len(p))).astype(np.float64)


def crossings(u: Floats, drawn: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Return slope and crossing of the fit to each data set; a flat one crosses at infinity."""
    a, b = logistic.fit(u, drawn, n)
    return b, np.divide(logit(level) - a, b, out=np.full_like(a, np.inf), where=b != 0)


def logit(level: float) -> float:
    """Return the argument at which the logistic function is at a level."""
    return float(np.log(level / (1 - level)))


def interval(
    x: Floats, k: Floats, n: Floats, level: float, crossings: Floats, confidence: float
) -> tuple[float, float]:
    """Return the quantiles of the crossings, with the gap of a sharp transition added.

    An end beyond the data is infinite.
    """
    tail = (1 - confidence) / 2
    low, high = np.quantile(crossings, [tail, 1 - tail])
    if np.count_nonzero((k > 0) & (k < n)) < 2:
        below, above = gap(x, k, n, level, tail)
        low, high = min(low, below), max(high, above)
    return float(low if low >= x[0] else -np.inf), float(high if high <= x[-1] else np.inf)


def gap(x: Floats, k: Floats, n: Floats, level: float, tail: float) -> tuple[float, float]:
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
    above = x[last[bdtrc(successes - 1, trials, level) < tail]]  # bdtrc(k): more than k
    return below.max(initial=-np.inf), above.min(initial=np.inf)
