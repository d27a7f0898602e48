r"""Clusters of fixed points again, slowly, to any number of digits, by the plain formula.

The twin of `clusters` integrates over z and t as the theory is written,

.. math:: I = \int Dz \int Dt\, M^y, \qquad M = \sum_{s=\pm1} e^{\sqrt{\hat q}\,ts} H_s(z),

z by Gauss-Legendre rules on panels around the steps of :math:`H_\pm`, t by the trapezoidal rule,
and finds the :math:`\hat q` at which :math:`\langle T^2 \rangle = q_1`; T is the difference of both
terms of M over their sum.
"""

from collections.abc import Iterator
from typing import NamedTuple

import mpmath
import numpy as np
from mpmath import mp, mpf

from replica.high_precision.field_nodes import Node, field_nodes

_GUARD = 8  # digits spent on rounding


class Entropies(NamedTuple):
    """Of groups of fixed points, in nats per neuron."""

    free_entropy: mpf
    local_entropy: mpf
    complexity: mpf


def clusters(y: float, d: float, J_D: float, digits: int = 30) -> Entropies:
    """Return the entropies of y fixed points at mutual distance d, with 0 < d < 1/2.

    Raises
    ------
    ArithmeticError
        If the quadrature does not reach `digits` digits after the point.
    """
    with mp.workdps(digits + _GUARD):
        y, d, J_D = mpf(y), mpf(d), mpf(J_D)
        q_1 = 1 - 2 * d
        q_hat = guess(y, q_1)
        gap = mpf("0.01")
        for degree in range(3, 8):
            coarse, fine = (field_nodes(y, q_1, d, J_D, n) for n in (degree, degree + 1))
            q_hat = conjugate(coarse, y, q_1, q_hat, gap)
            gap = mpf(10) ** (-digits // 2)
            site, check = _site(fine, y, q_hat), _site(coarse, y, q_hat)
            if max(abs(a - b) for a, b in zip(site, check, strict=True)) * y < mpf(10) ** -digits:
                local = site.log_M - q_hat * (q_1 * (2 * y - 1) + 1) / 2
                free = site.log_I - q_hat * (q_1 * y * (y - 1) + y) / 2
                return Entropies(free, local, free - y * local)
        raise ArithmeticError(f"no {digits} digits by rules of degree {degree}")


def guess(y: mpf, q_1: mpf) -> mpf:
    """Return about the conjugate of the overlap, for large y."""
    root = mpmath.sqrt(q_1)
    return root * mpmath.atanh(root) / (1 + (y - 1) * q_1)


class _Site(NamedTuple):
    """The partition function of a site, and two averages under its weight."""

    log_I: mpf
    log_M: mpf
    spin_2: mpf


def conjugate(nodes: list[Node], y: mpf, q_1: mpf, q_hat: mpf, gap: mpf) -> mpf:
    """Return the `q_hat` at which the overlap is q_1, by the secant method for its logit.

    It starts from a guess of its logarithm, and from `gap` beside it.
    """

    def excess(theta: mpf) -> mpf:
        overlap = _site(nodes, y, mpmath.exp(theta)).spin_2
        return mpmath.log(overlap / (1 - overlap) * (1 - q_1) / q_1)

    theta = mpmath.log(q_hat)
    before, theta = (theta, excess(theta)), theta + gap
    while abs(theta - before[0]) > mp.eps ** mpf("0.6"):  # the error is its 1.6th power
        now = excess(theta)
        slope = (now - before[1]) / (theta - before[0])
        before, theta = (theta, now), theta - now / slope
    return mpmath.exp(theta)


class Term(NamedTuple):
    """A term of the sum over z and t: the node of z, both terms of M, and the weight M^y."""

    node: Node
    plus: mpf
    minus: mpf
    weight: mpf


def terms(nodes: list[Node], y: mpf, q_hat: mpf) -> Iterator[Term]:
    """Yield what is not negligible in the integral over z and t, up to a common factor."""
    root = mpmath.sqrt(q_hat)
    reach = y * root + mpmath.sqrt(2 * mp.dps * mpmath.log(10))
    step = _step(root)
    last = int(reach / step) + 1
    t = [step * j for j in range(-last, last + 1)]
    up = [mpmath.exp(root * t_j) for t_j in t]
    half_square = [t_j**2 / 2 for t_j in t]
    for i, j in _not_negligible(nodes, y, root, t):
        node = nodes[i]
        plus, minus = up[j] * node.up, node.down / up[j]
        exponent = y * mpmath.log(plus + minus) + node.log_weight - half_square[j]
        yield Term(node, plus, minus, mpmath.exp(exponent))


def _step(root: mpf) -> mpf:
    """Return the distance of the nodes of t."""
    # the rule is wrong by exp(-2 pi eta / step + eta^2 / 2) for any eta up to the zeros of cosh
    eta = min(mpmath.sqrt(2 * mp.dps * mpmath.log(10)), mpf("0.9") * mpmath.pi / (2 * root))
    return 2 * mpmath.pi * eta / (mp.dps * mpmath.log(10) + eta**2 / 2)


def _site(nodes: list[Node], y: mpf, q_hat: mpf) -> _Site:
    """Integrate over z and t."""
    total = sum_log_M = sum_spin_2 = mpf(0)
    for _, plus, minus, weight in terms(nodes, y, q_hat):
        M = plus + minus
        total += weight
        sum_log_M += weight * mpmath.log(M)
        sum_spin_2 += weight * ((plus - minus) / M) ** 2
    log_I = mpmath.log(total * _step(mpmath.sqrt(q_hat)) / mpmath.sqrt(2 * mpmath.pi))
    return _Site(log_I, sum_log_M / total, sum_spin_2 / total)


def _not_negligible(nodes: list[Node], y: mpf, root: mpf, t: list[mpf]) -> list[list[int]]:
    """Return the pairs of indices of z and t at which the integrand is not too small to matter."""
    up = np.array([float(mpmath.log(node.up)) for node in nodes])[:, None]
    down = np.array([float(mpmath.log(node.down)) for node in nodes])[:, None]
    log_weight = np.array([float(node.log_weight) for node in nodes])[:, None]
    t_row = np.array(t, dtype=float)
    u = float(root) * t_row
    exponent = float(y) * np.logaddexp(u + up, down - u) + log_weight - t_row**2 / 2
    return np.argwhere(exponent > exponent.max() - (mp.dps + 5) * np.log(10)).tolist()
