"""The asynchronous engine: one unit after the other, each with the fields of the moment."""

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from learning.network import fields
from learning.relaxation.dynamics import Dynamics, Units, Weights
from learning.relaxation.propagation import propagate, propagate_backward


def relax_asynchronous(dynamics: Dynamics, rng: np.random.Generator) -> int:
    """Visit all units, layer by layer, in a new random order each sweep, until none flips.

    The samples of a batch share the order.

    Returns
    -------
    The number of flips.
    """
    couplings, _, units, back, plan, _ = dynamics  # the constant part is in the fields already
    L, H = couplings.L, couplings.H
    flips = 0
    for sweeps, right, feedback in plan.tolist():
        fields.backward(couplings, right, feedback, units.s, back, units.g)
        active = np.ones(units.s.shape[1], dtype=np.bool_)
        for _ in range(sweeps):
            visits = np.array([rng.permutation(H) for _ in range(L)])
            flips += _sweep(dynamics.weights, units, bool(right), visits, active)
            if not active.any():
                break
    return flips


@compiled
def _sweep(
    weights: Weights,
    units: Units,
    right: bool,
    visits: npt.NDArray[np.int64],
    active: npt.NDArray[np.bool_],
) -> int:
    """Make one sweep of the samples that are still active, and return the number of flips."""
    s, f, g = units
    L, B = s.shape[:2]
    flips = 0
    for b in range(B):
        if not active[b]:
            continue
        before = flips
        for l in range(L):
            for j in visits[l]:
                new = np.float32(np.sign(f[l, b, j] + g[l, b, j]))
                c = new - s[l, b, j]
                if c != 0:
                    flips += 1
                    s[l, b, j] = new
                    propagate(weights, f, l, b, j, c)
                    if right:
                        propagate_backward(weights, g, l, b, j, c)
        active[b] = flips > before
    return flips
