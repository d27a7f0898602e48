"""Inputs held back from training, and when to stop by them."""

import numpy as np
import numpy.typing as npt

from learning.network.couplings import Array, Couplings

Rows = npt.NDArray[np.intp]


def divided(P: int, fraction: float) -> tuple[Rows, Rows]:
    """Return which of P inputs to train on, and which to hold back; the same for the same P."""
    held = round(fraction * P)
    if not fraction:
        return np.arange(P), np.arange(0)
    if held in (0, P):
        raise ValueError(
            f"validation_fraction must leave inputs to train on and hold some back, got "
            f"{fraction} with n_samples={P}"
        )
    order = np.random.default_rng(P).permutation(P)
    return np.sort(order[held:]), np.sort(order[:held])


class Best:
    """The best network of a training by the inputs held back, of equals the first.

    Without `patience` nothing is stored, and it never stalls.
    """

    def __init__(self, patience: int | None, couplings: Couplings) -> None:
        self.patience, self.couplings = patience, couplings
        self.right, self.number, self.waited = -1, 0, 0
        self.arrays: dict[str, Array] = {}

    def seen(self, right: int, number: int) -> None:
        """Look at the network after an epoch: how many inputs it gets right."""
        if self.patience is None:
            return
        self.waited += 1
        if right > self.right:
            self.right, self.number, self.waited = right, number, 0
            self.arrays = {name: array.copy() for name, array in self.couplings.arrays.items()}

    @property
    def stalled(self) -> bool:
        """Whether there was no better one for `patience` epochs."""
        return self.patience is not None and self.waited >= self.patience

    def restore(self) -> int:
        """Make the couplings those of the best network; return the number of its epoch."""
        for name, array in self.arrays.items():
            getattr(self.couplings, name)[:] = array
        return self.number
