"""How many unstable neurons runs of message passing leave, exactly in law at any size."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bp import arguments
from bp.infinite.messages import RevealedMessages
from bp.solving.kinds import KINDS, plans
from bp.solving.search import FROZEN, lost
from bp.solving.steps import Plan, iterate
from foundation import domains


def unstable_left(
    J_D: float,
    protocol: Iterable[Any],
    *,
    N: int,
    runs: int = 4,
    kind: str = "focusing",
    damping: float = 0.8,
    iterations: int = 10,
    start: float = 0.01,
    rng: int | np.random.Generator | None = None,
) -> npt.NDArray[np.int64]:
    r"""Return the smallest number of unstable neurons in each of several runs.

    Every run is one of `focusing` or `reinforcement` on a network of its own, whose couplings are
    revealed as they are needed. It ends as they do: where it has found a fixed point, or come near
    to one and gone away again. So the fraction of zeros estimates the probability that a run on N
    neurons succeeds, and the mean over N is the :math:`u_{min}` of `success_probability`.

    Parameters
    ----------
    J_D, protocol, kind, damping, iterations, start
        As of `focusing_dynamics`.
    N
        Number of neurons, >= 2.
    runs
        Number of runs, >= 1.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    Array of the length of `runs`; 0 stands for a fixed point.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/focusing-dynamics.md`.

    Examples
    --------
    >>> import bp
    >>> left = bp.unstable_left(0.3, bp.scoping(steps=20), N=200, runs=8, rng=1)
    >>> len(left), bool((left == 0).any())
    (8, True)
    """
    J_D = domains.coupling("J_D", J_D)
    steps = plans(domains.choice("kind", kind, KINDS), protocol)
    N = domains.integer("N", N, low=2, high=10**9)
    runs = domains.integer("runs", runs)
    damping = arguments.below_one("damping", damping)
    iterations = domains.integer("iterations", iterations)
    start = arguments.positive("start", start)
    rng = domains.generator(rng)
    left = []
    for _ in range(runs):
        messages = RevealedMessages(J_D, N, 1, rng)
        messages.start_at_random(rng, start)
        left.append(_smallest(messages, steps, iterations, damping, rng))
    return np.array(left, dtype=np.int64)


def _smallest(
    messages: RevealedMessages,
    steps: Sequence[Plan],
    iterations: int,
    damping: float,
    rng: np.random.Generator,
) -> int:
    """Return the smallest number of unstable neurons of one run."""
    N = messages.shape[-1]
    smallest = np.array([N])
    for plan in steps:
        iterate(messages, plan(messages.overlaps()), iterations, damping, rng)
        unstable = np.rint(N * messages.unstable_fraction()).astype(np.int64)
        smallest = np.minimum(smallest, unstable)
        if not smallest[0] or lost(unstable, smallest, N)[0]:
            break
        if (messages.v.mean(axis=(1, 2)) < FROZEN).all():
            break
    return int(smallest[0])
