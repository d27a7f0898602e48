r"""Kernels for couplings of one bit each. Imported where they are used: they need numba.

What neuron j sends is a row of bytes, its *planes*: neuron i is bit :math:`\lfloor i/W \rfloor` of
byte :math:`i \bmod W`, with W bytes a row. So the same bit of neighbouring bytes belongs to
neighbouring neurons, and a column is added by a few wide instructions for each plane.

The sum kept for each neuron is :math:`n_i = \sum_j b_{ij} s_j` with bits :math:`b_{ij} = 0, 1`; the
couplings being :math:`(2 b_{ij} - 1)/\sqrt N`, the field is
:math:`(2 n_i - \sum_j s_j + s_i)/\sqrt N`. Sums are kept in two parts: most of each in 32 bits, and
the latest flips in 8 bits, which stay in the first cache and are carried over before they overflow.
"""

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled

Bytes = npt.NDArray[np.uint8]
Recent = npt.NDArray[np.int8]
Sums = npt.NDArray[np.int32]

CARRY = 127  # flips that 8 bits can hold


@compiled
def column(stored: Bytes, key: np.uint64, j: int, scratch: Bytes) -> Bytes:
    """Return what neuron j sends: the stored row or, if nothing is stored, a regenerated one.

    The latter is the j-th part of the random sequence SplitMix64 that starts at the `key` (Steele,
    Lea and Flood, OOPSLA 2014), which hashes a counter and can be entered anywhere.
    """
    if len(stored):
        return stored[j]
    words = scratch.view(np.uint64)
    first = np.uint64(j) * np.uint64(len(words)) + np.uint64(1)
    for w in range(len(words)):
        z = np.uint64(key) + (first + np.uint64(w)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        words[w] = z ^ (z >> np.uint64(31))
    scratch[j % len(scratch)] &= np.uint8(255 ^ (1 << (j // len(scratch))))
    return scratch


@compiled
def add(planes: Bytes, recent: Recent, up: bool) -> None:
    """Add a column of bits to the recent sums, or subtract it."""
    W = len(planes)
    for b in range(8):
        part = recent[b * W : (b + 1) * W]
        if up:
            for w in range(W):
                part[w] += np.int8((planes[w] >> np.uint8(b)) & np.uint8(1))
        else:
            for w in range(W):
                part[w] -= np.int8((planes[w] >> np.uint8(b)) & np.uint8(1))


@compiled
def carry(recent: Recent, sums: Sums, each: int) -> None:
    """Add `each` times the recent sums to those of 32 bits, and clear them."""
    for i in range(len(sums)):
        sums[i] += each * recent[i]
        recent[i] = 0


@compiled
def all_sums(stored: Bytes, key: np.uint64, s: npt.NDArray[np.int8], W: int) -> Sums:
    """Return the sums of a state, for all `8 W` bits: those beyond the last neuron mean nothing."""
    sums, recent = np.zeros(8 * W, dtype=np.int32), np.zeros(8 * W, dtype=np.int8)
    scratch = np.empty(W, dtype=np.uint8)
    for j in range(len(s)):
        add(column(stored, key, j, scratch), recent, s[j] > 0)
        if j % CARRY == CARRY - 1:
            carry(recent, sums, 1)
    carry(recent, sums, 1)
    return sums


@compiled
def dense(
    stored: Bytes, key: np.uint64, N: int, W: int, scale: np.float32
) -> npt.NDArray[np.float32]:
    """Return the couplings by sender as numbers."""
    outgoing = np.empty((N, N), dtype=np.float32)
    scratch = np.empty(W, dtype=np.uint8)
    for j in range(N):
        planes = column(stored, key, j, scratch)
        for i in range(N):
            outgoing[j, i] = scale if (planes[i % W] >> (i // W)) & 1 else -scale
        outgoing[j, j] = 0
    return outgoing
