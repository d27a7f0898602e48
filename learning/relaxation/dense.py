"""The plain engine: every sweep computes all fields by matrix products."""

import numba
import numpy as np

from learning.network import fields
from learning.network.couplings import Array
from learning.relaxation.counter_rng import number, uniform
from learning.relaxation.motion import Chances, Motion
from learning.relaxation.stages import outside


def relax_dense(motion: Motion, chances: Chances) -> int:
    """Make synchronous sweeps, and return the number of flips."""
    couplings, fixed, s, f, g, back, plan = motion
    p_update, seed, t, own = chances
    flips = 0
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
