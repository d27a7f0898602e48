"""A network of N neurons that learns by back-propagation through time."""

from collections.abc import Callable

import numpy as np

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.loop import Loop
from learning_dynamics.control.world import World, world_of
from learning_dynamics.descent.back_propagation import empty_course, slopes
from learning_dynamics.descent.learning import Learning, checked, learned
from learning_dynamics.descent.neurons import Neurons, Vectors, back_propagated
from learning_dynamics.descent.weights import Weights, fitting, parted

Slopes = Callable[[Floats], tuple[float, Floats]]


def train(
    loop: Loop,
    weights: Weights,
    rate: float,
    steps: int,
    clip: float | None = None,
    *,
    amplitude: float = 0.0,
    throw: bool = True,
) -> Learning:
    r"""Train a network of N neurons by gradient descent, back through all time steps of the loop.

    The gradient is that of the mean over all starts, exactly: no batch is drawn. With an amplitude
    s, neurons are tanh(c), the environment starts in the s-fold columns of `Environment.starts`,
    and states, loss and gradient are measured in units of s: neurons send
    :math:`\tanh(s c) / s`.

    Parameters
    ----------
    loop
        Where the network learns; it must have a horizon.
    weights
        Those that it starts with, of as many inputs and outputs as the environment of the loop.
    rate, steps, clip, throw
        As in `overlap_flow`.
    amplitude
        That of the starts, s >= 0; zero for linear neurons. A current is of the order of
        :math:`N^{-1/2}` times what is seen: a theory of such neurons is `gaussian_flow`.

    Returns
    -------
    Learning, as of `overlap_flow`; its radius is that of small motions, where the slope of a neuron
    is one.

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
    amplitude = domains.real("amplitude", amplitude, low=0)
    world, weights = world_of(loop), fitting(loop, weights)
    if amplitude:
        found = of_any_neurons(world, weights, Neurons(amplitude))
    else:
        found = of_linear_neurons(world, weights)
    course, made = descended(found, weights, options)
    return learned(loop, options, course, made, throw)


def descended(
    found: Slopes, weights: Weights, options: tuple[float, int, float | None]
) -> tuple[tuple[Floats, Floats, Floats], int]:
    """Return the course of learning, and how many of its losses are finite."""
    rate, steps, clip = options
    together = weights.rows()
    (l, k), d = weights.overlaps.shape, len(together)
    loss, overlaps = np.empty(steps + 1), np.empty((steps + 1, l, k))
    gram, ceiling = np.empty((steps + 1, d, d)), np.inf if clip is None else clip
    with np.errstate(over="ignore", invalid="ignore"):  # where it diverges
        for step in range(steps + 1):
            L, gradient = found(together)
            if not np.isfinite(L):
                return (loss, overlaps, gram), step
            loss[step], gram[step] = L, together @ together.T
            overlaps[step] = gram[step, :l, l:]
            norm = np.linalg.norm(gradient)
            gradient *= rate * ceiling / norm if norm > ceiling else rate
            together -= gradient
    return (loss, overlaps, gram), steps + 1


def of_linear_neurons(world: World, weights: Weights) -> Slopes:
    """Return what gives the loss, and its derivatives by the rows [Z V M U]^T."""
    l, together = len(weights.overlaps), weights.rows()
    memory, gradient = empty_course(world, together[:l], together[l:]), np.empty_like(together)

    def found(rows: Floats) -> tuple[float, Floats]:
        return slopes(world, rows[:l], rows[l:], memory, gradient), gradient

    return found


def of_any_neurons(world: World, weights: Weights, neurons: Neurons) -> Slopes:
    """Return the same, without compiled code."""

    def found(rows: Floats) -> tuple[float, Floats]:
        L, gradient = back_propagated(world, Vectors(*parted(rows, weights)), neurons)
        return L, np.hstack(gradient).T

    return found
