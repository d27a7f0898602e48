"""The self-coupling above which activity dies, and the plateaus that it is extrapolated from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class PersistenceThreshold:
    r"""The self-coupling above which the activity of infinitely many neurons dies.

    Attributes
    ----------
    value, error
        The threshold :math:`J_a` and its standard error, of the sampling alone; nan if fewer than
        three plateaus are above zero.
    J_D
        Self-couplings of the plateaus.
    plateau, plateau_error
        Unstable fraction between `t_max / 2` and `t_max`, and its standard error.
    drift
        Difference to the mean between `t_max / 4` and `t_max / 2`, in standard errors.
    flips_per_neuron
        Number of flips that a neuron makes in a run, at the rate of its plateau: one in
        :math:`1/(pu)` steps. A plateau that is not reached raises the threshold before its drift is
        noticed.
    shifted, shifted_error
        :math:`J_D + 2 \ell(p) \sqrt{p u}`, which is fitted by a straight line in u.
    slope
        Of the line, whose value at u = 0 is the threshold; nan without one.
    chi_squared, dof
        Of the line.
    converged
        Whether all plateaus are flat (no drift beyond 5 standard errors), none is empty, and each
        has a flip per neuron or more.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import dynamics
    >>> threshold = dynamics.persistence_threshold((0.4, 0.5, 0.6), t_max=60, samples=8000, rng=1)
    >>> threshold
    PersistenceThreshold(0.8... +- 0.00..., from 3 plateaus, chi-squared ... for 1)
    >>> bool((threshold.shifted > threshold.J_D).all()), threshold.converged
    (True, True)
    >>> threshold.plot().get_xlabel()
    'unstable fraction of the plateau'
    """

    value: float
    error: float
    J_D: Floats
    plateau: Floats
    plateau_error: Floats
    drift: Floats
    flips_per_neuron: Floats
    shifted: Floats
    shifted_error: Floats
    slope: float
    chi_squared: float
    dof: int
    converged: bool
    status: str

    def plot(self, *, ax: Axes | None = None) -> Axes:
        r"""Plot the shifted self-couplings of the plateaus, with their line to the threshold.

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
        u = self.plateau
        points = ax.errorbar(u, self.shifted, self.shifted_error, fmt="o", label="plateaus")
        color = points.lines[0].get_color()
        ends = np.array([0, u.max()])
        ax.plot(ends, self.value + self.slope * ends, color=color)
        ax.errorbar(0, self.value, self.error, fmt="x", color=color, label="threshold")
        ax.set(xlabel="unstable fraction of the plateau", ylabel=r"$J_D + 2\ell(p)\sqrt{pu}$")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        return (
            f"PersistenceThreshold({self.value:.4f} +- {self.error:.1g}, from {self.J_D.size} "
            f"plateaus, chi-squared {self.chi_squared:.1f} for {self.dof})"
        )
