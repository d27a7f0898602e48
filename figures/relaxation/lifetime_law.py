r"""Laws for the mean lifetime of the active state, between which data decide.

`docs/theory/dynamics.md` derives an exponent per neuron without a free parameter,

.. math:: \ln\tau = a + z \ln N\delta^2 + N f(\delta), \quad f = \frac{\pi\delta^2}{4\Lambda}, \quad
          \Lambda = \ln\frac1u + c + 2 + 2 \ln\frac\Lambda2,

with :math:`\delta = J_a(\infty) - J_D`, the unstable fraction :math:`u = (\delta/\kappa)^2` and an
offset c, which fluctuations tell. The others have a power of :math:`\delta` for f.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Law = Callable[..., Floats]

INFINITE, INFINITE_ERROR = 0.8145, 0.001  # J_a(∞), of infinitely many neurons: `persistence`
LOWEST = 0.2  # J_D from which on the law is used
SLOPE = 2 / np.pi  # of N var(κ√u) against ln(1/u)
NAMES = ("theory", "square", "cube", "power")


class Activity(NamedTuple):
    """What an active network tells: κ, c, and the error of that."""

    kappa: float
    offset: float
    offset_error: float


def scales(s: npt.ArrayLike) -> Floats:
    r"""Return the larger solution of :math:`\Lambda = s + 2 + 2 \ln(\Lambda/2)`, for s > 0."""
    from scipy.special import lambertw

    return np.asarray(-2 * lambertw(-np.exp(-1 - np.asarray(s) / 2), k=-1).real)


def exponent(delta: npt.ArrayLike, kappa: float, offset: float) -> Floats:
    """Return the theory of f."""
    delta = np.asarray(delta, dtype=float)
    return np.pi * delta**2 / (4 * scales(2 * np.log(kappa / delta) + offset))


def law(name: str, activity: Activity) -> tuple[Law, list[float]]:
    """Return ln τ of sizes, distances from the threshold and coefficients, with a first guess."""

    def prefactor(N: Floats, delta: Floats, a: float, z: float) -> Floats:
        return a + z * np.log(N * delta**2)

    def theory(x: Floats, a: float, z: float) -> Floats:
        N, delta = x
        return prefactor(N, delta, a, z) + N * exponent(delta, activity.kappa, activity.offset)

    def square(x: Floats, a: float, z: float, f: float) -> Floats:
        return power(x, a, z, f, 2.0)

    def cube(x: Floats, a: float, z: float, f: float) -> Floats:
        return power(x, a, z, f, 3.0)

    def power(x: Floats, a: float, z: float, f: float, nu: float) -> Floats:
        N, delta = x
        return prefactor(N, delta, a, z) + f * N * delta**nu

    laws: dict[str, tuple[Law, list[float]]] = {
        "theory": (theory, [1.0, 0.5]),
        "square": (square, [1.0, 0.5, 0.1]),
        "cube": (cube, [1.0, 0.5, 0.2]),
        "power": (power, [1.0, 0.5, 0.2, 2.5]),
    }
    return laws[name]


class Fitted(NamedTuple):
    """Coefficients of a law, their covariance, and ln τ from it, with its error."""

    coefficients: Floats
    covariance: Floats
    predict: Callable[[npt.ArrayLike, npt.ArrayLike], tuple[Floats, Floats]]


def fitted(name: str, activity: Activity, cases: tuple[Floats, Floats, Floats, Floats]) -> Fitted:
    """Fit a law to sizes, self-couplings, ln τ and its errors.

    The error of a prediction is that of the coefficients, of J_a(∞) and of c, which shift them.
    """
    from scipy.optimize import curve_fit

    N, J_D, y, error = cases

    def once(infinite: float, offset: float) -> tuple[Law, Floats, Floats]:
        function, guess = law(name, activity._replace(offset=offset))
        x = np.stack([N, infinite - J_D])
        best, covariance = curve_fit(function, x, y, guess, error, absolute_sigma=True, maxfev=9999)
        return function, best, covariance

    function, best, covariance = once(INFINITE, activity.offset)
    moved = [
        (INFINITE + INFINITE_ERROR, once(INFINITE + INFINITE_ERROR, activity.offset)),
        (INFINITE, once(INFINITE, activity.offset + activity.offset_error)),
    ]

    def predict(N: npt.ArrayLike, J_D: npt.ArrayLike) -> tuple[Floats, Floats]:
        N, J_D = np.broadcast_arrays(np.asarray(N, dtype=float), np.asarray(J_D, dtype=float))
        x = np.stack([N, INFINITE - J_D])
        value = function(x, *best)
        steps = np.diag(1e-4 * np.sqrt(np.diag(covariance)))
        slopes = np.stack([(function(x, *(best + h)) - value) / h.sum() for h in steps])
        variance = np.einsum("i...,ij,j...->...", slopes, covariance, slopes)
        for infinite, (other, coefficients, _) in moved:
            shifted = other(np.stack([N, infinite - J_D]), *coefficients)
            variance = variance + (shifted - value) ** 2
        return value, np.sqrt(variance)

    return Fitted(best, covariance, predict)


def threshold(found: Fitted, N: float, T: float) -> tuple[float, float]:
    r"""Return the self-coupling at which half settle within T sweeps, and its error.

    There :math:`\tau \ln 2 = T`. The law says nothing where T is not long enough to forget the
    start first, nor outside the self-couplings that it was fitted to by more than a little: nan.
    """
    from scipy.optimize import brentq

    def off(J_D: float) -> float:
        return float(found.predict(N, J_D)[0]) - np.log(T / np.log(2))

    low, high = LOWEST, INFINITE - 1 / np.sqrt(N)
    if off(low) < 0 or off(high) > 0:
        return np.nan, np.nan
    J_D = float(brentq(off, low, high))
    if forgotten(J_D) > T:
        return np.nan, np.nan
    h = 1e-4
    slope = (off(J_D + h) - off(J_D - h)) / (2 * h)
    return J_D, abs(float(found.predict(N, J_D)[1]) / slope)


def forgotten(J_D: float) -> float:
    r"""Return a time T beside which it matters little how long it takes to forget the start.

    That takes two flips per neuron, :math:`4/\delta^2` sweeps; T is three times as long.
    """
    return float(12 / (INFINITE - J_D) ** 2)
