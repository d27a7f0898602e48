"""Asynchronous updates under couplings that are stored as numbers."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from networks import Network, trusted

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]


class Couplings(NamedTuple):
    """Couplings by sender, of shape (L, N, N), to itself, and between neighbouring layers."""

    outgoing: Floats
    J_D: float
    lam: float


class Moving(NamedTuple):
    """States, of all layers in a row, their fields without self-coupling, and flips so far."""

    s: States
    h: Floats
    flips: Indices


class DenseUpdates:
    """What `dynamics.relaxing.updates.Updates` asks for."""

    def __init__(self, network: Network, states: States) -> None:
        self.network = network
        outgoing = network.outgoing.reshape(-1, network.N, network.N)
        # numpy would round a float J_D to float32
        self.couplings = Couplings(outgoing, np.float64(network.J_D), network.lam)
        flips = np.zeros(len(states), dtype=np.int64)
        self.moving = Moving(states, self._fields(states), flips)
        self.s, self.flips = states, flips

    def _fields(self, states: States) -> Floats:
        h = trusted.fields(self.network, states.reshape(-1, *self.network.shape))
        h -= np.float32(self.network.J_D) * states.reshape(h.shape)
        return h.reshape(states.shape)

    def unstable(self, which: Indices) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in each state."""
        s, h, _ = self.moving
        return np.array([np.mean(s[r] * h[r] + self.couplings.J_D <= 0) for r in which])

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


@compiled
def flip(couplings: Couplings, s: States, h: Floats, i: int) -> None:
    """Flip neuron i of a state, and bring the fields up to date."""
    outgoing, lam = couplings.outgoing, couplings.lam
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
