r"""All fixed points, stable or not: the saddle point of their mean number.

The determinant of the linearised equations has, for independent couplings, the logarithm
:math:`\frac12 \max_{u \ge 0} [\langle \ln((1 - s\phi')^2 + u \phi'^2) \rangle - u/g^2]` per
neuron (Girko's Hermitization), which gives

.. math:: \Sigma = \max_q \min_{\hat q} \max_u \Big\{ -\tfrac{u}{2 g^2} - \hat q q + \ln \int dx\,
          \mathcal N(x - s\phi; 0, g^2 q)\, e^{\hat q \phi^2}
          \sqrt{(1 - s\phi')^2 + u \phi'^2} \Big\} .
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from replica.graded.stable import Saddle
from replica.graded.units import Units

Floats = npt.NDArray[np.float64]

_EXACT = 1e-9
_STARTS_Q = (0.8, 0.4, 0.1, 0.02, 0.003)
_STARTS_U = (-1.0, -2.5, -5.0, -8.0, -12.0, 0.0)  # ln u / g^2
_SMALLEST_U = 1e-10  # of u / g^2: at high gain u is exponentially small


class AllUnits:
    """The density of states at given multipliers."""

    def __init__(self, units: Units, g: float) -> None:
        self.g = g
        self.phi2, self.field2 = units.phi**2, units.field**2
        self.stiffness2, self.slope2 = units.stiffness**2, units.slope**2
        self.log_dx = np.log(units.dx)

    def density(self, q: float, q_hat: float, u: float) -> tuple[Floats, float]:
        """Return the weights of all nodes, and the entropy."""
        variance = self.g**2 * q
        size = self.stiffness2 + u * self.slope2 + 1e-300
        exponent = self.log_dx - self.field2 / (2 * variance) + q_hat * (self.phi2 - q)
        exponent += np.log(size) / 2
        top = exponent.max()
        weights = np.exp(exponent - top)
        total = weights.sum()
        entropy = np.log(2 * total) + top - np.log(2 * np.pi * variance) / 2 - u / (2 * self.g**2)
        return weights / total, float(entropy)

    def rest(self, y: Floats) -> list[float]:
        """Return by how much the three conditions are missed, at ln q, q_hat and ln u / g^2."""
        q, u = float(np.exp(np.clip(y[0], -60, 1))), self.g**2 * np.exp(min(float(y[2]), 50.0))
        p, _ = self.density(q, float(y[1]), u)
        response = self.g**2 * (p @ (self.slope2 / (self.stiffness2 + u * self.slope2 + 1e-300)))
        return [
            float(p @ self.phi2) / q - 1,
            float(p @ self.field2) / (self.g**2 * q) - 1 - 2 * q * float(y[1]),
            float(np.log(response)),
        ]

    def at(self, y: Floats, u: float) -> Saddle:
        """Return the saddle point."""
        q, q_hat = float(np.exp(y[0])), float(y[1])
        p, entropy = self.density(q, q_hat, u)
        response = self.g**2 * float(p @ (self.slope2 / (self.stiffness2 + u * self.slope2)))
        return Saddle(entropy, q, q_hat, u, response, np.nan)


def solve(units: Units, g: float) -> Saddle | None:
    """Return the saddle point, None if it is not found."""
    from scipy.optimize import root

    every = AllUnits(units, g)
    with np.errstate(all="ignore"):
        for q in _STARTS_Q:
            for log_u in _STARTS_U:
                found = root(every.rest, [np.log(q), -0.2, log_u], tol=1e-12)
                if _good(found) and found.x[2] > np.log(_SMALLEST_U):
                    return every.at(found.x, g**2 * float(np.exp(found.x[2])))
        smallest = float(np.log(_SMALLEST_U))
        for q in (0.9, 0.7, 0.4):
            found = root(
                lambda y: every.rest(np.append(y, smallest))[:2], [np.log(q), -0.2], tol=1e-12
            )
            if _good(found):
                return every.at(found.x, g**2 * _SMALLEST_U)
    return None


def _good(found: object) -> bool:
    x, fun = found.x, found.fun  # type: ignore[attr-defined]
    return bool(np.max(np.abs(fun)) < _EXACT and -13.8 < x[0] < 0)
