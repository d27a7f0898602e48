r"""One site at given mean spin, and the end of the line on which its spin jumps.

The fields outside, :math:`(u_0, \zeta_0)`, are not one-to-one with the maximum of W, but the field
:math:`f` that a spin feels, :math:`T = \tanh f`, is with it at each :math:`\zeta_0`:

.. math:: \zeta = \zeta_0 + \chi g, \qquad u_0 = f - h(\zeta) - \hat\chi T, \qquad
          \frac{\partial u_0}{\partial f} = \frac{\det}{1 - \chi \partial_\zeta g|_T}, \qquad
          \det = \det(1 - \mathrm{diag}(\hat\chi, \chi) (\ln M)''),

with :math:`h` half the logarithm of the ratio of both weights. (At a given spin g falls with
:math:`\zeta`, so that the first equation has one solution.) Where :math:`u_0` falls with f the spin
jumps; this begins at the :math:`\zeta_0` at which the smallest slope is zero. Both sides of a jump
have the same :math:`u_0` and W: between them :math:`\int du_0 = \int T\, du_0 = 0`.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from replica.gauss.orthant import Floats

_AT_MOST = 100  # steps of Newton's method
_PRECISE = 1e-13
_FAR = 4.0  # fields f between which the smallest slope is sought
_NARROW = 0.5  # jumps whose sides are integrated between
_LEFT = -5.0  # of which the continued fraction is used
_DENSITY = 1 / math.sqrt(2 * math.pi)
_GOLDEN = (math.sqrt(5) - 1) / 2


class Shape(NamedTuple):
    """What a site depends on, besides its fields."""

    J_D: float
    sigma: float  # sqrt(1 - q_1)
    chi: float
    chi_hat: float


class Rule(NamedTuple):
    """Gauss's rule on [0, 1]."""

    x: Floats
    weight: Floats


class Site(NamedTuple):
    """The fields, W, the derivatives of ln M, and that of u_0 by f with its numerator."""

    u_0: float
    zeta: float
    h: float
    W: float
    T: float
    g: float
    uu: float
    uz: float
    zz: float
    det: float
    slope: float


def gauss_rule(nodes: int) -> Rule:
    """Return Gauss's rule."""
    x, weight = np.polynomial.legendre.leggauss(nodes)
    return Rule((x + 1) / 2, weight / 2)


class End(NamedTuple):
    """The end of a jump: the field that the spin feels, and the field outside."""

    f: float
    zeta_0: float


@numba.njit(cache=True, error_model="numpy")
def ratio(x: float) -> float:
    r"""Return :math:`\varphi(x)/\Phi(x)`."""
    if x > _LEFT:
        return 2 * _DENSITY * math.exp(-0.5 * x * x) / math.erfc(-x * math.sqrt(0.5))
    fraction = -x  # erfc underflows below: Laplace's continued fraction
    for k in range(20, 0, -1):
        fraction = -x + k / fraction
    return fraction


@numba.njit(cache=True, error_model="numpy")
def log_cdf(x: float) -> float:
    r"""Return :math:`\ln\Phi(x)`."""
    if x > _LEFT:
        return math.log(0.5 * math.erfc(-x * math.sqrt(0.5)))
    return math.log(_DENSITY / ratio(x)) - 0.5 * x * x


@numba.njit(cache=True, error_model="numpy")
def at_spin(f: float, zeta_0: float, zeta: float, shape: Shape) -> Site:
    """Return the site at a field f, from a guess of the field inside."""
    sigma = shape.sigma
    e = math.exp(-2 * abs(f))
    T, spread = math.tanh(f), 4 * e / (1 + e) ** 2
    p, q = (1 / (1 + e), e / (1 + e)) if f > 0 else (e / (1 + e), 1 / (1 + e))
    m_up, m_down, g, curved = 0.0, 0.0, 0.0, 0.0
    low, high = -math.inf, math.inf
    for _ in range(_AT_MOST):
        up, down = (shape.J_D + zeta) / sigma, (shape.J_D - zeta) / sigma
        m_up, m_down = ratio(up) / sigma, ratio(down) / sigma
        g = p * m_up - q * m_down
        curved = -p * m_up * (up / sigma + m_up) - q * m_down * (down / sigma + m_down)
        excess = zeta - zeta_0 - shape.chi * g
        if excess > 0:
            high = min(high, zeta)
        else:
            low = max(low, zeta)
        new = zeta - excess / (1 - shape.chi * curved)
        if not low <= new <= high:
            new = (low + high) / 2
        if abs(new - zeta) < _PRECISE * (1 + abs(zeta)):
            break
        zeta = new
    log_up, log_down = log_cdf((shape.J_D + zeta) / sigma), log_cdf((shape.J_D - zeta) / sigma)
    h, turn = (log_up - log_down) / 2, (m_up + m_down) / 2
    log_M = (log_up + log_down) / 2 + abs(f) + math.log1p(e)
    uz, zz = spread * turn, curved + spread * turn * turn
    det = (1 - shape.chi_hat * spread) * (1 - shape.chi * zz) - shape.chi * shape.chi_hat * uz * uz
    return Site(
        f - h - shape.chi_hat * T,
        zeta,
        h,
        log_M - (shape.chi_hat * T * T + shape.chi * g * g) / 2,
        T,
        g,
        spread,
        uz,
        zz,
        det,
        det / (1 - shape.chi * curved),
    )


