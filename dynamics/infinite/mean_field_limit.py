"""What the extrapolation to short steps and many neurons returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import special

from dynamics.infinite.mean_field import FEWEST, GROUPS, MeanField, plot_decay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

UNLIKELY = 1e-5  # probability of a chi-squared at one time, below which the terms do not fit


@dataclass(frozen=True, eq=False, repr=False)
class MeanFieldLimit:
    r"""The dynamics of infinitely many neurons, extrapolated to steps of no length.

    Attributes
    ----------
    t
        Times: whole sweeps, from 0.
    unstable_fraction, unstable_fraction_error
        Fraction of unstable neurons, and its standard error.
    chi_squared, dof
        Of the line or plane at each time: `dof` is the number of simulations minus that of its
        coefficients.
    correlation, correlation_error
        Two-time correlation at whole sweeps, of shape (t_max + 1, t_max + 1), and its standard
        error.
    correlation_chi_squared
        Of its lines or planes, with the same `dof`.
    integrated_response, integrated_response_error
        The same of the integrated response (`MeanField`); None at eta = 0.
    runs
        The simulations, by decreasing dt; with partial symmetry, three for each.

    Examples
    --------
    >>> import dynamics
    >>> limit = dynamics.mean_field_limit(J_D=0.3, t_max=5, samples=8000, rng=1)
    >>> limit
    MeanFieldLimit(J_D=0.3, t <= 5 from dt = 0.2, 0.1, 0.05, ends at 0.1... +- 0.0...)
    >>> limit.t
    array([0., 1., 2., 3., 4., 5.])
    >>> len(limit.runs), limit.dof
    (3, 1)
    >>> limit.correlation.shape, bool(limit.correlation_error[5, 0] < 0.05)
    ((6, 6), True)
    >>> limit.converged, limit.plot().get_ylabel()
    (True, 'unstable fraction')
    """

    t: Floats
    unstable_fraction: Floats
    unstable_fraction_error: Floats
    chi_squared: Floats
    correlation: Floats
    correlation_error: Floats
    correlation_chi_squared: Floats
    integrated_response: Floats | None
    integrated_response_error: Floats | None
    dof: int
    runs: tuple[MeanField, ...]

    @property
    def converged(self) -> bool:
        """Whether the terms fit, and with partial symmetry the smallest networks are not too small.

        They fit if no chi-squared of the unstable fraction has a probability below 1e-5, and none
        of the correlation has one below 1e-5 / t_max. The smallest networks need 20 neurons for
        each sweep (so `samples >= 640 t_max`), and an unstable neuron at the end.
        """
        return not (self._misfits.size or self._small)

    @property
    def _misfits(self) -> Floats:
        """Times at which the terms do not fit."""
        unstable = self._chance(self.chi_squared) < UNLIKELY
        correlation = self._chance(self.correlation_chi_squared) < UNLIKELY / self.t[-1]
        return self.t[unstable | correlation.any(axis=0)]

    def _chance(self, chi_squared: Floats) -> Floats:
        """Return the probabilities of larger ones: errors are those of the scatter of groups."""
        dof, scatter = max(self.dof, 1), (GROUPS - 1) * len(self.runs)
        return np.asarray(special.fdtrc(dof, scatter, chi_squared / dof))

    @property
    def _small(self) -> bool:
        """Whether the smallest networks are too small for terms of order 1/m alone."""
        if not self.runs[0].eta:
            return False
        m = min(run.samples for run in self.runs) / GROUPS
        return bool(m < FEWEST * self.t[-1] or m * self.unstable_fraction[-1] < 1)

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        shape = "plane" if self.runs[0].eta and self.runs[0].dt < 1 else "line"
        if self._misfits.size:
            return (
                f"The {shape} does not fit at t = {self._misfits[0]:g}, where its error is scaled "
                "up; use shorter steps or more samples."
            )
        if self._small:
            m = min(run.samples for run in self.runs) // GROUPS
            return (
                f"The smallest networks, of {m} neurons, have fewer than {FEWEST} for each sweep, "
                "or no unstable one at the end: their deviations are not of order 1/m; raise "
                "samples."
            )
        if self.dof == 0:
            return (
                f"As many simulations as coefficients: the {shape} is not tested; use three steps."
            )
        return f"The {shape} fits at all times."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the unstable fraction against time, with a band of one standard error.

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
        return plot_decay(self.t, self.unstable_fraction, self.unstable_fraction_error, ax)

    def __repr__(self) -> str:
        steps = ", ".join(f"{dt:g}" for dt in sorted({run.dt for run in self.runs}, reverse=True))
        run = self.runs[0]
        eta = f", eta={run.eta:g}" if run.eta else ""
        return (
            f"MeanFieldLimit(J_D={run.J_D:g}{eta}, t <= {self.t[-1]:g} from dt = {steps}, "
            f"ends at {self.unstable_fraction[-1]:.3g} +- {self.unstable_fraction_error[-1]:.1g})"
        )
