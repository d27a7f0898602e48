"""The logistic curve fitted to counts, many data sets at a time."""

import numpy as np
import numpy.typing as npt

from foundation.errors import ConvergenceError

Floats = npt.NDArray[np.float64]

_ITERATIONS = 100
_TOLERANCE = 1e-9
_CONVERGED = 1e-6  # last step, in units of 1 + |(a, b)|: rounding allows less for a million trials
_LARGEST_STEP = 5.0
_HALVINGS = 30
_GAIN = 1e-9  # in the logarithm of the likelihood: 5e-5 standard errors
_SMALLEST = 1e-300  # weight of a trial


def fit(x: Floats, successes: Floats, trials: Floats) -> tuple[Floats, Floats]:
    r"""Fit the probability of success by a logistic curve.

    .. math:: p(x) = \frac{1}{1 + e^{-(a + b x)}}.

    The likelihood is multiplied by the square root of the determinant of the Fisher information
    (Firth 1993, Biometrika 80, 27): plain maximum likelihood has no finite slope when all counts
    below some x are 0 and all above are complete, as near a sharp transition.

    Parameters
    ----------
    x
        Shape (K,); best of order 1 around 0.
    successes
        Shape (..., K): one data set a row.
    trials
        Shape (K,).

    Returns
    -------
    a, b, each of shape (...).

    Raises
    ------
    ConvergenceError
        If a fit did not converge.
    """
    a = np.zeros(successes.shape[:-1])
    b = np.zeros_like(a)
    for _ in range(_ITERATIONS):
        step_a, step_b = _newton(a, b, x, successes, trials)
        shrink = _LARGEST_STEP / np.maximum(_LARGEST_STEP, np.hypot(step_a, step_b))
        a, b = a + shrink * step_a, b + shrink * step_b
        if max(np.abs(step_a).max(), np.abs(step_b).max()) < _TOLERANCE:
            return a, b
    a, b = np.array(a), np.array(b)
    missed = np.asarray(np.hypot(step_a, step_b) > _CONVERGED * (1 + np.hypot(a, b)))
    if missed.any():
        a[missed], b[missed] = _climb(a[missed], b[missed], x, successes[missed], trials)
    return a, b


def curve(a: Floats, b: Floats, x: Floats) -> Floats:
    """Return the probability of success, of shape (..., K)."""
    from scipy.special import expit

    p: Floats = expit(np.asarray(a)[..., None] + np.asarray(b)[..., None] * x)
    return p


def goodness(k: Floats, n: Floats, p: Floats) -> float:
    """Return the p-value of Pearson's chi-squared over the points that are not saturated."""
    from scipy.special import gammaincc

    used = n * np.minimum(p, 1 - p) >= 1
    dof = int(used.sum()) - 2
    if dof < 1:
        return float("nan")
    variance = (n * p * (1 - p))[used]
    return float(gammaincc(dof / 2, ((k - n * p)[used] ** 2 / variance).sum() / 2))


def _climb(
    a: Floats, b: Floats, x: Floats, successes: Floats, trials: Floats
) -> tuple[Floats, Floats]:
    """Go on by steps that never lower the penalised likelihood, and grow with the slope.

    Plain steps leap to and fro between a few trials, and are too short for slopes in the hundreds.
    The end is where a step gains nothing that the data could tell.
    """
    here = _penalised(a, b, x, successes, trials)
    for _ in range(_ITERATIONS):
        step_a, step_b = _newton(a, b, x, successes, trials)
        reach = np.maximum(_LARGEST_STEP, np.hypot(a, b))
        factor = reach / np.maximum(reach, np.hypot(step_a, step_b))
        best = np.zeros_like(here)
        there = here
        for _ in range(_HALVINGS):
            tried = _penalised(a + factor * step_a, b + factor * step_b, x, successes, trials)
            best = np.where(tried > there, factor, best)
            there = np.maximum(tried, there)
            factor = factor / 2
        a, b = a + best * step_a, b + best * step_b
        if (there - here < _GAIN).all():
            return a, b
        here = there
    raise ConvergenceError(
        f"The logistic fit did not converge for one of {a.size} data sets; add trials, or widen x."
    )


def _penalised(a: Floats, b: Floats, x: Floats, successes: Floats, trials: Floats) -> Floats:
    """Return the logarithm of the penalised likelihood, of shape (...)."""
    from scipy.special import log_expit

    z = a[..., None] + b[..., None] * x
    log_p, log_q = log_expit(z), log_expit(-z)
    w = np.maximum(trials * np.exp(log_p + log_q), _SMALLEST)
    i_aa = w.sum(-1)
    centre = ((w * x).sum(-1) / i_aa)[..., None]
    information = np.log(i_aa) + np.log((w * (x - centre) ** 2).sum(-1))
    likelihood: Floats = (successes * log_p + (trials - successes) * log_q).sum(-1)
    return likelihood + information / 2


def _newton(
    a: Floats, b: Floats, x: Floats, successes: Floats, trials: Floats
) -> tuple[Floats, Floats]:
    """Return the step (information)^-1 (modified score), its 2 x 2 matrices inverted by hand."""
    p = curve(a, b, x)
    w = np.maximum(trials * p * (1 - p), _SMALLEST)
    i_aa = w.sum(-1)
    centre = ((w * x).sum(-1) / i_aa)[..., None]
    # the determinant over i_aa, without the cancellation of i_bb - i_ab^2 / i_aa
    spread = (w * (x - centre) ** 2).sum(-1)
    leverage = w * (1 / i_aa[..., None] + (x - centre) ** 2 / spread[..., None])
    residual = successes - trials * p + leverage * (0.5 - p)
    step_b = (residual * (x - centre)).sum(-1) / spread
    step_a = residual.sum(-1) / i_aa - centre[..., 0] * step_b
    return step_a, step_b
