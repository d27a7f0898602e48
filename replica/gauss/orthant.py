r"""The probability that two correlated normal variables both exceed a threshold.

.. math:: P_2(J; \rho) = P(x > -J,\; y > -J), \qquad \rho = \varepsilon - \delta,
          \quad \delta = \tfrac{1-\rho}{2}, \quad \varepsilon = \tfrac{1+\rho}{2}.

It is given by `delta` and `epsilon`, which add up to one, so that neither :math:`\rho \to 1` nor
:math:`\rho \to -1` loses digits.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]

_SQRT2 = np.sqrt(2.0)
_SQRT2PI = np.sqrt(2 * np.pi)


class Orthant(NamedTuple):
    r"""Logarithm and slope of :math:`P_2` at a threshold J, without the Gaussian tail below zero.

    Attributes
    ----------
    log_scaled
        :math:`\ln P_2 + [J < 0]\, J^2 / 2\varepsilon`.
    scaled_slope
        :math:`\varepsilon\, \partial_J \ln P_2 + [J < 0]\, J > 0`.
    """

    log_scaled: Floats
    scaled_slope: Floats


def orthant(J: Floats, delta: Floats, epsilon: Floats) -> Orthant:
    """Return `ln P2` and its slope, scaled, for vectors of one length; `epsilon` > 0."""
    log_scaled, slope = np.empty(J.shape), np.empty(J.shape)
    body, tail = np.flatnonzero(J >= 0), np.flatnonzero(J < 0)
    parts = [(body, _by_owens_t)]
    # the quadrature makes arrays of this many rows of nodes
    parts += [(tail[i : i + 2048], _by_quadrature) for i in range(0, len(tail), 2048)]
    for part, method in parts:
        log_scaled[part], slope[part] = method(J[part], delta[part], epsilon[part])
    return Orthant(log_scaled, slope)


def orthant_probability(J: Floats, delta: Floats, epsilon: Floats) -> Floats:
    r"""Return :math:`P_2` for J >= 0, by Owen's T function.

    .. math:: P_2 = \Phi(J) - 2 T(J, a) = \Phi(aJ)\, \mathrm{erf}(J/\sqrt2) + 2 T(aJ, 1/a),
              \qquad a^2 = \delta/\varepsilon.

    The second form is a sum of positive terms, for negative correlations; at
    :math:`\rho = -1` it is :math:`\mathrm{erf}(J/\sqrt2)`.
    """
    J, delta, epsilon = np.broadcast_arrays(J, delta, epsilon)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        a = np.sqrt(delta / epsilon)
        aJ = np.where(J == 0, 0.0, a * J)
        negative = special.ndtr(aJ) * special.erf(J / _SQRT2) + 2 * special.owens_t(aJ, 1 / a)
    return np.where(
        delta <= epsilon,
        special.ndtr(J) - 2 * special.owens_t(J, np.minimum(a, 1)),
        negative,
    )


def _by_owens_t(J: Floats, delta: Floats, epsilon: Floats) -> Orthant:
    P = orthant_probability(J, delta, epsilon)
    with np.errstate(over="ignore"):
        density = np.exp(-(J**2) / 2) / _SQRT2PI
        conditional = special.ndtr(J * np.sqrt(delta / epsilon))
    return Orthant(np.log(P), 2 * epsilon * density * conditional / P)


def _by_quadrature(J: Floats, delta: Floats, epsilon: Floats) -> Orthant:
    r"""Return `ln P2` and its slope in the lower tail, where Owen's T would cancel.

    With :math:`x, y = \sqrt{\varepsilon}\,u \pm \sqrt{\delta}\,v`, :math:`h = |J|`,

    .. math:: P_2 = e^{-h^2/2\varepsilon} \int_0^\infty \frac{dt}{\sqrt{2\pi}}\,
              e^{-ht/\sqrt\varepsilon - t^2/2}\; \mathrm{erf}(t \sqrt{\varepsilon/2\delta})

    by the double-exponential rule :math:`t = \tau \exp(x - e^{-x})`, which takes all scales of the
    integrand at once. The slope is :math:`\varepsilon\, \partial_J \ln P_2 = h +
    \sqrt\varepsilon\, \langle t \rangle`: the mean of t under the integrand does not cancel.
    """
    x, dx = np.linspace(-4, 5, 577, retstep=True)
    u, du = np.exp(x - np.exp(-x)), (1 + np.exp(-x)) * dx
    p = (-J / np.sqrt(epsilon))[:, None]
    t = u / (1 + p)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        erf = special.erf(t * np.sqrt(epsilon / (2 * delta))[:, None])
    weights = np.exp(-p * t - t**2 / 2) * erf * u * du
    R = np.sum(weights, axis=1) / _SQRT2PI
    mean = np.sum(weights * t, axis=1) / (R * _SQRT2PI)
    return Orthant(np.log(R) - np.log1p(p[:, 0]), np.sqrt(epsilon) * mean)
