"""The course of a search for a fixed point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

SETTLED = (
    0.01  # residual below which the entropy of a step is that of a fixed point of the messages
)


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """The course of the best run, at the end of each step of its protocol.

    Attributes
    ----------
    gamma, y
        Strength of focusing and number of replicas; for reinforcement, its rate and 1; for a linear
        field, its strength and 1.
    overlap
        Mean squared magnetisation, the overlap of two fixed points of the cluster.
    local_entropy
        Bethe entropy of the fixed points in the field of the step, in nats per neuron: those of the
        cluster. Meaningful where the residual is small.
    unstable_fraction
        Fraction of unstable neurons in the state of the signs.
    residual
        Largest change of a magnetisation in the last iteration of the step.

    Examples
    --------
    >>> import numpy as np
    >>> import bp
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.2).sample(rng=1)
    >>> solution = bp.reinforcement(network, history=True, rng=1)
    >>> solution.trajectory
    Trajectory(... steps, overlap up to 0..., ...)
    >>> bool(solution.trajectory.unstable_fraction[-1] == 0)
    True
    >>> solution.trajectory.plot().get_ylabel()
    'overlap, unstable fraction'
    """

    gamma: Floats
    y: Floats
    overlap: Floats
    local_entropy: Floats
    unstable_fraction: Floats
    residual: Floats

    @property
    def converged(self) -> npt.NDArray[np.bool]:
        """Whether the messages settled in each step: the residual is below 0.01."""
        return self.residual < SETTLED

    @property
    def status(self) -> npt.NDArray[np.str_]:
        """What happened in each step, and what to do about it."""
        return said(self.residual)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot overlap and unstable fraction against the strength of focusing, or the rate.

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
        ax.plot(self.gamma, self.overlap, ".-", label="overlap")
        ax.plot(self.gamma, self.unstable_fraction, ".-", label="unstable fraction")
        ax.set(xlabel=r"$\gamma$, or rate", ylabel="overlap, unstable fraction")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        last = int(np.argmax(self.overlap))
        return (
            f"Trajectory({len(self.gamma)} steps, overlap up to {self.overlap[last]:.4g}, "
            f"local_entropy={self.local_entropy[last]:.4g} there)"
        )


def said(residuals: Floats) -> npt.NDArray[np.str_]:
    """Return what happened in each step, and what to do about it."""
    return np.array(
        [
            "Converged."
            if residual < SETTLED
            else f"The residual is {residual:.1g} at the end of the step; raise iterations."
            for residual in residuals
        ]
    )
