"""The retrieval states of the pseudo-inverse network, in closed form."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

_LOWEST = np.log(1e-300)  # of 1 - m


class Projected(NamedTuple):
    r"""A retrieval state: the load that has it, its overlap, response and R-transform.

    The state's noise is zero: what the other patterns do is to lower the field from m to
    :math:`m(1 - R)`.
    """

    alpha: float
    T: float
    m: float
    chi: float
    R: float

    @property
    def slope(self) -> float:
        r""":math:`R'(\chi)`."""
        return self.R * (1 - self.R) / (1 - self.chi + 2 * self.chi * self.R)

    @property
    def energy(self) -> float:
        """Per neuron, without diagonal."""
        return (self.alpha - self.m**2 - self.T * self.chi * self.R) / 2

    @property
    def free_energy(self) -> float:
        """Per neuron, with the integral of the R-transform of a projection."""
        x, alpha, m = self.chi, self.alpha, self.m
        mu = m * (1 - self.R)
        integral = 0.0
        if x > 0:  # x R - alpha ln x(z - 1) - (1 - alpha) ln x z, with z = R + 1/x
            integral = x * self.R - special.xlog1py(alpha, x * (self.R - 1))
            integral -= special.xlog1py(1 - alpha, x * self.R)
        u = mu / self.T if self.T else 0.0
        log_cosh = self.T * np.logaddexp(u, -u) if self.T else mu
        return float(alpha / 2 - m**2 / 2 - self.T * integral / 2 + m * mu - log_cosh)

    @property
    def entropy(self) -> float:
        """Per neuron."""
        return (self.energy - self.free_energy) / self.T if self.T else 0.0

    @property
    def stability(self) -> float:
        r"""Slack :math:`1 - \chi^2 R'`, negative where noise grows."""
        return 1 - self.chi**2 * self.slope


def with_distance(m_off: float, T: float) -> Projected:
    r"""Return the state of overlap :math:`m = 1 - m_{off}`, :math:`T > 0`.

    From :math:`m = \tanh(m(1-R)/T)` follow :math:`\chi = (1-m^2)/T`, R, and the load
    :math:`\alpha = R(1 - \chi + \chi R)`.
    """
    m = 1 - m_off
    chi = m_off * (2 - m_off) / T
    R = float(1 - T * np.log((2 - m_off) / m_off) / (2 * m))  # artanh, also near m = 1
    return Projected(R * (1 - chi + chi * R), T, m, chi, R)


@lru_cache(maxsize=64)
def most(T: float) -> Projected:
    """Return the state of the largest load, at T in [0, 1)."""
    from scipy import optimize

    if T == 0:
        return Projected(1.0, 0.0, 1.0, 0.0, 1.0)
    scan = np.linspace(_LOWEST, 0, 2000)[:-1]
    k = int(np.argmax([with_distance(np.exp(x), T).alpha for x in scan]))
    best = optimize.minimize_scalar(
        lambda x: -with_distance(np.exp(x), T).alpha,
        bounds=(scan[k - 1], scan[min(k + 1, len(scan) - 1)]),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return with_distance(float(np.exp(best.x)), T)


def at_load(alpha: float, T: float) -> Projected | None:
    """Return the retrieval state at a load; None beyond capacity."""
    from scipy import optimize

    if T >= 1:
        return None
    if T == 0:
        return Projected(alpha, 0.0, 1.0, 0.0, alpha) if alpha < 1 else None
    top = most(T)
    if alpha > top.alpha:
        return None
    if with_distance(np.exp(_LOWEST), T).alpha > alpha:  # 1 - m is beyond the smallest numbers
        return Projected(alpha, T, 1.0, 0.0, alpha)
    ends = _LOWEST, np.log(1 - top.m)
    x = optimize.brentq(lambda x: with_distance(np.exp(x), T).alpha - alpha, *ends, xtol=1e-14)
    return with_distance(float(np.exp(x)), T)
