"""A dense memory that follows its weights from a start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks import DenseMemory
from networks.memories.dense import checked_state

_HALF = 0.5


@dataclass(frozen=True, eq=False, repr=False)
class Retrieval:
    """Where the updates of a dense memory ended.

    Attributes
    ----------
    state
        The last state, float32 of shape (N,).
    pattern
        Number of the pattern with the largest weight in the last update.
    weight
        That weight.
    overlap
        Overlap of the last state with that pattern.
    updates
        Number of updates that were made.
    converged
        Whether the last update changed nothing: no sign, or less than 1e-6 of the length.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> memory = networks.Dense(N=24, alpha=0.4, sharpness=1.5).sample(rng=1)
    >>> start = memory.patterns[5].copy()
    >>> start[:2] *= -1
    >>> found = dynamics.retrieve(memory, start, updates=3)
    >>> found
    Retrieval(pattern 5 with weight 1, overlap 1 after 3 updates)
    >>> found.converged
    True
    """

    state: npt.NDArray[np.float32]
    pattern: int
    weight: float
    overlap: float
    updates: int
    converged: bool

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.weight <= _HALF:
            return (
                "No pattern has half of the weight: the load is above capacity, or the start "
                "outside of a basin (replica.dense_basin); raise sharpness or store fewer."
            )
        if not self.converged:
            return f"Pattern {self.pattern} has most of the weight; raise updates to settle."
        return f"Settled at pattern {self.pattern}."

    def __repr__(self) -> str:
        return (
            f"Retrieval(pattern {self.pattern} with weight {self.weight:.3g}, overlap "
            f"{self.overlap:.3g} after {self.updates} updates)"
        )


def retrieve(memory: DenseMemory, start: npt.ArrayLike, updates: int = 1) -> Retrieval:
    r"""Update a state by a dense memory until it stays, or a number of times.

    Parameters
    ----------
    memory
        A memory, as of `networks.Dense`.
    start
        State to start from, shape (N,): entries ±1, or real ones if the patterns are real.
    updates
        The largest number of updates, >= 1.

    Returns
    -------
    Retrieval. A load above capacity is a result here, not an error: see `weight` and `status`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Ramsauer et al., arXiv:2008.02217; `docs/theory/memories.md`.

    Examples
    --------
    Blunt weights average over all patterns:

    >>> import dynamics
    >>> import networks
    >>> memory = networks.Dense(N=24, alpha=0.4, sharpness=0.1).sample(rng=1)
    >>> dynamics.retrieve(memory, memory.patterns[5], updates=5).weight < 0.01
    True
    """
    memory = domains.instance("memory", memory, DenseMemory)
    state = checked_state("start", start, memory)
    updates = domains.integer("updates", updates)
    made, converged = 0, False
    while made < updates and not converged:
        before = state
        state, weights = memory.update(before)
        converged = bool(np.linalg.norm(state - before) <= 1e-6 * np.sqrt(memory.N))
        made += 1
    best = int(weights.argmax())
    overlap = float(memory.patterns[best].astype(float) @ state / memory.N)
    return Retrieval(state, best, float(weights[best]), overlap, made, converged)
