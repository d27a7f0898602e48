r"""The probability that one neuron is stable in all of y states, whose spins make a column.

The fields of the y states on one neuron have mutual overlap :math:`q = 1 - 2d`: they are
:math:`\sqrt q\, z + \sqrt{1-q}\, x_\alpha` with a common z. If k of the spins are up,

.. math:: I_k = \int Dz\, \Phi\!\left(\frac{J_+ + \sqrt q\, z}{\sqrt{1-q}}\right)^{k}
                \Phi\!\left(\frac{J_- - \sqrt q\, z}{\sqrt{1-q}}\right)^{y-k}

with the thresholds :math:`J_\pm` of the spins that are up and down. The integrand is entire and
falls off like a Gaussian, so the trapezoidal rule converges faster than exponentially once its step
resolves the edges of :math:`\Phi`, of width :math:`\sqrt{(1-q)/q}`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from replica.gauss.inverse_mills import inverse_mills
from replica.gauss.orthant import Floats

_REACH = 9.5  # the integrand falls off from its maximum at least as exp(-z^2/2)


class SpinColumns(NamedTuple):
    r"""Logarithms of the probabilities of several k, and their derivatives.

    Attributes
    ----------
    log
        :math:`\ln I_k`, of shape (k,).
    slope
        Its derivatives by :math:`J_+, J_-`, of shape (k, 2).
    curvature
        Its second derivatives by :math:`J_+, J_-`, of shape (k, 2, 2).
    slope_q
        Its derivative by q, of shape (k,).
    """

    log: Floats
    slope: Floats
    curvature: Floats
    slope_q: Floats


def spin_columns(y: int, up: Floats, J: Floats, d: float, step: float) -> SpinColumns:
    """Return the probabilities for columns of `up` spins up, the thresholds `J` of shape (k, 2).

    `step` is that of the trapezoidal rule, in units of the width of an edge.
    """
    n = np.stack([up, y - up], axis=-1)[..., None]  # (k, 2, 1)
    J = J[..., None]
    gain = np.array([1, -1])[:, None] * np.sqrt(1 - 2 * d)
    sigma = np.sqrt(2 * d)
    edge = min(1.0, sigma / np.sqrt(1 - 2 * d)) if d < 0.5 else 1.0
    h = step * edge
    t = h * np.arange(-np.ceil(_REACH / h), np.ceil(_REACH / h) + 1)
    z = _mode(n, J, gain, sigma)[:, None] + t
    x = (J + gain * z[:, None, :]) / sigma
    log_integrand = np.sum(n * special.log_ndtr(x), axis=1) - z**2 / 2
    top = log_integrand.max(axis=1, keepdims=True)
    weights = np.exp(log_integrand - top)
    total = weights.sum(axis=1, keepdims=True)
    weights /= total
    # m = d ln Phi(x) / dJ, and n m its sum over the spins of one sign
    m = inverse_mills(x) / sigma
    sums = n * m
    slope = np.einsum("kz,kiz->ki", weights, sums)
    products = np.einsum("kz,kiz,kjz->kij", weights, sums, sums)
    single = np.einsum("kz,kiz->ki", weights, n * m * (m + x / sigma))
    curvature = products - slope[:, :, None] * slope[:, None, :]
    curvature[:, [0, 1], [0, 1]] -= single
    # the heat equation: dI/dq is the sum over pairs of spins s, s' of s s' d^2 I / dJ dJ'
    squares = np.einsum("kz,kiz->k", weights, n * (n - 1) * m**2)
    slope_q = squares / 2 - products[:, 0, 1]
    log = (np.log(total) + top)[:, 0] + np.log(h / np.sqrt(2 * np.pi))
    return SpinColumns(log, slope, curvature, slope_q)


def _mode(n: Floats, J: Floats, gain: Floats, sigma: float) -> Floats:
    """Return about where each integrand, which is log-concave, is largest."""

    def rises(z: Floats) -> npt.NDArray[np.bool]:
        x = (J + gain * z[:, None, None]) / sigma
        return np.asarray(np.sum(n * inverse_mills(x) * gain / sigma, axis=(1, 2)) > z)

    high = np.ones(len(n))
    while (short := rises(high) | ~rises(-high)).any():
        high = np.where(short, 2 * high, high)
    low = -high
    for _ in range(12):
        middle = (low + high) / 2
        rising = rises(middle)
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return (low + high) / 2
