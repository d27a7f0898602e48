"""The event-driven engine: only what flips is passed on.

In a trained network some 1 % of the units flip in a sweep. The fields are kept, and a flip adds
one row of the couplings. A sweep without flips ends the part of its sample: it is at a fixed
point, and the sweeps to come would change nothing. All parts of a relaxation run in one compiled
function, which comes back only where so much has changed that a matrix product is faster. The
states are those of `dense`, up to fields that float32 cannot tell from zero.
"""

import numba
import numpy as np
import numpy.typing as npt

from learning.network import fields
from learning.network.couplings import Array
from learning.relaxation.counter_rng import number, uniform
from learning.relaxation.dense import follow
from learning.relaxation.motion import Chances, Motion
from learning.relaxation.stages import Plan, outside

Indices = npt.NDArray[np.int64]
Marks = npt.NDArray[np.uint8]
DENSE_ABOVE = 0.12  # fraction of flips above which one matrix product is faster
_WORD = 8  # marks that are looked at together
_PART, _DONE, _SWEEP, _BEGUN, _FLIPS = range(5)  # where a relaxation is


def relax_events(motion: Motion, chances: Chances) -> int:
    """Do what `dense.relax_dense` does."""
    couplings, fixed, s, f, g, back, plan = motion
    p_update, seed, first, own = chances
    at = np.array([0, 0, first, 0, 0])
    active = np.ones(s.shape[1], dtype=np.bool_)
    lam, key = np.float32(couplings.lam), np.uint64(seed)
    J, A, R = couplings.J, couplings.A, couplings.R
    while _run(J, A, R, lam, s, f, g, back, plan, at, active, p_update, key, own):
        fields.left(couplings, fixed, s, f)
        if at[_BEGUN] or at[_PART] == len(plan):  # otherwise the next part begins with new ones
            _, right, feedback = plan[min(at[_PART], len(plan) - 1)]
            outside(couplings, right, feedback, s, back, g)
    return int(at[_FLIPS])


