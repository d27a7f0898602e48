"""The Gaussian tail and the coupling to a centre, for the kernels."""

import math

from foundation.compiled import compiled

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_DENSITY = 1 / math.sqrt(2 * math.pi)


@compiled
def log_cdf(x: float) -> tuple[float, float]:
    r"""Return :math:`\ln\Phi(x)` and its derivative :math:`\varphi(x)/\Phi(x)`."""
    if x > -5:
        cdf = 0.5 * math.erfc(-x * math.sqrt(0.5))
        return math.log(cdf), _DENSITY * math.exp(-0.5 * x * x) / cdf
    ratio = -x  # erfc underflows below: Laplace's continued fraction, to all digits here
    for k in range(20, 0, -1):
        ratio = -x + k / ratio
    return -0.5 * x * x - _HALF_LOG_2PI - math.log(ratio), ratio


@compiled
def through(gamma: float, field: float) -> float:
    r"""Return :math:`\mathrm{atanh}(\tanh\gamma \tanh a)`, the effect of a field a over a coupling.

    As :math:`\frac12 \ln[\cosh(\gamma+a) / \cosh(\gamma-a)]`: the hyperbolic tangents saturate.
    """
    plus, minus = abs(gamma + field), abs(gamma - field)
    ratio = (1 + math.exp(-2 * plus)) / (1 + math.exp(-2 * minus))
    return 0.5 * (plus - minus + math.log(ratio))


@compiled
def focus(gamma: float, y: float, field: float) -> float:
    r"""Return the field on a neuron from the y - 1 other replicas around its centre.

    .. math:: f = \mathrm{atanh}\big(\tanh\gamma \tanh[(y-1)\,
              \mathrm{atanh}(\tanh\gamma \tanh u)]\big)

    with u the field on the neuron from everything else.
    """
    return through(gamma, (y - 1) * through(gamma, field))
