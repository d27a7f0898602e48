"""The plain engine: every sweep computes all fields by matrix products."""

import numba
import numpy as np

from learning import fields
from learning.couplings import Array, Couplings
from learning.draws import uniform


def sweep_dense(
    couplings: Couplings,
    fixed: Array,
    s: Array,
    f: Array,
    g: Array,
    right: bool,
    sweeps: int,
    p_update: float,
    seed: int,
    first: int,
) -> int:
    """Make synchronous sweeps, and return the number of flips.

    Parameters
    ----------
    fixed
        Constant part of the fields, (L, B, H).
    s, f, g
        States, their fields of `fields.left`, and all other fields on the units, which hold those
        from the right if `right`. All three are changed.
    sweeps, p_update, seed
        How many sweeps; the probability to follow a field, and the seed of that.
    first
        Number of sweeps that this relaxation has made before.
    """
    flips = 0
    for t in range(first, first + sweeps):
        old = s.copy() if right else s
        flips += _follow(s, f, g, p_update, np.uint64(seed), t)
        if right:
            fields.add_right(couplings, s - old, g)
        fields.left(couplings, fixed, s, f)
    return flips


@numba.njit(cache=True)
def _follow(s: Array, f: Array, g: Array, p_update: float, seed: np.uint64, t: int) -> int:
    """Let all units that may follow their fields, and return how many flip."""
    states, first, second = s.ravel(), f.ravel(), g.ravel()
    flips = np.int32(0)
    if p_update >= 1:  # a loop without branches, which the compiler vectorises
        for i in range(states.size):
            new = _sign(first[i] + second[i])
            flips += np.int32(new != states[i])
            states[i] = new
        return int(flips)
    for i in range(states.size):
        if uniform(seed, t, i) < p_update:
            new = _sign(first[i] + second[i])
            flips += np.int32(new != states[i])
            states[i] = new
    return int(flips)


@numba.njit(cache=True)
def _sign(h: np.float32) -> np.float32:
    return np.float32(h > 0) - np.float32(h < 0)
