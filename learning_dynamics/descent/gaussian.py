"""Learning of neurons that saturate, as if their weights remained Gaussian."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.adjoint import congruent
from learning_dynamics.control.gains import loss_with_gains
from learning_dynamics.control.loop import Loop
from learning_dynamics.control.overlaps import rank_of_gram
from learning_dynamics.control.world import World, world_of
from learning_dynamics.descent.learning import Learning, checked, learned


def gaussian_flow(
    loop: Loop,
    gram: npt.ArrayLike,
    N: int,
    rate: float,
    steps: int,
    clip: float | None = None,
    *,
    amplitude: float,
    throw: bool = True,
) -> Learning:
    r"""Follow the learning of many tanh neurons in the Gram matrix of their weights.

    As long as the weights of a neuron are Gaussian, with Gram matrix S, only the linear part of
    what the neurons send is seen: a current c has the gain

    .. math::

        g = \langle \cosh^{-2}(\sqrt{z}\, \xi) \rangle , \qquad
        z = \frac{s^2}{N} c^T S_{RR}\, c , \quad \xi \sim N(0, 1) ,

    and so the loss is a function of S, not of the overlaps alone. The gradient is, but for a part
    that is not seen, a matrix times the weights, so that again

    .. math:: S \leftarrow F^T S F , \quad F = 1 - \epsilon G , \quad
        G = 2\, \partial L / \partial S .

    This is exact for N to infinity to first order in :math:`s^2/N`, since learning makes the
    weights other than Gaussian by as much. In one network the sums over its neurons differ from
    their means by :math:`N^{-1/2}`: at N = 100 that is half of what saturation does, at N = 1000 a
    third.

    Parameters
    ----------
    loop
        Where the network learns; it must have a horizon.
    gram, rate, steps, clip, throw
        As in `overlap_flow`.
    N
        Number of neurons.
    amplitude
        That of the starts, s in [0, 1e100], as in `train`.

    Returns
    -------
    Learning, as of `train`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or the loop has no horizon.
    ConvergenceError
        If the loss diverges, and `throw`.

    References
    ----------
    `docs/theory/closed-loop.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=20)
    >>> gram, options = ld.initial_gram(1000, rng=1), {"rate": 4e-5, "steps": 1000, "clip": 200}
    >>> linear = ld.overlap_flow(loop, gram, **options)
    >>> saturating = ld.gaussian_flow(loop, gram, N=1000, amplitude=1, **options)
    >>> linear.stable_from < saturating.stable_from  # smaller gains, later
    True
    """
    options, throw = checked(loop, rate, steps, clip, throw)
    N, amplitude = domains.integer("N", N), domains.real("amplitude", amplitude, low=0, high=1e100)
    S, world = np.array(domains.finite("gram", gram)), world_of(loop)
    l = loop.environment.outputs + rank_of_gram(
        S, loop.environment.inputs, loop.environment.outputs
    )
    (rate, steps, clip), k, d = options, len(S) - l, len(S)
    course = np.empty(steps + 1), np.empty((steps + 1, l, k)), np.empty((steps + 1, d, d))
    ceiling = np.inf if clip is None else clip
    with np.errstate(over="ignore", invalid="ignore"):  # where it diverges
        made = _followed(world, S, (amplitude**2 / N, rate, ceiling), course)
    return learned(loop, options, course, made, throw)


def _followed(
    world: World,
    S: Floats,
    pace: tuple[float, float, float],
    course: tuple[Floats, Floats, Floats],
) -> int:
    """Fill in the course; return how many of its losses are finite."""
    curvature, rate, clip = pace
    loss, overlaps, gram = course
    l = overlaps.shape[1]
    for step in range(len(loss)):
        L, G = loss_with_gains(world, S, l, curvature)
        if not np.isfinite(L):
            return step
        loss[step], overlaps[step], gram[step] = L, S[:l, l:], S
        norm = np.sqrt(np.vdot(S @ G, G))
        S = congruent(np.eye(len(S)) - (rate * clip / norm if norm > clip else rate) * G, S)
    return len(loss)
