r"""Back-propagation through time in neurons of any recurrent matrix, which may saturate.

.. math:: h_{t+1} = (1-a) h_t + a \varphi(U V^T h_t + X h_t + M y_{t+1}) , \qquad
    \varphi(c) = \tanh(s c) / s .

These are tanh neurons whose environment starts with the amplitude s, and all is measured in units
of it; s = 0 are linear neurons. The background X does not learn.
"""

from typing import NamedTuple

import numpy as np

from foundation.domains import Floats
from learning_dynamics.control.world import World


class Vectors(NamedTuple):
    """Weights, or the derivatives of the loss by them."""

    Z: Floats
    V: Floats
    M: Floats
    U: Floats


class Neurons(NamedTuple):
    """What is not learned: the amplitude s, and the background X."""

    amplitude: float = 0.0
    background: Floats | None = None


LINEAR = Neurons()


def back_propagated(
    world: World, weights: Vectors, neurons: Neurons = LINEAR
) -> tuple[float, Vectors]:
    """Return the loss of a network, and its derivatives by the weights."""
    A, B, C, Q, X0, T, a = world
    Z, V, M, U = weights
    x, h, gain = _passed(world, weights, neurons)
    Qx = Q @ x
    by_u, by_c = np.zeros((T, B.shape[1], X0.shape[1])), np.zeros(h.shape)
    by_x, by_h = Qx[-1] / T, np.zeros(h.shape[1:])
    for t in range(T - 2, -1, -1):
        by_c[t + 1] = a * gain[t + 1] * by_h
        by_x = by_x + C.T @ (M.T @ by_c[t + 1])
        by_u[t] = B.T @ by_x
        by_h = (1 - a) * by_h + Z @ by_u[t] + V @ (U.T @ by_c[t + 1])
        if neurons.background is not None:
            by_h += neurons.background.T @ by_c[t + 1]
        by_x = Qx[t] / T + A.T @ by_x
    later, now = by_c[1:], h[:-1]
    gradient = Vectors(
        Z=_summed(now, by_u[:-1]),
        V=_summed(now, U.T @ later),
        M=_summed(later, C @ x[1:]),
        U=_summed(later, V.T @ now),
    )
    return float(np.vdot(x, Qx)) / (2 * T), gradient


def _passed(world: World, weights: Vectors, neurons: Neurons) -> tuple[Floats, Floats, Floats]:
    """Return what the environment and the neurons do, and the slopes of the neurons."""
    A, B, C, _, X0, T, a = world
    Z, V, M, U = weights
    amplitude, background = neurons
    x = np.zeros((T, *X0.shape))
    h, gain = np.zeros((T, len(Z), X0.shape[1])), np.ones((T, len(Z), X0.shape[1]))
    x[0] = X0
    for t in range(T - 1):
        x[t + 1] = A @ x[t] + B @ (Z.T @ h[t])
        sent = U @ (V.T @ h[t]) + M @ (C @ x[t + 1])
        if background is not None:
            sent += background @ h[t]
        if amplitude:
            full = np.tanh(amplitude * sent)
            sent, gain[t + 1] = full / amplitude, 1 - full**2
        h[t + 1] = (1 - a) * h[t] + a * sent
    return x, h, gain


def _summed(left: Floats, right: Floats) -> Floats:
    """Return the sum of left right^T over all times and starts."""
    return np.tensordot(left, right, axes=((0, 2), (0, 2)))
