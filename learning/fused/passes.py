"""Passes over all couplings: decay, and running averages."""

import numpy as np

from foundation.compiled import compiled
from learning.network.couplings import Array


@compiled
def shrink(array: Array, left: np.float32) -> None:
    """Multiply couplings by what is left of them."""
    entries = array.ravel()
    for q in range(entries.size):
        entries[q] *= left


@compiled
def approach(average: Array, present: Array, weight: np.float32) -> None:
    """Move an average towards the present couplings."""
    before, now = average.ravel(), present.ravel()
    for q in range(before.size):
        before[q] += weight * (now[q] - before[q])
