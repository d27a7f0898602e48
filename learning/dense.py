"""The plain engine: every sweep computes all fields by matrix products."""

import numba
import numpy as np

from learning import fields
from learning.couplings import Array, Couplings
from learning.draws import number, uniform
from learning.stages import Plan, outside


def relax_dense(
    couplings: Couplings,
    fixed: Array,
    s: Array,
    f: Array,
    g: Array,
    back: Array,
    plan: Plan,
    p_update: float,
    seed: int,
    first: int,
    own: bool,
) -> int:
    """Make synchronous sweeps, and return the number of flips.

    Parameters
    ----------
    fixed
        Constant part of the fields, (L, B, H).
    s, f, g
        States, their fields of `fields.left`, and all other fields on the units. All three are
        changed.
    back
        Fields from the readout, in the sweeps that have feedback.
    plan
        Rows (sweeps, whether the layer behind acts, whether `back` does).
    p_update, seed
        The probability to follow a field, and the seed of that.
    first
        Number of sweeps that this relaxation has made before.
    own
        Whether each sample has chances of its own to follow, or all the same.
    """
    flips, t = 0, first
    for sweeps, right, feedback in plan.tolist():
        outside(couplings, right, feedback, s, back, g)
        for _ in range(sweeps):
            flips += follow(s, f, g, p_update, np.uint64(seed), t, own)
            t += 1
            if right and couplings.L > 1:
                outside(couplings, right, feedback, s, back, g)
            fields.left(couplings, fixed, s, f)
    return flips


@numba.njit(cache=True)
def follow(
    s: Array, f: Array, g: Array, p_update: float, seed: np.uint64, t: int, own: bool
) -> int:
    """Let all units that may follow their fields, and return how many flip."""
    states, first, second = s.ravel(), f.ravel(), g.ravel()
    flips = np.int32(0)
    if p_update >= 1:  # a loop without branches, which the compiler vectorises
        for i in range(states.size):
            new = _sign(first[i] + second[i])
            flips += np.int32(new != states[i])
            states[i] = new
        return int(flips)
    L, B, H = s.shape
    for l in range(L):
        for b in range(B):
            name = number(l, b, L, H, own)
            for i in range(H):
                if uniform(seed, t, name + i) < p_update:
                    new = _sign(f[l, b, i] + g[l, b, i])
                    flips += np.int32(new != s[l, b, i])
                    s[l, b, i] = new
    return int(flips)


@numba.njit(cache=True)
def _sign(h: np.float32) -> np.float32:
    return np.float32(h > 0) - np.float32(h < 0)
