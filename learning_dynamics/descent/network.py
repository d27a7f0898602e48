"""A network of N neurons that learns by back-propagation through time."""

import numpy as np

from foundation.domains import Floats
from learning_dynamics.control.loop import Loop
from learning_dynamics.descent.back_propagation import World, empty_course, slopes, world_of
from learning_dynamics.descent.learning import Learning, checked, learned
from learning_dynamics.descent.weights import Weights, fitting


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
    world, weights = world_of(loop), fitting(loop, weights)
    rows, columns, d = *weights.overlaps.shape, len(weights.gram)
    course = (
        np.empty(steps + 1),
        np.empty((steps + 1, rows, columns)),
        np.empty((steps + 1, d, d)),
    )
    with np.errstate(over="ignore", invalid="ignore"):  # where it diverges
        made = _trained(world, weights, (rate, np.inf if clip is None else clip), course)
    return learned(loop, options, course, made, throw)


def _trained(
    world: World, weights: Weights, pace: tuple[float, float], course: tuple[Floats, Floats, Floats]
) -> int:
    """Fill in the course of learning; return how many of its losses are finite."""
    rate, clip = pace
    loss, overlaps, gram = course
    l = overlaps.shape[1]
    together = np.hstack([np.asarray(getattr(weights, name)) for name in "ZVMU"]).T.copy()
    P, R = together[:l], together[l:]  # views: they learn with it
    memory, gradient = empty_course(world, P, R), np.empty_like(together)
    for step in range(len(loss)):
        L = slopes(world, P, R, memory, gradient)
        if not np.isfinite(L):
            return step
        loss[step], gram[step] = L, together @ together.T
        overlaps[step] = gram[step, :l, l:]
        norm = np.linalg.norm(gradient)
        together -= (rate * clip / norm if norm > clip else rate) * gradient
    return len(loss)
