"""The densest clusters of fixed points of two coupled layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foundation import domains
from replica.groups.pointwise import pointwise
from replica.groups.zero_complexity import zero_complexity
from replica.two_layers.clusters import COUPLING_MAX, D_MAX, D_MIN, Y_MAX, TwoLayerState, solve


def two_layer_local_entropy(
    d: npt.ArrayLike, J_D: npt.ArrayLike, lam: npt.ArrayLike, throw: bool = True
) -> TwoLayerState:
    r"""Return an upper bound of the entropy of two layers inside the densest clusters.

    It is the local entropy of `two_layer_clusters` at the number of replicas :math:`y^*` at which
    the complexity is zero. It is bracketed, then found by Brent's method.

    Parameters
    ----------
    d
        Mutual distance in each layer, in [0.001, 0.49]; any shape.
    J_D
        Self-coupling, in [0, 2]; broadcast against `d`.
    lam
        Coupling between the layers, in [0, 2]; broadcast against `d`.
    throw
        Whether to raise where no :math:`y^* \le 150` is found (for strong couplings, and d close
        to 0 or 1/2), or to say so in `converged` and `status` and to return the state at which the
        search ended.

    Returns
    -------
    The state at :math:`y^*`, which is its attribute `y`. A point takes a second at
    :math:`y^* = 5`, minutes at 100.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no :math:`y^*` is found, and `throw`.

    References
    ----------
    `docs/theory/layered.md`.

    Examples
    --------
    >>> import replica
    >>> state = replica.two_layer_local_entropy(d=0.2, J_D=0.0, lam=0.4)
    >>> round(float(state.y), 2), round(float(state.local_entropy), 4)
    (5.69, 0.021)
    """
    return pointwise(
        TwoLayerState,
        densest,
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=COUPLING_MAX),
        domains.reals("lam", lam, low=0, high=COUPLING_MAX),
        throw=throw,
    )


def densest(d: float, J_D: float, lam: float) -> TwoLayerState:
    """Return the solution at the y of zero complexity, or at the end of the range of y."""

    def at(y: float, found: Sequence[TwoLayerState]) -> TwoLayerState:
        return solve(y, d, J_D, lam, _guess(y, found))

    return zero_complexity(at, d, Y_MAX, factor=2.0, xtol=1e-9)  # a point is dear


def _guess(y: float, states: Sequence[TwoLayerState]) -> float | None:
    """Return ln q_hat, from a straight line in ln y through the nearest solutions."""
    if not states:
        return None
    log_y, log_q_hat = (np.log([getattr(state, x) for state in states]) for x in ("y", "q_hat"))
    a, *others = np.argsort(np.abs(log_y - np.log(y)))
    slope = -1.0  # y q_hat varies little
    if others and log_y[a] != log_y[others[0]]:
        b = others[0]
        slope = (log_q_hat[a] - log_q_hat[b]) / (log_y[a] - log_y[b])
    return float(log_q_hat[a] + slope * (np.log(y) - log_y[a]))
