"""Inputs held back from training, and when to stop by them."""

import numpy as np
import numpy.typing as npt

from learning.network.couplings import Couplings
from learning.steered.averaging import copied
from learning.steered.learner import Learner

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

    def __init__(self, patience: int | None, learner: Learner) -> None:
        self.patience, self.learner = patience, learner
        self.right, self.number, self.waited = -1, 0, 0
        self.couplings: Couplings | None = None
        self.averaged: Couplings | None = None

    def seen(self, right: int, number: int) -> None:
        """Look at the network after an epoch: how many inputs it gets right."""
        if self.patience is None:
            return
        self.waited += 1
        if right > self.right:
            self.right, self.number, self.waited = right, number, 0
            self.couplings = copied(self.learner.couplings)
            averaged = self.learner.averaged
            self.averaged = copied(averaged) if averaged else None

    @property
    def stalled(self) -> bool:
        """Whether there was no better one for `patience` epochs."""
        return self.patience is not None and self.waited >= self.patience

    def restore(self) -> int:
        """Make the couplings those of the best network; return the number of its epoch."""
        if self.couplings:
            self.learner.couplings, self.learner.averaged = self.couplings, self.averaged
        return self.number
