"""What the algorithms that look for one fixed point return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bp.solving.trajectory import Trajectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """A fixed point that was found, or the best state where none was.

    Attributes
    ----------
    state
        The state, of the network's shape.
    converged
        Whether it is a fixed point; if so, `Network.is_fixed_point` has confirmed it.
    unstable
        Number of its unstable neurons.
    repaired
        Number of unstable neurons that a repair started from; 0 without one.
    status
        What happened, and what to do about it.
    overlap
        Mean squared magnetisation when the state was read out.
    iterations
        Number of iterations, all attempts together.
    attempts
        Number of passages through the protocol.
    trajectory
        How it went in the last attempt; None if no history was asked for.

    Examples
    --------
    >>> import bp
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.4).sample(rng=1)
    >>> solution = bp.reinforcement(network, rng=1)
    >>> solution
    Solution(fixed point of 500 neurons, overlap=0..., ... iterations)
    >>> solution.status
    'Found at step ... of ..., in run ..., attempt 1, after ... iterations.'
    >>> solution.converged, solution.unstable, bool(network.is_fixed_point(solution.state))
    (True, 0, True)

    With a history it has a trajectory, and shows it:

    >>> bp.reinforcement(network, history=True, rng=1).plot().get_ylabel()
    'overlap, unstable fraction'
    """

    state: npt.NDArray[np.int8]
    converged: bool
    unstable: int
    repaired: int
    status: str
    overlap: float
    iterations: int
    attempts: int
    trajectory: Trajectory | None

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the trajectory: overlap and unstable fraction against the strength of focusing.

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
            If there is no trajectory.
        """
        if self.trajectory is None:
            raise ValueError("a solution is plotted from its history: focusing(..., history=True)")
        return self.trajectory.plot(ax=ax)

    def __repr__(self) -> str:
        N = self.state.size
        end = f"fixed point of {N}" if self.converged else f"{self.unstable} unstable of {N}"
        return f"Solution({end} neurons, overlap={self.overlap:.4g}, {self.iterations} iterations)"
