"""What a simulation of infinitely many neurons returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

GROUPS = 8  # independent networks
FEWEST = 20  # neurons of the smallest network for each sweep, with partial symmetry


@dataclass(frozen=True, eq=False, repr=False)
class MeanField:
    r"""The dynamics of infinitely many neurons, in steps of `dt` sweeps.

    Attributes
    ----------
    J_D, eta, order, dt
        What was simulated; deviations from continuous time are of order `dt`.
    samples
        Number of trajectories: of the neurons of 8 independent networks and, at `eta != 0`, of one
        of eight times the size, by which all means are extrapolated.
    memory
        Mean number of earlier states that a step made use of.
    t
        Times in sweeps, of shape (steps + 1,).
    unstable_fraction, unstable_fraction_error
        Fraction of unstable neurons at each time, and its standard error. Errors here come from
        eight networks, and deviations in units of them are those of Student with 7 degrees of
        freedom: 3.5 at one time in a hundred. Errors of neighbouring times may be averaged.
    unstable_fraction_groups
        The same in each network, of shape (8, steps + 1): different times share their
        errors, so that the error of an average over times comes from the groups.
    activity, activity_error
        Flips per neuron and sweep in the step that follows each time, of shape (steps,), and its
        standard error.
    correlation, correlation_error
        Two-time correlation of the states, of shape (steps + 1, steps + 1), and its standard error.
    integrated_response, integrated_response_error
        Response of the state at the first time t to a field in all steps from the second time t'
        to t, :math:`\chi(t, t') = \sum_{t' \le t'' < t} G(t, t'')` with
        :math:`G = \partial \langle s(t) \rangle / \partial h(t'')`, and its standard error: arrays
        of shape (steps + 1, steps + 1). None at eta = 0, where no neuron feels its response.

    Examples
    --------
    >>> import dynamics
    >>> run = dynamics.mean_field(J_D=0.3, t_max=5, dt=0.2, samples=8000, rng=1)
    >>> run
    MeanField(J_D=0.3, t <= 5 in steps of 0.2, 8000 trajectories, ends at 0.14... +- 0.00...)
    >>> run.unstable_fraction.shape, run.correlation.shape
    ((26,), (26, 26))
    >>> symmetric = dynamics.mean_field(J_D=0.3, t_max=5, samples=25000, eta=1.0, rng=1)
    >>> symmetric.integrated_response.shape
    (51, 51)
    >>> run.converged, run.plot().get_xlabel()
    (True, 't (sweeps)')
    """

    J_D: float
    eta: float
    order: str
    dt: float
    samples: int
    memory: float
    t: Floats
    unstable_fraction: Floats
    unstable_fraction_error: Floats
    unstable_fraction_groups: Floats
    activity: Floats
    activity_error: Floats
    correlation: Floats
    correlation_error: Floats
    integrated_response: Floats | None
    integrated_response_error: Floats | None

    @property
    def converged(self) -> bool:
        """Whether the trajectories suffice: always at eta = 0, else for 20 in a group a sweep."""
        return self.eta == 0 or self.samples >= FEWEST * GROUPS * self.t[-1]

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        steps = len(self.t) - 1
        if self.converged:
            return f"All {steps} steps were simulated with sufficiently many trajectories."
        return (
            f"{self.samples} trajectories are too few for t = {self.t[-1]:g} at "
            f"eta = {self.eta:g}: a network of {self.samples // GROUPS} neurons settles too early "
            "to be extrapolated; raise samples to "
            f"{int(np.ceil(FEWEST * GROUPS * self.t[-1]))}."
        )

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
        eta = f", eta={self.eta:g}" if self.eta else ""
        return (
            f"MeanField(J_D={self.J_D:g}{eta}, t <= {self.t[-1]:g} in steps of {self.dt:g}, "
            f"{self.samples} trajectories, ends at {self.unstable_fraction[-1]:.3g} "
            f"+- {self.unstable_fraction_error[-1]:.1g})"
        )


def plot_decay(t: Floats, unstable: Floats, error: Floats, ax: Axes | None) -> Axes:
    """Plot an unstable fraction against time, with a band of one standard error."""
    ax = axes_of(ax)
    (line,) = ax.plot(t, unstable)
    ax.fill_between(t, unstable - error, unstable + error, color=line.get_color(), alpha=0.3)
    ax.set(xlabel="t (sweeps)", ylabel="unstable fraction")
    return ax
