r"""The loss of a linear loop, and its derivative by the matrix that moves it.

The environment x and the network :math:`\kappa` are one linear system :math:`\xi_{t+1} = \Phi
\xi_t`. With the adjoint :math:`\lambda_t = Q \xi_t + \Phi^T \lambda_{t+1}` (Q acts on x only)

.. math:: L = \frac{1}{2T} \sum_{t<T} \xi_t^T Q \xi_t , \qquad
    \frac{\partial L}{\partial \Phi} = \frac1T \sum_{t<T-1} \lambda_{t+1} \xi_t^T .
"""

import numpy as np

from foundation.compiled import compiled
from foundation.domains import Floats

FOR_EVER = 0  # the number of steps of a loop without a horizon, whose loss is a sum over all steps

_DOUBLINGS = 50


@compiled
def loss_and_derivative(Phi: Floats, Q: Floats, X0: Floats, T: int) -> tuple[float, Floats]:
    """Return L and dL/dPhi; X0 has a start in each column."""
    if T == FOR_EVER:
        return _for_ever(Phi, Q, X0)
    m, starts = X0.shape
    n = Q.shape[0]
    X = np.zeros((T, m, starts))
    put(X0, X[0], 0, 0)
    for t in range(T - 1):
        for i in range(m):
            for j in range(m):
                if Phi[i, j] != 0.0:
                    for c in range(starts):
                        X[t + 1, i, c] += Phi[i, j] * X[t, j, c]
    L = 0.0
    derivative = np.zeros((m, m))
    later, now = np.zeros((m, starts)), np.zeros((m, starts))
    for t in range(T - 1, -1, -1):
        now[:] = 0.0
        for i in range(m):
            for j in range(m):
                for c in range(starts):
                    derivative[i, j] += later[i, c] * X[t, j, c]
                    now[j, c] += Phi[i, j] * later[i, c]
        for i in range(n):
            for j in range(n):
                if Q[i, j] != 0.0:
                    for c in range(starts):
                        pull = Q[i, j] * X[t, j, c]
                        now[i, c] += pull
                        L += pull * X[t, i, c]
        later, now = now, later
    return L / (2 * T), derivative / T


@compiled
def _for_ever(Phi: Floats, Q: Floats, X0: Floats) -> tuple[float, Floats]:
    """Return the same for the sum over all steps, by doubling their number; inf if it is."""
    n = Q.shape[0]
    power = Phi.copy()
    forward = congruent(X0.T.copy(), np.eye(X0.shape[1]))
    backward = np.zeros(Phi.shape)
    put(Q, backward, 0, 0)
    for _ in range(_DOUBLINGS):
        turned = power.T.copy()
        forward += congruent(turned, forward)
        backward += congruent(power, backward)
        power = product(power, power)
        size = np.abs(power).max()
        if not size < 1e150:
            break
        if size < 1e-20:
            L = 0.0
            for i in range(n):
                for j in range(n):
                    L += Q[i, j] * forward[i, j] / 2
            return L, product(product(backward, Phi), forward)
    return np.inf, np.full(Phi.shape, np.nan)


@compiled
def put(block: Floats, matrix: Floats, row: int, column: int) -> None:
    """Write a block of a matrix; to assign a slice would take seconds to compile."""
    for i in range(block.shape[0]):
        for j in range(block.shape[1]):
            matrix[row + i, column + j] = block[i, j]


@compiled
def product(a: Floats, b: Floats) -> Floats:
    """Return a b; of matrices this small BLAS costs more, and takes long to compile."""
    found = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            for k in range(b.shape[1]):
                found[i, k] += a[i, j] * b[j, k]
    return found


@compiled
def congruent(a: Floats, b: Floats) -> Floats:
    """Return a^T b a."""
    return product(a.T.copy(), product(b, a))
