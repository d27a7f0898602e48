"""States in motion: several states of one network with their fields, kept up to date."""

from typing import Protocol

import numba
import numpy as np
import numpy.typing as npt

from networks import Network
from networks.binary import BinaryNetwork
from networks.bits import CARRY, Bytes, Recent, Sums, add, carry, column

States = npt.NDArray[np.int8]


class Motion(Protocol):
    """What a relaxation needs of states, whatever their couplings are kept as.

    `s` are the states, of shape (number of states, neurons). Those in `which` are moved.
    """

    s: States

    def unstable(self, which: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in each state."""

    def refresh(self, state: int) -> None:
        """Compute the fields of a state anew, free of the rounding errors of many flips."""

    def visit(self, which: npt.NDArray[np.int64], visits: npt.NDArray[np.int64]) -> None:
        """Visit neurons one after the other, in all states; flip the unstable ones."""

    def most_unstable(self, which: npt.NDArray[np.int64], most: int) -> None:
        """Flip the most unstable neuron of each state, `most` times or until all are stable."""

    flips: npt.NDArray[np.int64]


def motion(network: Network, states: States) -> Motion:
    """Return states, of shape (number, neurons), ready to move."""
    if isinstance(network, BinaryNetwork):
        return BinaryMotion(network, states)
    return DenseMotion(network, states)


class DenseMotion:
    """States under couplings that are stored as numbers; their fields are without self-coupling."""

    def __init__(self, network: Network, states: States) -> None:
        self.network = network
        self.s = states
        self.flips = np.zeros(len(states), dtype=np.int64)
        self.outgoing = network.outgoing.reshape(-1, network.N, network.N)
        self.J_D = np.float64(network.J_D)  # numpy would round a float to float32
        self.h = self._fields(states)

    def _fields(self, states: States) -> npt.NDArray[np.float32]:
        h = self.network.fields(states.reshape(-1, *self.network.shape)).reshape(states.shape)
        h -= np.float32(self.network.J_D) * states
        return h

    def unstable(self, which: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in each state."""
        return np.array([np.mean(self.s[r] * self.h[r] + self.J_D <= 0) for r in which])

    def refresh(self, state: int) -> None:
        """Compute the fields of a state anew."""
        self.h[state] = self._fields(self.s[state : state + 1])[0]

    def visit(self, which: npt.NDArray[np.int64], visits: npt.NDArray[np.int64]) -> None:
        """Visit neurons one after the other, in all states; flip the unstable ones."""
        lam = self.network.lam
        _visit(self.outgoing, self.J_D, lam, self.s, self.h, self.flips, which, visits)

    def most_unstable(self, which: npt.NDArray[np.int64], most: int) -> None:
        """Flip the most unstable neuron of each state, time after time."""
        lam = self.network.lam
        for r in which:
            s, h = self.s[r], self.h[r]
            self.flips[r] += _most_unstable(self.outgoing, self.J_D, lam, s, h, most)


@numba.njit(cache=True)
def _flip(
    outgoing: npt.NDArray[np.float32],
    lam: float,
    s: States,
    h: npt.NDArray[np.float32],
    i: int,
) -> None:
    """Flip neuron i of a state, of all layers in a row, and bring the fields up to date."""
    L, N = outgoing.shape[:2]
    change = np.float32(-2 * s[i])
    s[i] = -s[i]
    l = i // N
    column = outgoing[l, i - l * N]
    layer = h[l * N : (l + 1) * N]
    for k in range(N):
        layer[k] += change * column[k]
    if l > 0:
        h[i - N] += lam * change
    if l < L - 1:
        h[i + N] += lam * change


@numba.njit(cache=True)
def _visit(
    outgoing: npt.NDArray[np.float32],
    J_D: float,
    lam: float,
    s: States,
    h: npt.NDArray[np.float32],
    flips: npt.NDArray[np.int64],
    which: npt.NDArray[np.int64],
    visits: npt.NDArray[np.int64],
) -> None:
    if len(which) == 1:  # visits of a slice are nine times as fast as those of a row of many
        r = which[0]
        state, fields = s[r], h[r]
        for i in visits:
            if state[i] * fields[i] + J_D <= 0:
                _flip(outgoing, lam, state, fields, i)
                flips[r] += 1
        return
    for i in visits:
        for r in which:
            if s[r, i] * h[r, i] + J_D <= 0:
                _flip(outgoing, lam, s[r], h[r], i)
                flips[r] += 1


@numba.njit(cache=True)
def _most_unstable(
    outgoing: npt.NDArray[np.float32],
    J_D: float,
    lam: float,
    s: States,
    h: npt.NDArray[np.float32],
    most: int,
) -> int:
    """Return the number of flips."""
    for flips in range(most):
        worst = 0
        for i in range(1, len(s)):
            if s[i] * h[i] < s[worst] * h[worst]:
                worst = i
        if s[worst] * h[worst] + J_D > 0:
            return flips
        _flip(outgoing, lam, s, h, worst)
    return most


class BinaryMotion:
    """States under couplings of one bit; their sums of bits, see `networks.bits`."""

    def __init__(self, network: BinaryNetwork, states: States) -> None:
        self.network = network
        self.s = states
        self.flips = np.zeros(len(states), dtype=np.int64)
        self.sums = np.array([network.sums(s) for s in states])
        self.recent = np.zeros(self.sums.shape, dtype=np.int8)
        self.pending = np.zeros(len(states), dtype=np.int64)
        self.total = states.sum(axis=1, dtype=np.int64)
        # s h + J_D <= 0 for the field h = scale (2 n - total + s)
        self.limit = network.J_D / network.scale

    def unstable(self, which: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in each state."""
        return np.array([np.mean(self._stabilities(r) <= 0) for r in which])

    def _stabilities(self, r: int) -> npt.NDArray[np.float64]:
        N = self.network.N
        n = self.sums[r, :N] + 2 * self.recent[r, :N].astype(np.int64)
        return self.s[r] * (2 * n - self.total[r]) + 1 + self.limit

    def refresh(self, state: int) -> None:
        """Do nothing: sums of integers have no rounding errors."""

    def visit(self, which: npt.NDArray[np.int64], visits: npt.NDArray[np.int64]) -> None:
        """Visit neurons one after the other, in all states; flip the unstable ones."""
        self._move(which, visits, 0)

    def most_unstable(self, which: npt.NDArray[np.int64], most: int) -> None:
        """Flip the most unstable neuron of each state, time after time."""
        self._move(which, np.empty(0, dtype=np.int64), most)

    def _move(self, which: npt.NDArray[np.int64], visits: npt.NDArray[np.int64], most: int) -> None:
        _move_bits(
            self.network.stored,
            np.uint64(self.network.key),
            self.limit,
            self.s,
            self.sums,
            self.recent,
            self.pending,
            self.total,
            self.flips,
            which,
            visits,
            most,
        )


@numba.njit(cache=True)
def _flip_bits(
    planes: Bytes,
    s: States,
    sums: Sums,
    recent: Recent,
    pending: npt.NDArray[np.int64],
    total: npt.NDArray[np.int64],
    flips: npt.NDArray[np.int64],
    r: int,
    i: int,
) -> None:
    """Flip neuron i of state r, and bring the sums up to date."""
    s[r, i] = -s[r, i]
    total[r] += 2 * s[r, i]
    add(planes, recent[r], s[r, i] > 0)
    flips[r] += 1
    pending[r] += 1
    if pending[r] == CARRY:
        carry(recent[r], sums[r], 2)
        pending[r] = 0


@numba.njit(cache=True)
def _stability(limit: float, s: np.int8, n: np.int32, recent: np.int8, total: np.int64) -> float:
    """Return the stability of a neuron in units of a coupling."""
    return s * (2 * (np.int64(n) + 2 * np.int64(recent)) - total) + 1 + limit


@numba.njit(cache=True)
def _move_bits(
    stored: Bytes,
    key: np.uint64,
    limit: float,
    s: States,
    sums: Sums,
    recent: Recent,
    pending: npt.NDArray[np.int64],
    total: npt.NDArray[np.int64],
    flips: npt.NDArray[np.int64],
    which: npt.NDArray[np.int64],
    visits: npt.NDArray[np.int64],
    most: int,
) -> None:
    """Make visits to all states, and then flip the most unstable neuron up to `most` times."""
    scratch = np.empty(sums.shape[1] // 8, dtype=np.uint8)
    for i in visits:
        planes, known = scratch, False
        for r in which:
            if _stability(limit, s[r, i], sums[r, i], recent[r, i], total[r]) > 0:
                continue
            if not known:  # all states share a regenerated column
                planes, known = column(stored, key, i, scratch), True
            _flip_bits(planes, s, sums, recent, pending, total, flips, r, i)
    for r in which:
        for _ in range(most):
            worst, lowest = 0, np.inf
            for i in range(s.shape[1]):
                stability = _stability(limit, s[r, i], sums[r, i], recent[r, i], total[r])
                if stability < lowest:
                    worst, lowest = i, stability
            if lowest > 0:
                break
            planes = column(stored, key, worst, scratch)
            _flip_bits(planes, s, sums, recent, pending, total, flips, r, worst)
