r"""Stable fixed points: the saddle point of their mean number.

All neurons are on outer branches, and :math:`g^2 \langle\chi^2\rangle \le 1` with
:math:`\chi = d\phi/dH`. Beside the multiplier :math:`\hat q` of q there is one of this bound,
:math:`\kappa \ge 0`,

.. math:: \Sigma_s = \max_q \min_{\hat q, \kappa} \ln \int dH\, \mathcal N(H; 0, g^2 q)
          \sum_\text{branches} e^{\hat q (\phi^2 - q) - \kappa (g^2 \chi^2 - 1)} .
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from replica.graded.units import Units

Floats = npt.NDArray[np.float64]

SEEN = -55.0  # ln t from which on the ends count: nothing is smaller, at any number of neurons
_EXACT = 1e-9
_LADDER = np.concatenate([np.arange(3, -10, -0.5), np.arange(-10, -130, -2.0)])  # ln kappa


@dataclass(frozen=True)
class Saddle:
    r"""A saddle point.

    Attributes
    ----------
    entropy, q, q_hat
        The entropy, the mean squared rate, its multiplier.
    multiplier
        Of the bound: kappa of stable fixed points, u of all.
    response
        :math:`g^2 \langle\chi^2\rangle`.
    outlier
        Eigenvalue that the conditions on the couplings may split off, plus one.
    """

    entropy: float
    q: float
    q_hat: float
    multiplier: float
    response: float
    outlier: float


class StableUnits:
    """The density of states at given multipliers."""

    def __init__(self, units: Units, g: float) -> None:
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            response = (g * units.slope / units.stiffness) ** 2
            log_measure = np.log(units.stiffness * units.dx)
            aligned = units.phi * units.field * units.slope / units.stiffness
        known = np.isfinite(response) & np.isfinite(log_measure)
        self.g = g
        self.phi2, self.field2 = units.phi[known] ** 2, units.field[known] ** 2
        self.response, self.log_measure = response[known], log_measure[known]
        self.aligned, self.seen = aligned[known], units.log_t[known] > SEEN

    def density(self, q: float, q_hat: float, kappa: float) -> tuple[Floats, float]:
        """Return the weights of all nodes, and the entropy."""
        variance = self.g**2 * q
        exponent = self.log_measure - self.field2 / (2 * variance) + q_hat * (self.phi2 - q)
        if kappa > 0:
            exponent = exponent - kappa * (self.response - 1)
        top = exponent.max()
        weights = np.exp(exponent - top)
        total = weights.sum()
        return weights / total, float(np.log(2 * total) + top - np.log(2 * np.pi * variance) / 2)

    def extremum(self, kappa: float, start: Floats) -> Floats | None:
        """Return ln q and q_hat at a given kappa, None if they are not found."""
        from scipy.optimize import root

        def rest(y: Floats) -> list[float]:
            q, q_hat = float(np.exp(np.clip(y[0], -60, 1))), float(y[1])
            p, _ = self.density(q, q_hat, kappa)
            spread = float(p @ self.field2) / (self.g**2 * q)
            return [float(p @ self.phi2) / q - 1, spread - 1 - 2 * q * q_hat]

        with np.errstate(all="ignore"):
            found = root(rest, start, tol=1e-12)
        good = np.max(np.abs(found.fun)) < _EXACT and -13.8 < found.x[0] < 0
        return np.asarray(found.x) if good else None

    def at(self, y: Floats, kappa: float, cut: bool = False) -> Saddle:
        """Return the saddle point, the response without what no network would see if `cut`."""
        q, q_hat = float(np.exp(y[0])), float(y[1])
        p, entropy = self.density(q, q_hat, kappa)
        response = np.where(self.seen, self.response, 0) if cut else self.response
        return Saddle(entropy, q, q_hat, kappa, float(p @ response), float(p @ self.aligned / q))


def solve(units: Units, g: float, branches: bool) -> Saddle | None:
    """Return the saddle point, None if it is not found.

    First without the bound; only if that is violated, with the kappa at which it is met, followed
    from large ones.
    """
    stable = StableUnits(units, g)
    free = unbounded(stable)
    if free is not None:
        found = stable.at(free, 0.0, cut=branches)
        if found.response < 1:
            return found
    return _bounded(stable)


def unbounded(stable: StableUnits) -> Floats | None:
    """Return the extremum at kappa = 0."""
    starts = [0.9, 0.4, 0.1, 0.01]
    tried = (stable.extremum(0.0, np.array([np.log(q), 0.0])) for q in starts)
    return next((y for y in tried if y is not None), None)


def _bounded(stable: StableUnits) -> Saddle | None:
    """Return the saddle point at which the response is one."""
    from scipy.optimize import brentq

    y, steps = np.array([np.log(0.7), 0.0]), []
    for log_kappa in _LADDER:
        found = stable.extremum(np.exp(log_kappa), y)
        if found is None:
            continue
        y = found
        response = stable.at(y, np.exp(log_kappa)).response
        steps.append((log_kappa, np.log(response), y))
        if response > 1:
            break
    for (above, low, _), (below, high, near) in pairwise(steps):
        if low <= 0 < high:

            def excess(log_kappa: float, start: Floats = near) -> float:
                y = stable.extremum(np.exp(log_kappa), start)
                return np.nan if y is None else np.log(stable.at(y, np.exp(log_kappa)).response)

            kappa = float(np.exp(brentq(excess, below, above, xtol=1e-12)))
            end = stable.extremum(kappa, near)
            return None if end is None else stable.at(end, kappa)
    return None
