"""Numbers of successes: their intervals, and how far they are from a probability."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]

ONE_SIGMA = 0.6827  # of a normal variable, within one standard deviation
_MANY = 10_000  # trials from which on the normal law does


def binomial_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, confidence: float = 0.95
) -> Floats:
    r"""Return the Clopper-Pearson intervals of probabilities, from numbers of successes.

    The ends :math:`p_\pm` are those probabilities at which so few, or so many, successes are just
    likely enough:

    .. math:: P(X \le k; p_+) = P(X \ge k; p_-) = \frac{1 - \mathrm{confidence}}2 .

    No probability is missed more often than that. The interval of 0 of n begins at 0 and ends
    above it.

    Parameters
    ----------
    successes, trials
        Whole numbers, 0 <= successes <= trials, trials >= 1; arrays are broadcast.
    confidence
        Probability with which an interval holds the true probability at least, 0 to 1.

    Returns
    -------
    The lower and the upper ends along a last dimension.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Clopper and Pearson, Biometrika 26, 404 (1934).

    Examples
    --------
    >>> import sweeps
    >>> sweeps.binomial_interval([0, 20, 40], 40, confidence=0.95).round(3).tolist()
    [[0.0, 0.088], [0.338, 0.662], [0.912, 1.0]]
    """
    from scipy.special import betaincinv

    k, n = counts(successes, trials)
    tail = (1 - domains.real("confidence", confidence, 0, 1, exclusive=True)) / 2
    low = betaincinv(np.maximum(k, 1), n - k + 1, tail)
    high = betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail)
    return np.stack([np.where(k > 0, low, 0.0), np.where(k < n, high, 1.0)], axis=-1)


def counts(
    successes: npt.ArrayLike, trials: npt.ArrayLike, called: str = "successes"
) -> tuple[Floats, Floats]:
    """Return numbers of successes and of trials, checked, in one shape."""
    k, n = domains.numbers(called, successes), domains.numbers("trials", trials)
    try:
        k, n = np.broadcast_arrays(k, n)
    except ValueError:
        raise ValueError(
            f"trials must have the shape {k.shape} of {called}, got {n.shape}"
        ) from None
    for name, values in ((called, k), ("trials", n)):
        if (wrong := values[~(values == np.round(values))]).size:
            raise ValueError(f"{name} must be whole numbers, got {wrong[0]:g}")
    if (n < 1).any():
        raise ValueError(f"trials must be >= 1, got {n.min():g}")
    if (bad := (k < 0) | (k > n)).any():
        raise ValueError(f"{called} must be 0 to {n[bad][0]:g} trials, got {k[bad][0]:g}")
    return k, n


def are_successes(values: xarray.DataArray) -> bool:
    """Return whether results are successes and failures: no value is another than 0 or 1.

    Such a variable has no choice but the binomial law, whatever its type is.
    """
    x = values.values
    if x.dtype.kind == "b":
        return bool(x.size)
    known = x[~np.isnan(x)] if x.dtype.kind == "f" else x
    return bool(known.size) and bool(((known == 0) | (known == 1)).all())


def one_sigma(k: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return the interval of one standard deviation; nan where nothing was tried."""
    ends = binomial_interval(k, np.maximum(n, 1), confidence=ONE_SIGMA)
    ends[n < 1] = np.nan
    return ends[..., 0], ends[..., 1]


def scores(k: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """Return k successes as standard normal variables, if each of n has probability p.

    The normal quantile of P(X < k) + P(X = k) / 2; infinite where k is impossible, as any is if p
    is no probability.
    """
    from scipy.special import ndtri_exp
    from scipy.stats import binom

    k, n, p = (np.asarray(x, dtype=float) for x in np.broadcast_arrays(k, n, p))
    inside = np.clip(p, 0, 1)
    half = binom.logpmf(k, n, inside) - np.log(2)
    below = np.logaddexp(binom.logcdf(k - 1, n, inside), half)
    above = np.logaddexp(binom.logsf(k, n, inside), half)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(below < above, ndtri_exp(below), -ndtri_exp(above))
    # beyond the smallest double the tails have no logarithm: their exponent stands for them
    far = np.isinf(z) & (inside > 0) & (inside < 1)
    z = np.where(far, np.sign(z) * np.sqrt(2 * n * _divergence(k / np.maximum(n, 1), inside)), z)
    z = np.where((inside == 0) | (inside == 1), _certain(k, n, inside), z)
    return np.where(p < 0, np.inf, np.where(p > 1, -np.inf, z))


def _certain(k: Floats, n: Floats, p: Floats) -> Floats:
    return np.where(k > n * p, np.inf, np.where(k < n * p, -np.inf, 0.0))


def _divergence(x: Floats, p: Floats) -> Floats:
    """Return the rate at which fractions x of successes become unlikely."""
    from scipy.special import rel_entr

    return np.asarray(rel_entr(x, p) + rel_entr(1 - x, 1 - p))


@functools.lru_cache
def moments(n: float, p: float) -> tuple[float, float]:
    """Return mean and variance of the square of a score: 1 and 2 for many trials."""
    from scipy.stats import binom

    if n > _MANY or not 0 < p < 1:
        return (1.0, 2.0) if 0 < p < 1 else (0.0, 0.0)
    k = np.arange(n + 1)
    weights, squares = binom.pmf(k, n, p), scores(k, n, p) ** 2
    mean = float(weights @ squares)
    return mean, float(weights @ squares**2) - mean**2


@functools.lru_cache
def noticed(n: float, p: float, critical: float, probability: float) -> float:
    """Return by how much p may differ from the truth before |score| > critical is probable.

    Infinite if no outcome would do.
    """
    from scipy.special import betaincinv, ndtri

    if n > _MANY:
        return float((critical + ndtri(probability)) * np.sqrt(0.25 / n))
    z = scores(np.arange(n + 1), n, p)
    shifts = []
    if (many := np.flatnonzero(z > critical)).size:
        shifts.append(betaincinv(many[0], n - many[0] + 1, probability) - p)
    if (few := np.flatnonzero(z < -critical)).size:
        shifts.append(p - betaincinv(few[-1] + 1, n - few[-1], 1 - probability))
    return float(max(shifts, default=np.inf))