@numba.njit(cache=True, error_model="numpy")
def softest(zeta_0: float, shape: Shape) -> tuple[float, float]:
    """Return the field f at which the slope of u_0 is smallest, and that slope."""
    # golden sections: the slope rises to either side, to one
    low, high = -_FAR, _FAR
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left = at_spin(left, zeta_0, zeta_0, shape).slope
    at_right = at_spin(right, zeta_0, zeta_0, shape).slope
    while high - low > 1e-8:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = at_spin(left, zeta_0, zeta_0, shape).slope
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = at_spin(right, zeta_0, zeta_0, shape).slope
    return (low + high) / 2, min(at_left, at_right)


@numba.njit(cache=True, error_model="numpy")
def end_of_jump(shape: Shape, furthest: float) -> End:
    """Return the smallest field outside, >= 0, at which the spin jumps, or the furthest one."""
    low, step = 0.0, 0.2 * shape.sigma
    below, above = softest(low, shape)[1], 0.0
    if below < 0:
        return End(0.0, 0.0)
    high = step
    while high < furthest + step:
        above = softest(high, shape)[1]
        if above < 0:
            break
        low, below = high, above
        high = high * 1.2 + step
    else:
        return End(softest(furthest, shape)[0], furthest)
    new, side = high, 0
    for _ in range(_AT_MOST):  # by the Illinois method
        new = (low * above - high * below) / (above - below)
        here = softest(new, shape)[1]
        if abs(here) < 1e-15 or high - low < 1e-14 * high:
            break
        if here > 0:
            low, below = new, here
            above /= 2 if side > 0 else 1
            side = 1
        else:
            high, above = new, here
            below /= 2 if side < 0 else 1
            side = -1
    return End(softest(new, shape)[0], new)


@numba.njit(cache=True, error_model="numpy")
def first_gap(q: float, end: End, shape: Shape) -> float:
    """Return half the jump of f at the field outside q^2 beyond the end, for a small q."""
    h, zeta_0 = 0.05, end.zeta_0
    sides = at_spin(end.f + h, zeta_0, zeta_0, shape).slope
    sides += at_spin(end.f - h, zeta_0, zeta_0, shape).slope
    curvature = (sides - 2 * at_spin(end.f, zeta_0, zeta_0, shape).slope) / (h * h)
    zeta_0 += q * q
    return math.sqrt(6 * abs(at_spin(end.f, zeta_0, zeta_0, shape).slope) / curvature)


@numba.njit(cache=True, error_model="numpy")
def jump(low: float, high: float, zeta_0: float, shape: Shape, rule: Rule) -> tuple[float, float]:
    """Return f on both sides of a jump, from a guess, by Newton's method."""
    for _ in range(_AT_MOST):
        top, bottom = at_spin(high, zeta_0, zeta_0, shape), at_spin(low, zeta_0, zeta_0, shape)
        middle = math.tanh((low + high) / 2)
        above, below = math.tanh(high) - middle, math.tanh(low) - middle
        change, area = top.u_0 - bottom.u_0, 0.0
        if high - low > _NARROW:
            area = top.W - bottom.W - middle * change
        else:  # the differences cancel
            change = 0.0
            for k in range(len(rule.x)):
                f = low + (high - low) * rule.x[k]
                part = (high - low) * rule.weight[k] * at_spin(f, zeta_0, zeta_0, shape).slope
                change += part
                area += part * (math.tanh(f) - middle)
        up = (below * change - area) / ((above - below) * top.slope)
        down = (above * change - area) / ((above - below) * bottom.slope)
        most = 0.3 * (high - low)  # each keeps to its own side
        low, high = low + min(max(down, -most), most), high + min(max(up, -most), most)
        if abs(up) + abs(down) < 1e-10 * (high - low):
            break
    return low, high
