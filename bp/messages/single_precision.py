"""Elementary functions in single precision, without branches, that the compiler can vectorise.

Focusing spends its time here: the library's functions are called one number at a time.
"""

import numpy as np

from foundation.compiled import compiled

_LOG2_E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_ONE, _HALF = np.float32(1), np.float32(0.5)
_SQRT_HALF = np.float32(0.7071067811865476)
_DENSITY = np.float32(0.3989422804014327)


@compiled(error_model="numpy", forceinline=True)
def exp(x: np.float32) -> np.float32:
    """Return e^x for x <= 88; 0 below -87."""
    clipped = max(x, np.float32(-87))
    z = clipped * _LOG2_E
    n = np.int32(z + (_HALF if z > 0 else -_HALF))
    r = clipped - np.float32(n) * _LN2_HIGH - np.float32(n) * _LN2_LOW
    p = np.float32(1 / 5040)
    p = p * r + np.float32(1 / 720)
    p = p * r + np.float32(1 / 120)
    p = p * r + np.float32(1 / 24)
    p = p * r + np.float32(1 / 6)
    p = p * r + _HALF
    p = p * r * r + r + _ONE
    scale = np.int32((n + np.int32(127)) << np.int32(23)).view(np.float32)
    return p * scale if x >= np.float32(-87) else np.float32(0)


@compiled(error_model="numpy", forceinline=True)
def log(x: np.float32) -> np.float32:
    """Return ln x for a normal x > 0."""
    bits = np.float32(x).view(np.int32)
    n = np.int32(bits >> np.int32(23)) - np.int32(127)
    mantissa = np.int32((bits & np.int32(0x007FFFFF)) | np.int32(0x3F800000)).view(np.float32)
    large = mantissa > np.float32(1.4142135)
    mantissa = mantissa * _HALF if large else mantissa
    exponent = np.float32(n + np.int32(1)) if large else np.float32(n)
    # ln((1 + z)/(1 - z)) in powers of z, |z| < 0.172
    z = (mantissa - _ONE) / (mantissa + _ONE)
    w = z * z
    p = np.float32(2 / 9)
    p = p * w + np.float32(2 / 7)
    p = p * w + np.float32(2 / 5)
    p = p * w + np.float32(2 / 3)
    return exponent * _LN2_HIGH + (exponent * _LN2_LOW + z * w * p + np.float32(2) * z)


@compiled(error_model="numpy", forceinline=True)
def log_cdf(x: np.float32) -> tuple[np.float32, np.float32]:
    r"""Return :math:`\ln\Phi(x)` and its derivative, with a relative error of some 1e-6.

    From W. J. Cody's form :math:`\mathrm{erfc}\, z = t\, e^{-z^2 + P(t)}`, `t = 1/(1 + z/2)`, with
    the polynomial of Numerical Recipes (`erfcc`).
    """
    z = abs(x) * _SQRT_HALF
    t = _ONE / (_ONE + _HALF * z)
    p = np.float32(0.17087277)
    p = p * t + np.float32(-0.82215223)
    p = p * t + np.float32(1.48851587)
    p = p * t + np.float32(-1.13520398)
    p = p * t + np.float32(0.27886807)
    p = p * t + np.float32(-0.18628806)
    p = p * t + np.float32(0.09678418)
    p = p * t + np.float32(0.37409196)
    p = p * t + np.float32(1.00002368)
    p = p * t + np.float32(-1.26551223)
    ratio = _HALF * t * exp(p)  # of the tail and e^(-x^2/2)
    square = _HALF * x * x
    gauss = exp(-square)
    positive = x > 0
    cdf = _ONE - ratio * gauss
    value = log(cdf if positive else ratio)
    slope = (_DENSITY * gauss if positive else _DENSITY) / (cdf if positive else ratio)
    return value if positive else value - square, slope


@compiled(error_model="numpy", forceinline=True)
def through(gamma: np.float32, field: np.float32) -> np.float32:
    """Return what `bp.messages.normal.through` does; where it is faint, to an error of 1e-7."""
    plus, minus = abs(gamma + field), abs(gamma - field)
    ratio = (_ONE + exp(np.float32(-2) * plus)) / (_ONE + exp(np.float32(-2) * minus))
    return _HALF * (plus - minus + log(ratio))
