"""Which units follow their fields in a sweep: random numbers that need not be drawn in order.

A counter-based generator: each number is a hash (splitmix64) of the seed of the relaxation, the
sweep and the unit. So an engine that asks for the numbers of unstable units only, and one that asks
for all, get the same.
"""

import numpy as np

from foundation.compiled import compiled


@compiled(inline="always")
def uniform(seed: np.uint64, sweep: int, unit: int) -> float:
    """Return the random number in [0, 1) of a unit in a sweep."""
    z = seed + np.uint64(sweep) * np.uint64(0xD1342543DE82EF95)
    z += np.uint64(unit + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.float64(z >> np.uint64(11)) * 2.0**-53


@compiled(inline="always")
def first_unit(l: int, b: int, L: int, H: int, own: bool) -> int:
    """Return the number of the first unit of layer l of sample b; shared by samples unless own."""
    return ((b if own else 0) * L + l) * H
