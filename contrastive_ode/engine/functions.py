"""Functions that the compiler can vectorise; their text goes in front of generated kernels.

The mathematical library computes one sine or exponential at a time. These have no branches, so that
a loop over nodes computes several at once. All bring the argument near 0 by a multiple of ln 2 or
π/2, kept as a sum of numbers so that the difference is exact, and take a Taylor polynomial there.
Errors: 2 units in the last place (`exp`, `tanh`); 2e-16 (`sin`, `cos`, for arguments up to 1e9,
beyond which they are nan).

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
def power(x: float) -> tuple[float, float]:
    """Return s and q with exp(x) = 2 s (1 + q)."""
    shifted = np.float64(x * 1.4426950408889634 + ROUND)
    n = shifted - ROUND
    r = (x - n * LOG_2[0]) - n * LOG_2[1]
    q = 1 / 6227020800
    for c in (
        *(1 / 479001600, 1 / 39916800, 1 / 3628800, 1 / 362880, 1 / 40320, 1 / 5040),
        *(1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0),
    ):
        q = q * r + c
    exponent = np.int64((shifted.view(np.int64) + np.int64(1022)) << np.int64(52))
    return exponent.view(np.float64), q * r


@exact
def exp(x: float) -> float:
    """Return the exponential: inf above 709.78, 0 below -707."""
    s, q = power(x)
    y = 0.0 if x < -707.0 else 2.0 * (1.0 + q) * s
    return inf if x > 709.78 else y


@exact
def tanh(x: float) -> float:
    """Return the hyperbolic tangent."""
    y = 20.0 if x > 20.0 else x
    s, q = power(2.0 * (-20.0 if y < -20.0 else y))
    m = 2.0 * s * q + (2.0 * s - 1.0)
    return m / (m + 2.0)


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
    p = -1 / 1307674368000
    for c in (1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6):
        p = p * z + c
    return r + r * z * p


@exact
def cos_near(r: float) -> float:
    """Return the cosine of |r| <= pi / 4."""
    z = r * r
    p = 1 / 20922789888000
    for c in (
        *(-1 / 87178291200, 1 / 479001600, -1 / 3628800),
        *(1 / 40320, -1 / 720, 1 / 24, -1 / 2),
    ):
        p = p * z + c
    return 1.0 + z * p


@exact
def sin(x: float) -> float:
    """Return the sine."""
    quarter, r = reduced(x)
    y = cos_near(r) if quarter & 1 else sin_near(r)
    return -y if quarter & 2 else y


@exact
def cos(x: float) -> float:
    """Return the cosine."""
    quarter, r = reduced(x)
    y = sin_near(r) if quarter & 1 else cos_near(r)
    return -y if (quarter + 1) & 2 else y
