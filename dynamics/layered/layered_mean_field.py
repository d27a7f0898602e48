"""What a simulation of a chain of infinite layers returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dynamics.infinite.mean_field import plot_decay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class LayeredMeanField:
    r"""The dynamics of a chain of layers of infinitely many neurons, in steps of `dt` sweeps.

    Attributes
    ----------
    L, J_D, lam, order, dt
        What was simulated; deviations from continuous time are of order `dt`.
    samples
        Number of columns: of 8 independent chains.
    t
        Times in sweeps, of shape (steps + 1,).
    unstable_fraction, unstable_fraction_error
        Fraction of unstable neurons at each time, and its standard error.
    unstable_fraction_groups
        The same in each of the 8 chains, of shape (8, steps + 1).
    unstable_fraction_layers, unstable_fraction_layers_error
        The same in each layer, of shape (L, steps + 1).
    activity, activity_error
        Flips per neuron and sweep in the step that follows each time, of shape (steps,).
    agreement, agreement_error
        Mean product :math:`\langle s^l s^{l+1} \rangle` of neurons that are neighbours in a column,
        of shape (L - 1, steps + 1).
    correlation, correlation_error
        Two-time correlation of the states of each layer, of shape (L, steps + 1, steps + 1).

    Examples
    --------
    >>> import dynamics
    >>> run = dynamics.layered_mean_field(2, 0.0, 0.8, t_max=5, dt=0.5, samples=8000, rng=1)
    >>> run
    LayeredMeanField(L=2, J_D=0, lam=0.8, t <= 5 in steps of 0.5, 8000 columns, ends at 0.1...)
    >>> run.agreement.shape, run.unstable_fraction_layers.shape
    ((1, 11), (2, 11))
    >>> run.converged, run.plot().get_xlabel()
    (True, 't (sweeps)')
    """

    L: int
    J_D: float
    lam: float
    order: str
    dt: float
    samples: int
    t: Floats
    unstable_fraction: Floats
    unstable_fraction_error: Floats
    unstable_fraction_groups: Floats
    unstable_fraction_layers: Floats
    unstable_fraction_layers_error: Floats
    activity: Floats
    activity_error: Floats
    agreement: Floats
    agreement_error: Floats
    correlation: Floats
    correlation_error: Floats

    @property
    def converged(self) -> bool:
        """Always True: all steps were simulated."""
        return True

    @property
    def status(self) -> str:
        """What is known of the error."""
        return (
            f"All {len(self.t) - 1} steps were simulated; beyond the standard errors there are "
            f"terms of the order of 1 / {self.samples // len(self.unstable_fraction_groups)}."
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
        return (
            f"LayeredMeanField(L={self.L}, J_D={self.J_D:g}, lam={self.lam:g}, "
            f"t <= {self.t[-1]:g} in steps of {self.dt:g}, {self.samples} columns, "
            f"ends at {self.unstable_fraction[-1]:.3g} +- {self.unstable_fraction_error[-1]:.1g})"
        )
