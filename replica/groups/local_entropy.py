"""An upper bound of the entropy of the densest clusters that a typical network has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy.typing as npt

from foundation import domains
from replica.groups.cluster import Cluster, solve
from replica.groups.cluster_state import ClusterState
from replica.groups.clusters import D_MAX, D_MIN, J_D_MAX, Y_MAX
from replica.groups.pointwise import pointwise
from replica.groups.zero_complexity import zero_complexity


def local_entropy(d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True) -> ClusterState:
    r"""Return an upper bound of the entropy inside the densest clusters of diameter d.

    It is the best of the bounds :math:`\Phi(y, d) / y` that the mean number of groups gives,
    at the number of replicas :math:`y^*` at which the complexity is zero,

    .. math:: \Sigma(y^*, d) = 0, \qquad S_\mathrm{int}(d) = \partial_y \Phi(y^*, d)
              = \Phi(y^*, d) / y^*.

    A typical network has less, by up to some percent, where it grows with d
    (`quenched_local_entropy`); where its slope vanishes, at its extrema and at the thresholds, it
    is exact to this order. The root is bracketed, then found by Brent's method; beyond it the
    complexity falls.

    Parameters
    ----------
    d
        Mutual distance, in [10^-4, 0.4999]; any shape.
    J_D
        Self-coupling, in [0, 5]; broadcast against `d`.
    throw
        Whether to raise where no :math:`y^* \le 10^4` exists (at large :math:`J_D`, and for d close
        to 0 or 1/2), or to say so in `converged` and `status` and to return the state at which the
        search ended, :math:`y = 10^4`.

    Returns
    -------
    The state at :math:`y^*`, which is its attribute `y`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no :math:`y^*` is found, and `throw`.

    References
    ----------
    `docs/theory/clusters.md`.

    Examples
    --------
    >>> import replica
    >>> replica.local_entropy(d=[0.01, 0.1], J_D=0.3).local_entropy.round(6)
    array([0.025024, 0.099032])

    Below the overlap gap threshold there are no clusters at some distances:

    >>> replica.local_entropy(d=[0.02, 0.05, 0.1, 0.2], J_D=0.05).local_entropy.round(4)
    array([-0.0031, -0.0011,  0.0052,  0.0175])
    """
    return pointwise(
        ClusterState,
        densest,
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
        throw=throw,
    )


def densest(d: float, J_D: float) -> Cluster:
    """Return the solution at the y of zero complexity, or at the end of the range of y."""

    def at(y: float, found: Sequence[Cluster]) -> Cluster:
        q_hat = found[-1].q_hat * found[-1].y / y if found else None  # y q_hat varies little
        return solve(y, d, J_D, q_hat)

    return zero_complexity(at, d, Y_MAX)
