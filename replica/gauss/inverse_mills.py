"""The derivative of the logarithm of the normal distribution function."""

import numpy as np
from scipy import special

from replica.gauss.orthant import Floats

_SQRT_2_PI = np.sqrt(2 / np.pi)


def inverse_mills(x: Floats) -> Floats:
    r"""Return :math:`\partial_x \ln \Phi(x)`, to full relative accuracy at any x."""
    with np.errstate(over="ignore"):
        return _SQRT_2_PI / special.erfcx(-x / np.sqrt(2))
