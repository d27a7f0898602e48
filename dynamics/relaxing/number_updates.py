"""Asynchronous updates under couplings that are stored as numbers, all of them or the non-zeros."""

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from networks import Network, trusted

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]


class Couplings(NamedTuple):
    """Couplings by sender, to itself, and between neighbouring layers.

    All of them in `outgoing`, of shape (L, N, N); or `strengths` and their `receivers`, of sender j
    from `first[j]` to `first[j + 1]`. Of the two the other one is empty.
    """

    outgoing: Floats
    first: npt.NDArray[np.int32]
    receivers: npt.NDArray[np.int32]
    strengths: Floats
    J_D: float
    lam: float


class Moving(NamedTuple):
    """States, of all layers in a row, their fields without self-coupling, and flips so far."""

    s: States
    h: Floats
    flips: Indices


class NumberUpdates:
    """What `dynamics.relaxing.updates.Updates` asks for."""

    def __init__(self, network: Network, states: States) -> None:
        self.network = network
        self.couplings = _couplings(network)
        flips = np.zeros(len(states), dtype=np.int64)
        self.moving = Moving(states, self._fields(states), flips)
        self.s, self.flips = states, flips

    def _fields(self, states: States) -> Floats:
        h = trusted.fields(self.network, states.reshape(-1, *self.network.shape))
        h -= np.float32(self.network.J_D) * states.reshape(h.shape)
        return h.reshape(states.shape)

    def unstable(self, which: Indices) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in each state."""
        return _unstable(self.couplings.J_D, self.moving, which) / self.s.shape[1]

    def refresh(self, state: int) -> None:
        """Compute the fields of a state anew."""
        self.moving.h[state] = self._fields(self.s[state : state + 1])[0]

    def visit(self, which: Indices, visits: Indices) -> None:
        """Visit neurons one after the other, in all states; flip the unstable ones."""
        _visit(self.couplings, self.moving, which, visits)

    def flip_most_unstable(self, which: Indices, most: int) -> None:
        """Flip the most unstable neuron of each state, time after time."""
        s, h, flips = self.moving
        for r in which:
            flips[r] += _flip_most_unstable(self.couplings, s[r], h[r], most)


def _couplings(network: Network) -> Couplings:
    J_D = np.float64(network.J_D)  # numpy would round a float to float32
    none, nowhere = np.empty(0, dtype=np.float32), np.empty(0, dtype=np.int32)
    if not network.is_sparse:
        outgoing = network.outgoing.reshape(-1, network.N, network.N)
        return Couplings(outgoing, nowhere, nowhere, none, J_D, network.lam)
    rows = cast("csr_array", network.outgoing)
    empty = none.reshape(1, 0, 0)
    return Couplings(empty, rows.indptr, rows.indices, rows.data, J_D, network.lam)


@compiled
def _unstable(J_D: float, moving: Moving, which: Indices) -> Indices:
    """Return the number of unstable neurons in each state."""
    found = np.zeros(len(which), dtype=np.int64)
    for k in range(len(which)):
        s, h = moving.s[which[k]], moving.h[which[k]]
        for i in range(len(s)):
            found[k] += s[i] * h[i] + J_D <= 0
    return found


@compiled
def flip(couplings: Couplings, s: States, h: Floats, i: int) -> None:
    """Flip neuron i of a state, and bring the fields up to date."""
    outgoing, lam = couplings.outgoing, couplings.lam
    L, N = outgoing.shape[:2]
    change = np.float32(-2 * s[i])
    s[i] = -s[i]
    if len(couplings.first) > 0:
        for k in range(couplings.first[i], couplings.first[i + 1]):
            h[couplings.receivers[k]] += change * couplings.strengths[k]
        return
    l = i // N
    column = outgoing[l, i - l * N]
    layer = h[l * N : (l + 1) * N]
    for k in range(N):
        layer[k] += change * column[k]
    if l > 0:
        h[i - N] += lam * change
    if l < L - 1:
        h[i + N] += lam * change


@compiled
def _visit(couplings: Couplings, moving: Moving, which: Indices, visits: Indices) -> None:
    s, h, flips = moving
    J_D = couplings.J_D
    if len(which) == 1:  # visits of a slice are nine times as fast as those of a row of many
        r = which[0]
        state, fields = s[r], h[r]
        for i in visits:
            if state[i] * fields[i] + J_D <= 0:
                flip(couplings, state, fields, i)
                flips[r] += 1
        return
    for i in visits:
        for r in which:
            if s[r, i] * h[r, i] + J_D <= 0:
                flip(couplings, s[r], h[r], i)
                flips[r] += 1


@compiled
def _flip_most_unstable(couplings: Couplings, s: States, h: Floats, most: int) -> int:
    """Return the number of flips."""
    for flips in range(most):
        worst = 0
        for i in range(1, len(s)):
            if s[i] * h[i] < s[worst] * h[worst]:
                worst = i
        if s[worst] * h[worst] + couplings.J_D > 0:
            return flips
        flip(couplings, s, h, worst)
    return most
