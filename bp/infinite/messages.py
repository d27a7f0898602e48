"""The dense iteration on couplings that are revealed as they are needed."""

import numpy as np
import numpy.typing as npt

from bp.messages.dense import DenseMessages
from bp.messages.neuron import Array
from networks import Revealed


class RevealedMessages(DenseMessages):
    """Several runs of the dense iteration, each on a network of its own.

    No coupling is stored; a network of N neurons follows the law of the dense iteration to the
    letter, but for the couplings of neurons to themselves, of variance 1/N, which are random too.
    """

    def __init__(self, J_D: float, N: int, runs: int, rng: np.random.Generator) -> None:
        self.J_D, self.lam, self.squares = J_D, 0.0, None
        self.couplings = [Revealed(N, dtype="float32", rng=rng) for _ in range(runs)]
        self._make((runs, 1, N), np.float32)

    def product(self, x: Array) -> Array:
        """Return the sum over j of `J_ij x_j`."""
        rows = zip(self.couplings, x, strict=True)
        return np.stack([J.product(row[0])[None] for J, row in rows])

    def back(self, x: Array) -> Array:
        """Return the sum over i of `J_ij x_i`."""
        rows = zip(self.couplings, x, strict=True)
        return np.stack([J.back(row[0])[None] for J, row in rows])

    def _mean_field(self, x: Array) -> Array:
        """Return the mean, each squared coupling being 1/N."""
        mean = x.mean(axis=2, keepdims=True, dtype=np.float64)
        return np.broadcast_to(mean, x.shape).astype(x.dtype)

    def unstable_fraction(self) -> npt.NDArray[np.float64]:
        """Return the fraction of unstable neurons in the signs of each run."""
        signs = np.where(self.t < 0, np.float32(-1), np.float32(1))[:, 0]
        rows = zip(self.couplings, signs, strict=True)
        return np.array([np.mean(s * J.product(s, keep=False) + self.J_D <= 0) for J, s in rows])
