"""Asynchronous updates under couplings of one bit, by sums of bits as in `networks.bits`."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from networks import BinaryNetwork, trusted
from networks.bits import CARRY, Bytes, Recent, Sums, add, carry, column

Indices = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]


class BitColumns(NamedTuple):
    """The bits by sender, or what they are regenerated from, and J_D in units of a coupling."""

    stored: Bytes
    key: np.uint64
    J_D: float


class Moving(NamedTuple):
    """States with their sums of bits, the two parts of `networks.bits`.

    `pending` counts the flips in the recent part, `total` is the sum of the spins, and `flips`
    counts all.
    """

    s: States
    sums: Sums
    recent: Recent
    pending: Indices
    total: Indices
    flips: Indices


class BinaryUpdates:
    """What `dynamics.relaxing.updates.Updates` asks for."""

    def __init__(self, network: BinaryNetwork, states: States) -> None:
        self.network = network
        J_D = network.J_D / network.scale
        self.columns = BitColumns(network.stored, np.uint64(network.key), J_D)
        sums = np.array([trusted.sums(network, s) for s in states])
        self.moving = Moving(
            s=states,
            sums=sums,
            recent=np.zeros(sums.shape, dtype=np.int8),
            pending=np.zeros(len(states), dtype=np.int64),
            total=states.sum(axis=1, dtype=np.int64),
            flips=np.zeros(len(states), dtype=np.int64),
        )
        self.s, self.flips = states, self.moving.flips

    def unstable(self, which: Indices) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in each state."""
        return np.array([np.mean(self._stabilities(r) <= 0) for r in which])

    def _stabilities(self, r: int) -> npt.NDArray[np.float64]:
        N, at = self.network.N, self.moving
        n = at.sums[r, :N] + 2 * at.recent[r, :N].astype(np.int64)
        return at.s[r] * (2 * n - at.total[r]) + 1 + self.columns.J_D

    def refresh(self, state: int) -> None:
        """Do nothing: sums of integers have no rounding errors."""

    def visit(self, which: Indices, visits: Indices) -> None:
        """Visit neurons one after the other, in all states; flip the unstable ones."""
        _visit(self.columns, self.moving, which, visits)

    def flip_most_unstable(self, which: Indices, most: int) -> None:
        """Flip the most unstable neuron of each state, time after time."""
        _flip_most_unstable(self.columns, self.moving, which, most)


@compiled
def _flip(planes: Bytes, at: Moving, r: int, i: int) -> None:
    """Flip neuron i of state r, and bring the sums up to date."""
    s = at.s
    s[r, i] = -s[r, i]
    at.total[r] += 2 * s[r, i]
    add(planes, at.recent[r], s[r, i] > 0)
    at.flips[r] += 1
    at.pending[r] += 1
    if at.pending[r] == CARRY:
        carry(at.recent[r], at.sums[r], 2)
        at.pending[r] = 0


@compiled
def _stability(J_D: float, at: Moving, r: int, i: int) -> float:
    """Return the stability of neuron i of state r in units of a coupling."""
    n = np.int64(at.sums[r, i]) + 2 * np.int64(at.recent[r, i])
    return at.s[r, i] * (2 * n - at.total[r]) + 1 + J_D


@compiled
def _visit(columns: BitColumns, at: Moving, which: Indices, visits: Indices) -> None:
    scratch = np.empty(at.sums.shape[1] // 8, dtype=np.uint8)
    for i in visits:
        planes, known = scratch, False
        for r in which:
            if _stability(columns.J_D, at, r, i) > 0:
                continue
            if not known:  # all states share a regenerated column
                planes, known = column(columns.stored, columns.key, i, scratch), True
            _flip(planes, at, r, i)


@compiled
def _flip_most_unstable(columns: BitColumns, at: Moving, which: Indices, most: int) -> None:
    scratch = np.empty(at.sums.shape[1] // 8, dtype=np.uint8)
    for r in which:
        for _ in range(most):
            worst, lowest = 0, np.inf
            for i in range(at.s.shape[1]):
                stability = _stability(columns.J_D, at, r, i)
                if stability < lowest:
                    worst, lowest = i, stability
            if lowest > 0:
                break
            _flip(column(columns.stored, columns.key, worst, scratch), at, r, worst)
