"""The replica-symmetric states of the Hopfield network, on the curve of all loads."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from replica.memories.field_average import STEP, FieldAverage, field_average


class Point(NamedTuple):
    r"""A replica-symmetric state: the load that has it, with the field :math:`m + \sigma z`."""

    alpha: float
    sigma: float
    T: float
    average: FieldAverage

    @property
    def q(self) -> float:
        r"""Overlap of two copies, :math:`1 - T \chi`."""
        return 1 - self.T * self.average.chi

    @property
    def energy(self) -> float:
        """Per neuron, without diagonal."""
        D, m = 1 - self.average.chi, self.average.m
        noise = self.average.chi * self.T / D + self.q / D**2
        return self.alpha / 2 * (1 - noise) - m**2 / 2

    @property
    def free_energy(self) -> float:
        r"""Per neuron: AGS, equation for :math:`f`, with the limits of T = 0."""
        m, chi, D = self.average.m, self.average.chi, 1 - self.average.chi
        loop = self.T * np.log1p(-chi) - self.q / D
        f = self.alpha / 2 * (1 + loop) + m**2 / 2 + self.sigma**2 * chi / 2
        return float(f - self.average.log_cosh)

    @property
    def entropy(self) -> float:
        r"""Per neuron, as the limit of :math:`(E - f)/T`."""
        chi = self.average.chi
        if self.T > 0:
            return (self.energy - self.free_energy) / self.T
        return float(-self.alpha / 2 * (np.log1p(-chi) + chi / (1 - chi)))

    @property
    def stability(self) -> float:
        r"""Slack of de Almeida and Thouless, negative where replica symmetry is broken."""
        slope = self.alpha / (1 - self.average.chi) ** 2 * self.average.quartic
        if self.T > 0:
            return 1 - slope / self.T
        return -np.inf if slope > 0 else 1.0


def retrieving(sigma: float, T: float, step: float = STEP) -> Point | None:
    """Return the state with an overlap at this noise; None if there is none.

    The average of tanh is concave in the signal: it crosses it once if it starts more steeply.
    """
    from scipy import optimize

    if sigma + T == 0:
        return Point(0.0, 0.0, 0.0, FieldAverage(1.0, 0.0, 0.0, 1.0))
    if field_average(0.0, sigma, T, step).chi <= 1:
        return None

    def gain(m: float) -> float:
        return field_average(m, sigma, T, step).m / m - 1

    if gain(1e-6) <= 0:
        return None
    m = optimize.brentq(gain, 1e-6, 1, xtol=1e-15, rtol=1e-14) if gain(1.0) < 0 else 1.0
    return _point(sigma, T, field_average(m, sigma, T, step))


def glassy(sigma: float, T: float, step: float = STEP) -> Point | None:
    """Return the state without an overlap at this noise; None if there is none."""
    average = field_average(0.0, sigma, T, step)
    return None if average.chi >= 1 else _point(sigma, T, average)


def _point(sigma: float, T: float, average: FieldAverage) -> Point:
    alpha = sigma**2 * (1 - average.chi) ** 2 / (1 - T * average.chi)
    return Point(alpha, sigma, T, average)


@lru_cache(maxsize=64)
def most(T: float, step: float = STEP) -> Point:
    """Return the state of the largest load with an overlap, at T < 1."""
    from scipy import optimize

    def load(sigma: float) -> float:
        found = retrieving(sigma, T, step)
        return 0.0 if found is None else found.alpha

    # the noise at which the response without a signal is one: beyond, there is none
    widest = optimize.brentq(lambda s: field_average(0.0, s, T, step).chi - 1, 1e-6, 1.0)
    scan = np.linspace(0, widest, 42)
    k = int(np.argmax([load(s) for s in scan[1:-1]])) + 1
    best = optimize.minimize_scalar(
        lambda s: -load(s),
        bounds=(scan[k - 1], scan[k + 1]),
        method="bounded",
        options={"xatol": 1e-9 * widest},
    )
    found = retrieving(float(best.x), T, step)
    assert found is not None
    return found


def at_load(alpha: float, T: float, step: float = STEP) -> Point | None:
    """Return the retrieval state at a load; None beyond capacity."""
    from scipy import optimize

    if T >= 1:
        return None
    if alpha == 0:
        return retrieving(0.0, T, step)
    top = most(T, step)
    if alpha > top.alpha:
        return None

    def rest(sigma: float) -> float:
        found = retrieving(sigma, T, step)
        return (0.0 if found is None else found.alpha) - alpha

    sigma = optimize.brentq(rest, 1e-3 * np.sqrt(alpha), top.sigma, xtol=1e-15, rtol=1e-13)
    return retrieving(sigma, T, step)


def glass_at_load(alpha: float, T: float, step: float = STEP) -> Point | None:
    """Return the spin glass at a load; None where it is a paramagnet."""
    from scipy import optimize

    if alpha == 0 or 1 + np.sqrt(alpha) <= T:
        return None

    def rest(sigma: float) -> float:
        found = glassy(sigma, T, step)
        return (0.0 if found is None else found.alpha) - alpha

    high = np.sqrt(alpha) + 2
    sigma = optimize.brentq(rest, 1e-9, high, xtol=1e-15, rtol=1e-13)
    return glassy(sigma, T, step)
