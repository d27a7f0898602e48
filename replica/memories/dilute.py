"""The states of the strongly and asymmetrically diluted network."""

from __future__ import annotations

import numpy as np

from replica.memories.field_average import STEP, FieldAverage, field_average


def at_load(alpha: float, T: float, step: float = STEP) -> FieldAverage | None:
    """Return the averages of the state with an overlap; None beyond capacity."""
    from scipy import optimize

    sigma = np.sqrt(alpha)
    if sigma + T == 0:
        return FieldAverage(1.0, 0.0, 0.0, 1.0)
    if field_average(0.0, sigma, T, step).chi <= 1:
        return None

    def gain(m: float) -> float:
        return field_average(m, sigma, T, step).m / m - 1

    if gain(1e-8) <= 0:
        return None
    m = optimize.brentq(gain, 1e-8, 1, xtol=1e-15, rtol=1e-14) if gain(1.0) < 0 else 1.0
    return field_average(m, sigma, T, step)


def most(T: float, step: float = STEP) -> float:
    r"""Return the capacity: where the response without overlap is one; :math:`2/\pi` at T = 0."""
    from scipy import optimize

    def rest(sigma: float) -> float:
        return field_average(0.0, sigma, T, step).chi - 1

    return float(optimize.brentq(rest, 1e-9, 1.0, xtol=1e-15)) ** 2
