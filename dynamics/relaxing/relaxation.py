"""How an asynchronous relaxation ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Relaxation:
    """How a network settled, or did not.

    Attributes
    ----------
    state
        Final state, of the network's shape.
    converged
        Whether the final state is a fixed point; if so, `Network.is_fixed_point` has confirmed it.
    sweeps
        Number of sweeps, of one visit per neuron.
    flips
        Number of flips.
    unstable_fraction
        Fraction of unstable neurons before each sweep and at the end, `sweeps + 1` numbers; None if
        no history was asked for.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Asymmetric(N=1000, J_D=0.9).sample(rng=1)
    >>> relaxation = dynamics.relax(network, rng=2, history=True)
    >>> relaxation
    Relaxation(settled into a fixed point after ... sweeps, ... flips per neuron)
    >>> bool(network.is_fixed_point(relaxation.state))
    True
    >>> len(relaxation.unstable_fraction) == relaxation.sweeps + 1
    True
    >>> relaxation.plot().get_ylabel()
    'unstable fraction'
    """

    state: npt.NDArray[np.int8]
    converged: bool
    sweeps: int
    flips: int
    unstable_fraction: npt.NDArray[np.float64] | None

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return f"Settled into a fixed point after {self.sweeps} sweeps."
        return f"Still moving after {self.sweeps} sweeps, the maximum; raise max_sweeps or J_D."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the unstable fraction against the sweeps, and mark the end.

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
        ValueError
            If there is no history.
        """
        if self.unstable_fraction is None:
            raise ValueError("a relaxation is plotted from its history: relax(..., history=True)")
        ax = axes_of(ax)
        (line,) = ax.plot(self.unstable_fraction, ".-")
        end = "o" if self.converged else "x"
        ax.plot(self.sweeps, self.unstable_fraction[-1], end, color=line.get_color())
        ax.set(xlabel="sweeps", ylabel="unstable fraction")
        return ax

    def __repr__(self) -> str:
        end = "settled into a fixed point" if self.converged else "still moving"
        each = self.flips / self.state.size
        return f"Relaxation({end} after {self.sweeps} sweeps, {each:.3g} flips per neuron)"
