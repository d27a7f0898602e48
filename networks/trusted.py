"""Fields and stabilities of states that were checked at the door of a public function.

Algorithms call these; the methods of `Network` check what they are given, and do the same. States
are int8 of the network's shape, or stacks of such states.
"""

import numpy as np
import numpy.typing as npt

from networks.binary import BinaryNetwork
from networks.network import Network, Spins


def fields(network: Network, s: Spins) -> npt.NDArray[np.float32]:
    """Return `network.fields(s)`."""
    return network._fields(s)


def stabilities(network: Network, s: Spins) -> npt.NDArray[np.float32]:
    """Return `network.stabilities(s)`."""
    return network._stabilities(s)


def is_fixed_point(network: Network, s: Spins) -> np.bool | npt.NDArray[np.bool]:
    """Return `network.is_fixed_point(s)`."""
    return network._is_fixed_point(s)


def sums(network: BinaryNetwork, s: Spins) -> npt.NDArray[np.int32]:
    """Return `network.sums(s)`, of a single state."""
    return network._sums(s)
