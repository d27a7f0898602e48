r"""The probability that one neuron is stable in all of y states, whose spins make a column.

The fields of the y states on one neuron have mutual overlap :math:`q = 1 - 2d`: they are
:math:`\sqrt q\, z + \sqrt{1-q}\, x_\alpha` with a common z. If k of the spins are up,

.. math:: I_k = \int Dz\, \Phi\!\left(\frac{J_+ + \sqrt q\, z}{\sqrt{1-q}}\right)^{k}
                \Phi\!\left(\frac{J_- - \sqrt q\, z}{\sqrt{1-q}}\right)^{y-k}

with the thresholds :math:`J_\pm` of the spins that are up and down. The integrand is entire and
falls off like a Gaussian, so the trapezoidal rule converges faster than exponentially once its step
resolves the edges of :math:`\Phi`, of width :math:`\sqrt{(1-q)/q}`.
"""

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from replica.gauss.inverse_mills import inverse_mills
from replica.gauss.orthant import Floats

_REACH = 9.5  # the integrand falls off from its maximum at least as exp(-z^2/2)
_MANY = 10_000  # nodes; if there are more, those that count are looked for
_LOST = 80.0  # nats below the maximum where even steep derivatives do not count


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
    z, z_2
        Averages of z and of its square under the integrand, of shape (k,).
    """

    log: Floats
    slope: Floats
    curvature: Floats
    slope_q: Floats
    z: Floats
    z_2: Floats


class Columns(NamedTuple):
    """The integrands of several k.

    Attributes
    ----------
    n
        Numbers of spins up and down, of shape (k, 2, 1).
    J
        Their thresholds, of the same shape.
    gain, sigma
        Slope of the fields in z, of shape (2, 1), and their scatter.
    """

    n: Floats
    J: Floats
    gain: Floats
    sigma: float

    def x(self, z: Floats) -> Floats:
        """Return the arguments of the probabilities at nodes z of shape (k, z)."""
        return (self.J + self.gain * z[:, None, :]) / self.sigma

    def log_integrand(self, z: Floats, x: Floats) -> Floats:
        """Return the logarithm of the integrand, which is concave in z."""
        return np.asarray(np.sum(self.n * special.log_ndtr(x), axis=1) - z**2 / 2)

    def row(self, k: int) -> "Columns":
        """Return the integrand of one k."""
        return self._replace(n=self.n[k : k + 1], J=self.J[k : k + 1])


class Rule(NamedTuple):
    """Nodes z of shape (k, z) and their distance h, for the integrands of some k."""

    columns: Columns
    z: Floats
    h: float

    def weights(self, x: Floats) -> tuple[Floats, Floats]:
        """Return the weights at the nodes, whose sum is one, and the logarithm of the integral."""
        log_integrand = self.columns.log_integrand(self.z, x)
        top = log_integrand.max(axis=1, keepdims=True)
        weights = np.exp(log_integrand - top)
        total = weights.sum(axis=1, keepdims=True)
        weights /= total
        return weights, (np.log(total) + top)[:, 0] + np.log(self.h / np.sqrt(2 * np.pi))


def spin_columns(y: int, up: Floats, J: Floats, d: float, step: float) -> SpinColumns:
    """Return the probabilities for columns of `up` spins up, the thresholds `J` of shape (k, 2).

    `step` is that of the trapezoidal rule, in units of the width of an edge.
    """
    return summed(rules(y, up, J, d, step))


def rules(y: int, up: Floats, J: Floats, d: float, step: float) -> list[Rule]:
    """Return the nodes for these columns, all in one rule where they are few."""
    gain = np.array([1, -1])[:, None] * np.sqrt(1 - 2 * d)
    sigma = np.sqrt(2 * d)
    columns = Columns(np.stack([up, y - up], axis=-1)[..., None], J[..., None], gain, sigma)
    edge = min(1.0, sigma / np.sqrt(1 - 2 * d)) if d < 0.5 else 1.0
    h = step * edge
    t = h * np.arange(-np.ceil(_REACH / h), np.ceil(_REACH / h) + 1)
    mode = _mode(*columns)
    if len(t) < _MANY:
        return [Rule(columns, mode[:, None] + t, h)]
    rows = [columns.row(k) for k in range(len(up))]
    return [Rule(row, (z + _near(row, z, t))[None], h) for row, z in zip(rows, mode, strict=True)]


def summed(rules: list[Rule]) -> SpinColumns:
    """Return the probabilities at these nodes."""
    return SpinColumns(*map(np.concatenate, zip(*map(_summed, rules), strict=True)))


def _summed(rule: Rule) -> SpinColumns:
    """Return the integrals and their derivatives by sums over the nodes."""
    z = rule.z
    n, sigma = rule.columns.n, rule.columns.sigma
    x = rule.columns.x(z)
    weights, log = rule.weights(x)
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
    z, z_2 = (np.einsum("kz,kz->k", weights, power) for power in (z, z**2))
    return SpinColumns(log, slope, curvature, slope_q, z, z_2)


def _near(row: Columns, mode: float, t: Floats) -> Floats:
    """Return the nodes t, of those around the mode of one k, that count."""

    def counts(i: int) -> bool:
        z = np.array([[mode, mode + t[i]]])
        at_mode, here = row.log_integrand(z, row.x(z))[0]
        return bool(here > at_mode - _LOST)

    middle = len(t) // 2
    first = bisect_left(range(middle), True, key=counts)
    last = middle + bisect_left(range(middle, len(t)), True, key=lambda i: not counts(i))
    return t[first:last]


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
