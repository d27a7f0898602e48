"""The densest clusters of fixed points of two coupled layers."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from networks import domains
from replica.layered_clusters import (
    COUPLING_MAX,
    D_MAX,
    D_MIN,
    Y_MAX,
    TwoLayerState,
    solve,
)
from replica.states import gather


def two_layer_local_entropy(
    d: npt.ArrayLike, J_D: npt.ArrayLike, lam: npt.ArrayLike, throw: bool = True
) -> TwoLayerState:
    r"""Return the entropy of fixed points of two layers inside the densest clusters.

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
        to 0 or 1/2), or to say so in `converged`.

    Returns
    -------
    The state at :math:`y^*`, which is its attribute `y`. A point takes a second at
    :math:`y^* = 5`, minutes at 100.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said.
    RuntimeError
        If no :math:`y^*` is found, and `throw`.

    References
    ----------
    `docs/theory/layered.md`.

    Examples
    --------
    >>> two_layer_local_entropy(d=0.1, J_D=0.0, lam=0.4).local_entropy.round(6)
    np.float64(0.0...)
    """
    d, J_D, lam = np.broadcast_arrays(
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=COUPLING_MAX),
        domains.reals("lam", lam, low=0, high=COUPLING_MAX),
    )
    points = zip(d.flat, J_D.flat, lam.flat, strict=True)
    found = [zero_complexity(*map(float, point)) for point in points]
    for state in found:
        if throw and not state.converged:
            raise RuntimeError(
                f"no y in [1, {Y_MAX:g}] of zero complexity found: got {state}; throw=False goes on"
            )
    return gather(TwoLayerState, found, d.shape)


def zero_complexity(d: float, J_D: float, lam: float) -> TwoLayerState:
    """Return the solution at the y of zero complexity, or at the largest y allowed."""
    from scipy.optimize import brentq

    states: list[TwoLayerState] = []

    def complexity(log_y: float) -> float:
        y = min(float(np.exp(log_y)), Y_MAX)
        states.append(solve(y, d, J_D, lam, _guess(y, states)))
        return float(states[-1].complexity)

    low = high = float(np.log(3 + 0.7 / (1 - 2 * d)))
    if complexity(low) > 0:
        while complexity(high := min(low + 0.7, float(np.log(Y_MAX)))) > 0:
            if states[-1].y == Y_MAX:
                return replace(states[-1], converged=False)
            low = high
    else:
        while complexity(low := high - 0.7) < 0:
            high = low
    complexity(brentq(complexity, low, high, xtol=1e-9))
    return states[-1]


def _guess(y: float, states: list[TwoLayerState]) -> float | None:
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
