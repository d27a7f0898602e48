"""Where the units of a batch arrive: sweeps that add the columns of units that flipped."""

import numpy as np

from foundation.compiled import compiled
from learning.fused.layout import Weights
from learning.fused.plan import READS, SENDS, SWEEPS, Plan
from learning.fused.products import add_columns
from learning.fused.readout import empty, miss, read, send, sign
from learning.fused.room import Units
from learning.fused.terms import Terms
from learning.network.couplings import Array


@compiled
def settle(weights: Weights, terms: Terms, units: Units, plan: Plan, B: int) -> int:
    """Relax B samples from zero states, and return the number of flips."""
    H, f = weights.H, units.f
    empty(units.s)
    empty(f)
    add_columns(weights.W_in, units.x, f, units.every, weights.N, weights.driven)
    for i in range(len(weights.bias)):
        for k in range(B):  # units of samples that are not there stay at zero
            f[i, k] += weights.bias[i]
    flips = 0
    for row in range(len(plan)):
        back = units.silent
        if plan[row, SENDS]:
            back = units.back
            send(weights, terms, units, plan[row, SENDS])
        if plan[row, READS]:
            read(weights, units)
            for c in range(weights.C):
                for k in range(B):
                    units.z[c, k] = sign(units.u[c, k])
            miss(units.y, units.u, terms.temperature, units.sent, weights.C, B)
        for _ in range(plan[row, SWEEPS]):
            n, more = _sweep(units, back, H)
            if n == 0:  # it stays there until the fields from outside change
                break
            add_columns(weights.J, units.change, f, units.unit, n, H)
            flips += more
    return flips


@compiled
def _sweep(units: Units, back: Array, H: int) -> tuple[int, int]:
    """Let units follow their fields; return how many flip in some sample, and all flips."""
    s, f, change, marks = units.s, units.f, units.change, units.marks
    states, first, second = s.ravel(), f.ravel(), back.ravel()
    for q in range(states.size):  # without branches, so that it is vectorised
        marks[q] = np.uint8(states[q] * (first[q] + second[q]) <= np.float32(0))
    suspects, present = marks.view(np.uint64), units.present.view(np.uint64)
    B, words = s.shape[1], len(present)
    n = flips = 0
    for i in range(H):
        some = np.uint64(0)
        for word in range(words):
            some |= suspects[i * words + word] & present[word]
        if some:
            before = flips
            for k in range(B):
                new = sign(f[i, k] + back[i, k])
                change[n, k] = new - s[i, k]
                flips += new != s[i, k]
                s[i, k] = new
            units.unit[n] = i
            n += flips > before
    return n, flips
