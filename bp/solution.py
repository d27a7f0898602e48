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
    """

    gamma: Floats
    y: Floats
    overlap: Floats
    local_entropy: Floats
    unstable_fraction: Floats
    residual: Floats


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
