"""Groups of y fixed points of a typical network, as they are returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from foundation import domains
from replica.groups.cluster_state import Number
from replica.groups.curves import ENTROPIES, draw_curves
from replica.groups.pointwise import described

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class QuenchedState:
    r"""Groups of y fixed points that come in blocks of m, in a typical network.

    Each attribute is a number, or an array of the common shape of the arguments.

    Attributes
    ----------
    y
        Number of fixed points in a group.
    d
        Mutual distance inside a group; the overlap is :math:`q_1 = 1 - 2d`.
    J_D
        Self-coupling.
    m
        Parameter of the blocks, in (0, 1]; at m = 1 the entropies are those of `clusters`.
    free_entropy
        :math:`\Phi`, the entropy of groups, in nats per neuron.
    local_entropy
        :math:`S = \partial\Phi/\partial y`.
    complexity
        :math:`\Phi - y S`.
    q_hat
        Conjugate of the overlap.
    cross_overlap, cross_q_hat
        Overlap :math:`q_0` of groups of one block, and its conjugate.
    inner_stability, outer_stability
        Below one where replicas of a group, and groups of a block, have no reason to differ.
    residual
        Largest relative deviation from stationarity.
    error
        Estimate of the absolute error: one bound for the entropies.
    converged
        Whether what was asked for was found.
    status
        What happened; on failure, also what to do about it.

    Examples
    --------
    >>> import replica
    >>> state = replica.quenched_clusters(y=6, d=0.1, J_D=0.1)
    >>> state
    QuenchedState(y=6, d=0.1, J_D=0.1, m=0.809405: free_entropy=0.173133, ..., converged)
    >>> isinstance(state, replica.QuenchedState), round(state.cross_overlap, 3), 1 - 2 * state.d
    (True, 0.753, 0.8)
    """

    y: Number
    d: Number
    J_D: Number
    m: Number
    free_entropy: Number
    local_entropy: Number
    complexity: Number
    q_hat: Number
    cross_overlap: Number
    cross_q_hat: Number
    inner_stability: Number
    outer_stability: Number
    residual: Number
    error: Number
    converged: Any
    status: Any

    def plot(self, quantity: str = "local_entropy", *, ax: Axes | None = None) -> Axes:
        """Draw an entropy against the distance, or against what varies instead.

        A single point is a marker. A line breaks where no solution was found.

        Parameters
        ----------
        quantity
            `"local_entropy"`, `"complexity"` or `"free_entropy"`.
        ax
            Axes to draw in; None for those of a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> import replica
        >>> ax = replica.quenched_clusters(y=[6, 8], d=0.1, J_D=0.1).plot("complexity")
        >>> ax.get_xlabel()
        'number of replicas $y$'
        """
        quantity = domains.choice("quantity", quantity, ENTROPIES)
        return draw_curves(self, quantity, ("d", "J_D", "y"), ax)

    def __repr__(self) -> str:
        return described(self, ["free_entropy", "local_entropy"], "y", "d", "J_D", "m")
