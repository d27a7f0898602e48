"""Synchronous updates of one network, and the cycle they end in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks import Network, trusted
from networks.network import checked

State = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False, repr=False)
class Cycle:
    """The cycle that synchronous updates end in, if one was found.

    Attributes
    ----------
    state
        A state of the cycle, of the network's shape; where none was found, the last state.
    converged
        Whether a cycle was found.
    length
        Number of steps around it, 1 for a fixed point; None if none was found.
    transient
        Number of steps from the start to the first state on the cycle; if none was found, the
        steps that were made.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Asymmetric(N=20, J_D=0.0).sample(rng=1)
    >>> cycle = dynamics.synchronous(network, rng=1)
    >>> cycle
    Cycle(in a cycle of length 12 after 27 steps)
    >>> cycle.converged, cycle.length, cycle.transient
    (True, 12, 27)
    """

    state: State
    converged: bool
    length: int | None
    transient: int

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if not self.converged:
            return f"No cycle was found within {self.transient} steps; raise max_steps."
        return f"Reached {self._kind} after {self.transient} steps."

    @property
    def _kind(self) -> str:
        return "a fixed point" if self.length == 1 else f"a cycle of length {self.length}"

    def __repr__(self) -> str:
        if not self.converged:
            return f"Cycle(none found within {self.transient} steps)"
        return f"Cycle(in {self._kind} after {self.transient} steps)"


def synchronous(
    network: Network,
    start: npt.ArrayLike | None = None,
    max_steps: int = 1000,
    *,
    rng: int | np.random.Generator | None = None,
) -> Cycle:
    r"""Update all neurons at once, again and again, and find the cycle.

    .. math:: s_i(t+1) = \mathrm{sign}\Big(\sum_{j \ne i} J_{ij} s_j(t) + J_D s_i(t)\Big)

    By Brent's method: a state is kept, at steps 1, 2, 4, 8..., until it comes back. No other state
    is stored, and it takes about three times as many steps as transient and length together.

    Parameters
    ----------
    network
        The network.
    start
        State to start from, of entries ±1 and the network's shape; None for a random one.
    max_steps
        Number of steps after which to give up looking for the length of a cycle, >= 1.
    rng
        A seed, a generator, or None for a fresh seed; for a random start.

    Returns
    -------
    Cycle. Not to find one is a result here, not an error: see `converged` and `status`. A stability
    that float32 cannot tell from zero may be decided either way.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Brent, BIT 20, 176 (1980).

    Examples
    --------
    Symmetric couplings without self-coupling end in fixed points or cycles of length 2, asymmetric
    ones in longer ones:

    >>> import dynamics
    >>> import networks
    >>> dynamics.synchronous(networks.Asymmetric(N=100, J_D=0.0, eta=1.0).sample(rng=1), rng=1)
    Cycle(in a cycle of length 2 after ... steps)
    >>> dynamics.synchronous(networks.Asymmetric(N=20, J_D=0.0).sample(rng=1), rng=1)
    Cycle(in a cycle of length 12 after 27 steps)
    """
    network = checked(network)
    max_steps = domains.integer("max_steps", max_steps)
    rng = domains.generator(rng)
    if start is None:
        first = 2 * rng.integers(0, 2, size=network.shape, dtype=np.int8) - 1
    else:
        first = domains.state("start", start, network.shape)

    def after(s: State) -> State:
        return np.where(trusted.stabilities(network, s) > 0, s, -s)

    state, length = _length(after, first, max_steps)
    if length is None:
        return Cycle(state, False, None, max_steps)
    return Cycle(state, True, length, _transient(after, first, length))


def _length(
    after: Callable[[State], State], first: State, max_steps: int
) -> tuple[State, int | None]:
    """Return the last state reached, and the length of the cycle it is on if one was found."""
    kept, state = first, first
    since, power = 0, 1
    for _ in range(max_steps):
        if since == power:
            kept, power, since = state, 2 * power, 0
        state = after(state)
        since += 1
        if np.array_equal(state, kept):
            return state, since
    return state, None


def _transient(after: Callable[[State], State], first: State, length: int) -> int:
    """Return the number of steps to the first state that comes back after `length` steps."""
    behind, ahead = first, first
    for _ in range(length):
        ahead = after(ahead)
    steps = 0
    while not np.array_equal(behind, ahead):
        behind, ahead = after(behind), after(ahead)
        steps += 1
    return steps
