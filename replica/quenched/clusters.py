"""Groups of y fixed points of a typical network, in blocks."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from replica.groups.cluster import FOUND
from replica.groups.local_entropy import densest
from replica.groups.pointwise import at, pointwise
from replica.quenched.blocks import Solution, free_entropy, local_entropy, with_m
from replica.quenched.local_entropy import D_MAX, D_MIN, J_D_MAX, J_D_MIN, no_start
from replica.quenched.quenched_state import QuenchedState

Y_MAX, M_MIN = 100.0, 1e-6
_FLAT, _PRECISE = 1e-8, 1e-6  # largest residual and error
_APART = 1e-3  # least cross overlap, relative to the overlap, that is not zero


def quenched_clusters(
    y: npt.ArrayLike,
    d: npt.ArrayLike,
    J_D: npt.ArrayLike,
    m: float | None = None,
    throw: bool = True,
) -> QuenchedState:
    r"""Return the entropy of groups of y fixed points of a typical network.

    .. math:: \Phi_q = \mathrm{ext} \Big\{ -\tfrac12 \hat q [q_1 y(y-1) + y]
              + \tfrac12 (1-m)\, \hat q_0 q_0 y^2 + \frac1m \ln \int Dz_0 Dt_0 \Big[
              \int Dz_1 Dt_1\, M^y \Big]^m \Big\}.

    Replicas of the whole system are groups; m of them have the cross overlap :math:`q_0`, and these
    blocks are orthogonal. At m = 1 it is the entropy of the mean number, for any :math:`q_0`; for
    :math:`y > y_c` (`condensation`) an m below one has a smaller one, and all groups lie in few
    clusters. As :math:`y \to \infty` it becomes y times `quenched_local_entropy`, in which the
    search starts. All integrals are by the trapezoidal rule.

    Parameters
    ----------
    y
        Number of fixed points in a group, in [1, 100], real; any shape.
    d
        Mutual distance, in [0.005, 0.48]; broadcast against `y`.
    J_D
        Self-coupling, in [0.001, 1]; broadcast against `y`.
    m
        Parameter of the blocks, in (0, 1] (and at least 1e-6: the limit m = 0 has one cross overlap
        among all groups); None for the one at which the entropy is stationary.
    throw
        Whether to raise where it is not found (for `m=None`, below :math:`y_c`; where the upper
        bound `local_entropy` falls with d), or to say so in `converged` and `status`, with numbers
        that are nan.

    Returns
    -------
    The entropies in nats per neuron. A point takes a second.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the extremum is not found, and `throw`.

    References
    ----------
    `docs/theory/typical.md`.

    Examples
    --------
    >>> import replica
    >>> state = replica.quenched_clusters(y=8, d=0.1, J_D=0.1)
    >>> round(state.m, 4), round(state.free_entropy, 5)
    (0.6056, 0.22854)
    >>> round(float(replica.clusters(8, 0.1, 0.1).free_entropy), 5)
    0.23718
    """
    if m is not None:
        m = domains.real("m", m)
        if not M_MIN <= m <= 1:
            raise ValueError(
                f"m must be in (0, 1] and at least {M_MIN:g}, got {m}; None finds the m at which "
                "the entropy is stationary"
            )

    def at_point(y: float, d: float, J_D: float) -> QuenchedState:
        bound = densest(d, J_D)
        missing = no_start(bound)
        if missing:
            return failed(y, d, J_D, missing)
        return state(d, J_D, with_m(y, bound, m), y=y)

    return pointwise(
        QuenchedState,
        at_point,
        domains.reals("y", y, low=1, high=Y_MAX),
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=J_D_MIN, high=J_D_MAX),
        throw=throw,
    )


def state(d: float, J_D: float, found: Solution, y: float) -> QuenchedState:
    """Return a solution, or a failure that says what is missing at the y that was asked for."""
    missing = _status(found, 1 - 2 * d)
    if missing:
        return failed(y, d, J_D, f"{missing} at {at(y=y, d=d, J_D=J_D)}; try a larger y or d.")
    y, block, sums = found.y, found.block, found.sums
    Phi, S = free_entropy(y, d, block, sums), local_entropy(y, d, block, sums)
    return QuenchedState(
        y=y,
        d=d,
        J_D=J_D,
        m=block.m,
        free_entropy=Phi,
        local_entropy=S,
        complexity=Phi - y * S,
        q_hat=block.q_hat,
        cross_overlap=block.q_0,
        cross_q_hat=block.q_hat_0,
        inner_stability=sums.inner,
        outer_stability=sums.outer,
        residual=found.residual,
        error=found.error,
        converged=True,
        status=FOUND,
    )


def _status(found: Solution, q_1: float) -> str:
    """Say what is missing for a solution, if anything is."""
    if not np.isfinite(found.residual) or not found.residual < _FLAT:
        return (
            f"No extremum was found (the residual is {found.residual:.1e}): below the y of "
            "`condensation` there is none but that of `clusters`,"
        )
    if found.block.m > 1 + 1e-9:
        return (
            f"The extremum is at m={found.block.m:.4g}, beyond one: below the y of `condensation` "
            "the entropy is that of `clusters`,"
        )
    if found.block.q_0 < _APART * q_1:
        return "No extremum with a cross overlap was found"
    if not found.error < _PRECISE * max(1.0, found.y):
        return f"The extremum was found to an error of {found.error:.1e} only"
    return ""


def failed(y: float, d: float, J_D: float, status: str) -> QuenchedState:
    """Return a state without numbers."""
    numbers: dict[str, Any] = {field.name: math.nan for field in fields(QuenchedState)}
    said = {"y": y, "d": d, "J_D": J_D, "converged": False, "status": status}
    return QuenchedState(**{**numbers, **said})
