"""The plain engine: every sweep computes all fields by matrix products."""

import numpy as np

from foundation.compiled import compiled
from learning.network import fields
from learning.relaxation.counter_rng import first_unit, uniform
from learning.relaxation.dynamics import Dynamics, Units, Updates


def relax_dense(dynamics: Dynamics) -> int:
    """Make synchronous sweeps, and return the number of flips."""
    couplings, drive, units, back, plan, updates = dynamics
    s, f, g = units
    flips, t = 0, updates.first
    for sweeps, right, feedback in plan.tolist():
        fields.backward(couplings, right, feedback, s, back, g)
        for _ in range(sweeps):
            flips += follow(units, updates, t)
            t += 1
            if right and couplings.L > 1:
                fields.backward(couplings, right, feedback, s, back, g)
            fields.forward(couplings, drive, s, f)
    return flips


@compiled
def follow(units: Units, updates: Updates, t: int) -> int:
    """Let the units that are updated in sweep t follow their fields; return how many flip."""
    s, f, g = units
    flips = np.int32(0)
    if updates.p_update >= 1:  # a loop without branches, which the compiler vectorises
        states, first, second = s.ravel(), f.ravel(), g.ravel()
        for i in range(states.size):
            new = _sign(first[i] + second[i])
            flips += np.int32(new != states[i])
            states[i] = new
        return int(flips)
    L, B, H = s.shape
    for l in range(L):
        for b in range(B):
            number = first_unit(l, b, L, H, updates.own)
            for i in range(H):
                if uniform(updates.seed, t, number + i) < updates.p_update:
                    new = _sign(f[l, b, i] + g[l, b, i])
                    flips += np.int32(new != s[l, b, i])
                    s[l, b, i] = new
    return int(flips)


@compiled
def _sign(h: np.float32) -> np.float32:
    return np.float32(h > 0) - np.float32(h < 0)
