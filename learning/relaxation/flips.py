"""The units that flip in a sweep, found before any of them does."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from learning.network.couplings import Array
from learning.relaxation.counter_rng import first_unit, uniform
from learning.relaxation.dynamics import Units, Updates

_WORD = 8  # marks that are looked at together


class Flips(NamedTuple):
    """The flips of a sweep, sample by sample and layer by layer.

    Attributes
    ----------
    unit, change
        Which unit of its layer flips, and by how much.
    ends
        Where the flips of each layer of each sample end, (L, B).
    marks
        Scratch: the units of one layer that are against their fields.
    """

    unit: npt.NDArray[np.int32]
    change: Array
    ends: npt.NDArray[np.int64]
    marks: npt.NDArray[np.uint8]


@compiled
def no_flips(s: Array) -> Flips:
    """Return room for the flips of a sweep of states (L, B, H)."""
    return Flips(
        np.empty(s.size + 1, dtype=np.int32),
        np.empty(s.size, dtype=np.float32),
        np.empty(s.shape[:2], dtype=np.int64),
        np.zeros(-(-s.shape[2] // _WORD) * _WORD, dtype=np.uint8),
    )


@compiled
def find_flips(
    units: Units, active: npt.NDArray[np.bool_], updates: Updates, t: int, flips: Flips
) -> tuple[int, int]:
    """Write down the flips of sweep t, where those of each layer of each sample end.

    Returns
    -------
    Their number, and the number of samples that stay active: those with an unstable unit.
    """
    s, f, g = units
    L, B, H = s.shape
    found = alive = 0
    for b in range(B):
        unstable = 0
        for l in range(L):
            if active[b]:
                first = first_unit(l, b, L, H, updates.own)
                more, found = _find(s[l, b], f[l, b], g[l, b], updates, t, first, flips, found)
                unstable += more
            flips.ends[l, b] = found
        active[b] = unstable > 0
        alive += active[b]
    return found, alive


@compiled
def _find(
    s: Array, f: Array, g: Array, updates: Updates, t: int, first: int, flips: Flips, found: int
) -> tuple[int, int]:
    """Write down the flips of one layer; return its number of unstable units, and all flips."""
    unit, marks = flips.unit, flips.marks
    _mark(s, f, g, marks)
    words = marks.view(np.uint64)
    suspects = found
    for k in range(len(words)):
        if words[k]:
            for i in range(_WORD * k, _WORD * (k + 1)):
                unit[suspects] = i
                suspects += marks[i]
    unstable = 0
    for k in range(found, suspects):
        i = unit[k]
        new = np.float32(np.sign(f[i] + g[i]))
        if new != s[i]:
            unstable += 1
            if updates.p_update >= 1 or uniform(updates.seed, t, first + i) < updates.p_update:
                unit[found] = i
                flips.change[found] = new - s[i]
                found += 1
    return unstable, found


@compiled
def _mark(s: Array, f: Array, g: Array, marks: npt.NDArray[np.uint8]) -> None:
    """Mark the units against their fields, in a loop without branches, which is vectorised."""
    for i in range(len(s)):
        marks[i] = np.uint8(s[i] * (f[i] + g[i]) <= np.float32(0))
