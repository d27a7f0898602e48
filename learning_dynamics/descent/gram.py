"""Learning as an exact map of the Gram matrix of all weights, at any number of neurons."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.compiled import compiled
from foundation.domains import Floats
from learning_dynamics.control.adjoint import congruent, loss_and_derivative, product, put
from learning_dynamics.control.loop import Landscape, Loop
from learning_dynamics.control.overlaps import rank_of_gram
from learning_dynamics.descent.learning import Learning, checked, learned
from learning_dynamics.descent.weights import checked_sizes


def initial_gram(
    N: int,
    rank: int = 1,
    inputs: int = 1,
    outputs: int = 1,
    *,
    rng: int | np.random.Generator | None = None,
) -> Floats:
    """Return the Gram matrix of random weights, as cheaply for 10^6 neurons as for ten.

    The entries of all vectors are independent, of mean zero and variance 1/N: their Gram matrix is
    a Wishart matrix, which is drawn as such (Bartlett).

    Parameters
    ----------
    N
        Number of neurons.
    rank
        Rank of the recurrent matrix, >= 0.
    inputs, outputs
        How many inputs and outputs the network has.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    Of shape (d, d), d = outputs + inputs + 2 rank: the products of the vectors [Z V M U].

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.initial_gram(10**6, rank=1, rng=1).shape
    (4, 4)
    """
    N, *sizes = checked_sizes(N, rank, inputs, outputs)
    rng, d = domains.generator(rng), sum(sizes)
    if d > N:  # the vectors are dependent
        weights = rng.normal(size=(N, d))
        return weights.T @ weights / N
    root = np.tril(rng.normal(size=(d, d)), -1)
    root[np.diag_indices(d)] = np.sqrt(rng.chisquare(N - np.arange(d)))
    return root @ root.T / N


def overlap_flow(
    loop: Loop,
    gram: npt.ArrayLike,
    rate: float,
    steps: int,
    clip: float | None = None,
    *,
    throw: bool = True,
) -> Learning:
    r"""Follow gradient descent on all weights, in the Gram matrix of a few vectors.

    With :math:`D = \partial L/\partial O` the step of the weights [Z V] and [M U] maps their Gram
    matrix S onto itself,

    .. math::

        S \leftarrow F^T S F , \quad F = 1 - \epsilon G , \quad
        G = \begin{pmatrix} 0 & D \\ D^T & 0 \end{pmatrix} , \quad
        \epsilon = \eta \min(1, c / \sqrt{\operatorname{tr} G^T S G}) .

    This is what `train` does in a network, exactly, at any number of neurons and any rate.

    Parameters
    ----------
    loop
        Where the network learns.
    gram
        Gram matrix of the initial weights: `initial_gram`, or that of some `Weights`.
    rate
        Rate, >= 0.
    steps
        Number of steps, >= 0.
    clip
        Largest norm c of the gradient, > 0, to which a longer one is shortened; None for none.
    throw
        Whether to raise if the loss diverges; otherwise the result ends before, and says so.

    Returns
    -------
    Learning.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or the loss is infinite at the start.
    ConvergenceError
        If the loss diverges, and `throw`.

    References
    ----------
    `docs/theory/closed-loop.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=20)
    >>> ld.overlap_flow(loop, ld.initial_gram(10**6, rng=1), rate=4e-5, steps=2000, clip=200)
    Learning(2000 steps, loss 64.2 -> ..., stable from step 1...)
    """
    options, throw = checked(loop, rate, steps, clip, throw)
    rate, steps, clip = options
    S = np.array(domains.finite("gram", gram))
    rank = rank_of_gram(S, loop.environment.inputs, loop.environment.outputs)
    rows, columns = loop.environment.outputs + rank, loop.environment.inputs + rank
    course = (
        np.empty(steps + 1),
        np.empty((steps + 1, rows, columns)),
        np.empty((steps + 1, *S.shape)),
    )
    ceiling = np.inf if clip is None else clip
    made = followed(loop.landscape(rank), S, (rate, ceiling), *course)
    return learned(loop, options, course, made, throw)


@compiled
def followed(
    landscape: Landscape,
    S: Floats,
    pace: tuple[float, float],
    loss: Floats,
    overlaps: Floats,
    gram: Floats,
) -> int:
    """Fill in the course; return how many of its losses are finite."""
    rate, clip = pace
    n, l, d = landscape.Q.shape[0], overlaps.shape[1], len(S)
    H, across = landscape.H, landscape.H.T.copy()
    G = np.zeros((d, d))
    for step in range(len(loss)):
        O = S[:l, l:].copy()
        Phi = landscape.Phi.copy()
        put(Phi[:, n:] + product(H, O), Phi, 0, n)
        L, derivative = loss_and_derivative(Phi, landscape.Q, landscape.X0, landscape.T)
        if not np.isfinite(L):
            return step
        loss[step] = L
        put(O, overlaps[step], 0, 0)
        put(S, gram[step], 0, 0)
        D = product(across, derivative[:, n:].copy())
        put(D, G, 0, l)
        put(D.T.copy(), G, l, 0)
        norm = np.sqrt(np.sum(product(S, G) * G))
        pull = rate * clip / norm if norm > clip else rate
        S = congruent(np.eye(d) - pull * G, S)
    return len(loss)
