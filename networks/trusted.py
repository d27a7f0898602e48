"""Fields and stabilities of states that were checked at the door of a public function.

Algorithms call these; the methods of `Network` check what they are given, and do the same. States
are int8 of the network's shape, or stacks of such states; rows of numbers are float32 or float64.
"""

import numpy as np
import numpy.typing as npt

from networks.binary import BinaryNetwork, Numbers
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


def product(network: BinaryNetwork, x: Numbers) -> Numbers:
    """Return the sums over j of `J_ij x_j`, without the self-coupling, for rows x."""
    return network._product(x)


def back(network: BinaryNetwork, x: Numbers) -> Numbers:
    """Return the sums over i of `J_ij x_i`, without the self-coupling, for rows x."""
    return network._back(x)


def signs(
    network: BinaryNetwork, senders: npt.NDArray[np.int64], receivers: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the signs of the stored couplings of pairs of neurons."""
    return network._signs(senders, receivers)


def sums(network: BinaryNetwork, s: Spins) -> npt.NDArray[np.int32]:
    """Return `network.sums(s)`, of a single state."""
    return network._sums(s)
