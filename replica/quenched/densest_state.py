"""The densest clusters of a typical network, as they are returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from replica.groups.cluster_state import Number
from replica.groups.curves import draw_curves
from replica.groups.pointwise import described

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class DensestState:
    r"""The densest clusters of a typical network at diameter d.

    Each attribute is a number, or an array of the common shape of the arguments.

    Attributes
    ----------
    d
        Mutual distance; the overlap is :math:`q_1 = 1 - 2d`.
    J_D
        Self-coupling.
    local_entropy
        :math:`S_\max`, the entropy of the densest clusters, in nats per neuron.
    upper_bound
        The same with the mean number of groups instead of the typical one, as by
        `replica.local_entropy`, from which the search starts.
    x
        Replicas of a block, :math:`m y` as :math:`y \to \infty`.
    q_hat
        Conjugate of the overlap.
    chi, chi_hat
        :math:`y (q_1 - q_0)` and :math:`y (\hat q - \hat q_0)`: how far groups of one cluster are
        from each other, and its conjugate.
    inner_stability, block_stability, outer_stability
        Below one where replicas of a group, groups of a block, and blocks have no reason to differ;
        where one is larger, :math:`S_\max` is an estimate, slightly too large. The second is inf
        where `smooth` is False. Elsewhere the spin jumps at larger fields only, on a line whose
        part in it, in proportion to :math:`\sqrt y`, is left out; where it matters for
        :math:`y < 10^6`, `status` says from which y on.
    block_stability_error
        Estimate of its absolute error, from fewer nodes.
    smooth
        Whether the spin of a site is a continuous function of its fields around zero. Where it is
        not, it jumps, and the block level is unstable.
    residual
        Largest relative deviation from stationarity.
    error
        Estimate of the absolute error of `local_entropy` as the solution of its equations.
    converged
        Whether it was found.
    status
        What happened; on failure, also what to do about it.

    Examples
    --------
    >>> import replica
    >>> state = replica.quenched_local_entropy(d=0.2, J_D=0.1)
    >>> state
    DensestState(d=0.2, J_D=0.1: local_entropy=0.0451567, upper_bound=0.046876, ..., converged)
    >>> isinstance(state, replica.DensestState), state.smooth, round(state.outer_stability, 4)
    (True, True, 1.0945)
    """

    d: Number
    J_D: Number
    local_entropy: Number
    upper_bound: Number
    x: Number
    q_hat: Number
    chi: Number
    chi_hat: Number
    inner_stability: Number
    block_stability: Number
    block_stability_error: Number
    outer_stability: Number
    smooth: Any
    residual: Number
    error: Number
    converged: Any
    status: Any

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the entropy against the distance, or against the self-coupling if only that varies.

        A single point is a marker. A line breaks where no solution was found.

        Parameters
        ----------
        ax
            Axes to draw in; None for those of a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> import replica
        >>> ax = replica.quenched_local_entropy(d=[0.1, 0.2], J_D=0.1).plot()
        >>> ax.get_xlabel()
        'distance $d$'
        """
        return draw_curves(self, "local_entropy", ("d", "J_D"), ax)

    def __repr__(self) -> str:
        return described(self, ["local_entropy", "upper_bound"], "d", "J_D")
