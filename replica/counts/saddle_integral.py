"""The Gaussian that the neurons of a finite network share, integrated through its saddle point."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

Complexes = npt.NDArray[np.complex128]


class Saddle(NamedTuple):
    r"""The exponent :math:`-z^2/2 + N \ln \Phi(\alpha + \beta z)`, and its saddle point.

    Attributes
    ----------
    N
        Number of neurons.
    alpha
        Threshold.
    slope, one_plus_slope
        :math:`N \beta^2`, negative for antisymmetric couplings, and one plus it.
    a
        The saddle point, :math:`z_0 = N \beta a`.
    """

    N: int
    alpha: float
    slope: float
    one_plus_slope: float
    a: float


def integral_around(saddle: Saddle) -> float:
    r"""Return :math:`\int dt\, e^{f(z_0 + t) - f(z_0)} / \sqrt{2\pi}`.

    Here :math:`f(z) = -z^2/2 + N \ln \Phi(\alpha + \beta z)` and :math:`z_0 = N \beta a`, so that
    :math:`x = \alpha + \beta z = A + \beta t` with a real A. The rule is trapezoidal in u, with
    :math:`t = w \sinh(u - i\theta)`: on the real line the integrand oscillates, and at
    :math:`\eta = -1` falls off as a power only; on a hyperbola it falls off exponentially.
    """
    N, alpha, slope, one_plus_slope, a = saddle
    A, beta = alpha + slope * a, np.sqrt(complex(slope / N))
    u, du = np.linspace(-30, 30, 1441, retstep=True)
    shift = alpha + one_plus_slope * a  # A + a, which would cancel
    # width of the peak; at slope = -1 the curvature falls as 1/A^2, into the rounding
    w = 1 / np.sqrt(max(1 + slope * a * shift, 1 / (4 + A**2)))
    theta = np.pi / 8 if slope < 0 else 0.0
    t, dt = w * np.sinh(u - 1j * theta), w * np.cosh(u - 1j * theta) * du
    x = A + beta * t
    at_x, at_A = _log_ndtr(x), _log_ndtr(np.array(A + 0j))
    # in the tail, ln Phi = log - x^2/2: the squares nearly cancel, and are added by hand
    inside = -one_plus_slope * t**2 / 2 - N * beta * shift * t
    outside = -(t**2) / 2 - N * beta * a * t
    tails = 1.0 * at_A.in_tail - at_x.in_tail
    gaussian = np.where(at_x.in_tail, inside, outside) + N * A**2 / 2 * tails
    integrand = np.exp(gaussian + N * (at_x.log - at_A.log))
    return float(np.sum(integrand * dt).real / np.sqrt(2 * np.pi))


class _LogNdtr(NamedTuple):
    r""":math:`\ln \Phi(x) + [x \in \text{tail}]\, x^2/2`, and whether x is in the tail."""

    log: Complexes
    in_tail: npt.NDArray[np.bool]


def _log_ndtr(x: Complexes) -> _LogNdtr:
    r"""Return :math:`\ln \Phi(x)` without its Gaussian tail.

    The tail is where :math:`e^{-x^2/2}` dominates: the left half plane, and the right one beyond
    the diagonals. `scipy.special.log_ndtr` overflows there.
    """
    left, beyond = x.real < 0, (x * x).real < 0
    w = special.wofz(np.where(left, -1j, 1j) * x / np.sqrt(2)) / 2
    decay = np.exp(np.where(beyond, 1, -1) * (1 - left) * x * x / 2)
    right = np.where(beyond, decay - w, 1 - decay * w)
    return _LogNdtr(np.log(np.where(left, w, right)), left | beyond)
