r"""The probability that two correlated normal variables exceed thresholds of their own.

.. math:: P(u, v; \rho) = P(x > -u,\; y > -v), \qquad \rho = \varepsilon - \delta,
          \quad \delta = \tfrac{1-\rho}{2}, \quad \varepsilon = \tfrac{1+\rho}{2}.

`replica.orthant` is the case u = v. Here, too, the correlation is given by `delta` and `epsilon`,
which add up to one, and all sums are of positive terms, so that neither the tails nor
:math:`\rho \to \pm 1` lose digits.
"""

import numpy as np
import numpy.typing as npt
from scipy import special

from replica.orthant import Floats, orthant_probability

_SQRT2 = np.sqrt(2.0)
_LOG_SQRT2PI = np.log(2 * np.pi) / 2


def log_unequal_orthant(
    u: npt.ArrayLike, v: npt.ArrayLike, delta: npt.ArrayLike, epsilon: npt.ArrayLike
) -> Floats:
    r"""Return :math:`\ln P(u, v; \rho)`, broadcast; -inf where it is zero (at `epsilon = 0`)."""
    u, v, delta, epsilon = np.broadcast_arrays(u, v, delta, epsilon)
    low, high = np.minimum(u, v).ravel(), np.maximum(u, v).ravel()
    args = (low, high, delta.ravel(), epsilon.ravel())
    ends = (args[2] == 0) | (args[3] == 0)
    log_P = np.empty(low.shape)
    for where, method in (
        (ends, _fully_correlated),
        (~ends & (low >= 0), _by_owens_t),
        (~ends & (low < 0), _by_quadrature),
    ):
        # the quadrature makes arrays of this many rows of nodes
        chosen = np.flatnonzero(where)
        for part in (chosen[i : i + 2048] for i in range(0, len(chosen), 2048)):
            log_P[part] = method(*(array[part] for array in args))
    return log_P.reshape(u.shape)


def _fully_correlated(u: Floats, v: Floats, delta: Floats, epsilon: Floats) -> Floats:
    """Return the limits: y = x at `delta = 0`, y = -x at `epsilon = 0`; u <= v."""
    with np.errstate(divide="ignore", invalid="ignore"):
        body = np.log((special.erf(u / _SQRT2) + special.erf(v / _SQRT2)) / 2)
        log_u, log_v = special.log_ndtr(u), special.log_ndtr(-v)
        tail = log_u + np.log1p(-np.exp(log_v - log_u))
    between = np.where(u + v > 0, np.where(u >= 0, body, tail), -np.inf)
    return np.where(delta == 0, log_u, between)


def _by_owens_t(u: Floats, v: Floats, delta: Floats, epsilon: Floats) -> Floats:
    r"""Return `ln P` for 0 <= u <= v.

    .. math:: P = g(u, c_u) + g(v, c_v), \qquad c_u = \frac{v - \rho u}{\sqrt{1-\rho^2}}, \qquad
              g(u, c) = \tfrac12 \Phi(u) - T(u, c/u) =
              T(c, u/c) + \tfrac12 \Phi(c)\, \mathrm{erf}(u/\sqrt2) \quad (c > 0).
    """
    P = _half(u, _given(u, v, delta, epsilon)) + _half(v, _given(v, u, delta, epsilon))
    return np.log(np.where(u == v, orthant_probability(u, delta, epsilon), P))


def _half(u: Floats, c: Floats) -> Floats:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
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
    x, dx = np.linspace(-4, 5, 577, retstep=True)
    beyond = np.exp(x - np.exp(-x))
    y, dy = np.linspace(-3.2, 3.2, 257, retstep=True)
    inside = special.expit(np.pi * np.sinh(y))
    s = np.hstack([step[:, None] * inside, step[:, None] + scale[:, None] * beyond])
    weight = np.hstack(
        [
            step[:, None] * inside * inside[::-1] * np.pi * np.cosh(y) * dy,
            scale[:, None] * beyond * (1 + np.exp(-x)) * dx,
        ]
    )
    log_Phi = special.log_ndtr(c[:, None] + slope[:, None] * s) - at_step[:, None]
    integral = np.sum(weight * np.exp(u[:, None] * s - s**2 / 2 + log_Phi), axis=1)
    return -(u**2) / 2 - _LOG_SQRT2PI + at_step + np.log(integral)
