r"""The stability of the groups of a block, in the limit of many replicas.

The second derivatives of W, :math:`W'' = L (1 - \mathrm{diag}(\hat\chi, \chi) L)^{-1}` with
:math:`L = (\ln M)''`, diverge at the end of a jump as :math:`1/\det`. Their squares are integrable,
but by no grid that does not know where it is. So the fields are those of `replica.quenched.jump`:
the integrand over f is :math:`1/\det`, and with :math:`\zeta_0 = \zeta_c \pm q^2` what is left is
of degree zero in :math:`(f - f_c, q)`. Gauss's rule in panels that shrink towards the jump, or
towards the smallest slope, has no trouble with it.

At y replicas a jump is a step of width 1/y: the mean of :math:`W_{uu}^2` also has y times the
integral of :math:`\Delta T^3 / 6` along the line, which is told apart.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from replica.gauss.orthant import Floats
from replica.quenched.ground_state import Fields
from replica.quenched.jump import End, Rule, Site, at_spin, end_of_jump, first_gap, gauss_rule, jump
from replica.quenched.maximum import Shape, climb

_REACH = 8.5  # in standard deviations
_COARSE, _FINE = 6, 12  # nodes of a panel
_FIRST, _GROWTH, _WIDEST = 0.4, 2.0, 1.5  # widths of panels
_ROUNDING = 1e-12
COLUMNS = 6  # of the sums


class BlockLevel(NamedTuple):
    """The eigenvalue, its error, and the y at which jumps double the mean of W_uu^2."""

    eigenvalue: float
    error: float
    replicas: float


def block_level(fields: Fields, shape: Shape) -> BlockLevel:
    """Return the stability of the groups of a block, away from the jumps."""
    root = math.sqrt(fields.q_1)
    end = end_of_jump(shape, _REACH * root)
    widest = min(root, shape.sigma)
    found = []
    for nodes in (_COARSE, _FINE):
        rule = gauss_rule(nodes)
        below, above = end.zeta_0, _REACH * root - end.zeta_0
        parts = [
            _sums(fields, shape, end, side, _steps(length, widest, rule), rule)
            for side, length in ((-1.0, below), (1.0, above))
        ]
        means = np.sum(parts, axis=0)
        uu, uz, zz, jumps = (means[1:-1] / means[0]).tolist()
        found.append(uz + math.sqrt(uu * zz))
    coarse, eigenvalue = found
    replicas = uu / jumps if jumps > 0 else math.inf
    return BlockLevel(eigenvalue, abs(eigenvalue - coarse) + _ROUNDING, replicas)


def _steps(length: float, widest: float, rule: Rule) -> Rule:
    """Return the nodes and weights of q, for q^2 from 0 to a length."""
    if length <= 0:
        return Rule(np.empty(0), np.empty(0))
    panels = math.ceil(length / widest)
    edges = np.sqrt(length * np.arange(panels + 1) / panels)
    widths = np.diff(edges)[:, None]
    return Rule((edges[:-1, None] + widths * rule.x).ravel(), (widths * rule.weight).ravel())


class Node(NamedTuple):
    """A field outside, its weight, and the width of the first panel of f."""

    zeta_0: float
    weight: float
    near: float


@numba.njit(cache=True)
def _sums(fields: Fields, shape: Shape, end: End, side: float, steps: Rule, rule: Rule) -> Floats:
    """Return the integrals of 1, the squares and the jumps on one side of the end.

    The last column is the exponent that all have in common, once for both sides.
    """
    root = math.sqrt(fields.q_hat)
    limit = (_REACH + fields.x * root) * root
    sums = np.zeros(COLUMNS)
    sums[-1] = climb(limit, end.zeta_0, shape.chi_hat, 0.0, shape).W * fields.x
    low = high = end.f
    before = 0.0
    for i in range(len(steps.x)):
        q = steps.x[i]
        zeta_0 = end.zeta_0 + side * q * q
        weight = 2 * q * steps.weight[i]
        up, down = at_spin(40.0, zeta_0, zeta_0, shape), at_spin(-40.0, zeta_0, zeta_0, shape)
        first, last = down.h - limit - shape.chi_hat, up.h + limit + shape.chi_hat
        if side < 0:
            low = high = end.f * zeta_0 / end.zeta_0
        else:
            gap = first_gap(q, end, shape)
            if i > 0:
                gap = (high - low) / 2 * q / before
            low, high = (low + high) / 2 - gap, (low + high) / 2 + gap
            low, high = jump(low, high, zeta_0, shape, rule)
            before = q
            here = at_spin(high, zeta_0, zeta_0, shape)
            step = (math.tanh(high) - math.tanh(low)) ** 3 / 6
            sums[4] += weight * step * math.exp(_exponent(here, zeta_0, sums[-1], fields))
        node = Node(zeta_0, weight, _FIRST * q)
        if last > high:
            _branch(max(high, first), last, node, fields, shape, rule, sums)
        if first < low:
            _branch(low, first, node, fields, shape, rule, sums)
    return sums


@numba.njit(cache=True)
def _exponent(here: Site, zeta_0: float, common: float, fields: Fields) -> float:
    gauss = here.u_0**2 / fields.q_hat + zeta_0**2 / fields.q_1
    return fields.x * here.W - common - gauss / 2


@numba.njit(cache=True)
def _branch(
    begin: float,
    last: float,
    node: Node,
    fields: Fields,
    shape: Shape,
    rule: Rule,
    sums: Floats,
) -> None:
    """Add the integrals from one field to another, in panels that grow."""
    zeta_0, weight, near = node
    widest = _WIDEST * min(1.0, math.sqrt(fields.q_hat))
    sign = 1.0 if last > begin else -1.0
    done, width, length = 0.0, min(near, widest), abs(last - begin)
    zeta = zeta_0
    while done < length:
        width = min(width, length - done)
        for k in range(len(rule.x)):
            here = at_spin(begin + sign * (done + width * rule.x[k]), zeta_0, zeta, shape)
            zeta = here.zeta
            part = weight * width * rule.weight[k] * here.slope
            part *= math.exp(_exponent(here, zeta_0, sums[-1], fields))
            A, B = 1 - shape.chi_hat * here.uu, 1 - shape.chi * here.zz
            sums[0] += part
            part /= here.det * here.det
            sums[1] += part * (here.uu * B + shape.chi * here.uz**2) ** 2
            sums[2] += part * here.uz**2
            sums[3] += part * (here.zz * A + shape.chi_hat * here.uz**2) ** 2
        done += width
        width = min(width * _GROWTH, widest)
