"""Clusters of fixed points: groups of y replicas at one mutual distance."""

from __future__ import annotations

import numpy.typing as npt

from foundation import domains
from replica.groups.cluster import solve
from replica.groups.cluster_state import ClusterState
from replica.groups.pointwise import pointwise

Y_MAX, D_MIN, D_MAX, J_D_MAX = 1e4, 1e-4, 0.4999, 5.0  # the domain that the tests certify


def clusters(
    y: npt.ArrayLike, d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True
) -> ClusterState:
    r"""Return the entropies of groups of y fixed points at mutual distance d.

    .. math:: \Phi(y, d) = \min_{\hat q} \left\{ -\tfrac12 \hat q\, [q_1 y(y-1) + y] + \ln \int Dz
              \int Dt \left( \sum_{s=\pm1} e^{\sqrt{\hat q}\, t s} H_s(z) \right)^y \right\},
              \qquad q_1 = 1 - 2d,

    with :math:`H_\pm(z) = \Phi((J_D \pm \sqrt{q_1} z)/\sqrt{1-q_1})`, the count of such groups, is
    read as :math:`\max_S [\Sigma(S) + y S]`: a number :math:`e^{N\Sigma}` of clusters, each of
    :math:`e^{NS}` fixed points. Raising y looks at denser clusters; those with :math:`\Sigma < 0`
    do not exist in a typical network. (At fixed distance :math:`\Phi` need not be convex in y: at
    small y, S may fall before it grows, and the complexity grow before it falls.) The extremum is
    at :math:`\langle \tanh^2 u \rangle = q_1`, found by Newton's method. The integrals are taken by
    the trapezoidal rule, on finer grids until the error is at the level of rounding.

    Parameters
    ----------
    y
        Number of replicas, in [1, 10^4], real; any shape. At y = 1 the free entropy is that of
        single fixed points.
    d
        Mutual distance, in [10^-4, 0.4999]; broadcast against `y`.
    J_D
        Self-coupling, in [0, 5]; broadcast against `y`.
    throw
        Whether to raise where the extremum is not found, or to say so in `converged` and `status`.

    Returns
    -------
    The entropies in nats per neuron, with an estimate of their error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the extremum is not found, and `throw`.

    References
    ----------
    `docs/theory/clusters.md`; Baldassi et al., Phys. Rev. Lett. 115, 128101 (2015), for y replicas
    as a probe of dense regions.

    Examples
    --------
    >>> import replica
    >>> replica.clusters(y=5, d=0.02, J_D=0.1)
    ClusterState(y=5, d=0.02, J_D=0.1: free_entropy=0.0570549, ...)

    Groups of more than about five fixed points are so dense that a typical network has none:

    >>> replica.clusters(y=[2, 4, 8], d=0.02, J_D=0.06).complexity.round(4)
    array([ 0.0539,  0.0077, -0.0371])
    """
    return pointwise(
        ClusterState,
        solve,
        domains.reals("y", y, low=1, high=Y_MAX),
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
        throw=throw,
    )
