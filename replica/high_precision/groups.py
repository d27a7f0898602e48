r"""Clusters of fixed points again, slowly, to any number of digits, by the plain formula.

The twin of `clusters` integrates over z and t as the theory is written,

.. math:: I = \int Dz \int Dt\, M^y, \qquad M = \sum_{s=\pm1} e^{\sqrt{\hat q}\,ts} H_s(z),

z by Gauss-Legendre rules on panels around the steps of :math:`H_\pm`, t by the trapezoidal rule,
and finds the :math:`\hat q` at which :math:`\langle t \tanh u \rangle / \sqrt{\hat q} =
q_1(y-1) + 1`. The twin of `reference_clusters` sums over the number k of up spins,

.. math:: I = \sum_{k=0}^y \binom yk e^{\hat q (2k-y)^2/2 + \hat p (2k-y)}
              \int Dz\, H_+^k H_-^{y-k},

for integer y, and takes the derivative by :math:`q_1` under the integral. They are the arbiter of
the tests. Arguments are not checked.
"""

import functools
import itertools
from typing import Any, NamedTuple

import mpmath
import numpy as np
from mpmath import mp, mpf
from mpmath.calculus.quadrature import GaussLegendre

_GUARD = 8  # digits spent on rounding


class Entropies(NamedTuple):
    """Of groups of fixed points, in nats per neuron."""

    free_entropy: mpf
    local_entropy: mpf
    complexity: mpf


