"""Inputs held back from training, and when to stop by them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from learning.steered.history import Epoch

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


def stalled(history: Sequence[Epoch], patience: int | None) -> bool:
    """Return whether the accuracy on inputs held back has not risen for `patience` epochs."""
    if patience is None or len(history) <= patience:
        return False
    followed = [epoch.validation or 0.0 for epoch in history]
    return max(followed[-patience:]) <= max(followed[:-patience])
