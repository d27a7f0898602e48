r"""The largest free energy of one site in its fields, by Newton's method, for the kernels.

.. math:: W(u_0, \zeta_0) = \max_{a, b} \left[ \ln M(u_0 + a, \zeta_0 + b)
          - \frac{a^2}{2\hat\chi} - \frac{b^2}{2\chi} \right], \qquad
          M(u, \zeta) = \sum_{s=\pm1} e^{us}\,
          \Phi\!\left(\frac{J_D + s\zeta}{\sqrt{1-q_1}}\right).

At the maximum :math:`a = \hat\chi T` and :math:`b = \chi g`. There may be two, with spins of
either sign.
"""

import math
from typing import NamedTuple

import numba

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_DENSITY = 1 / math.sqrt(2 * math.pi)


class Shape(NamedTuple):
    """What the function that is maximised depends on, besides the fields."""

    J_D: float
    sigma: float  # sqrt(1 - q_1)
    chi: float
    chi_hat: float


class Maximum(NamedTuple):
    """A maximum: where it is, and ln M and its derivatives there."""

    W: float
    a: float
    b: float
    T: float
    g: float
    uu: float
    uz: float
    zz: float


@numba.njit(cache=True)
def log_cdf(x: float) -> tuple[float, float]:
    r"""Return :math:`\ln\Phi(x)` and its derivative :math:`\varphi(x)/\Phi(x)`."""
    if x > -5:
        cdf = 0.5 * math.erfc(-x * math.sqrt(0.5))
        return math.log(cdf), _DENSITY * math.exp(-0.5 * x * x) / cdf
    ratio = -x  # erfc underflows below: Laplace's continued fraction
    for k in range(20, 0, -1):
        ratio = -x + k / ratio
    return -0.5 * x * x - _HALF_LOG_2PI - math.log(ratio), ratio


@numba.njit(cache=True)
def free_energy(u: float, zeta: float, a: float, b: float, shape: Shape) -> Maximum:
    """Return what is maximised, and ln M and its derivatives, at the fields u + a, zeta + b."""
    sigma = shape.sigma
    up, down = (shape.J_D + zeta + b) / sigma, (shape.J_D - zeta - b) / sigma
    log_up, m_up = log_cdf(up)
    log_down, m_down = log_cdf(down)
    m_up, m_down = m_up / sigma, m_down / sigma
    field = u + a + (log_up - log_down) / 2
    e = math.exp(-2 * abs(field))
    log_M = (log_up + log_down) / 2 + abs(field) + math.log1p(e)
    T = math.copysign((1 - e) / (1 + e), field)
    spread = 4 * e / (1 + e) ** 2
    p, turn = (1 + T) / 2, (m_up + m_down) / 2
    curved = -p * m_up * (up / sigma + m_up) - (1 - p) * m_down * (down / sigma + m_down)
    return Maximum(
        log_M - a * a / (2 * shape.chi_hat) - b * b / (2 * shape.chi),
        a,
        b,
        T,
        p * m_up - (1 - p) * m_down,
        spread,
        spread * turn,
        curved + spread * turn * turn,
    )


@numba.njit(cache=True)
def climb(u: float, zeta: float, a: float, b: float, shape: Shape) -> Maximum:
    """Return the maximum above (a, b): uphill, and by Newton's method where it is concave."""
    here = free_energy(u, zeta, a, b, shape)
    for _ in range(100):
        slope_a, slope_b = here.T - here.a / shape.chi_hat, here.g - here.b / shape.chi
        A, B = here.uu - 1 / shape.chi_hat, here.zz - 1 / shape.chi
        det = A * B - here.uz * here.uz
        if A < 0 and det > 0:
            da = (here.uz * slope_b - B * slope_a) / det
            db = (here.uz * slope_a - A * slope_b) / det
        else:
            da, db = shape.chi_hat * slope_a, 0.5 * shape.chi * slope_b
        size = abs(da) + abs(db)
        there = free_energy(u, zeta, here.a + da, here.b + db, shape)
        while there.W < here.W - 1e-13 and abs(da) + abs(db) > 1e-9 * size:
            da, db = da / 2, db / 2
            there = free_energy(u, zeta, here.a + da, here.b + db, shape)
        here = there
        if size < 1e-11:
            break
    return here