class Reference(NamedTuple):
    """Groups of fixed points around a reference state."""

    free_entropy: mpf
    overlap: mpf
    q_hat: mpf
    p_hat: mpf


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
        root = mpmath.sqrt(q_1)
        q_hat = root * mpmath.atanh(root) / (1 + (y - 1) * q_1)  # for large y
        gap = mpf("0.01")
        for degree in range(3, 8):
            coarse, fine = (_nodes(y, q_1, d, J_D, n) for n in (degree, degree + 1))
            q_hat = _extremum(coarse, y, q_1, q_hat, gap)
            gap = mpf(10) ** (-digits // 2)
            site, check = _site(fine, y, q_hat), _site(coarse, y, q_hat)
            if max(abs(a - b) for a, b in zip(site, check, strict=True)) * y < mpf(10) ** -digits:
                local = site.log_M - q_hat * (q_1 * (2 * y - 1) + 1) / 2
                free = site.log_I - q_hat * (q_1 * y * (y - 1) + y) / 2
                return Entropies(free, local, free - y * local)
        raise ArithmeticError(f"no {digits} digits by rules of degree {degree}")


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

            def gradient(
                q_1: mpf, q_hat: mpf, p_hat: mpf, columns: Any = columns
            ) -> tuple[mpf, ...]:
                return _around(y, d, q_1, q_hat, p_hat, columns(q_1))[1]

            unknowns = mpmath.findroot(gradient, tuple(unknowns), tol=mpf(10) ** (-2 * digits))
            q_1, q_hat, p_hat = unknowns
            free, _ = _around(y, d, q_1, q_hat, p_hat, columns(q_1))
            if abs(free - before) < mpf(10) ** -digits:
                return Reference(free, q_1, q_hat, p_hat)
            before = free
        raise ArithmeticError(f"no {digits} digits by rules of degree {degree}")


def _around(
    y: int, d: mpf, q_1: mpf, q_hat: mpf, p_hat: mpf, columns: tuple[list[mpf], list[mpf]]
) -> tuple[mpf, tuple[mpf, mpf, mpf]]:
    """Return the free entropy as a function of the unknowns, and what vanishes at the extremum."""
    m = [2 * k - y for k in range(y + 1)]
    factor = [
        mpmath.binomial(y, k) * mpmath.exp(q_hat * m_k**2 / 2 + p_hat * m_k)
        for k, m_k in enumerate(m)
    ]
    weight = [f * column for f, column in zip(factor, columns[0], strict=True)]
    total = mpmath.fsum(weight)
    by_q_1 = mpmath.fdot(factor, columns[1]) / total
    mean = mpmath.fdot(weight, m) / total
    square = mpmath.fdot(weight, [m_k**2 for m_k in m]) / total
    p, coupled = 1 - 2 * d, q_1 * y * (y - 1) + y
    return mpmath.log(2 * total) - y * p_hat * p - q_hat * coupled / 2, (
        mean - y * p,
        square - coupled,
        by_q_1 - y * (y - 1) * q_hat / 2,
    )


def _columns(y: int, J_D: mpf, degree: int, q_1: mpf) -> tuple[list[mpf], list[mpf]]:
    """Return the integrals over z of k up spins among y, and their derivatives by q_1."""
    root, sigma = mpmath.sqrt(q_1), mpmath.sqrt(1 - q_1)
    integral, by_q_1 = [mpf(0)] * (y + 1), [mpf(0)] * (y + 1)
    for node in _nodes(mpf(y), q_1, (1 - q_1) / 2, J_D, degree):
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
    return integral, by_q_1


class _Node(NamedTuple):
    """A node of the common field, with its weight."""

    z: mpf
    log_weight: mpf
    up: mpf  # H_+
    down: mpf


class _Site(NamedTuple):
    """The partition function of a site, and two averages under its weight."""

    log_I: mpf
    log_M: mpf
    t_tanh: mpf  # t tanh(u) / sqrt(q_hat)


def _extremum(nodes: list[_Node], y: mpf, q_1: mpf, q_hat: mpf, gap: mpf) -> mpf:
    """Return the `q_hat` at which the overlap is q_1, by the secant method for its logit.

    It starts from a guess of its logarithm, and from `gap` beside it.
    """

    def excess(theta: mpf) -> mpf:
        overlap = (_site(nodes, y, mpmath.exp(theta)).t_tanh - 1) / (y - 1)
        return mpmath.log(overlap / (1 - overlap) * (1 - q_1) / q_1)

    theta = mpmath.log(q_hat)
    before, theta = (theta, excess(theta)), theta + gap
    while abs(theta - before[0]) > mp.eps ** mpf("0.6"):  # the error is its 1.6th power
        now = excess(theta)
        slope = (now - before[1]) / (theta - before[0])
        before, theta = (theta, now), theta - now / slope
    return mpmath.exp(theta)


def _nodes(y: mpf, q_1: mpf, d: mpf, J_D: mpf, degree: int) -> list[_Node]:
    """Return nodes of z on the panels between points that crowd around the steps of H."""
    sigma, root = mpmath.sqrt(2 * d), mpmath.sqrt(q_1)
    reach = mpmath.sqrt(2 * mp.dps * mpmath.log(10))
    step, width = J_D / root, 2 * min(1, sigma / root)
    largest = 4 / mpmath.sqrt(y)  # the weight is that narrow
    points = {mpf(0), reach}
    offset = mpf(0)
    while offset < 2 * reach:
        points |= {z for z in (step - offset, step + offset) if 0 < z < reach}
        offset += min(max(width, offset), largest)
    edges = sorted(points)
    rule = GaussLegendre(mp)
    nodes = []
    for low, high in itertools.pairwise(edges):
        for z, weight in rule.get_nodes(low, high, degree, mp.prec):
            nodes.append(
                _Node(
                    z,
                    mpmath.log(2 * weight * mpmath.npdf(z)),
                    mpmath.ncdf((J_D + root * z) / sigma),
                    mpmath.ncdf((J_D - root * z) / sigma),
                )
            )
    return nodes


def _site(nodes: list[_Node], y: mpf, q_hat: mpf) -> _Site:
    """Integrate over z and t."""
    root = mpmath.sqrt(q_hat)
    reach = y * root + mpmath.sqrt(2 * mp.dps * mpmath.log(10))
    # the rule is wrong by exp(-2 pi eta / step + eta^2 / 2) for any eta up to the zeros of cosh
    eta = min(mpmath.sqrt(2 * mp.dps * mpmath.log(10)), mpf("0.9") * mpmath.pi / (2 * root))
    step = 2 * mpmath.pi * eta / (mp.dps * mpmath.log(10) + eta**2 / 2)
    last = int(reach / step) + 1
    t = [step * j for j in range(-last, last + 1)]
    up = [mpmath.exp(root * t_j) for t_j in t]
    half_square = [t_j**2 / 2 for t_j in t]
    total = sum_log_M = sum_t_tanh = mpf(0)
    for i, j in zip(*_not_negligible(nodes, y, root, t), strict=True):
        node = nodes[i]
        plus, minus = up[j] * node.up, node.down / up[j]
        M = plus + minus
        log_M = mpmath.log(M)
        weight = mpmath.exp(y * log_M + node.log_weight - half_square[j])
        total += weight
        sum_log_M += weight * log_M
        sum_t_tanh += weight * t[j] * (plus - minus) / M
    log_I = mpmath.log(total * step / mpmath.sqrt(2 * mpmath.pi))
    return _Site(log_I, sum_log_M / total, sum_t_tanh / total / root)


def _not_negligible(nodes: list[_Node], y: mpf, root: mpf, t: list[mpf]) -> Any:
    """Return the indices of z and t at which the integrand is not too small to matter."""
    up = np.array([float(mpmath.log(node.up)) for node in nodes])[:, None]
    down = np.array([float(mpmath.log(node.down)) for node in nodes])[:, None]
    log_weight = np.array([float(node.log_weight) for node in nodes])[:, None]
    t_row = np.array(t, dtype=float)
    u = float(root) * t_row
    exponent = float(y) * np.logaddexp(u + up, down - u) + log_weight - t_row**2 / 2
    return np.nonzero(exponent > exponent.max() - (mp.dps + 5) * np.log(10))
