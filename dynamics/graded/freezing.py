"""The self-excitation above which graded neurons freeze."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import optimize

from dynamics.graded.hysterons import hysterons
from dynamics.infinite.boundary_shift import boundary_shift
from foundation import domains
from foundation.axes import axes_of
from foundation.errors import ConvergenceError
from networks import Branches, Graded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

FRACTIONS = (0.48, 0.53, 0.58, 0.62)  # of h_c / (g phi), at which activity is measured
FEWEST = 4  # measurements
_DEAD = 1e-4  # activity below which a network has frozen by chance


@dataclass(frozen=True, eq=False, repr=False)
class FreezingThreshold:
    r"""Where the activity of many graded neurons dies.

    Attributes
    ----------
    g
        Coupling.
    s, s_error
        The threshold, and its standard error from the scatter around the fit.
    coupling, coupling_error
        :math:`h_c(s) / (g \sqrt q)` there: what the self-coupling is of binary neurons.
    excitation, activity, shifted
        What was fitted, a number for each network that stayed active: its s, the mean squared
        change of rates in a step, and the shifted boundary over :math:`g \sqrt q`.
    converged
        Whether at least four networks did.

    Examples
    --------
    >>> import dynamics
    >>> found = dynamics.freezing_threshold(4.0, N=400, steps=100, rng=1)
    >>> found
    FreezingThreshold(s=... +- ... at g=4, where h_c / (g sqrt(q)) = 0.7... +- 0.0...)
    >>> found.plot().get_xlabel()
    'activity'
    """

    g: float
    s: float
    s_error: float
    coupling: float
    coupling_error: float
    excitation: Floats
    activity: Floats
    shifted: Floats

    @property
    def converged(self) -> bool:
        """Whether at least four networks stayed active."""
        return len(self.activity) >= FEWEST

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return f"The threshold was found from {len(self.activity)} active networks."
        return (
            f"Only {len(self.activity)} networks stayed active, {FEWEST} are needed: raise N or "
            "networks, or lower s."
        )

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the shifted boundaries against the activity, and their extrapolation.

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
        (points,) = ax.plot(self.activity, self.shifted, "o")
        ax.errorbar([0], [self.coupling], [self.coupling_error], fmt="x", color=points.get_color())
        ax.set(xlabel="activity", ylabel=r"shifted boundary over $g \sqrt{q}$")
        return ax

    def __repr__(self) -> str:
        return (
            f"FreezingThreshold(s={self.s:.3g} +- {self.s_error:.1g} at g={self.g:g}, where "
            f"h_c / (g sqrt(q)) = {self.coupling:.3g} +- {self.coupling_error:.1g})"
        )


def freezing_threshold(
    g: float,
    s: npt.ArrayLike | None = None,
    *,
    N: int = 2000,
    steps: int = 300,
    networks: int = 2,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> FreezingThreshold:
    r"""Return the self-excitation above which graded neurons freeze by themselves, N → ∞.

    Below it `hysterons` stay active. A neuron jumps at the end of its branch, but the discrete
    steps of its field shift the boundary at which the density of fields vanishes by
    :math:`\ell \sqrt{\langle\Delta H^2\rangle}`, :math:`\ell = 0.5826` (`boundary_shift`); a motion
    that keeps itself going needs this boundary at one place, whatever the activity:

    .. math:: \frac{h_c(s) + \ell\, g \sqrt a}{g \sqrt q} = J_\mathrm{a} + O(a), \qquad
              a = \langle(\Delta\phi)^2\rangle .

    A straight line in a leads to a = 0, where :math:`s` is the threshold. At high gain
    :math:`J_\mathrm{a}` = 0.8145, that of binary neurons (`persistence_threshold`).

    Parameters
    ----------
    g
        Coupling, in [0.25, 1000].
    s
        Self-excitations at which activity is measured, all > 1; None for four below the threshold.
    N
        Neurons in each network, >= 100.
    steps
        Steps of each, >= 30; the first third is left out.
    networks
        Number of networks at each s.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise where fewer than four networks stay active.

    Returns
    -------
    The threshold.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If too few networks stay active, and `throw`.

    References
    ----------
    `docs/theory/graded-neurons.md`.

    Examples
    --------
    >>> import dynamics
    >>> found = dynamics.freezing_threshold(8.0, N=500, steps=100, rng=1)
    >>> abs(found.coupling - 0.8145) < 0.05
    True
    """
    g = domains.real("g", g, low=0.25, high=1000)
    N = domains.integer("N", N, low=100)
    steps = domains.integer("steps", steps, low=30)
    count = domains.integer("networks", networks)
    rng, throw = domains.generator(rng), domains.boolean("throw", throw)
    excitations = usual(g) if s is None else domains.vector("s", s)
    for value in excitations:
        Branches(value)
    rows = []
    for value in np.repeat(excitations, count):
        run = hysterons(Graded(N, value, g).sample(rng), steps, rng=rng)
        activity = run.field_change[steps // 3 :].mean() / g**2
        if activity > _DEAD and run.flips[-1] > 0:
            q = run.q[steps // 3 :].mean()
            boundary = Branches(value).h_c / g + boundary_shift(1.0) * np.sqrt(activity)
            rows.append((value, activity, boundary / np.sqrt(q), q))
    found = _extrapolated(g, np.array(rows).reshape(-1, 4))
    if throw and not found.converged:
        raise ConvergenceError(found.status)
    return found


def usual(g: float) -> Floats:
    """Return self-excitations at which the activity is small, and there."""

    def fraction(s: float) -> float:
        branches = Branches(s)
        return float(branches.h_c / (g * np.tanh(branches.upper(0.0))))

    largest = 4 + 3 * g
    return np.array(
        [
            optimize.brentq(lambda s, wanted=wanted: fraction(s) - wanted, 1 + 1e-6, largest)
            for wanted in FRACTIONS
        ]
    )


def _extrapolated(g: float, rows: Floats) -> FreezingThreshold:
    s, activity, shifted, q = rows.T
    if len(rows) < FEWEST:
        none = float("nan")
        return FreezingThreshold(g, none, none, none, none, s, activity, shifted)
    terms = np.stack([np.ones(len(rows)), activity], axis=1)
    inverse = np.linalg.inv(terms.T @ terms)
    (coupling, slope), (q_end, _) = (inverse @ terms.T @ y for y in (shifted, q))
    scatter = np.sum((shifted - coupling - slope * activity) ** 2) / max(len(rows) - 2, 1)
    error = float(np.sqrt(scatter * inverse[0, 0]))
    h_c = coupling * g * np.sqrt(min(q_end, 1))
    end = float(optimize.brentq(lambda s: Branches(s).h_c - h_c, 1 + 1e-9, 2 * h_c + 10))
    s_error = error * g * np.sqrt(q_end) / Branches(end).phi_c  # dh_c/ds = phi_c
    return FreezingThreshold(g, end, float(s_error), float(coupling), error, s, activity, shifted)
