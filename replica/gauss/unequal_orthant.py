r"""The probability that two correlated normal variables exceed thresholds of their own.

.. math:: P(u, v; \rho) = P(x > -u,\; y > -v), \qquad \rho = \varepsilon - \delta,
          \quad \delta = \tfrac{1-\rho}{2}, \quad \varepsilon = \tfrac{1+\rho}{2}.

`replica.gauss.orthant` is the case u = v. Here, too, the correlation is given by `delta` and
`epsilon`, which add up to one, and all sums are of positive terms, so that neither the tails nor
:math:`\rho \to \pm 1` lose digits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from replica.gauss.orthant import Floats, orthant_probability

_SQRT2 = np.sqrt(2.0)
_LOG_SQRT2PI = np.log(2 * np.pi) / 2


def log_unequal_orthant(
    u: npt.ArrayLike, v: npt.ArrayLike, delta: npt.ArrayLike, epsilon: npt.ArrayLike
) -> Floats:
    r"""Return :math:`\ln P(u, v; \rho)`, broadcast; -inf where it is zero (at `epsilon = 0`)."""
    u, v, delta, epsilon = np.broadcast_arrays(u, v, delta, epsilon)
    low, high = np.minimum(u, v).ravel(), np.maximum(u, v).ravel()
    delta, epsilon = delta.ravel(), epsilon.ravel()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log_P = np.log(_by_owens_t(low, high, delta, epsilon))
    ends = (delta == 0) | (epsilon == 0)
    small = ~ends & (low < 0) & ~(log_P > -3)  # cancels by more than a digit
    for where, method in ((ends, _fully_correlated), (small, _by_quadrature)):
        # the quadrature makes arrays of this many rows of nodes
        chosen = np.flatnonzero(where)
        for part in (chosen[i : i + 2048] for i in range(0, len(chosen), 2048)):
            log_P[part] = method(low[part], high[part], delta[part], epsilon[part])
    return log_P.reshape(u.shape)


def _fully_correlated(u: Floats, v: Floats, delta: Floats, epsilon: Floats) -> Floats:
    """Return the limits: y = x at `delta = 0`, y = -x at `epsilon = 0`; u <= v."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        body = np.log((special.erf(u / _SQRT2) + special.erf(v / _SQRT2)) / 2)
        log_u, log_v = special.log_ndtr(u), special.log_ndtr(-v)
        tail = log_u + np.log1p(-np.exp(log_v - log_u))
    between = np.where(u + v > 0, np.where(u >= 0, body, tail), -np.inf)
    return np.where(delta == 0, log_u, between)


def _by_owens_t(u: Floats, v: Floats, delta: Floats, epsilon: Floats) -> Floats:
    r"""Return P for u <= v, in a form that is a sum of positive terms for u >= 0.

    .. math:: P = g(u, c_u) + g(v, c_v), \qquad c_u = \frac{v - \rho u}{\sqrt{1-\rho^2}}, \qquad
              g(u, c) = \tfrac12 \Phi(u) - T(u, c/u) =
              T(c, u/c) + \tfrac12 \Phi(c)\, \mathrm{erf}(u/\sqrt2) \quad (c > 0),

    of thresholds that are not negative; P of others is a difference.
    """
    U, V = np.abs(u), np.abs(v)
    flipped = (u < 0) & (v >= 0)
    delta, epsilon = np.where(flipped, epsilon, delta), np.where(flipped, delta, epsilon)
    P = _half(U, _given(U, V, delta, epsilon)) + _half(V, _given(V, U, delta, epsilon))
    P = np.where(U == V, orthant_probability(U, delta, epsilon), P)
    return np.select(
        [u >= 0, flipped], [P, special.ndtr(v) - P], P - special.ndtr(V) + special.ndtr(u)
    )


def _half(u: Floats, c: Floats) -> Floats:
    positive = special.owens_t(c, u / c) + special.ndtr(c) * special.erf(u / _SQRT2) / 2
    negative = special.ndtr(u) / 2 + special.owens_t(u, -c / u)
    return np.where(c > 0, positive, negative)


def _given(u: Floats, v: Floats, delta: Floats, epsilon: Floats) -> Floats:
    r"""Return :math:`(v - \rho u)/\sqrt{1-\rho^2}`, the second threshold given x = -u."""
    shift = np.where(delta < epsilon, (v - u) + 2 * delta * u, (v + u) - 2 * epsilon * u)
    return shift / (2 * np.sqrt(delta) * np.sqrt(epsilon))


def _by_quadrature(u: Floats, v: Floats, delta: Floats, epsilon: Floats) -> Floats:
    r"""Return `ln P` for u < 0, u <= v, by the integral over :math:`x = s - u`.

    .. math:: P = \frac{e^{-u^2/2}}{\sqrt{2\pi}} \int_0^\infty ds\; e^{us - s^2/2}\,
              \Phi\!\left(c_u + \frac{\rho s}{\sqrt{1-\rho^2}}\right)

    The integrand falls from s = 0, unless :math:`\rho < 0` and :math:`c_u > 0`: then there is a
    step, sharp for :math:`\rho \to -1`, at which the range is split. Double-exponential rules
    take all scales between the ends at once.
    """
    c = _given(u, v, delta, epsilon)
    slope = (epsilon - delta) / (2 * np.sqrt(delta) * np.sqrt(epsilon))
    stepped = (slope < 0) & (c > 0)
    # beyond 12, exp(-s^2/2) leaves nothing
    step = np.where(stepped, np.minimum(12, c / np.where(stepped, -slope, 1)), 0.0)
    at_step = special.log_ndtr(c + slope * step)
    with np.errstate(over="ignore"):
        hazard = np.sqrt(2 / np.pi) / special.erfcx(-(c + slope * step) / _SQRT2)
    scale = 1 / (1 - u + step + np.maximum(0, -slope * hazard))

    def integral(s: Floats, ds: Floats, rows: npt.NDArray[np.bool] | slice) -> Floats:
        log_Phi = special.log_ndtr(c[rows, None] + slope[rows, None] * s) - at_step[rows, None]
        return np.sum(ds * np.exp(u[rows, None] * s - s**2 / 2 + log_Phi), axis=1)

    x, dx = np.linspace(-4, 5, 577, retstep=True)
    t, dt = np.exp(x - np.exp(-x)), (1 + np.exp(-x)) * dx
    total = integral(step[:, None] + scale[:, None] * t, scale[:, None] * t * dt, slice(None))
    y, dy = np.linspace(-3.2, 3.2, 513, retstep=True)
    t, dt = special.expit(np.pi * np.sinh(y)), np.pi * np.cosh(y) * dy
    before = step[stepped, None]
    total[stepped] += integral(before * t, before * t * t[::-1] * dt, stepped)
    return -(u**2) / 2 - _LOG_SQRT2PI + at_step + np.log(total)
