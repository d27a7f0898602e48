"""Back-propagation through time in neurons whose recurrent matrix is of any rank."""

from typing import NamedTuple

import numpy as np

from foundation.domains import Floats
from learning_dynamics.descent.back_propagation import World


class Vectors(NamedTuple):
    """Weights, or the derivatives of the loss by them."""

    Z: Floats
    V: Floats
    M: Floats
    U: Floats


def back_propagated(world: World, weights: Vectors) -> tuple[float, Vectors]:
    """Return the loss of a network, and its derivatives by the weights."""
    A, B, C, Q, X0, T, a = world
    Z, V, M, U = weights
    X = np.zeros((T, *X0.shape))
    H = np.zeros((T, len(Z), X0.shape[1]))
    X[0] = X0
    for t in range(T - 1):
        X[t + 1] = A @ X[t] + B @ (Z.T @ H[t])
        H[t + 1] = (1 - a) * H[t] + a * (U @ (V.T @ H[t]) + M @ (C @ X[t + 1]))
    QX = Q @ X
    by_u, by_h = np.zeros((T, B.shape[1], X0.shape[1])), np.zeros(H.shape)
    by_x = QX[-1] / T
    for t in range(T - 2, -1, -1):
        by_x = by_x + C.T @ (a * (M.T @ by_h[t + 1]))
        by_u[t] = B.T @ by_x
        by_h[t] = (1 - a) * by_h[t + 1] + Z @ by_u[t] + V @ (a * (U.T @ by_h[t + 1]))
        by_x = QX[t] / T + A.T @ by_x
    later, now = by_h[1:], H[:-1]
    gradient = Vectors(
        Z=_summed(now, by_u[:-1]),
        V=_summed(now, a * (U.T @ later)),
        M=_summed(later, a * (C @ X[1:])),
        U=_summed(later, a * (V.T @ now)),
    )
    return float(np.vdot(X, QX)) / (2 * T), gradient


def _summed(left: Floats, right: Floats) -> Floats:
    """Return the sum of left right^T over all times and starts."""
    return np.tensordot(left, right, axes=((0, 2), (0, 2)))
