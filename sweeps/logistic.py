"""The logistic curve fitted to counts, many data sets at a time."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_ITERATIONS = 100
_TOLERANCE = 1e-9
_LARGEST_STEP = 5.0


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
    """
    a = np.zeros(successes.shape[:-1])
    b = np.zeros_like(a)
    for _ in range(_ITERATIONS):
        step_a, step_b = _newton(a, b, x, successes, trials)
        shrink = _LARGEST_STEP / np.maximum(_LARGEST_STEP, np.hypot(step_a, step_b))
        a, b = a + shrink * step_a, b + shrink * step_b
        if max(np.abs(step_a).max(), np.abs(step_b).max()) < _TOLERANCE:
            break
    return a, b


def curve(a: Floats, b: Floats, x: Floats) -> Floats:
    """Return the probability of success, of shape (..., K)."""
    from scipy.special import expit

    p: Floats = expit(np.asarray(a)[..., None] + np.asarray(b)[..., None] * x)
    return p


def _newton(
    a: Floats, b: Floats, x: Floats, successes: Floats, trials: Floats
) -> tuple[Floats, Floats]:
    """Return the step (information)^-1 (modified score), its 2 x 2 matrices inverted by hand."""
    p = curve(a, b, x)
    w = np.maximum(trials * p * (1 - p), 1e-300)
    i_aa = w.sum(-1)
    centre = ((w * x).sum(-1) / i_aa)[..., None]
    # the determinant over i_aa, without the cancellation of i_bb - i_ab^2 / i_aa
    spread = (w * (x - centre) ** 2).sum(-1)
    leverage = w * (1 / i_aa[..., None] + (x - centre) ** 2 / spread[..., None])
    residual = successes - trials * p + leverage * (0.5 - p)
    step_b = (residual * (x - centre)).sum(-1) / spread
    step_a = residual.sum(-1) / i_aa - centre[..., 0] * step_b
    return step_a, step_b
