"""A network of N neurons that learns by back-propagation through time."""

from typing import NamedTuple

import numpy as np

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.environment import Environment
from learning_dynamics.control.loop import Loop
from learning_dynamics.descent.learning import Learning, checked, learned
from learning_dynamics.descent.weights import Weights


class World(NamedTuple):
    """An environment, as back-propagation takes it."""

    A: Floats
    B: Floats
    C: Floats
    Q: Floats
    X0: Floats
    T: int
    a: float  # the leak


class Vectors(NamedTuple):
    """Weights, or the derivatives of the loss by them."""

    Z: Floats
    V: Floats
    M: Floats
    U: Floats


def train(
    loop: Loop,
    weights: Weights,
    rate: float,
    steps: int,
    clip: float | None = None,
    *,
    throw: bool = True,
) -> Learning:
    """Train a network of N neurons by gradient descent, back through all time steps of the loop.

    The gradient is that of the mean over all starts, exactly: no batch is drawn.

    Parameters
    ----------
    loop
        Where the network learns; it must have a horizon.
    weights
        Those that it starts with, of as many inputs and outputs as the environment of the loop.
    rate, steps, clip, throw
        As in `overlap_flow`.

    Returns
    -------
    Learning, as of `overlap_flow`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or the loop has no horizon.
    ConvergenceError
        If the loss diverges, and `throw`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.tracking([0.1]), steps=40, leak=0.1)
    >>> weights = ld.Weights.draw(N=200, rank=2, inputs=2, rng=1)
    >>> network = ld.train(loop, weights, rate=0.01, steps=100)
    >>> network.deviation(ld.overlap_flow(loop, weights.gram, rate=0.01, steps=100)) < 1e-10
    True
    """
    options, throw = checked(loop, rate, steps, clip, throw)
    rate, steps, clip = options
    domains.instance("weights", weights, Weights)
    world = world_of(loop)
    wanted = (loop.environment.outputs, loop.environment.inputs)
    came = (np.shape(weights.Z)[1], np.shape(weights.M)[1])
    if came != wanted:
        raise ValueError(
            f"weights must have {wanted[0]} outputs and {wanted[1]} inputs, as the environment of "
            f"the loop, got {came[0]} and {came[1]}"
        )
    vectors = Vectors(*(np.asarray(getattr(weights, name)) for name in Vectors._fields))
    rows, columns, d = *weights.overlaps.shape, len(weights.gram)
    shapes = ((steps + 1,), (steps + 1, rows, columns), (steps + 1, d, d))
    course = (np.empty(shapes[0]), np.empty(shapes[1]), np.empty(shapes[2]))
    with np.errstate(over="ignore", invalid="ignore"):  # where it diverges
        made = _trained(world, vectors, (rate, np.inf if clip is None else clip), course)
    return learned(loop, options, course, made, throw)


def world_of(loop: Loop) -> World:
    """Return the environment of a loop with a horizon."""
    environment: Environment = loop.environment
    if loop.steps is None:
        raise ValueError("loop must have a horizon to be trained in: Loop(environment, steps=...)")
    A, B, C, Q = (np.asarray(getattr(environment, name)) for name in "ABCQ")
    return World(A, B, C, Q, environment.starts(), loop.steps, loop.leak)


def _trained(
    world: World, vectors: Vectors, pace: tuple[float, float], course: tuple[Floats, Floats, Floats]
) -> int:
    """Fill in the course of learning; return how many of its losses are finite."""
    rate, clip = pace
    loss, overlaps, gram = course
    l = overlaps.shape[1]
    for step in range(len(loss)):
        L, gradient = back_propagated(world, vectors)
        if not np.isfinite(L):
            return step
        together = np.hstack(vectors)
        loss[step], gram[step] = L, together.T @ together
        overlaps[step] = gram[step, :l, l:]
        norm = np.sqrt(sum(np.vdot(part, part) for part in gradient))
        pull = rate * clip / norm if norm > clip else rate
        pairs = zip(vectors, gradient, strict=True)
        vectors = Vectors(*(weights - pull * slope for weights, slope in pairs))
    return len(loss)


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
