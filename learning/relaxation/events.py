"""The event-driven engine: only flips are propagated.

In a trained network some 1 % of the units flip in a sweep. The fields are kept, and a flip adds
one row of the couplings to them. A sample without unstable units is at a fixed point, and is left
alone until the fields from outside change. All sweeps of a plan run in one compiled function, which
returns only where so many units flip that a matrix product is faster. The states are those of
`dense`, up to fields that float32 cannot tell from zero.
"""

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from learning.network import fields
from learning.network.couplings import Array
from learning.relaxation.dense import follow
from learning.relaxation.dynamics import Dynamics, Plan, Units, Updates, Weights
from learning.relaxation.flips import Flips, find_flips, no_flips
from learning.relaxation.propagation import add_rows, propagate_backward, propagate_forward

DENSE_ABOVE = 0.12  # fraction of flips above which one matrix product is faster
_ROW, _DONE, _SWEEP, _BEGUN, _FLIPS = range(5)  # progress: where in the plan a relaxation is


def relax_events(dynamics: Dynamics) -> int:
    """Do what `dense.relax_dense` does."""
    couplings, drive, units, back, plan, updates = dynamics
    s, f, g = units
    weights = dynamics.weights
    progress = np.array([0, 0, updates.first, 0, 0])
    active = np.ones(s.shape[1], dtype=np.bool_)
    while _run(weights, units, back, plan, updates, progress, active):
        fields.forward(couplings, drive, s, f)
        # a row of the plan that has not begun begins with new backward fields anyway
        if progress[_BEGUN] or progress[_ROW] == len(plan):
            _, right, feedback = plan[min(progress[_ROW], len(plan) - 1)]
            fields.backward(couplings, right, feedback, s, back, g)
    return int(progress[_FLIPS])


@compiled
def _run(
    weights: Weights,
    units: Units,
    back: Array,
    plan: Plan,
    updates: Updates,
    progress: npt.NDArray[np.int64],
    active: npt.NDArray[np.bool_],
) -> bool:
    """Continue from `progress`, to the end or to where all fields have to be computed anew.

    Returns
    -------
    Whether they have to be.
    """
    flips = no_flips(units.s)
    while progress[_ROW] < len(plan):
        sweeps, right = plan[progress[_ROW], 0], plan[progress[_ROW], 1] > 0
        if not progress[_BEGUN]:
            active[:] = True
            progress[_BEGUN] = 1
            if right and len(weights.backward):
                return True
            _begin(units, back, weights.lam, right, plan[progress[_ROW], 2] > 0)
        stale = False
        while progress[_DONE] < sweeps and not stale:
            t = progress[_SWEEP] + progress[_DONE]
            progress[_DONE] += 1
            if t == 0:  # most units flip
                progress[_FLIPS] += follow(units, updates, t)
                stale = True
            else:
                found, alive = find_flips(units, active, updates, t, flips)
                if alive == 0:
                    progress[_DONE] = sweeps
                progress[_FLIPS] += found
                stale = found > DENSE_ABOVE * alive * units.s[:, 0].size
                _flip(weights, units, flips, right, stale)
        if progress[_DONE] == sweeps:
            progress[_SWEEP] += sweeps
            progress[_ROW] += 1
            progress[_DONE] = progress[_BEGUN] = 0
        if stale:
            return True
    return False


@compiled
def _begin(units: Units, back: Array, lam: np.float32, right: bool, feedback: bool) -> None:
    """Write the backward fields of a network without dense couplings from the next layer."""
    s, _, g = units
    L, B, H = s.shape
    for l in range(L):
        for b in range(B):
            for i in range(H):  # to assign a slice would take seconds to compile
                g[l, b, i] = back[l, b, i] if feedback else np.float32(0)
                if right and l < L - 1:
                    g[l, b, i] += lam * s[l + 1, b, i]


@compiled
def _flip(weights: Weights, units: Units, flips: Flips, right: bool, stale: bool) -> None:
    """Flip the units, and add to the fields what that changes, unless these are left stale."""
    s, f, g = units
    unit, change, ends, _ = flips
    L, B, _ = s.shape
    begin = 0
    for b in range(B):
        for l in range(L):
            end = ends[l, b]
            for k in range(begin, end):
                s[l, b, unit[k]] += change[k]
            if not stale:
                add_rows(weights.J[l], unit[begin:end], change[begin:end], f[l, b])
                if L > 1:
                    for k in range(begin, end):
                        propagate_forward(weights, f, l, b, unit[k], change[k])
                        if right:
                            propagate_backward(weights, g, l, b, unit[k], change[k])
            begin = end
