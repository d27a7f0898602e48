"""Averages over a Gaussian field of a neuron at a temperature, down to T = 0."""

from typing import NamedTuple

import numpy as np
from scipy import special

STEP = 0.2  # poles at i pi/2: an error of exp(-pi^2 / 0.2) = 4e-22; of twice the step, 2e-11
_A = np.sqrt(np.pi) / 2


class FieldAverage(NamedTuple):
    r"""Averages over :math:`h = \mu + \sigma z` with a normal z.

    Attributes
    ----------
    m
        :math:`\langle\tanh(h/T)\rangle`.
    chi
        :math:`\langle\cosh^{-2}(h/T)\rangle / T`, the response.
    quartic
        :math:`\langle\cosh^{-4}(h/T)\rangle / T`.
    log_cosh
        :math:`T \langle\ln 2\cosh(h/T)\rangle`.
    """

    m: float
    chi: float
    quartic: float
    log_cosh: float


def field_average(mu: float, sigma: float, T: float, step: float = STEP) -> FieldAverage:
    r"""Return the averages at a temperature :math:`T \ge 0`; :math:`\sigma + T > 0`.

    Where the field is narrower than the steep part of tanh, the rule is trapezoidal in z. Elsewhere
    it is so in :math:`u = h/T`, and of the difference to a function whose average is known:
    :math:`\langle\mathrm{erf}(a h/T)\rangle = \mathrm{erf}(\mu / \sqrt2\Sigma)` with
    :math:`\Sigma^2 = \sigma^2 + T^2/2a^2`. Both are exact at T = 0.
    """
    if sigma <= T:
        z = np.arange(-9, 9 + step / 2, step)
        weight = np.exp(-(z**2) / 2) * step / np.sqrt(2 * np.pi)
        u = (mu + sigma * z) / T
        sech2 = _sech2(u)
        return FieldAverage(
            float(weight @ np.tanh(u)),
            float(weight @ sech2) / T,
            float(weight @ sech2**2) / T,
            T * float(weight @ np.logaddexp(u, -u)),
        )
    u = np.arange(-20, 20 + step / 2, step)
    density = np.exp(-((T * u - mu) ** 2) / (2 * sigma**2)) * step / (np.sqrt(2 * np.pi) * sigma)
    sech2, erf = _sech2(u), special.erf(_A * u)
    width = np.hypot(sigma, T / (np.sqrt(2) * _A))
    smooth = u * erf + np.exp(-((_A * u) ** 2)) / (_A * np.sqrt(np.pi))
    known = mu * special.erf(mu / (np.sqrt(2) * width))
    known += width * np.sqrt(2 / np.pi) * np.exp(-(mu**2) / (2 * width**2))
    return FieldAverage(
        float(special.erf(mu / (np.sqrt(2) * width)) + T * density @ (np.tanh(u) - erf)),
        float(density @ sech2),
        float(density @ sech2**2),
        float(known + T**2 * density @ (np.logaddexp(u, -u) - smooth)),
    )


def _sech2(u: np.ndarray) -> np.ndarray:
    """Return :math:`1 - tanh^2`, without the cancellation."""
    e = np.exp(-2 * np.abs(u))
    return 4 * e / (1 + e) ** 2
