r"""The stabilities of clusters again, slowly, to any number of digits, by the plain formula.

They are the eigenvalues of replicas within a group, and of groups at cross overlap zero,

.. math:: \lambda_\mathrm{in} = \langle T_\zeta^2 \rangle
          + \sqrt{\langle T_u^2 \rangle \langle g_\zeta^2 \rangle}, \qquad
          \lambda_\mathrm{out} = \frac{D_{u\zeta}^2 + D_{uu} |D_{\zeta\zeta}|}{y^2}, \qquad
          D_{ab} = y \langle (\ln M)_{ab} \rangle
          + y^2 \langle (\ln M)_a (\ln M)_b \rangle,

with :math:`T = (\ln M)_u` and :math:`g = (\ln M)_\zeta`. `replica.clusters` integrates D by parts;
here all derivatives are of M itself, :math:`\hat q` is found again, and so are both integrals.
"""

from typing import NamedTuple

import mpmath
from mpmath import mp, mpf

from replica.high_precision.field_nodes import Node, field_nodes
from replica.high_precision.groups import conjugate, guess, terms

_GUARD = 8  # digits spent on rounding


class Stabilities(NamedTuple):
    """The eigenvalues: of replicas within a group, and of groups."""

    inner: mpf
    outer: mpf


def stabilities(y: float, d: float, J_D: float, digits: int = 15) -> Stabilities:
    """Return the stabilities of groups of y fixed points at mutual distance d, 0 < d < 1/2.

    Raises
    ------
    ArithmeticError
        If the quadrature does not reach `digits` digits after the point.
    """
    with mp.workdps(digits + _GUARD):
        y, d, J_D = mpf(y), mpf(d), mpf(J_D)
        q_1 = 1 - 2 * d
        q_hat, gap = guess(y, q_1), mpf("0.01")
        coarse = Stabilities(mp.inf, mp.inf)
        for degree in range(3, 8):
            nodes = field_nodes(y, q_1, d, J_D, degree)
            q_hat = conjugate(nodes, y, q_1, q_hat, gap)
            gap = mpf(10) ** (-digits // 2)
            found = _at(nodes, y, q_hat, d, J_D)
            if max(abs(found.inner - coarse.inner), abs(found.outer - coarse.outer)) < mpf(10) ** (
                -digits
            ):
                return found
            coarse = found
        raise ArithmeticError(f"no {digits} digits by rules of degree {degree}")


def _at(nodes: list[Node], y: mpf, q_hat: mpf, d: mpf, J_D: mpf) -> Stabilities:
    """Sum the squares and products of derivatives of ln M."""
    slopes = {node.z: _slopes(node, d, J_D) for node in nodes}
    total, sums = mpf(0), [mpf(0)] * 6
    for node, plus, minus, weight in terms(nodes, y, q_hat):
        (up, up_2), (down, down_2) = slopes[node.z]
        p = plus / (plus + minus)
        T, g = 2 * p - 1, p * up - (1 - p) * down
        uu, uz = 1 - T**2, p * up + (1 - p) * down - T * g
        zz = p * up_2 + (1 - p) * down_2 - g**2
        parts = (uu**2, uz**2, zz**2, y * uu + (y * T) ** 2, y * uz + y**2 * T * g)
        total += weight
        for i, part in enumerate((*parts, y * zz + (y * g) ** 2)):
            sums[i] += weight * part
    uu_2, uz_2, zz_2, D_uu, D_uz, D_zz = (part / total for part in sums)
    return Stabilities(uz_2 + mpmath.sqrt(uu_2 * zz_2), (D_uz**2 + D_uu * abs(D_zz)) / y**2)


def _slopes(node: Node, d: mpf, J_D: mpf) -> list[tuple[mpf, mpf]]:
    r"""Return :math:`H'/H` and :math:`H''/H` of both weights, by the field :math:`\pm\zeta`."""
    sigma, zeta = mpmath.sqrt(2 * d), mpmath.sqrt(1 - 2 * d) * node.z
    found = []
    for field, weight in ((J_D + zeta, node.up), (J_D - zeta, node.down)):
        slope = mpmath.npdf(field / sigma) / weight / sigma
        found.append((slope, -field / sigma**2 * slope))
    return found
