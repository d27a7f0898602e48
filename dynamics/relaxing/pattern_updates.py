"""Asynchronous updates under the couplings of Hebb, through the overlaps with the patterns."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from networks import HebbianNetwork

Ints = npt.NDArray[np.integer]
Indices = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]

_LARGEST = 2**31  # of sums of 32 bits


class Moving(NamedTuple):
    """States, their sums over each pattern, J_D in units of a coupling, and flips so far."""

    s: States
    M: Ints
    J_D: float
    flips: Indices


class PatternUpdates:
    """What `dynamics.relaxing.updates.Updates` asks for.

    A visit costs P operations, a flip as many, and no column of couplings is ever read. All sums
    are of integers.
    """

    def __init__(self, network: HebbianNetwork, states: States) -> None:
        self.network = network
        self.signs = np.ascontiguousarray(network.patterns.T)
        kind = np.int32 if network.N * network.P < _LARGEST else np.int64
        sums = states.astype(np.float64) @ self.signs.astype(np.float64)
        flips = np.zeros(len(states), dtype=np.int64)
        J_D = np.float64(network.J_D * network.N)
        self.moving = Moving(states, sums.astype(kind), J_D, flips)
        self.s, self.flips = states, flips

    def unstable(self, which: Indices) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in each state."""
        return _unstable(self.signs, self.moving, which) / self.network.N

    def refresh(self, state: int) -> None:
        """Do nothing: sums of integers have no rounding errors."""

    def visit(self, which: Indices, visits: Indices) -> None:
        """Visit neurons one after the other, in all states; flip the unstable ones."""
        _visit(self.signs, self.moving, which, visits)

    def flip_most_unstable(self, which: Indices, most: int) -> None:
        """Flip the most unstable neuron of each state, time after time."""
        _flip_most_unstable(self.signs, self.moving, which, most)


@compiled
def _stability(signs: States, at: Moving, r: int, i: int) -> float:
    """Return the stability of neuron i of state r in units of a coupling."""
    M, row = at.M[r], signs[i]
    total = M[0] - M[0]  # a zero of the kind of the sums
    for mu in range(len(row)):
        total += row[mu] * M[mu]
    return at.s[r, i] * total - len(row) + at.J_D


@compiled
def _flip(signs: States, at: Moving, r: int, i: int) -> None:
    """Flip neuron i of state r, and bring the sums up to date."""
    at.s[r, i] = -at.s[r, i]
    M, row, change = at.M[r], signs[i], 2 * at.s[r, i]
    for mu in range(len(row)):
        M[mu] += change * row[mu]
    at.flips[r] += 1


@compiled
def _unstable(signs: States, at: Moving, which: Indices) -> Indices:
    """Return the number of unstable neurons in each state."""
    count = np.zeros(len(which), dtype=np.int64)
    for i in range(len(signs)):
        for k in range(len(which)):
            count[k] += _stability(signs, at, which[k], i) <= 0
    return count


@compiled
def _visit(signs: States, at: Moving, which: Indices, visits: Indices) -> None:
    for i in visits:
        for r in which:
            if _stability(signs, at, r, i) <= 0:
                _flip(signs, at, r, i)


@compiled
def _flip_most_unstable(signs: States, at: Moving, which: Indices, most: int) -> None:
    for r in which:
        for _ in range(most):
            worst, lowest = 0, np.inf
            for i in range(len(signs)):
                stability = _stability(signs, at, r, i)
                if stability < lowest:
                    worst, lowest = i, stability
            if lowest > 0:
                break
            _flip(signs, at, r, worst)
