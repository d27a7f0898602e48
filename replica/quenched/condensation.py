"""The number of replicas from which on groups condense into few clusters."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy.typing as npt

from foundation import domains
from replica.groups.cluster import Cluster
from replica.groups.cluster import solve as solve_mean
from replica.groups.local_entropy import densest
from replica.groups.pointwise import at, pointwise
from replica.quenched.blocks import condensed
from replica.quenched.clusters import failed, state
from replica.quenched.local_entropy import D_MAX, D_MIN, J_D_MAX, J_D_MIN
from replica.quenched.quenched_state import QuenchedState


def condensation(d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True) -> QuenchedState:
    r"""Return the groups at the :math:`y_c` beyond which their mean number is too large.

    It is where the entropy of blocks vanishes: :math:`\partial_m \Phi = 0` at m = 1, at a cross
    overlap that jumps from zero to :math:`q_0`. Where independent groups are unstable at a smaller
    y already (:math:`\lambda_\mathrm{out} = 1`), the cross overlap grows from zero there, and that
    y is returned. It lies below the :math:`y^*` of zero complexity wherever `local_entropy` grows
    with d.

    Parameters
    ----------
    d
        Mutual distance, in [0.005, 0.48]; any shape.
    J_D
        Self-coupling, in [0.001, 1]; broadcast against `d`.
    throw
        Whether to raise where it is not found (where `local_entropy` falls with d), or to say so in
        `converged` and `status`, with numbers that are nan.

    Returns
    -------
    The state at :math:`y_c`, which is its attribute `y`; `m` is one there.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If it is not found, and `throw`.

    References
    ----------
    `docs/theory/typical.md`.

    Examples
    --------
    >>> import replica
    >>> groups = replica.condensation(d=0.05, J_D=0.1)
    >>> round(groups.y, 4), round(groups.cross_overlap, 4), round(groups.complexity, 4)
    (5.3891, 0.8858, 0.0035)

    Further apart they condense continuously:

    >>> groups = replica.condensation(d=0.2, J_D=0.1)
    >>> round(groups.y, 4), groups.cross_overlap, round(groups.outer_stability, 4)
    (3.5996, 0.0, 1.0)
    """
    return pointwise(
        QuenchedState,
        solve,
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=J_D_MIN, high=J_D_MAX),
        throw=throw,
    )


def solve(d: float, J_D: float) -> QuenchedState:
    """Return the groups at the first of the two transitions."""
    end = densest(d, J_D)
    if not end.converged:
        return failed(math.nan, d, J_D, str(end.status))
    if end.slope_d <= 0:
        return failed(
            math.nan,
            d,
            J_D,
            f"The local entropy falls with d at {at(d=d, J_D=J_D)}: no cross overlap condenses "
            "below the y of zero complexity; try a larger d or J_D.",
        )
    jump = state(d, J_D, condensed(end), math.nan)
    if end.outer_stability > 1:
        growth = _growth(end)
        if not (jump.converged and jump.y < growth.y):
            return growth
    if not jump.converged:
        return jump
    return replace(jump, status="The y at which groups condense was found.")


def _growth(end: Cluster) -> QuenchedState:
    """Return the groups at the y at which independent ones become unstable."""
    from scipy import optimize

    d, J_D = end.d, end.J_D

    def excess(y: float) -> float:
        return float(solve_mean(y, d, J_D).outer_stability) - 1

    if excess(1.0) > 0:
        return failed(
            math.nan, d, J_D, f"At {at(d=d, J_D=J_D)} single fixed points are unstable already."
        )
    here = solve_mean(float(optimize.brentq(excess, 1.0, end.y, xtol=1e-11)), d, J_D)
    return QuenchedState(
        y=here.y,
        d=d,
        J_D=J_D,
        m=1.0,
        free_entropy=here.free_entropy,
        local_entropy=here.local_entropy,
        complexity=here.complexity,
        q_hat=here.q_hat,
        cross_overlap=0.0,
        cross_q_hat=0.0,
        inner_stability=here.inner_stability,
        outer_stability=here.outer_stability,
        residual=abs(here.residual),
        error=here.error,
        converged=True,
        status="The y at which the cross overlap of groups grows from zero was found.",
    )
