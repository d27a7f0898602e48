"""Learning of all entries of the recurrent matrix, from zero: exactly, in a few numbers."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.adjoint import FOR_EVER, loss_and_derivative
from learning_dynamics.control.loop import Loop
from learning_dynamics.control.overlaps import rank_of_gram
from learning_dynamics.control.world import world_of
from learning_dynamics.descent.learning import Learning, checked, learned
from learning_dynamics.descent.neurons import Vectors, back_propagated
from learning_dynamics.descent.weights import Weights, fitting


class Coordinates(NamedTuple):
    r"""Weights in the span of the initial ones, b: W = b Omega b^T, M = b alpha, Z = b beta."""

    Omega: Floats
    alpha: Floats
    beta: Floats


def full_matrix_flow(
    loop: Loop,
    gram: npt.ArrayLike,
    rate: float,
    steps: int,
    clip: float | None = None,
    *,
    throw: bool = True,
) -> Learning:
    r"""Follow gradient descent on all N x N recurrent weights, from zero, and on Z and M.

    The recurrent matrix stays in the span of the initial weights b = [Z, M],

    .. math:: W = b\, \Omega\, b^T , \quad M = b\, \alpha , \quad Z = b\, \beta , \quad K = b^T b ,

    and K is conserved: for one input and output, eight numbers learn. There is no saddle at W = 0,
    and the time to stability does not depend on N.

    Parameters
    ----------
    loop
        Where the network learns.
    gram
        K, the products of [Z M] at the start: `initial_gram` of rank zero.
    rate, steps, clip, throw
        As in `overlap_flow`.

    Returns
    -------
    Learning, of the network as one of rank inputs + outputs, with U = b and V = b Omega^T.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, `gram` is singular, or the loss is infinite
        at the start.
    ConvergenceError
        If the loss diverges, and `throw`.

    References
    ----------
    `docs/theory/closed-loop.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=20)
    >>> gram = ld.initial_gram(10**6, rank=0, rng=1)
    >>> ld.full_matrix_flow(loop, gram, rate=2e-5, steps=500, clip=200)
    Learning(500 steps, loss 64.06 -> 2.0..., stable from step 96)
    """
    options, throw = checked(loop, rate, steps, clip, throw)
    K = np.array(domains.finite("gram", gram))
    q, p = loop.environment.outputs, loop.environment.inputs
    if rank_of_gram(K, p, q):
        raise ValueError(f"gram must be that of [Z M], of shape ({p + q}, {p + q}), got {K.shape}")
    if np.linalg.cond(K) > 1e10:
        raise ValueError("gram must not be singular: N must be at least inputs + outputs")
    found, course = Coordinates(np.zeros(K.shape), np.eye(p + q)[:, q:], np.eye(p + q)[:, :q]), []
    with np.errstate(over="ignore", invalid="ignore"):  # where it diverges
        for _ in range(options[1] + 1):
            L, slope = _gradient(loop, found, K)
            if not np.isfinite(L):
                break
            course.append((L, *_seen(found, K)))
            norm = np.sqrt(
                np.vdot(slope.Omega, K @ slope.Omega @ K)
                + np.vdot(slope.alpha, K @ slope.alpha)
                + np.vdot(slope.beta, K @ slope.beta)
            )
            found = Coordinates(*_stepped(found, slope, norm, options))
    return _result(loop, options, course, throw)


def train_full_matrix(
    loop: Loop,
    weights: Weights,
    rate: float,
    steps: int,
    clip: float | None = None,
    *,
    throw: bool = True,
) -> Learning:
    """Train all recurrent weights of a network of N neurons, from zero, and its Z and M.

    Parameters
    ----------
    loop
        Where the network learns; it must have a horizon.
    weights
        Z and M that it starts with: weights of rank zero.
    rate, steps, clip, throw
        As in `overlap_flow`.

    Returns
    -------
    Learning, as of `full_matrix_flow`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or the loop has no horizon.
    ConvergenceError
        If the loss diverges, and `throw`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=20)
    >>> weights = ld.Weights.draw(N=50, rank=0, rng=1)
    >>> network = ld.train_full_matrix(loop, weights, rate=2e-5, steps=100)
    >>> network.deviation(ld.full_matrix_flow(loop, weights.gram, rate=2e-5, steps=100)) < 1e-10
    True
    """
    options, throw = checked(loop, rate, steps, clip, throw)
    world, weights = world_of(loop), fitting(loop, weights)
    if weights.rank:
        raise ValueError(f"weights must have rank 0, got rank {weights.rank}")
    b, course = np.hstack([np.asarray(weights.Z), np.asarray(weights.M)]), []
    N, q = len(b), np.shape(weights.Z)[1]
    onto = np.linalg.pinv(b)
    now: tuple[Floats, ...] = (b[:, :q], np.zeros((N, N)), b[:, q:])  # Z, W, M
    with np.errstate(over="ignore", invalid="ignore"):  # where it diverges
        for _ in range(options[1] + 1):
            L, slope = back_propagated(world, Vectors(now[0], np.eye(N), now[2], now[1]))
            if not np.isfinite(L):
                break
            vectors = np.hstack([now[0], (onto @ now[1]).T, now[2], b])
            S = vectors.T @ vectors
            rows = q + b.shape[1]
            course.append((L, S[:rows, rows:], S))
            steep = (slope.Z, slope.U, slope.M)  # V is the identity, and stays it
            norm = np.sqrt(sum(np.vdot(part, part) for part in steep))
            now = _stepped(now, steep, norm, options)
    return _result(loop, options, course, throw)


def _gradient(loop: Loop, at: Coordinates, K: Floats) -> tuple[float, Coordinates]:
    """Return the loss, and what gradient descent on the weights takes off the coordinates."""
    environment, a = loop.environment, loop.leak
    A, B, C, Q = (np.asarray(getattr(environment, name)) for name in "ABCQ")
    n, k, starts = len(A), len(K), environment.starts()
    out = at.beta.T @ K
    Phi = np.block(
        [
            [A, B @ out],
            [
                a * at.alpha @ C @ A,
                (1 - a) * np.eye(k) + a * (at.Omega @ K + at.alpha @ C @ B @ out),
            ],
        ]
    )
    X0 = np.vstack([starts, np.zeros((k, starts.shape[1]))])
    L, derivative = loss_and_derivative(Phi, Q, X0, loop.steps or FOR_EVER)
    by_x, by_kappa = derivative[n:, :n], derivative[n:, n:]
    alpha = a * np.linalg.solve(K, by_x @ (C @ A).T + by_kappa @ (C @ B @ out).T)
    beta = (B.T @ derivative[:n, n:] + a * (at.alpha @ C @ B).T @ by_kappa).T
    Omega = np.asarray(a * np.linalg.solve(K, by_kappa), dtype=np.float64)
    return L, Coordinates(Omega, alpha, beta)


def _seen(at: Coordinates, K: Floats) -> tuple[Floats, Floats]:
    """Return overlaps and Gram matrix of [Z V M U], with U = b."""
    vectors = np.hstack([at.beta, at.Omega.T, at.alpha, np.eye(len(K))])
    S = vectors.T @ K @ vectors
    rows = at.beta.shape[1] + len(K)
    return S[:rows, rows:], S


def _stepped(
    now: tuple[Floats, ...],
    slopes: tuple[Floats, ...],
    norm: float,
    options: tuple[float, int, float | None],
) -> tuple[Floats, ...]:
    """Return the weights after one step, of a gradient of this norm."""
    rate, _, clip = options
    pull = rate * clip / norm if clip is not None and norm > clip else rate
    return tuple(part - pull * slope for part, slope in zip(now, slopes, strict=True))


def _result(
    loop: Loop,
    options: tuple[float, int, float | None],
    course: list[tuple[float, Floats, Floats]],
    throw: bool,
) -> Learning:
    loss, overlaps, gram = ([*part] for part in zip(*course, strict=True)) if course else ([],) * 3
    return learned(
        loop, options, (np.array(loss), np.array(overlaps), np.array(gram)), len(course), throw
    )
