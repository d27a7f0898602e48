"""The event-driven engine: only what flips is passed on.

In a trained network some 1 % of the units flip in a sweep. The fields are kept, and a flip adds
one row of the couplings. A sweep without flips ends the phase of its sample: it is at a fixed
point, and the sweeps to come would change nothing. The states are those of `dense`, up to fields
that float32 cannot tell from zero.
"""

import numba
import numpy as np
import numpy.typing as npt

from learning import fields
from learning.couplings import Array, Couplings
from learning.dense import sweep_dense
from learning.draws import uniform

DENSE_ABOVE = 0.12  # fraction of flips above which one matrix product is faster
_BLOCK = 128


def sweep_events(
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
    """Do what `dense.sweep_dense` does, with the same arguments."""
    B = s.shape[1]
    active = np.ones(B, dtype=np.bool_)
    flips, t, last = 0, first, first + sweeps
    if t == 0:  # most units flip
        rest = (right, 1, p_update, seed, 0)
        flips, t = sweep_dense(couplings, fixed, s, f, g, *rest), 1
    while t < last:
        t, made, behind = _sweeps(
            couplings.J,
            couplings.A,
            couplings.R,
            np.float32(couplings.lam),
            s,
            f,
            g,
            right,
            t,
            last,
            p_update,
            np.uint64(seed),
            active,
        )
        flips += made
        if behind:
            fields.left(couplings, fixed, s, f)
    return flips


@numba.njit(cache=True)
def _sweeps(
    J: Array,
    A: Array,
    R: Array,
    lam: np.float32,
    s: Array,
    f: Array,
    g: Array,
    right: bool,
    t: int,
    last: int,
    p_update: float,
    seed: np.uint64,
    active: npt.NDArray[np.bool_],
) -> tuple[int, int, bool]:
    """Make sweeps until there are no more flips, or so many that the fields `f` are left behind.

    Returns
    -------
    The number of sweeps of this relaxation so far, the flips, and whether `f` is behind.
    """
    L, B, H = s.shape
    unit = np.empty(s.size, dtype=np.int32)
    change = np.empty(s.size, dtype=np.float32)
    ends = np.empty((L, B), dtype=np.int64)
    flips = 0
    while t < last:
        wanting = found = alive = 0
        for b in range(B):
            before = wanting
            for l in range(L):
                if active[b]:
                    wanted, found = _find(
                        s[l, b], f[l, b], g[l, b], p_update, seed, t, (l * B + b) * H,
                        unit, change, found,
                    )  # fmt: skip
                    wanting += wanted
                ends[l, b] = found
            active[b] = active[b] and wanting > before
            alive += active[b]
        t += 1
        if alive == 0:
            return last, flips, False
        flips += found
        behind = found > DENSE_ABOVE * alive * L * H
        _pass_on(J, A, R, lam, s, f, g, right, behind, unit, change, ends)
        if behind:
            return t, flips, True
    return t, flips, False


@numba.njit(cache=True)
def _find(
    s: Array,
    f: Array,
    g: Array,
    p_update: float,
    seed: np.uint64,
    t: int,
    name: int,
    unit: npt.NDArray[np.int32],
    change: Array,
    found: int,
) -> tuple[int, int]:
    """Write down the flips of one layer; return its number of unstable units, and all flips."""
    wanted = 0
    for start in range(0, len(s), _BLOCK):
        if _all_stable(
            s[start : start + _BLOCK], f[start : start + _BLOCK], g[start : start + _BLOCK]
        ):
            continue
        for i in range(start, min(start + _BLOCK, len(s))):
            h = f[i] + g[i]
            if s[i] * h <= 0:
                new = np.float32(np.sign(h))
                if new != s[i]:
                    wanted += 1
                    if p_update >= 1 or uniform(seed, t, name + i) < p_update:
                        unit[found] = i
                        change[found] = new - s[i]
                        found += 1
    return wanted, found


@numba.njit(cache=True)
def _all_stable(s: Array, f: Array, g: Array) -> bool:
    """Tell whether a block is stable, in a loop without branches that the compiler vectorises."""
    suspects = np.int32(0)
    for i in range(len(s)):
        suspects += np.int32(s[i] * (f[i] + g[i]) <= np.float32(0))
    return suspects == 0


@numba.njit(cache=True)
def _pass_on(
    J: Array,
    A: Array,
    R: Array,
    lam: np.float32,
    s: Array,
    f: Array,
    g: Array,
    right: bool,
    behind: bool,
    unit: npt.NDArray[np.int32],
    change: Array,
    ends: npt.NDArray[np.int64],
) -> None:
    """Flip the units, and add to the fields what that changes; `f` is left alone if `behind`."""
    L, B, _ = s.shape
    k = 0
    for b in range(B):
        for l in range(L):
            while k < ends[l, b]:
                j, c = unit[k], change[k]
                s[l, b, j] += c
                if not behind:
                    send_left(J, A, lam, f, l, b, j, c)
                if right:
                    send_right(R, lam, g, l, b, j, c)
                k += 1


@numba.njit(cache=True)
def send_left(
    J: Array, A: Array, lam: np.float32, f: Array, l: int, b: int, j: int, c: np.float32
) -> None:
    """Add to the fields `f` what the change `c` of unit j of layer l of sample b brings."""
    _add(c, J[l, j], f[l, b])
    if l < len(f) - 1:
        f[l + 1, b, j] += lam * c
        if len(A):
            _add(c, A[l, j], f[l + 1, b])


@numba.njit(cache=True)
def send_right(R: Array, lam: np.float32, g: Array, l: int, b: int, j: int, c: np.float32) -> None:
    """Add to the fields `g` what it brings to the layer before."""
    if l > 0:
        g[l - 1, b, j] += lam * c
        if len(R):
            _add(c, R[l - 1, j], g[l - 1, b])


@numba.njit(cache=True)
def _add(c: np.float32, row: Array, f: Array) -> None:
    for i in range(len(f)):
        f[i] += c * row[i]
