"""The plain engine: every sweep computes all fields by matrix products."""

import numpy as np

from learning import fields
from learning.couplings import Array, Couplings
from learning.draws import follows


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
        new = np.sign(f + g)
        if p_update < 1:
            allowed = follows(np.uint64(seed), t, s.size, p_update).reshape(s.shape)
            new = np.where(allowed, new, s)
        flips += int(np.count_nonzero(new != s))
        if right:
            fields.add_right(couplings, new - s, g)
        s[:] = new
        f[:] = fields.left(couplings, fixed, s)
    return flips
