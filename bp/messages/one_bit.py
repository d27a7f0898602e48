"""The dense iteration on couplings of one bit each, which are never unpacked."""

import numpy as np
import numpy.typing as npt

from bp.messages.dense import DenseMessages
from bp.messages.neuron import Array
from networks import BinaryNetwork, Network, trusted


class OneBitMessages(DenseMessages):
    """Several runs of the dense iteration on one network of binary couplings.

    All squared couplings are the same, so that their mean is exact.
    """

    def __init__(
        self, network: BinaryNetwork, runs: int, *, dtype: npt.DTypeLike = np.float32
    ) -> None:
        self.network, self.J_D, self.lam, self.squares = network, network.J_D, network.lam, None
        self.couplings = network
        self.square = np.full((1, 1), network.scale**2)
        self._make((runs, 1, network.N), dtype)

    def product(self, x: Array) -> Array:
        """Return the sum over j of `J_ij x_j`."""
        return trusted.product(self.couplings, x[:, 0])[:, None]

    def back(self, x: Array) -> Array:
        """Return the sum over i of `J_ij x_i`."""
        return trusted.back(self.couplings, x[:, 0])[:, None]


def messages(
    network: Network,
    runs: int,
    *,
    dtype: npt.DTypeLike = np.float32,
    exact_squares: bool = False,
) -> DenseMessages:
    """Return the messages of the dense iteration for any network."""
    if isinstance(network, BinaryNetwork):
        return OneBitMessages(network, runs, dtype=dtype)
    return DenseMessages(network, runs, dtype=dtype, exact_squares=exact_squares)
