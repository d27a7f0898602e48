"""A running average of the couplings, which is steadier than they are."""

import numpy as np

from learning.network.couplings import Couplings


def copied(couplings: Couplings) -> Couplings:
    """Return couplings of the same values."""
    arrays = {name: array.copy() for name, array in couplings.arrays.items()}
    return Couplings(**arrays, self_coupling=couplings.self_coupling, lam=couplings.lam)


def begun(
    average: Couplings | None, present: Couplings, weight: float, epochs: int
) -> Couplings | None:
    """Return the average for the next epoch: it begins after the first, and ends without weight."""
    if not weight:
        return None
    return copied(present) if average is None and epochs else average


def move(average: Couplings, present: Couplings, weight: float) -> None:
    """Move the average towards the present couplings."""
    for name, array in average.arrays.items():
        array += np.float32(weight) * (present.arrays[name] - array)
