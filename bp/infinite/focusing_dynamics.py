"""Focusing, reinforcement and a linear field on networks of any size, exactly in law."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from bp import arguments
from bp.infinite.dynamics import FocusingDynamics, at_least_counted, mean_and_error
from bp.infinite.messages import RevealedMessages
from bp.messages import bethe
from bp.messages.neuron import Array
from bp.solving.kinds import KINDS, plans
from bp.solving.search import FROZEN
from bp.solving.steps import Step, iterate
from foundation import domains


def focusing_dynamics(
    J_D: float,
    protocol: Iterable[Any],
    *,
    N: int = 20_000,
    runs: int = 4,
    kind: str = "focusing",
    damping: float = 0.8,
    iterations: int = 10,
    start: float = 0.01,
    rng: int | np.random.Generator | None = None,
) -> FocusingDynamics:
    r"""Follow message passing through a protocol on networks whose couplings are never stored.

    The couplings are revealed as they are needed (`networks.Revealed`), so that every run follows
    the law of the dense iteration on a fresh network of N neurons to the letter. For infinite
    networks compare N and 4 N: the deviation is of order 1/N.

    Parameters
    ----------
    J_D
        Self-coupling, in [0, 1e30].
    protocol
        For focusing, pairs (gamma, y), as of `scoping`; for reinforcement, rates in [0, 1); for the
        linear field :math:`f = \lambda m`, which leads to the largest Bethe entropy of an overlap,
        its strengths, >= 0.
    N
        Number of neurons, >= 2.
    runs
        Number of runs, each on a network of its own, >= 2: their scatter is the error. Two or three
        leave the errors themselves uncertain by a factor 2.
    kind
        "focusing", "reinforcement" or "linear".
    damping, iterations
        As in `focusing`.
    start
        Standard deviation of the fields from which all runs start, > 0.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    FocusingDynamics; it ends early if all magnetisations freeze. After T iterations in all, the
    work is some 16 N T^2 operations a run, and the memory 16 N T bytes.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/focusing-dynamics.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import bp
    >>> rates = np.linspace(0.1, 0.6, 10)
    >>> run = bp.focusing_dynamics(0.3, rates, N=2000, kind="reinforcement", rng=1)
    >>> run.overlap[[0, -1]].round(1)
    array([0. , 0.9])
    """
    J_D = domains.coupling("J_D", J_D)
    kind = domains.choice("kind", kind, KINDS)
    steps = plans(kind, protocol)
    N = domains.integer("N", N, low=2, high=10**9)
    runs = domains.integer("runs", runs, low=2)
    damping = arguments.below_one("damping", damping)
    iterations = domains.integer("iterations", iterations)
    start = arguments.positive("start", start)
    rng = domains.generator(rng)
    messages = RevealedMessages(J_D, N, runs, rng)
    messages.start_at_random(rng, start)
    points: list[_Point] = []
    for plan in steps:
        step = plan(messages.overlaps())
        residual = iterate(messages, step, iterations, damping, rng)
        points.append(_read_out(messages, step, residual))
        if (messages.v.mean(axis=(1, 2)) < FROZEN).all():
            break
    return _result(J_D, N, kind, points)


class _Point(NamedTuple):
    """What is read out at the end of a step, of all runs."""

    gamma: Array
    y: Array
    overlap: Array
    unstable_fraction: Array
    local_entropy: Array
    residual: Array


def _read_out(messages: RevealedMessages, step: Step, residual: Array) -> _Point:
    return _Point(
        step.strength,
        step.y,
        messages.overlaps(),
        messages.unstable_fraction(),
        bethe.entropy(messages, step.field(messages)),
        residual,
    )


def _result(J_D: float, N: int, kind: str, points: list[_Point]) -> FocusingDynamics:
    """Return means over the runs, with errors."""
    record = _Point(*(np.array(column) for column in zip(*points, strict=True)))
    runs = record.overlap.shape[1]
    overlap, overlap_error = mean_and_error(record.overlap)
    unstable, unstable_error = mean_and_error(record.unstable_fraction)
    entropy, entropy_error = mean_and_error(record.local_entropy)
    return FocusingDynamics(
        J_D=J_D,
        N=N,
        runs=runs,
        kind=kind,
        gamma=record.gamma[:, 0],
        y=record.y.mean(axis=1),
        overlap=overlap,
        overlap_error=overlap_error,
        unstable_fraction=unstable,
        unstable_fraction_error=at_least_counted(unstable, unstable_error, N, runs),
        unstable_fraction_runs=record.unstable_fraction,
        local_entropy=entropy,
        local_entropy_error=entropy_error,
        residual=record.residual.max(axis=1),
    )
