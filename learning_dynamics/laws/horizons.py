"""Whether the first steps of a loop and the rest want the same of the weights."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.loop import Loop
from learning_dynamics.control.overlaps import rank_of_gram


def gradient_cosine(loop: Loop, gram: npt.ArrayLike, first: int) -> float:
    r"""Return the cosine of the gradients of the loss of the first steps, and of the rest.

    Both are gradients by all N weights of a network; from its Gram matrix S,

    .. math:: \cos = \frac{\operatorname{tr} G_1^T S G_2}
        {\sqrt{\operatorname{tr} G_1^T S G_1 \, \operatorname{tr} G_2^T S G_2}} .

    Parameters
    ----------
    loop
        A loop with a horizon of T steps.
    gram
        Gram matrix of the weights: a step of `Learning.gram`.
    first
        How many steps are the first ones, in [2, T - 1].

    Returns
    -------
    The cosine; nan if a gradient vanishes, as that of fewer than three steps.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=50)
    >>> course = ld.overlap_flow(loop, ld.initial_gram(100, rng=1), rate=2e-4, steps=500, clip=1)
    >>> ld.gradient_cosine(loop, course.gram[-1], first=20) < -0.9  # they want the opposite
    True
    """
    domains.instance("loop", loop, Loop)
    if loop.steps is None:
        raise ValueError("loop must have a horizon: Loop(environment, steps=...)")
    first = domains.integer("first", first, low=2, high=loop.steps - 1)
    S = np.array(domains.finite("gram", gram))
    rank = rank_of_gram(S, loop.environment.inputs, loop.environment.outputs)
    l = loop.environment.outputs + rank
    O = S[:l, l:]
    early = first * replace(loop, steps=first).gradient(O)
    late = loop.steps * loop.gradient(O) - early
    one, other = _across(early, S), _across(late, S)
    norms = [np.vdot(G, S @ G) for G in (one, other)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.vdot(one, S @ other) / np.sqrt(np.prod(norms)))


def _across(D: Floats, S: Floats) -> Floats:
    """Return G, by which the weights [Z V M U] change."""
    l = len(D)
    G = np.zeros_like(S)
    G[:l, l:], G[l:, :l] = D, D.T
    return G
