r"""Chaos without self-excitation, in closed form: a particle in a potential.

Sompolinsky, Crisanti and Sommers (1988): the covariance of the inputs moves as
:math:`\Delta'' = -\partial V/\partial\Delta`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from foundation.errors import ConvergenceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

G_MIN, G_MAX = 1.01, 6.0
_WIDEST = 8.5  # standard deviations
_LEVELS = 200  # of the covariance, for the forces between
_TAIL = 1e-4  # of the variance, below which the covariance decays exponentially
_POINTS = 3000  # of the eigenvalue problem


@dataclass(frozen=True, eq=False, repr=False)
class ClassicalChaos:
    r"""The chaotic state of neurons without self-excitation, for many neurons.

    Attributes
    ----------
    g
        Coupling.
    variance
        :math:`\Delta_0 = \langle x^2 \rangle`.
    q
        Mean squared rate, the correlation at equal times.
    tau
        Times, from 0 to where all has decayed.
    covariance, correlation
        :math:`\langle x(t) x(t + \tau) \rangle` and :math:`\langle\phi(t)\phi(t+\tau)\rangle`.
    lyapunov, lyapunov_error
        Largest Lyapunov exponent, and an estimate of its error.
    converged, status
        True, and a sentence that says so.

    Examples
    --------
    >>> import dynamics
    >>> chaos = dynamics.classical_chaos(g=2.0)
    >>> chaos
    ClassicalChaos(g=2: q=0.513178, lyapunov=0.1124...)
    >>> chaos.plot().get_xlabel()
    'time difference'
    """

    g: float
    variance: float
    q: float
    tau: Floats
    covariance: Floats
    correlation: Floats
    lyapunov: float
    lyapunov_error: float
    converged: bool = True
    status: str = "The chaotic state was found."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the correlation of rates against the time difference.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        ax.plot(self.tau, self.correlation)
        ax.set(xlabel="time difference", ylabel="correlation of rates")
        return ax

    def __repr__(self) -> str:
        return f"ClassicalChaos(g={self.g:g}: q={self.q:.6g}, lyapunov={self.lyapunov:.6g})"


def classical_chaos(g: float) -> ClassicalChaos:
    r"""Return correlation and Lyapunov exponent of :math:`\dot x = -x + g J \tanh x`, N → ∞.

    With :math:`\Lambda = \ln\cosh` and Gaussian averages of variance :math:`\Delta_0` and
    covariance :math:`\Delta`,

    .. math:: V = -\tfrac12 \Delta^2 + g^2 [\langle\Lambda\Lambda'\rangle
              - \langle\Lambda\rangle^2], \qquad V(\Delta_0; \Delta_0) = 0, \qquad
              -\psi'' + [1 - g^2 \langle\phi'\phi'\rangle(\tau)]\, \psi = E_0 \psi, \qquad
              \lambda = -1 + \sqrt{1 - E_0},

    where :math:`E_0` is the lowest eigenvalue. Near g = 1, :math:`\lambda \to (g - 1)^2/2`.

    Parameters
    ----------
    g
        Coupling, in [1.01, 6]; at larger ones the orbit misses its end. (Up to 1, all neurons come
        to rest.)

    Returns
    -------
    The state; in tenths of a second.

    Raises
    ------
    TypeError, ValueError
        If `g` is outside its documented domain.
    ConvergenceError
        If the orbit misses its end.

    References
    ----------
    Sompolinsky, Crisanti and Sommers, Phys. Rev. Lett. 61, 259 (1988);
    `docs/theory/graded-neurons.md`.

    Examples
    --------
    >>> import dynamics
    >>> [round(dynamics.classical_chaos(g).lyapunov, 4) for g in (1.5, 5.0)]
    [0.0467, 0.4337]
    """
    from scipy.integrate import solve_ivp
    from scipy.interpolate import CubicSpline
    from scipy.optimize import brentq

    g = domains.real("g", g, low=G_MIN, high=G_MAX)

    def potential(variance: float) -> float:
        whole = average(_log_cosh, np.array([0.0, variance]), variance)
        return float(-(variance**2) / 2 + g**2 * (whole[1] - whole[0]))

    variance = float(brentq(potential, 0.1 * (g - 1), g**2, xtol=1e-14))
    level = variance * (1 - np.cos(np.linspace(0, np.pi, _LEVELS))) / 2
    rates = CubicSpline(level, average(np.tanh, level, variance))
    slopes = CubicSpline(level, average(_slope, level, variance))
    decay = float(np.sqrt(1 - g**2 * slopes(0)))

    def motion(t: float, y: Floats) -> list[float]:
        return [y[1], y[0] - g**2 * float(rates(y[0]))]

    def small(t: float, y: Floats) -> float:
        return float(y[0] - _TAIL * variance)

    def turns(t: float, y: Floats) -> float:
        return float(y[1] - 1e-12) if t > 0 else -1.0

    small.terminal = turns.terminal = True  # type: ignore[attr-defined]
    orbit = solve_ivp(
        motion,
        (0, 1e4),
        [variance, 0.0],
        "DOP853",
        None,
        True,
        [small, turns],
        rtol=1e-12,
        atol=1e-14,
    )
    end = orbit.t[-1]
    if not orbit.t_events[0].size:
        raise ConvergenceError(f"The orbit at g = {g:g} does not reach its end: try a smaller g.")
    tau = np.linspace(0, end + 12 / decay, 2 * _POINTS + 1)
    within = np.clip(orbit.sol(np.minimum(tau, end))[0], 0, variance)
    covariance = within * np.exp(-decay * np.maximum(tau - end, 0))
    well = 1 - g**2 * slopes(covariance)
    coarse, fine = (lowest(well[::k], k * tau[1]) for k in (2, 1))
    lowest_level = (4 * fine - coarse) / 3
    lyapunov = -1 + np.sqrt(1 - lowest_level)
    error = abs(fine - lowest_level) / (2 + 2 * lyapunov)
    q = float(rates(variance))
    correlation = np.asarray(rates(covariance))
    return ClassicalChaos(
        g, variance, q, tau, covariance, correlation, float(lyapunov), float(error) + 1e-9
    )


def average(f: Callable[[Floats], Floats], covariance: Floats, variance: float) -> Floats:
    """Return the mean of f(x) f(x') of normal x, x' with each covariance >= 0.

    Both are sums of a part that they share and one of their own. The nodes are equispaced, at a
    small part of the distance to the poles of tanh.
    """
    step = min(0.08, 0.3 / np.sqrt(variance))
    z = np.arange(-_WIDEST, _WIDEST + step, step)
    weight = np.exp(-(z**2) / 2) * step / np.sqrt(2 * np.pi)
    means = []
    for part in covariance:
        own, shared = np.sqrt(max(variance - part, 0)) * z, np.sqrt(part) * z
        means.append(weight @ (f(own + shared[:, None]) @ weight) ** 2)
    return np.array(means)


def lowest(well: Floats, step: float) -> float:
    """Return the lowest level of a symmetric well given on x >= 0, by second differences."""
    from scipy.linalg import eigh_tridiagonal

    beside = np.full(len(well) - 1, -1 / step**2)
    beside[0] *= np.sqrt(2)  # the level is symmetric
    level = eigh_tridiagonal(
        2 / step**2 + well, beside, eigvals_only=True, select="i", select_range=(0, 0)
    )
    return float(level[0])


def _log_cosh(x: Floats) -> Floats:
    return np.asarray(np.logaddexp(x, -x) - np.log(2))


def _slope(x: Floats) -> Floats:
    return np.asarray(1 - np.tanh(x) ** 2)
