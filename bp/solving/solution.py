"""What the algorithms that look for one fixed point return."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """The run that went furthest, at the end of each step of its protocol.

    Attributes
    ----------
    gamma, y
        Strength of focusing and number of replicas; for reinforcement, its rate and 1.
    overlap
        Mean squared magnetisation, the overlap of two fixed points of the cluster.
    local_entropy
        Bethe entropy of the fixed points in the field of focusing, in nats per neuron: those of the
        cluster. Meaningful where the residual is small.
    unstable_fraction
        Fraction of unstable neurons in the state of the signs.
    residual
        Largest change of a magnetisation in the last iteration.

    Examples
    --------
    >>> import numpy as np
    >>> import bp
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.2).sample(rng=1)
    >>> solution = bp.reinforcement(network, history=True, rng=1)
    >>> solution.trajectory
    Trajectory(... steps, overlap up to 0.95..., ...)
    >>> bool(solution.trajectory.unstable_fraction[-1] == 0)
    True
    """

    gamma: Floats
    y: Floats
    overlap: Floats
    local_entropy: Floats
    unstable_fraction: Floats
    residual: Floats

    def __repr__(self) -> str:
        last = int(np.argmax(self.overlap))
        return (
            f"Trajectory({len(self.gamma)} steps, overlap up to {self.overlap[last]:.4g}, "
            f"local_entropy={self.local_entropy[last]:.4g} there)"
        )


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
    Solution(found at step ... of 150, in run 1, attempt 1, after ... iterations, overlap=0.8...)
    >>> solution.converged, solution.unstable, bool(network.is_fixed_point(solution.state))
    (True, 0, True)
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

    def __repr__(self) -> str:
        return f"Solution({self.status}, overlap={self.overlap:.4g})"
