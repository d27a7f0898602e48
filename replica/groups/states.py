"""What the solvers for clusters of fixed points return."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

Number = Any  # a float, or an array of the common shape of the arguments


@dataclass(frozen=True, eq=False, repr=False)
class ClusterState:
    r"""Groups of y fixed points at mutual distance d: how many, and how dense.

    Entropies are in nats per neuron; each attribute is a float, or an array of the common shape.

    Attributes
    ----------
    y
        Number of fixed points in a group, any real number >= 1.
    d
        Mutual distance; the overlap is :math:`q_1 = 1 - 2d`.
    J_D
        Self-coupling.
    free_entropy
        :math:`\Phi(y, d)`, the entropy of groups.
    local_entropy
        :math:`S_\mathrm{int} = \partial\Phi/\partial y`, the entropy of one cluster.
    complexity
        :math:`\Sigma = \Phi - y S_\mathrm{int}`, the entropy of clusters.
    q_hat
        Conjugate of the overlap.
    residual
        Overlap at the extremum minus :math:`q_1`.
    error
        Estimate of the absolute error of the three entropies.
    converged
        Whether the extremum was found.

    Examples
    --------
    `clusters` and `local_entropy` return one, for all points that they are asked for:

    >>> import replica
    >>> states = replica.clusters(y=[2, 4, 8], d=0.02, J_D=0.06)
    >>> states
    ClusterState(shape (3,), converged)
    >>> states.complexity.round(4)
    array([ 0.0539,  0.0077, -0.0371])
    >>> bool((states.error < 1e-11).all())
    True
    """

    y: Number
    d: Number
    J_D: Number
    free_entropy: Number
    local_entropy: Number
    complexity: Number
    q_hat: Number
    residual: Number
    error: Number
    converged: Any

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        found = np.asarray(self.converged)
        if found.all():
            return "converged"
        if not found.ndim:
            return "no extremum found"
        return f"{found.size - found.sum()} of {found.size} not found: see converged"

    @property
    def _point(self) -> str:
        """Where the solution is."""
        return f"y={self.y:.6g}, d={self.d:.6g}, J_D={self.J_D:.6g}"

    def __repr__(self) -> str:
        if np.ndim(self.free_entropy):
            return f"{type(self).__name__}(shape {np.shape(self.free_entropy)}, {self.status})"
        return (
            f"{type(self).__name__}({self._point}: "
            f"free_entropy={self.free_entropy:.6g}, local_entropy={self.local_entropy:.6g}, "
            f"complexity={self.complexity:.6g}, error={self.error:.1g}, {self.status})"
        )


State = TypeVar("State", bound=ClusterState)


def gather(kind: type[State], points: Sequence[Any], shape: tuple[int, ...]) -> State:
    """Return solutions at single points as one state of arrays (of floats, for a single point)."""
    columns = {
        field.name: np.array([getattr(point, field.name) for point in points]).reshape(shape)[()]
        for field in fields(kind)
    }
    return kind(**columns)


@dataclass(frozen=True, repr=False)
class Transition:
    """A threshold in the self-coupling.

    Attributes
    ----------
    J_D
        The threshold.
    uncertainty
        Estimate of its absolute error.
    d
        Mutual distance at which it is reached.
    y
        Number of fixed points in a group there.
    eta
        Symmetry of the couplings.

    Examples
    --------
    >>> import replica
    >>> threshold = replica.overlap_gap_threshold(y=2)
    >>> threshold
    Transition(J_D=0.0427228 +- ... at d=0.026, y=2, eta=0)
    >>> threshold.uncertainty < 1e-10
    True
    """

    J_D: float
    uncertainty: float
    d: float
    y: float
    eta: float = 0.0

    def __repr__(self) -> str:
        return (
            f"Transition(J_D={self.J_D:.6g} +- {self.uncertainty:.1g} at d={self.d:.4g}, "
            f"y={self.y:.4g}, eta={self.eta:.4g})"
        )
