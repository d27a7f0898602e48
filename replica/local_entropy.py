"""The densest clusters of fixed points that a typical network has."""

import numpy as np
import numpy.typing as npt
from scipy import optimize

from networks import domains
from replica.clusters import D_MAX, D_MIN, J_D_MAX, Y_MAX, Cluster, solve
from replica.states import ClusterState, gather

_FACTOR = 3.0  # between the numbers of replicas tried for a bracket


def local_entropy(d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True) -> ClusterState:
    r"""Return the entropy of fixed points inside the densest clusters of diameter d.

    These are the clusters of which there is a number that is not exponential in N: the number of
    replicas is raised to the :math:`y^*` at which the complexity is zero,

    .. math:: \Sigma(y^*, d) = 0, \qquad S_\mathrm{int}(d) = \partial_y \Phi(y^*, d)
              = \Phi(y^*, d) / y^*.

    Its root is bracketed, then found by Brent's method; beyond it the complexity falls.

    Parameters
    ----------
    d
        Mutual distance, in [10^-4, 0.4999]; any shape.
    J_D
        Self-coupling, in [0, 5]; broadcast against `d`.
    throw
        Whether to raise where no :math:`y^* \le 10^4` exists (at large :math:`J_D`, and for d close
        to 0 or 1/2), or to say so in `converged` and return what is found at :math:`y = 10^4`.

    Returns
    -------
    The state at :math:`y^*`, which is its attribute `y`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said.
    RuntimeError
        If no :math:`y^*` is found, and `throw`.

    References
    ----------
    `docs/theory/clusters.md`.

    Examples
    --------
    >>> local_entropy(d=[0.01, 0.1], J_D=0.3).local_entropy.round(6)
    array([0.025024, 0.099032])
    """
    d, J_D = np.broadcast_arrays(
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
    )
    found = [zero_complexity(*point) for point in zip(d.flat, J_D.flat, strict=True)]
    if throw:
        for state in found:
            if not state.converged:
                raise RuntimeError(
                    f"no y in [1, {Y_MAX:g}] has zero complexity at d={state.d}, J_D={state.J_D}: "
                    f"it is {state.complexity:.3g} at y={state.y:g}; throw=False goes on"
                )
    return gather(ClusterState, found, d.shape)


def zero_complexity(d: float, J_D: float) -> Cluster:
    """Return the solution at the y of zero complexity, or at the end of the range of y."""
    solutions: dict[float, Cluster] = {}

    def complexity(log_y: float) -> float:
        y = min(float(np.exp(log_y)), Y_MAX)
        last = next(reversed(solutions.values()), None)
        q_hat = None if last is None else last.q_hat * last.y / y  # y q_hat varies little
        solutions[log_y] = solve(y, d, J_D, q_hat)
        return solutions[log_y].complexity

    low = high = float(np.log(3 + 0.7 / (1 - 2 * d)))
    if complexity(low) > 0:
        while complexity(high := min(low + np.log(_FACTOR), np.log(Y_MAX))) > 0:
            if high >= np.log(Y_MAX):
                return solutions[high]._replace(converged=False)
            low = high
    else:
        while complexity(low := max(0.0, high - np.log(_FACTOR))) < 0:
            if low == 0:
                return solutions[low]._replace(converged=False)
            high = low
    # the result is kept as evaluated at the root itself
    root = optimize.brentq(complexity, low, high, xtol=1e-13, rtol=1e-14)
    return solutions[root] if root in solutions else solve(float(np.exp(root)), d, J_D)
