r"""The graph of all states of a small network, and its cycles.

A deterministic rule maps each of the :math:`2^n` states to its successor. The path from any state
ends in a cycle; the states that end in it are its basin, and the number of steps until it is
reached is the transient. A state's code is its place in lexicographic order.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dynamics.attractors.enumeration import all_couplings
from foundation.compiled import compiled
from networks import Network

Codes = npt.NDArray[np.uint32]

_UNSEEN = np.uint32(0xFFFFFFFF)


class Attractors(NamedTuple):
    """A state of each cycle, its length, its basin, and whether it holds the reverse of its states.

    `transients` counts the states at every distance from their cycle.
    """

    codes: Codes
    lengths: npt.NDArray[np.int64]
    basins: npt.NDArray[np.int64]
    reversing: npt.NDArray[np.bool]
    transients: npt.NDArray[np.int64]


def successors(network: Network, rule: str) -> Codes:
    """Return the code of the successor of every state."""
    low, high = _half_fields(network)
    successor = np.empty(len(low) * len(high), dtype=np.uint32)
    step = _synchronous if rule == "synchronous" else _sequential
    step(low, high, network.J_D, successor)
    return successor


def attractors(successor: Codes) -> Attractors:
    """Return the cycles of the graph, in no order."""
    states = len(successor)
    attractor, distance = np.full(states, _UNSEEN), np.empty(states, dtype=np.uint32)
    codes = np.empty(states, dtype=np.uint32)  # only touched as far as it is used
    codes = codes[: _follow(successor, attractor, distance, codes)].copy()
    return Attractors(
        codes=codes,
        lengths=_lengths(successor, codes),
        basins=_histogram(attractor, len(codes)),
        reversing=attractor[np.uint32(states - 1) - codes] == np.arange(len(codes)),
        transients=_histogram(distance, int(distance.max()) + 1),
    )


def _half_fields(network: Network) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the fields that all states of the last, and of the first, neurons send to everyone.

    The field in a state is the sum of two entries, without any rounding that builds up. A state's
    code is its place in lexicographic order; neurons are listed from the last, lowest digit.
    """
    outgoing = np.ascontiguousarray(all_couplings(network)[::-1, ::-1])
    n = len(outgoing)
    half = n // 2
    tables = []
    for part in (outgoing[:half], outgoing[half:]):
        spins = 2.0 * (np.arange(2 ** len(part))[:, None] >> np.arange(len(part)) & 1) - 1
        tables.append(spins @ part)
    return tables[0], tables[1]


@compiled
def _synchronous(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], J_D: float, successor: Codes
) -> None:
    """Write down the state that follows each one when all neurons are updated at once."""
    n = low.shape[1]
    for b in range(len(high)):
        for a in range(len(low)):
            code = np.int64(b * len(low) + a)
            flips = np.int64(0)
            for i in range(n):
                s = 2 * ((code >> i) & 1) - 1
                flips |= np.int64(s * (low[a, i] + high[b, i]) + J_D <= 0) << i
            successor[code] = code ^ flips


@compiled
def _sequential(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], J_D: float, successor: Codes
) -> None:
    """Write down the state that follows each one after a sweep through the neurons."""
    n = low.shape[1]
    half = n // 2
    for code in range(len(successor)):
        state = np.int64(code)  # of one type all along, for numba
        for i in range(n - 1, -1, -1):  # the highest digit is the first neuron
            s = 2 * ((state >> i) & 1) - 1
            h = low[state & ((1 << half) - 1), i] + high[state >> half, i]
            if s * h + J_D <= 0:
                state = state ^ (1 << i)
        successor[code] = state


@compiled
def _follow(successor: Codes, attractor: Codes, distance: Codes, codes: Codes) -> int:
    """Find the attractor of every state and its distance from it; return how many there are.

    Every path is walked twice: to the first state that is known, or on the path itself, and then to
    label it.
    """
    found = 0
    on_path = np.uint32(_UNSEEN - 1)  # no attractor has this number: there are at most 2^26
    for start in range(len(successor)):
        state, steps = np.uint32(start), np.uint32(0)
        while attractor[state] == _UNSEEN:
            attractor[state] = on_path
            distance[state] = steps  # from the start, for now
            state = successor[state]
            steps += np.uint32(1)
        if attractor[state] == on_path:
            steps = distance[state]
            codes[found] = _close(successor, attractor, distance, state, found)
            found += 1
        else:
            steps += distance[state]
        number, state = attractor[state], np.uint32(start)
        while attractor[state] == on_path:
            attractor[state] = number
            distance[state] = steps
            steps -= np.uint32(1)
            state = successor[state]
    return found


@compiled
def _close(
    successor: Codes, attractor: Codes, distance: Codes, first: np.uint32, number: int
) -> np.uint32:
    """Label the cycle through a state, and return its smallest code."""
    smallest, state = first, first
    while True:
        attractor[state] = np.uint32(number)
        distance[state] = np.uint32(0)
        smallest = min(smallest, state)
        state = successor[state]
        if state == first:
            return smallest


@compiled
def _histogram(values: Codes, number: int) -> npt.NDArray[np.int64]:
    """Return how often each value below `number` occurs; `numpy.bincount` would copy them all."""
    counts = np.zeros(number, dtype=np.int64)
    for value in values:
        counts[value] += 1
    return counts


@compiled
def _lengths(successor: Codes, codes: Codes) -> npt.NDArray[np.int64]:
    """Return the number of steps around each cycle."""
    lengths = np.ones(len(codes), dtype=np.int64)
    for k in range(len(codes)):
        state = successor[codes[k]]
        while state != codes[k]:
            state = successor[state]
            lengths[k] += 1
    return lengths
