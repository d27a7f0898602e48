"""Asynchronous updates of several states of one network, whatever its couplings are kept as."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from dynamics.relaxing.binary_updates import BinaryUpdates
from dynamics.relaxing.number_updates import NumberUpdates
from dynamics.relaxing.pattern_updates import PatternUpdates
from networks import BinaryNetwork, HebbianNetwork, Network

Indices = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]


class Updates(Protocol):
    """States that are updated neuron by neuron, their fields kept up to date.

    `s` are the states, of shape (number of states, neurons), and `flips` counts the flips of each.
    `which` are the states to update.
    """

    s: States
    flips: Indices

    def unstable(self, which: Indices) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in each state."""

    def refresh(self, state: int) -> None:
        """Compute the fields of a state anew, free of the rounding errors of many flips."""

    def visit(self, which: Indices, visits: Indices) -> None:
        """Visit neurons one after the other, in all states; flip the unstable ones."""

    def flip_most_unstable(self, which: Indices, most: int) -> None:
        """Flip the most unstable neuron of each state, `most` times or until all are stable."""


def updates(network: Network, states: States) -> Updates:
    """Return the updates of states of shape (number, neurons), which they change in place."""
    if isinstance(network, BinaryNetwork):
        return BinaryUpdates(network, states)
    if isinstance(network, HebbianNetwork):
        return PatternUpdates(network, states)
    return NumberUpdates(network, states)
