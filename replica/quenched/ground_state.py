r"""Averages over the fields of one site, in the limit of many replicas.

The weight is :math:`e^{xW} Dz\, Dt` at :math:`u_0 = \sqrt{\hat q}\, t`, :math:`\zeta_0 =
\sqrt{q_1}\, z`. Where W has two maxima the spin jumps across the line :math:`t_c(z)` on which they
are equal; on either side the integrand is analytic. So the line is found (where there is one
maximum, it is that of T = 0), and each side has a rule of its own: :math:`t = t_c \pm
e^{v - e^{-v}}`, trapezoidal in v, which takes any singularity at the end of the side. The integral
over z is even, and taken by the midpoint rule.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from replica.gauss.orthant import Floats
from replica.quenched.maximum import Maximum, Shape, climb

_REACH = 8.5  # in standard deviations
_FIRST, _AT_MOST = -3.3, 60  # of v; steps in the search for the line
COLUMNS = 10  # of the sums


class Grid(NamedTuple):
    """The nodes: z, v, and how far t goes."""

    z: Floats
    step_z: float
    step_v: float
    reach: float


class Fields(NamedTuple):
    """The variances of the two fields, and the number of replicas that weighs them."""

    q_hat: float
    q_1: float
    x: float


def grid(fields: Fields, sigma: float, nodes: int) -> Grid:
    """Return the nodes, `nodes` for each side of the line."""
    reach = _REACH + fields.x * math.sqrt(fields.q_hat)
    step_z = min(0.25, 0.7 * sigma / math.sqrt(fields.q_1)) * 30 / nodes
    z = step_z * (np.arange(math.ceil(_REACH / step_z), dtype=np.float64) + 0.5)
    return Grid(z, step_z, (math.log(2 * reach) - _FIRST) / nodes, reach)


@numba.njit(cache=True)
def line(u: float, zeta: float, top: Maximum, bottom: Maximum, shape: Shape, reach: float):  # type: ignore[no-untyped-def]
    """Return the u at which the spin changes its sign, and the maxima on both sides of it."""
    low, high = -reach, reach
    for _ in range(_AT_MOST):
        # from well apart, not from the saddle that a single maximum may have become
        top = climb(u, zeta, max(abs(top.a), shape.chi_hat / 2), top.b, shape)
        bottom = climb(u, zeta, -max(abs(bottom.a), shape.chi_hat / 2), bottom.b, shape)
        if top.T - bottom.T > 1e-6:
            excess, slope = top.W - bottom.W, top.T - bottom.T
        else:
            excess = top.T
            A, B = 1 - shape.chi_hat * top.uu, 1 - shape.chi * top.zz
            det = A * B - shape.chi * shape.chi_hat * top.uz**2
            slope = (top.uu * B + shape.chi * top.uz**2) / max(det, 1e-3)
        if excess > 0:
            high = min(high, u)
        else:
            low = max(low, u)
        new = u - excess / max(slope, 1e-12)
        if not low < new < high:
            new = (low + high) / 2
        if abs(new - u) < 1e-11 * reach:
            break
        u = new
    return u, top, bottom


@numba.njit(cache=True)
def averages(fields: Fields, shape: Shape, grid: Grid) -> tuple[float, Floats]:
    """Return the logarithm of the integral, and averages under its integrand.

    They are those of T^2, g^2, t T, W, z T, z g, and, for the inner stability, of the squares of
    the second derivatives of ln M.
    """
    root, root_q = math.sqrt(fields.q_hat), math.sqrt(fields.q_1)
    sums, means = np.zeros(COLUMNS), np.empty(COLUMNS)
    limit = grid.reach * root
    start = climb(limit, 0.0, shape.chi_hat, 0.0, shape)
    top, bottom = start, start
    u_c, before, shift = 0.0, 0.0, start.W * fields.x
    for i in range(len(grid.z)):
        z = grid.z[i]
        zeta = root_q * z
        if u_c > -limit:
            guess = max(2 * u_c - before, -limit)
            before = u_c
            u_c, top, bottom = line(guess, zeta, top, bottom, shape, limit)
        for sign in (1.0, -1.0):
            width = grid.reach - sign * u_c / root
            if width <= 0:
                continue
            nodes = int((math.log(width) - _FIRST) / grid.step_v) + 2
            here = climb(sign * limit, zeta, sign * shape.chi_hat, 0.0, shape)
            for k in range(nodes, -1, -1):
                v = _FIRST + k * grid.step_v
                e = math.exp(-v)
                s = math.exp(v - e)
                t = u_c / root + sign * s
                here = climb(root * t, zeta, here.a, here.b, shape)
                exponent = fields.x * here.W - shift - (t * t + z * z) / 2
                weight = math.exp(exponent) * s * (1 + e)
                sums += weight * _terms(here, t, z)
    factor = 2 * grid.step_z * grid.step_v / (2 * math.pi)
    means[:] = sums / sums[0]
    return math.log(sums[0] * factor) + shift, means


@numba.njit(cache=True)
def _terms(here: Maximum, t: float, z: float) -> Floats:
    T, g, uu, uz, zz = here.T, here.g, here.uu, here.uz, here.zz
    return np.array(
        [
            1.0,
            T * T,
            g * g,
            t * T,
            here.W,
            z * T,
            z * g,
            uu * uu,
            uz * uz,
            zz * zz,
        ]
    )
