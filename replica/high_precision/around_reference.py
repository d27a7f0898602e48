r"""Clusters around a reference state again, slowly, to any number of digits.

The twin of `reference_clusters` sums over the number k of up spins,

.. math:: I = \sum_{k=0}^y \binom yk e^{\hat q (2k-y)^2/2 + \hat p (2k-y)}
              \int Dz\, H_+^k H_-^{y-k},

for integer y, and takes the derivative by :math:`q_1` under the integral.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import mpmath
from mpmath import mp, mpf

from replica.high_precision.field_nodes import field_nodes

_GUARD = 8  # digits spent on rounding


class Reference(NamedTuple):
    """Groups of fixed points around a reference state."""

    free_entropy: mpf
    overlap: mpf
    q_hat: mpf
    p_hat: mpf


def reference_clusters(
    y: int, d: float, J_D: float, start: tuple[float, float, float], digits: int = 30
) -> Reference:
    """Return the extremum for y fixed points at distance d from a reference state.

    There may be several: it is the one that Newton's method finds from `start`, a guess of the
    overlap, `q_hat` and `p_hat`.

    Raises
    ------
    ArithmeticError
        If the quadrature does not reach `digits` digits after the point.
    """
    with mp.workdps(digits + _GUARD):
        d, J_D = mpf(d), mpf(J_D)
        unknowns, before = tuple(map(mpf, start)), mpf("inf")
        for degree in range(3, 8):
            columns = functools.cache(functools.partial(_columns, y, J_D, degree))
            exponent = functools.partial(_at, y, d, columns)
            unknowns = mpmath.findroot(
                lambda *x, exponent=exponent: exponent(*x).gradient,
                tuple(unknowns),
                tol=mpf(10) ** (-2 * digits),
            )
            free = exponent(*unknowns).value
            if abs(free - before) < mpf(10) ** -digits:
                return Reference(free, *unknowns)
            before = free
        raise ArithmeticError(f"no {digits} digits by rules of degree {degree}")


class _Columns(NamedTuple):
    """The integrals over z of k up spins among y, for all k, and their derivatives by q_1."""

    integral: list[mpf]
    by_q_1: list[mpf]


class _Exponent(NamedTuple):
    """The free entropy as a function of the unknowns, and what vanishes at the extremum."""

    value: mpf
    gradient: tuple[mpf, mpf, mpf]


def _at(
    y: int, d: mpf, columns: Callable[[mpf], _Columns], q_1: mpf, q_hat: mpf, p_hat: mpf
) -> _Exponent:
    """Return the exponent at given unknowns, a sum over the number of up spins."""
    integral, integral_by_q_1 = columns(q_1)
    m = [2 * k - y for k in range(y + 1)]
    factor = [
        mpmath.binomial(y, k) * mpmath.exp(q_hat * m_k**2 / 2 + p_hat * m_k)
        for k, m_k in enumerate(m)
    ]
    weight = [f * column for f, column in zip(factor, integral, strict=True)]
    total = mpmath.fsum(weight)
    by_q_1 = mpmath.fdot(factor, integral_by_q_1) / total
    mean = mpmath.fdot(weight, m) / total
    square = mpmath.fdot(weight, [m_k**2 for m_k in m]) / total
    p, coupled = 1 - 2 * d, q_1 * y * (y - 1) + y
    return _Exponent(
        mpmath.log(2 * total) - y * p_hat * p - q_hat * coupled / 2,
        (mean - y * p, square - coupled, by_q_1 - y * (y - 1) * q_hat / 2),
    )


def _columns(y: int, J_D: mpf, degree: int, q_1: mpf) -> _Columns:
    """Integrate over the common field."""
    root, sigma = mpmath.sqrt(q_1), mpmath.sqrt(1 - q_1)
    integral, by_q_1 = [mpf(0)] * (y + 1), [mpf(0)] * (y + 1)
    for node in field_nodes(mpf(y), q_1, (1 - q_1) / 2, J_D, degree):
        up, down = (
            mpmath.npdf((J_D + z * root) / sigma)
            * (z / (2 * root * sigma) + (J_D + z * root) / (2 * sigma**3))
            / H
            for z, H in ((node.z, node.up), (-node.z, node.down))
        )
        term = mpmath.exp(node.log_weight) / 2 * node.down**y
        for k in range(y + 1):
            slope = term * (k * up + (y - k) * down)
            for i in (k, y - k):  # -z has as many down spins
                integral[i] += term
                by_q_1[i] += slope
            term *= node.up / node.down
    return _Columns(integral, by_q_1)
