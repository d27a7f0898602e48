"""What the extrapolation to short steps and many trajectories returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import special

from dynamics.infinite.mean_field import MeanField, plot_decay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

UNLIKELY = 1e-5  # probability of a chi-squared at one time, below which the terms do not fit


@dataclass(frozen=True, eq=False, repr=False)
class MeanFieldLimit:
    """The asynchronous dynamics of infinitely many neurons, extrapolated to steps of no length.

    Attributes
    ----------
    t
        Times: whole sweeps, from 0.
    unstable_fraction, unstable_fraction_error
        Fraction of unstable neurons, and its standard error.
    chi_squared, dof
        Of the line or plane at each time: `dof` is the number of simulations minus that of its
        coefficients.
    runs
        The simulations, by decreasing dt; with partial symmetry, two for each.

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
    >>> limit.converged, limit.plot().get_ylabel()
    (True, 'unstable fraction')
    """

    t: Floats
    unstable_fraction: Floats
    unstable_fraction_error: Floats
    chi_squared: Floats
    dof: int
    runs: tuple[MeanField, ...]

    @property
    def converged(self) -> bool:
        """Whether the line or plane fits at all times: no chi-squared of probability below 1e-5."""
        return not self._misfits.any()

    @property
    def _misfits(self) -> npt.NDArray[np.bool]:
        """Where the line or plane does not fit."""
        return special.chdtrc(max(self.dof, 1), self.chi_squared) < UNLIKELY

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        shape = "plane" if self.runs[0].eta else "line"
        if not self.converged:
            return (
                f"The {shape} does not fit at t = {self.t[self._misfits][0]:g}, where its error is "
                "scaled up; use shorter steps."
            )
        if self.dof == 0:
            return f"Two steps determine the {shape}; use three to test it."
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
