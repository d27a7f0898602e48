"""The densest clusters of fixed points around the best reference states."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from replica.gauss.orthant import Floats
from replica.groups.clusters import D_MAX, D_MIN, J_D_MAX, Y_MAX
from replica.groups.pointwise import at, pointwise
from replica.groups.zero_complexity import found, missing
from replica.reference.clusters import ReferenceState, solve
from replica.reference.extremum import Unknowns

_FACTOR = 2.0  # between the numbers of replicas tried for a bracket


def reference_local_entropy(
    d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True
) -> ReferenceState:
    r"""Return the entropy of fixed points at distance d from the best reference states.

    It is that of `reference_clusters` at the :math:`y^*` of zero complexity. At small `d` and
    `J_D` there may be none: the extremum vanishes first.

    Parameters
    ----------
    d
        Distance from the reference state, in [10^-4, 0.4999]; any shape.
    J_D
        Self-coupling, in [0, 5]; broadcast against `d`.
    throw
        Whether to raise where no :math:`y^* \le 10^4` exists, or to say so in `converged` and
        `status` and to return the state at which the search ended.

    Returns
    -------
    The state at :math:`y^*`, which is its attribute `y`. A point takes a third of a second; to find
    that there is no :math:`y^*`, up to a minute.

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
    >>> state = replica.reference_local_entropy(d=0.1, J_D=0.3)
    >>> round(float(state.y), 2), round(float(state.local_entropy), 4)
    (20.63, 0.1289)
    """
    return pointwise(
        ReferenceState,
        densest,
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
        throw=throw,
    )


def densest(d: float, J_D: float) -> ReferenceState:
    """Return the solution at the y of zero complexity, or the one where the search ended.

    The complexity falls with y; below some y there may be no extremum, so that the search is not
    that of `replica.groups.zero_complexity`.
    """
    from scipy import optimize

    solutions: dict[float, ReferenceState] = {}

    def at(log_y: float) -> ReferenceState:
        if log_y not in solutions:
            y = min(float(np.exp(log_y)), Y_MAX)
            before = [state for state in solutions.values() if state.converged]
            solutions[log_y] = solve(y, d, J_D, _guess(y, before[-1]) if before else None)
        return solutions[log_y]

    low = high = np.log(20.0)
    while (state := at(low)).converged and state.complexity < 0:
        if low == 0:
            return missing(state, Y_MAX)
        high, low = low, max(0.0, low - np.log(_FACTOR))
    while not (state := at(high)).converged or state.complexity > 0:
        if high >= np.log(Y_MAX):
            return missing(state, Y_MAX)
        low, high = high, high + np.log(_FACTOR)
    while not (state := at(low)).converged:  # find an end of the bracket above the vanishing
        middle = (low + high) / 2
        if high - low < 1e-3:
            return _vanished(state)
        state = at(middle)
        low, high = (low, middle) if state.converged and state.complexity < 0 else (middle, high)
    return found(at(optimize.brentq(lambda log_y: at(log_y).complexity, low, high, xtol=1e-12)))


def _vanished(state: ReferenceState) -> ReferenceState:
    """Return the last state that was looked at, where the extremum vanishes too early."""
    return replace(
        state,
        status=f"The extremum vanishes at y={state.y:.4g}, above which the complexity is negative, "
        f"at {at(d=state.d, J_D=state.J_D)}; there may be a y of zero complexity at a larger "
        "distance or self-coupling.",
    )


def _guess(y: float, near: ReferenceState) -> Floats:
    """Return about the extremum, from that at another y: y q_hat varies little."""
    log_q_hat = np.log(near.q_hat * near.y / y)
    return np.array(Unknowns(log_q_hat, near.p_hat, special.logit(near.overlap)))
