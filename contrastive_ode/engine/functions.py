"""Functions that the compiler can vectorise; their text goes in front of generated kernels.

The mathematical library computes one sine or exponential at a time. These have no branches, so that
a loop over nodes computes several at once. All bring the argument near 0 by a multiple of ln 2 or
π/2, kept as a sum of numbers so that the difference is exact, and take a Taylor polynomial there,
for the exponential the quotient of two (Padé's, of order 6 and 6: exact to 1e-18): a loop waits for
each operation of a long polynomial, while a quotient has two short ones, and a sum of several such
is still one quotient. Errors: 2 units in the last place (`exp`, `tanh`, `logistic`); 2e-16 (`sin`,
`cos`, for arguments up to 1e9, beyond which they are nan).

Sums here must not be reordered: `exact` is compiled without that permission.
"""

from collections.abc import Callable
from math import inf, nan
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])


def exact(function: F) -> F:
    """Stand in for numba's decorator."""
    return function


# ---- what follows goes into the generated module ----

ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds, and leaves the integer in the last bits
LOG_2 = (0.6931471803691238, 1.9082149292705877e-10)
HALF_PI = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)


@exact
def parts(x: float) -> tuple[float, float, float]:
    """Return s, p and q with exp(x) = 2 s (q + p) / (q - p)."""
    shifted = np.float64(x * 1.4426950408889634 + ROUND)
    n = shifted - ROUND
    r = (x - n * LOG_2[0]) - n * LOG_2[1]
    z = r * r
    p = r * ((42.0 * z + 10080.0) * z + 332640.0)
    q = ((z + 840.0) * z + 75600.0) * z + 665280.0
    exponent = np.int64((shifted.view(np.int64) + np.int64(1022)) << np.int64(52))
    return exponent.view(np.float64), p, q


@exact
def exp(x: float) -> float:
    """Return the exponential: inf above 709.78, 0 below -707."""
    s, p, q = parts(x)
    y = 0.0 if x < -707.0 else 2.0 * (1.0 + 2.0 * p / (q - p)) * s
    return inf if x > 709.78 else y


@exact
def tanh(x: float) -> float:
    """Return the hyperbolic tangent."""
    y = 20.0 if x > 20.0 else x
    s, p, q = parts(2.0 * (-20.0 if y < -20.0 else y))
    s *= 2.0
    return ((s - 1.0) * q + (s + 1.0) * p) / ((s + 1.0) * q + (s - 1.0) * p)


@exact
def odds(x: float) -> tuple[float, float]:
    """Return two numbers whose quotient is exp(x), at most exp(680) and at least exp(-680)."""
    y = 680.0 if x > 680.0 else x
    s, p, q = parts(-680.0 if y < -680.0 else y)
    return 2.0 * s * (q + p), q - p


@exact
def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)), with a single division."""
    up, down = odds(x)
    return up * (1.0 / (up + down))


@exact
def logistic_slope(x: float) -> float:
    """Return the derivative of the logistic function."""
    up, down = odds(x)
    part = 1.0 / (up + down)
    return (up * part) * (down * part)


@exact
def reduced(x: float) -> tuple[np.int64, float]:
    """Return the number of quarter turns, and the rest of the angle."""
    shifted = np.float64(x * 0.6366197723675814 + ROUND)
    n = shifted - ROUND
    r = ((x - n * HALF_PI[0]) - n * HALF_PI[1]) - n * HALF_PI[2]
    return shifted.view(np.int64), r if abs(x) < 1e9 else nan


@exact
def sin_near(r: float) -> float:
    """Return the sine of |r| <= pi / 4."""
    z = r * r
    y = z * z
    p = (1 / 6227020800 - z * (1 / 1307674368000)) * y + (1 / 362880 - z * (1 / 39916800))
    p = (p * y + (1 / 120 - z * (1 / 5040))) * z - 1 / 6
    return r + r * z * p


@exact
def cos_near(r: float) -> float:
    """Return the cosine of |r| <= pi / 4."""
    z = r * r
    y = z * z
    p = (z * (1 / 20922789888000) - 1 / 87178291200) * y + (z * (1 / 479001600) - 1 / 3628800)
    p = (p * y + (z * (1 / 40320) - 1 / 720)) * y + (z * (1 / 24) - 1 / 2)
    return 1.0 + z * p


@exact
def signed(y: float, quarter: np.int64) -> float:
    """Return y, or -y where a number of quarter turns says that of a sine: two bits do."""
    bits = np.float64(y).view(np.int64) ^ np.int64((quarter & np.int64(2)) << np.int64(62))
    return np.int64(bits).view(np.float64)


@exact
def sin(x: float) -> float:
    """Return the sine."""
    quarter, r = reduced(x)
    return signed(cos_near(r) if quarter & 1 else sin_near(r), quarter)


@exact
def cos(x: float) -> float:
    """Return the cosine."""
    quarter, r = reduced(x)
    return signed(sin_near(r) if quarter & 1 else cos_near(r), quarter + np.int64(1))
