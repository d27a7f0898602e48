r"""Averages over the fields of one site, in the limit of many replicas.

The weight is :math:`e^{xW} Dz\, Dt` at :math:`u_0 = \sqrt{\hat q}\, t`, :math:`\zeta_0 =
\sqrt{q_1}\, z`. At each :math:`\zeta_0` it is integrated over the field f that the spin feels (see
`replica.quenched.jump`), in which all is analytic: no maximum has to be searched, and where the
spin jumps, f leaves out an interval. Both integrals are by Gauss's rule in panels. Those of f
grow from the jump, or from where the slope of :math:`u_0` is smallest; those of :math:`\zeta_0` do
from its end, :math:`\zeta_0 = \zeta_c \pm q^2`, so that nothing is singular. Even the second
derivatives of W are integrable thus, which diverge at the end of a jump as :math:`1/\det`: in f the
integrand is :math:`1/\det`, of degree zero in :math:`(f - f_c, q)` after the substitution. The
integral over z is even.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from replica.gauss.orthant import Floats
from replica.quenched.jump import (
    End,
    Rule,
    Shape,
    Site,
    at_spin,
    end_of_jump,
    first_gap,
    gauss_rule,
    jump,
)

_REACH = 8.5  # in standard deviations
_FIRST, _GROWTH, _WIDEST = 0.4, 2.0, 2.5  # widths of panels of f
_NEGLIGIBLE = 45.0  # of the exponent
_SATURATED = 4.0  # field f beyond which the spin is one
COLUMNS = 14  # of the sums


class Fields(NamedTuple):
    """The variances of the two fields, and the number of replicas that weighs them."""

    q_hat: float
    q_1: float
    x: float


class Steps(NamedTuple):
    """Nodes q of the field outside, ascending, on both sides of the end of a jump."""

    side: Floats
    q: Floats
    weight: Floats


def averages(fields: Fields, shape: Shape, nodes: int) -> tuple[float, Floats]:
    r"""Return the logarithm of the integral, and averages under its integrand.

    They are those of 1, T^2, g^2, t T, W, z T, z g; of the squares of the second derivatives of
    ln M, and of W (uu, uz, zz each); and the integral of :math:`\Delta T^3/6` along the jump.
    """
    end = end_of_jump(shape, _REACH * math.sqrt(fields.q_1))
    steps = _steps(fields, shape, end, gauss_rule(nodes))
    shift, sums = _sums(fields, shape, end, steps, gauss_rule(nodes), gauss_rule(8))
    factor = 2 / (2 * math.pi * math.sqrt(fields.q_hat * fields.q_1))
    with np.errstate(all="ignore"):  # far from the solution there may be no weight
        return float(np.log(sums[0] * factor)) + shift, sums / sums[0]


def _steps(fields: Fields, shape: Shape, end: End, rule: Rule) -> Steps:
    """Return the nodes and weights of q."""
    root, sigma = math.sqrt(fields.q_1), shape.sigma
    reach = _REACH * root
    below, above = [0.0], [end.zeta_0]

    def width(zeta: float) -> float:
        return min(root, max(0.8 * sigma, 0.5 * (zeta - shape.J_D - 2 * sigma)))

    while below[-1] < end.zeta_0:
        below.append(min(below[-1] + width(below[-1]), end.zeta_0))
    first = max(end.zeta_0, 0.01 * sigma)
    while above[-1] < reach:
        grown = max(first, above[-1] - end.zeta_0)
        above.append(min(above[-1] + min(grown, width(above[-1])), reach))
    sides = []
    for side, edges in ((-1.0, np.array(below)), (1.0, np.array(above))):
        if edges[-1] > edges[0]:
            q = np.sqrt(np.abs(edges - end.zeta_0))
            widths = np.abs(np.diff(q))[:, None]
            low = np.minimum(q[1:], q[:-1])[:, None]
            nodes = low + widths * (rule.x if side > 0 else 1 - rule.x)
            sides.append((np.full(nodes.size, side), nodes.ravel(), (widths * rule.weight).ravel()))
    return Steps(*(np.concatenate(part) for part in zip(*sides, strict=True)))


class Node(NamedTuple):
    """A field outside, its weight, the first panel of f, and the exponent all have in common."""

    zeta_0: float
    weight: float
    near: float
    shift: float


@numba.njit(cache=True, error_model="numpy")
def _sums(
    fields: Fields, shape: Shape, end: End, steps: Steps, rule: Rule, fine: Rule
) -> tuple[float, Floats]:
    """Return the integrals, and the exponent that they have in common."""
    root = math.sqrt(fields.q_hat)
    limit = (_REACH + fields.x * root) * root
    peak = at_spin(fields.x * fields.q_hat + shape.chi_hat, 0.0, 0.0, shape)
    shift = _exponent(peak, 0.0, 0.0, fields)
    sums = np.zeros(COLUMNS)
    low, high, before, alone = end.f, end.f, 0.0, False
    if end.zeta_0 == 0:
        high = symmetric_jump(shape)
        low = -high
    for i in range(len(steps.q)):
        q = steps.q[i]
        zeta_0 = end.zeta_0 + steps.side[i] * q * q
        up, down = at_spin(40.0, zeta_0, zeta_0, shape), at_spin(-40.0, zeta_0, zeta_0, shape)
        first, last = down.h - limit - shape.chi_hat, up.h + limit + shape.chi_hat
        node = Node(zeta_0, 2 * q * steps.weight[i], _FIRST * q, shift)
        if steps.side[i] < 0:
            low = high = end.f * zeta_0 / end.zeta_0
        elif not alone:
            if end.zeta_0 > 0:
                gap = first_gap(q, end, shape)
                if before > 0:
                    gap = (high - low) / 2 * q / before
                low, high = (low + high) / 2 - gap, (low + high) / 2 + gap
            low, high = jump(low, high, zeta_0, shape, fine)
            before = q
            here = at_spin(high, zeta_0, zeta_0, shape)
            alone = here.u_0 < -limit
            part = node.weight * math.exp(_exponent(here, zeta_0, shift, fields))
            step = math.tanh(high) - math.tanh(low)
            sums[3] += part * step
            sums[13] += part * step**3 / 6
        old = sums[0]
        begin = up.h - limit + shape.chi_hat
        if begin < max(high, _SATURATED):
            begin = high
        if last > begin:
            _branch(begin, last, node, fields, shape, rule, sums)
        if first < low and not alone:
            _branch(low, first, node, fields, shape, rule, sums)
        if zeta_0 > shape.J_D + shape.sigma and sums[0] - old < 1e-18 * old:
            break
    return shift, sums


@numba.njit(cache=True, error_model="numpy")
def symmetric_jump(shape: Shape) -> float:
    """Return the field f above the jump without a field outside."""
    low, high = 0.0, 1 + shape.chi_hat
    while high - low > 1e-9:
        middle = (low + high) / 2
        if at_spin(middle, 0.0, 0.0, shape).u_0 > 0:
            high = middle
        else:
            low = middle
    return high


@numba.njit(cache=True, error_model="numpy")
def _exponent(here: Site, zeta_0: float, shift: float, fields: Fields) -> float:
    gauss = here.u_0**2 / fields.q_hat + zeta_0**2 / fields.q_1
    return fields.x * here.W - shift - gauss / 2


@numba.njit(cache=True, error_model="numpy")
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
    zeta_0, weight, near, shift = node
    widest = _WIDEST * min(1.0, math.sqrt(fields.q_hat))
    sign = 1.0 if last > begin else -1.0
    done, width, length = 0.0, min(near, widest), abs(last - begin)
    z = zeta_0 / math.sqrt(fields.q_1)
    f, zeta, slope = begin, zeta_0, 0.0
    while done < length:
        width = min(width, length - done)
        largest, falls = -math.inf, False
        for k in range(len(rule.x)):
            new = begin + sign * (done + width * rule.x[k])
            here = at_spin(new, zeta_0, zeta + slope * (new - f), shape)
            f, zeta, slope = new, here.zeta, shape.chi * here.uz * here.slope / here.det
            exponent = _exponent(here, zeta_0, shift, fields)
            largest = max(largest, exponent)
            falls = sign * (fields.x * here.T - here.u_0 / fields.q_hat) < 0
            part = weight * width * rule.weight[k] * here.slope * math.exp(exponent)
            T, g = here.T, here.g
            sums[0] += part
            sums[1] += part * T * T
            sums[2] += part * g * g
            sums[4] += part * here.W
            sums[5] += part * z * T
            sums[6] += part * z * g
            sums[7] += part * here.uu * here.uu
            sums[8] += part * here.uz * here.uz
            sums[9] += part * here.zz * here.zz
            A, B = 1 - shape.chi_hat * here.uu, 1 - shape.chi * here.zz
            sums[3] += part * (here.uu * B + shape.chi * here.uz**2) / here.det
            part /= here.det * here.det
            sums[10] += part * (here.uu * B + shape.chi * here.uz**2) ** 2
            sums[11] += part * here.uz**2
            sums[12] += part * (here.zz * A + shape.chi_hat * here.uz**2) ** 2
        if falls and largest < -_NEGLIGIBLE:
            break
        done += width
        width = min(width * _GROWTH, widest)
