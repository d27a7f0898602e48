r"""Averages over the spins of the replicas of one site, at given bias b.

The conjugate overlap :math:`\hat q` couples the y spins of a site by a Gaussian field,

.. math:: G(b) = \int \frac{du}{\sqrt{2\pi\hat q}}\, e^{-(u-b)^2/2\hat q}\, (2\cosh u)^y,

and the mean spin of a replica in the field u is :math:`T = \tanh u`. G is an entire function of b,
so the trapezoidal rule converges exponentially; it is taken on one grid of u for all b, on which
everything but the Gaussian is tabulated. Where b is large, :math:`2\cosh u = e^u` to all digits,
and G is known.
"""

import math
from typing import NamedTuple

import numpy as np

from foundation.compiled import compiled
from replica.gauss.orthant import Floats

_REACH = 9.0  # in standard deviations: what is left out is less than 1e-17
_NARROW = 1e-6  # q_hat below which the one grid is too fine, and its nodes lose digits
_NEGLIGIBLE = 50.0  # nodes whose weight is less than exp(-50) of the largest are left out


class SpinAverages(NamedTuple):
    r"""Weights of the nodes, and averages over the spins of a replica there.

    Attributes
    ----------
    log_weight
        Logarithm of the weight times :math:`e^{-y|b|} G`.
    gap, gap_2, spread, spread_2, gap_spread
        Averages of :math:`1-T`, :math:`(1-T)^2`, :math:`1-T^2`, :math:`(1-T^2)^2` and
        :math:`(1-T)(1-T^2)`.
    log_2cosh
        Average of :math:`\ln 2\cosh u - |b|`.
    """

    log_weight: Floats
    gap: Floats
    gap_2: Floats
    spread: Floats
    spread_2: Floats
    gap_spread: Floats
    log_2cosh: Floats


class _Grid(NamedTuple):
    """The nodes of u that serve all biases, and how far each looks."""

    step: float
    reach: float
    first: int  # number of the first node, of which node 0 is at u = 0
    saturated: float  # bias from which on G is known


def spin_averages(log_weight: Floats, bias: Floats, y: float, q_hat: float) -> SpinAverages:
    """Return the averages at each node, given the logarithm of its weight and its bias."""
    saturated = 20 + math.log(y) / 2
    step = _step(q_hat) * math.sqrt(q_hat)
    reach = y * q_hat + _REACH * math.sqrt(q_hat)
    if q_hat < _NARROW:
        return _narrow(log_weight, bias, y, q_hat)
    inside = np.clip(bias, -saturated, saturated)
    first = math.floor((inside.min() - reach) / step)
    last = math.ceil((inside.max() + reach) / step)
    table = _tables(step * np.arange(first, last + 1))
    log_G, averages = np.empty(bias.shape), np.zeros((6, len(bias)))
    grid = _Grid(step, reach, first, saturated)
    _average(log_weight, bias, y, q_hat, grid, table, log_G, averages)
    return SpinAverages(log_G, *averages)


def _narrow(log_weight: Floats, bias: Floats, y: float, q_hat: float) -> SpinAverages:
    """Return the same for small `q_hat`, on a grid of its own for each bias."""
    root = math.sqrt(q_hat)
    last = math.ceil((y * root + _REACH) / _step(q_hat))
    t = _step(q_hat) * np.arange(-last, last + 1)
    tables = _tables(bias[:, None] + root * t)
    exponent = y * tables[5] - t**2 / 2
    top = exponent.max(axis=1, keepdims=True)
    weight = np.exp(exponent - top)
    total = weight.sum(axis=1)
    log_G = top[:, 0] + np.log(total * _step(q_hat) / math.sqrt(2 * math.pi))
    averages = np.einsum("ij,kij->ik", weight, tables) / total[:, None]
    averages[:, 5] -= np.abs(bias)
    return SpinAverages(log_weight - y * np.abs(bias) + log_G, *averages.T)


def _step(q_hat: float) -> float:
    """Return the step of the rule, in standard deviations of the Gaussian.

    Shifted by i eta, the integrand is at most exp(eta^2/2) of its value on the real line, up to the
    zeros of cosh; so the rule is wrong by exp(eta^2/2 - 2 pi eta/step), here exp(-36).
    """
    eta = min(6.0, 0.9 * math.pi / (2 * math.sqrt(q_hat)))
    return min(0.6, 2 * math.pi * eta / (36 + eta**2 / 2))


def _tables(u: Floats) -> Floats:
    """Return the six functions of u, without loss where T is close to ±1."""
    e = np.exp(-2 * np.abs(u))
    one_minus_T = np.where(u > 0, 2 * e, 2) / (1 + e)
    one_minus_T2 = 4 * e / (1 + e) ** 2
    log_2cosh = np.abs(u) + np.log1p(e)
    squares = one_minus_T**2, one_minus_T2, one_minus_T2**2
    return np.array([one_minus_T, *squares, one_minus_T * one_minus_T2, log_2cosh])


@compiled
def _average(
    log_weight: Floats,
    bias: Floats,
    y: float,
    q_hat: float,
    grid: _Grid,
    table: Floats,
    log_G: Floats,
    averages: Floats,
) -> None:
    """Fill `log_G` and `averages`, node by node."""
    step, reach, first, saturated = grid
    peak = np.empty(len(bias))
    for i in range(len(bias)):
        peak[i] = _peak(abs(bias[i]), y, q_hat, saturated)  # with exp(-y |b|)
    least = np.max(peak + log_weight) - _NEGLIGIBLE
    for i in range(len(bias)):
        b = bias[i]
        if peak[i] + log_weight[i] < least:
            log_G[i] = -np.inf
            continue
        if abs(b) > saturated:
            log_G[i] = log_weight[i] + y * y * q_hat / 2
            averages[0, i] = 0.0 if b > 0 else 2.0
            averages[1, i] = 0.0 if b > 0 else 4.0
            averages[5, i] = y * q_hat
            continue
        sum_0 = sum_1 = sum_2 = sum_3 = sum_4 = sum_5 = sum_6 = 0.0
        low, high = math.ceil((b - reach) / step), math.floor((b + reach) / step)
        for j in range(low - first, high - first + 1):
            t = (j + first) * step - b
            weight = math.exp(y * (table[5, j] - abs(b)) - t * t / (2 * q_hat) - peak[i])
            sum_0 += weight
            sum_1 += weight * table[0, j]
            sum_2 += weight * table[1, j]
            sum_3 += weight * table[2, j]
            sum_4 += weight * table[3, j]
            sum_5 += weight * table[4, j]
            sum_6 += weight * table[5, j]
        log_G[i] = log_weight[i] + peak[i] + math.log(sum_0 * step / math.sqrt(2 * np.pi * q_hat))
        averages[0, i], averages[1, i] = sum_1 / sum_0, sum_2 / sum_0
        averages[2, i], averages[3, i] = sum_3 / sum_0, sum_4 / sum_0
        averages[4, i] = sum_5 / sum_0
        averages[5, i] = sum_6 / sum_0 - abs(b)


@compiled
def _peak(b: float, y: float, q_hat: float, saturated: float) -> float:
    """Return about the largest exponent of the integrand, at `u = b + y q_hat tanh u`."""
    u = b + y * q_hat
    if b <= saturated:
        for _ in range(30):
            before = u
            u = b + y * q_hat * math.tanh(u)
            if abs(u - before) < 1e-3 * math.sqrt(q_hat):
                break
    return y * (u - b + math.log1p(math.exp(-2 * u))) - (u - b) ** 2 / (2 * q_hat)
