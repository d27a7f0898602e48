"""The asynchronous engine: one unit after the other, each with the fields of the moment."""

import numba
import numpy as np
import numpy.typing as npt

from learning.network.couplings import Array
from learning.relaxation.events import send_left, send_right
from learning.relaxation.motion import Motion
from learning.relaxation.stages import outside


def relax_asynchronous(motion: Motion, rng: np.random.Generator) -> int:
    """Visit all units, layer by layer, in a new random order each sweep, until none flips.

    The samples of a batch share the order.

    Returns
    -------
    The number of flips.
    """
    flips = 0
    for sweeps, right, feedback in motion.plan.tolist():
        outside(motion.couplings, right, feedback, motion.s, motion.back, motion.g)
        flips += _sweeps(motion, bool(right), sweeps, rng)
    return flips


def _sweeps(motion: Motion, right: bool, sweeps: int, rng: np.random.Generator) -> int:
    couplings, _, s, f, g, _, _ = motion  # the constant part is in f already
    flips = 0
    active = np.ones(s.shape[1], dtype=np.bool_)
    for _ in range(sweeps):
        visits = np.array([rng.permutation(couplings.H) for _ in range(couplings.L)])
        made = _sweep(
            couplings.J,
            couplings.A,
            couplings.R,
            np.float32(couplings.lam),
            s,
            f,
            g,
            right,
            visits,
            active,
        )
        flips += made
        if not active.any():
            break
    return flips


@numba.njit(cache=True)
def _sweep(
    J: Array,
    A: Array,
    R: Array,
    lam: np.float32,
    s: Array,
    f: Array,
    g: Array,
    right: bool,
    visits: npt.NDArray[np.int64],
    active: npt.NDArray[np.bool_],
) -> int:
    """Make one sweep of the samples that are still active, and return the number of flips."""
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
                    send_left(J, A, lam, f, l, b, j, c)
                    if right:
                        send_right(R, lam, g, l, b, j, c)
        active[b] = flips > before
    return flips
