r"""The loss of neurons that saturate, whose weights are Gaussian: each current has a gain.

Currents :math:`c_{t+1} = (y_{t+1}, V^T h_t)` reach a neuron by its weights [M U]. Where these are
Gaussian, with Gram matrix S, of many neurons only the linear part of what they send is seen,

.. math::

    P^T h_{t+1} = (1-a) P^T h_t + a\, g_{t+1} O c_{t+1} , \qquad
    g_{t+1} = \langle \varphi'(\xi) \rangle , \quad
    \langle \xi^2 \rangle = \tfrac1N c_{t+1}^T S_{RR}\, c_{t+1} , \quad P = [Z\ V] .
"""

import numpy as np

from foundation.compiled import compiled
from foundation.domains import Floats
from learning_dynamics.control.world import World

_STEP, _NODES = 0.25, 80  # of the trapezoidal rule: singularities are at a distance of pi/2


@compiled
def gain(z: float) -> tuple[float, float]:
    """Return the mean of 1/cosh^2 over a normal variable of variance z, and its derivative by z."""
    unit = max(np.sqrt(z), 1.0)  # the variable is wider than 1/cosh^2, or that is flat in it
    g, slope = 0.0, 0.0
    for i in range(_NODES + 1):
        at = _STEP * i * min(np.sqrt(z), 1.0)
        weight = np.exp(-((_STEP * i / unit) ** 2) / 2) / unit
        value = 1 / np.cosh(at) ** 2
        weight *= (2 if i else 1) * _STEP / np.sqrt(2 * np.pi)
        g += weight * value
        slope += weight * value * (2 - 3 * value)
    return g, slope


@compiled
def loss_with_gains(world: World, S: Floats, l: int, curvature: float) -> tuple[float, Floats]:
    """Return the loss, and twice its derivative by S; curvature is s^2/N."""
    A, B, C, X0, T, a = world.A, world.B, world.C, world.X0, world.T, world.a
    (n, starts), d = X0.shape, len(S)
    p, q = len(C), B.shape[1]
    L, G = 0.0, np.zeros((d, d))
    x, seen, c = np.zeros((T, n)), np.zeros((T, l)), np.zeros((T, d - l))
    g, slope = np.zeros(T), np.zeros(T)
    for s in range(starts):
        for i in range(n):
            x[0, i] = X0[i, s]
        for t in range(T - 1):
            x[t + 1] = 0.0
            for i in range(n):
                for j in range(n):
                    x[t + 1, i] += A[i, j] * x[t, j]
                for j in range(q):
                    x[t + 1, i] += B[i, j] * seen[t, j]
            c[t + 1] = 0.0
            for j in range(p):
                for i in range(n):
                    c[t + 1, j] += C[j, i] * x[t + 1, i]
            for j in range(l - q):
                c[t + 1, p + j] = seen[t, q + j]
            v = 0.0
            for i in range(d - l):
                for j in range(d - l):
                    v += c[t + 1, i] * S[l + i, l + j] * c[t + 1, j]
            g[t + 1], slope[t + 1] = gain(curvature * max(v, 0.0))
            for i in range(l):
                seen[t + 1, i] = (1 - a) * seen[t, i]
                for j in range(d - l):
                    seen[t + 1, i] += a * g[t + 1] * S[i, l + j] * c[t + 1, j]
        L += _backwards(world, S, curvature, (x, c), (g, slope), G)
    return L / (2 * T), G


@compiled
def _backwards(
    world: World,
    S: Floats,
    curvature: float,
    course: tuple[Floats, Floats],
    gains: tuple[Floats, Floats],
    G: Floats,
) -> float:
    """Add to G what one start does; return the sum of its costs."""
    A, B, C, Q, T, a = world.A, world.B, world.C, world.Q, world.T, world.a
    x, c = course
    g, slope = gains
    n, p, q, k = len(A), len(C), B.shape[1], c.shape[1]
    l = len(S) - k
    total, by_x, before = 0.0, np.zeros(n), np.zeros(n)
    by_seen, by_c = np.zeros(l), np.zeros(k)
    for t in range(T - 1, -1, -1):
        # by P h_t, and by x_t of what is later
        by_c[:] = 0.0
        if t > 0:
            by_gain = 0.0
            for i in range(l):
                for j in range(k):
                    pull = a * by_seen[i] * c[t, j]
                    by_gain += pull * S[i, l + j]
                    G[i, l + j] += g[t] * pull
                    G[l + j, i] += g[t] * pull
                    by_c[j] += a * g[t] * by_seen[i] * S[i, l + j]
            by_v = by_gain * slope[t] * curvature
            for i in range(k):
                for j in range(k):
                    G[l + i, l + j] += 2 * by_v * c[t, i] * c[t, j]
                    by_c[i] += 2 * by_v * S[l + i, l + j] * c[t, j]
        for i in range(n):
            for j in range(p):
                by_x[i] += C[j, i] * by_c[j]
            for j in range(n):
                total += Q[i, j] * x[t, i] * x[t, j]
                by_x[i] += Q[i, j] * x[t, j] / T
        for i in range(l):
            by_seen[i] *= 1 - a
        for j in range(q):
            for i in range(n):
                by_seen[j] += B[i, j] * by_x[i]
        for j in range(l - q):
            by_seen[q + j] += by_c[p + j]
        before[:] = 0.0
        for i in range(n):
            for j in range(n):
                before[j] += A[i, j] * by_x[i]
        for i in range(n):
            by_x[i] = before[i]
    return total