@numba.njit(cache=True)
def _run(
    J: Array,
    A: Array,
    R: Array,
    lam: np.float32,
    s: Array,
    f: Array,
    g: Array,
    back: Array,
    plan: Plan,
    at: Indices,
    active: npt.NDArray[np.bool_],
    p_update: float,
    seed: np.uint64,
    own: bool,
) -> bool:
    """Go on from `at`, to the end or to where all fields are to be computed anew.

    Returns
    -------
    Whether they are.
    """
    marks = np.zeros(-(-s.shape[2] // _WORD) * _WORD, dtype=np.uint8)
    unit = np.empty(s.size + 1, dtype=np.int32)
    change = np.empty(s.size, dtype=np.float32)
    ends = np.empty(s.shape[:2], dtype=np.int64)
    while at[_PART] < len(plan):
        sweeps, right = plan[at[_PART], 0], plan[at[_PART], 1] > 0
        if not at[_BEGUN]:
            active[:] = True
            at[_BEGUN] = 1
            if right and len(R):
                return True
            _begin(s, g, back, lam, right, plan[at[_PART], 2] > 0)
        behind = False
        while at[_DONE] < sweeps and not behind:
            t = at[_SWEEP] + at[_DONE]
            at[_DONE] += 1
            if t == 0:  # most units flip
                at[_FLIPS] += follow(s, f, g, p_update, seed, t, own)
                behind = True
            else:
                found, alive = _find_all(
                    s, f, g, active, p_update, seed, t, own, marks, unit, change, ends
                )
                if alive == 0:
                    at[_DONE] = sweeps
                at[_FLIPS] += found
                behind = found > DENSE_ABOVE * alive * s[:, 0].size
                _pass_on(J, A, R, lam, s, f, g, right, behind, unit, change, ends)
        if at[_DONE] == sweeps:
            at[_SWEEP] += sweeps
            at[_PART] += 1
            at[_DONE] = at[_BEGUN] = 0
        if behind:
            return True
    return False


@numba.njit(cache=True)
def _begin(s: Array, g: Array, back: Array, lam: np.float32, right: bool, feedback: bool) -> None:
    """Write the fields from behind, of a network without dense couplings from there."""
    if feedback:
        g[:] = back
    else:
        g[:] = 0
    if right:
        for l in range(len(s) - 1):
            g[l] += lam * s[l + 1]


@numba.njit(cache=True)
def _find_all(
    s: Array,
    f: Array,
    g: Array,
    active: npt.NDArray[np.bool_],
    p_update: float,
    seed: np.uint64,
    t: int,
    own: bool,
    marks: Marks,
    unit: npt.NDArray[np.int32],
    change: Array,
    ends: Indices,
) -> tuple[int, int]:
    """Write down the flips of a sweep, where those of each layer of each sample end.

    Returns
    -------
    Their number, and the number of samples that go on.
    """
    L, B, H = s.shape
    found = alive = 0
    for b in range(B):
        wanting = 0
        for l in range(L):
            if active[b]:
                wanted, found = _find(
                    s[l, b], f[l, b], g[l, b], p_update, seed, t, number(l, b, L, H, own),
                    marks, unit, change, found,
                )  # fmt: skip
                wanting += wanted
            ends[l, b] = found
        active[b] = wanting > 0
        alive += active[b]
    return found, alive


@numba.njit(cache=True)
def _find(
    s: Array,
    f: Array,
    g: Array,
    p_update: float,
    seed: np.uint64,
    t: int,
    name: int,
    marks: Marks,
    unit: npt.NDArray[np.int32],
    change: Array,
    found: int,
) -> tuple[int, int]:
    """Write down the flips of one layer; return its number of unstable units, and all flips."""
    _mark(s, f, g, marks)
    words = marks.view(np.uint64)
    suspects = found
    for k in range(len(words)):
        if words[k]:
            for i in range(_WORD * k, _WORD * (k + 1)):
                unit[suspects] = i
                suspects += marks[i]
    wanted = 0
    for k in range(found, suspects):
        i = unit[k]
        new = np.float32(np.sign(f[i] + g[i]))
        if new != s[i]:
            wanted += 1
            if p_update >= 1 or uniform(seed, t, name + i) < p_update:
                unit[found] = i
                change[found] = new - s[i]
                found += 1
    return wanted, found


@numba.njit(cache=True)
def _mark(s: Array, f: Array, g: Array, marks: Marks) -> None:
    """Mark the units against their field, in a loop without branches, which is vectorised."""
    for i in range(len(s)):
        marks[i] = np.uint8(s[i] * (f[i] + g[i]) <= np.float32(0))


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
    ends: Indices,
) -> None:
    """Flip the units, and add to the fields what that changes, unless these are left behind."""
    L, B, _ = s.shape
    begin = 0
    for b in range(B):
        for l in range(L):
            end = ends[l, b]
            for k in range(begin, end):
                s[l, b, unit[k]] += change[k]
            if not behind:
                _add_rows(J[l], unit[begin:end], change[begin:end], f[l, b])
                if L > 1:
                    for k in range(begin, end):
                        send_on(A, lam, f, l, b, unit[k], change[k])
                        if right:
                            send_right(R, lam, g, l, b, unit[k], change[k])
            begin = end


@numba.njit(cache=True)
def _add_rows(J: Array, unit: npt.NDArray[np.int32], change: Array, f: Array) -> None:
    """Add the rows of some units, four at a time: half the work, and they are fetched together."""
    k, last = 0, len(unit)
    while k + 4 <= last:
        a, b, c, d = J[unit[k]], J[unit[k + 1]], J[unit[k + 2]], J[unit[k + 3]]
        p, q, u, v = change[k], change[k + 1], change[k + 2], change[k + 3]
        for i in range(len(f)):
            f[i] += (p * a[i] + q * b[i]) + (u * c[i] + v * d[i])
        k += 4
    while k < last:
        add(change[k], J[unit[k]], f)
        k += 1


@numba.njit(cache=True)
def send_left(
    J: Array, A: Array, lam: np.float32, f: Array, l: int, b: int, j: int, c: np.float32
) -> None:
    """Add to the fields `f` what the change `c` of unit j of layer l of sample b brings."""
    add(c, J[l, j], f[l, b])
    send_on(A, lam, f, l, b, j, c)


@numba.njit(cache=True)
def send_on(A: Array, lam: np.float32, f: Array, l: int, b: int, j: int, c: np.float32) -> None:
    """Add to the fields `f` what it brings to the layer behind."""
    if l < len(f) - 1:
        f[l + 1, b, j] += lam * c
        if len(A):
            add(c, A[l, j], f[l + 1, b])


@numba.njit(cache=True)
def send_right(R: Array, lam: np.float32, g: Array, l: int, b: int, j: int, c: np.float32) -> None:
    """Add to the fields `g` what it brings to the layer before."""
    if l > 0:
        g[l - 1, b, j] += lam * c
        if len(R):
            add(c, R[l - 1, j], g[l - 1, b])


@numba.njit(cache=True)
def add(c: np.float32, row: Array, f: Array) -> None:
    """Add a multiple of a row to the fields."""
    for i in range(len(f)):
        f[i] += c * row[i]
