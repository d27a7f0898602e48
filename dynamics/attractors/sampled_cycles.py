"""The cycles that random states of a network end in, where there are too many states for a census.

The field of a neuron is a sum of numbers read from tables, one for each eight senders: all they can
send. A step of 64 neurons takes 0.2 microseconds, a tenth of a product with the matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dynamics.attractors.enumeration import all_couplings
from foundation import domains
from foundation.axes import axes_of
from foundation.compiled import compiled
from networks import Network
from networks.network import checked

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Singles = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]

LARGEST = 512  # neurons: tables of 34 MB


@dataclass(frozen=True, eq=False, repr=False)
class SampledCycles:
    """The cycles of synchronous updates that some states end in.

    Attributes
    ----------
    lengths
        Number of steps around the cycle of each start, 1 for a fixed point; 0 if it was not found.
    transients
        Number of steps from each start to its cycle; -1 if it was not found.
    max_steps
        Number of steps after which it was given up.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Asymmetric(N=40, J_D=0.0, eta=0.5).sample(rng=1)
    >>> found = dynamics.sampled_cycles(network, starts=100, rng=2)
    >>> found
    SampledCycles(100 starts, ... in fixed points or cycles of length 2, longest cycle ...)
    >>> found.converged, found.plot().get_xlabel()
    (True, 'length of the cycle')
    """

    lengths: Integers
    transients: Integers
    max_steps: int

    @property
    def converged(self) -> bool:
        """Whether all starts were followed to their cycles."""
        return bool(self.lengths.all())

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        lost = int(np.sum(self.lengths == 0))
        if lost:
            return f"{lost} starts found no cycle within {self.max_steps} steps; raise max_steps."
        return f"All {len(self.lengths)} starts were followed to their cycles."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the fraction of starts whose cycle is not longer, against its length.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        closed = np.sort(self.lengths[self.lengths > 0])
        ax.step(closed, np.arange(1, len(closed) + 1) / len(self.lengths), where="post")
        ax.set(xlabel="length of the cycle", ylabel="fraction of starts", xscale="log")
        return ax

    def __repr__(self) -> str:
        short = np.sum((self.lengths > 0) & (self.lengths <= 2))
        lost = int(np.sum(self.lengths == 0))
        return (
            f"SampledCycles({len(self.lengths)} starts, {short} in fixed points or cycles of "
            f"length 2, longest cycle {self.lengths.max()}{f', {lost} not found' if lost else ''})"
        )


def sampled_cycles(
    network: Network,
    starts: int = 100,
    max_steps: int = 10**6,
    *,
    rng: int | np.random.Generator | None = None,
) -> SampledCycles:
    r"""Follow random states of a network under synchronous updates to the cycles they end in.

    What `census` finds of all states of a small network, estimated for a larger one: the fraction
    of starts that end in cycles of some length is that of all :math:`2^N` states. Cycles are found
    by Brent's method, as in `synchronous`, in machine code.

    Parameters
    ----------
    network
        A network of at most 512 neurons, all layers together.
    starts
        Number of independent random states, >= 1.
    max_steps
        Number of steps after which to give up looking for the length of a cycle, >= 1. With
        asymmetric couplings the times grow exponentially with N.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    SampledCycles. Not to find a cycle is a result here, not an error: see `converged`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Brent, BIT 20, 176 (1980); Bastolla and Parisi, J. Phys. A 31, 4583 (1998);
    `docs/theory/dynamics.md`.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Asymmetric(N=16, J_D=0.0).sample(rng=1)
    >>> found = dynamics.sampled_cycles(network, starts=1000, rng=2)
    >>> census = dynamics.census(network)
    >>> bool(abs(found.lengths.mean() / census.mean_length - 1) < 0.1)
    True
    """
    network = checked(network)
    starts = domains.integer("starts", starts)
    max_steps = domains.integer("max_steps", max_steps)
    rng = domains.generator(rng)
    n = int(np.prod(network.shape))
    if n > LARGEST:
        raise ValueError(f"network must have at most {LARGEST} neurons, got {n}")
    states = np.packbits(rng.integers(0, 2, (starts, n), np.uint8), axis=1, bitorder="little")
    lengths, transients = np.zeros(starts, np.int64), np.full(starts, -1)
    J_D = np.float32(network.J_D)
    _follow(tables_of(all_couplings(network)), J_D, states, max_steps, lengths, transients)
    return SampledCycles(lengths, transients, max_steps)


def tables_of(outgoing: npt.NDArray[np.float64]) -> Singles:
    """Return all that each eight senders can send, of shape (senders / 8, 256, receivers).

    Couplings are given by sender.
    """
    n = len(outgoing)
    spins = 2.0 * (np.arange(256)[:, None] >> np.arange(8) & 1) - 1
    tables = np.empty((-(-n // 8), 256, n), np.float32)
    for c, table in enumerate(tables):
        senders = outgoing[8 * c : 8 * c + 8]
        table[:] = spins[:, : len(senders)] @ senders
    return tables


@compiled
def _follow(
    tables: Singles,
    J_D: np.float32,
    states: Bytes,
    max_steps: int,
    lengths: Integers,
    transients: Integers,
) -> None:
    """Write down the length of the cycle of each state, and the steps until it is reached."""
    h = np.empty(tables.shape[2], np.float32)
    for k in range(len(states)):
        state, kept = states[k].copy(), states[k].copy()
        since, power = 0, 1
        for _ in range(max_steps):
            if since == power:
                kept = state.copy()
                power *= 2
                since = 0
            _advance(tables, J_D, state, h)
            since += 1
            if _same(state, kept):
                lengths[k] = since
                break
        if lengths[k] == 0:
            continue
        state, kept = states[k].copy(), states[k].copy()
        for _ in range(lengths[k]):
            _advance(tables, J_D, state, h)
        transients[k] = 0
        while not _same(state, kept):
            _advance(tables, J_D, state, h)
            _advance(tables, J_D, kept, h)
            transients[k] += 1


@compiled
def _advance(tables: Singles, J_D: np.float32, state: Bytes, h: Singles) -> None:
    """Update all neurons at once: neuron i is bit i % 8 of byte i // 8."""
    chunks, _, n = tables.shape
    first = tables[0, state[0]]
    for i in range(n):
        h[i] = first[i]
    for c in range(1, chunks):
        row = tables[c, state[c]]
        for i in range(n):
            h[i] += row[i]
    for c in range(chunks):
        flips = 0
        for b in range(min(8, n - 8 * c)):
            field = h[8 * c + b]
            s = np.float32(2 * ((state[c] >> b) & 1) - 1)
            if s * field + J_D <= 0:
                flips |= 1 << b
        state[c] ^= np.uint8(flips)


@compiled
def _same(a: Bytes, b: Bytes) -> bool:
    """Return whether two states are the same."""
    for c in range(len(a)):  # noqa: SIM110 - numba has no all() of a generator
        if a[c] != b[c]:
            return False
    return True
