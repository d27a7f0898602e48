r"""Products of couplings of one bit with vectors of numbers, by tables of the sums of eight.

In the notation of `networks.bits`, :math:`\sum_j b_{ij} x_j` takes the bytes of eight senders at
once, turned by a transposition of 8 x 8 bits into a byte of senders for each of eight receivers,
and :math:`\sum_i b_{ij} x_i` a table for each byte of a row: the bits of a byte choose one of the
256 sums of eight numbers. No coupling is unpacked.
"""

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from networks.bits import Bytes, column

Array = npt.NDArray[np.floating]

_TILE = 64  # bytes of a row whose tables stay in the second cache


@compiled
def subset_sums(x: Array, table: Array) -> None:
    """Write the sums of all subsets of eight numbers."""
    table[0] = 0
    for b in range(8):
        for k in range(1 << b):
            table[(1 << b) + k] = table[k] + x[b]


@compiled
def transposed(m: np.uint64) -> np.uint64:
    """Transpose 8 x 8 bits (Warren, Hacker's Delight, section 7-3)."""
    t = (m ^ (m >> np.uint64(7))) & np.uint64(0x00AA00AA00AA00AA)
    m = m ^ t ^ (t << np.uint64(7))
    t = (m ^ (m >> np.uint64(14))) & np.uint64(0x0000CCCC0000CCCC)
    m = m ^ t ^ (t << np.uint64(14))
    t = (m ^ (m >> np.uint64(28))) & np.uint64(0x00000000F0F0F0F0)
    return m ^ t ^ (t << np.uint64(28))


@compiled
def to_receivers(stored: Bytes, key: np.uint64, N: int, x: Array, out: Array) -> None:
    r"""Write :math:`\sum_j b_{ij} x_j` for all runs; x, padded by 0, and out: (runs, 8 W)."""
    runs = len(x)
    W = out.shape[1] // 8
    scratch = np.empty((8, W), dtype=np.uint8)
    turned = np.empty((8, W), dtype=np.uint8)
    table = np.empty((runs, 256), dtype=x.dtype)
    out[:] = 0
    for first in range(0, N, 8):
        _gather(stored, key, first, N, scratch)
        _turn(scratch, turned)
        for r in range(runs):
            subset_sums(x[r, first : first + 8], table[r])
            for b in range(8):
                part, row, sums = out[r, b * W : (b + 1) * W], turned[b], table[r]
                for w in range(W):
                    part[w] += sums[row[w]]


@compiled
def _gather(stored: Bytes, key: np.uint64, first: int, N: int, rows: Bytes) -> None:
    """Write what eight senders send; nothing for those beyond the last neuron."""
    scratch = np.empty(rows.shape[1], dtype=np.uint8)
    for b in range(8):
        if first + b < N:
            row = column(stored, key, first + b, scratch)
            for w in range(len(row)):
                rows[b, w] = row[w]
        else:
            rows[b] = 0


@compiled
def _turn(rows: Bytes, turned: Bytes) -> None:
    """Turn bytes of receivers, a row for each sender, into bytes of senders."""
    for w in range(rows.shape[1]):
        m = np.uint64(0)
        for b in range(8):
            m |= np.uint64(rows[b, w]) << np.uint64(8 * b)
        m = transposed(m)
        for b in range(8):
            turned[b, w] = np.uint8((m >> np.uint64(8 * b)) & np.uint64(255))


@compiled
def to_senders(stored: Bytes, key: np.uint64, x: Array, out: Array) -> None:
    r"""Write :math:`\sum_i b_{ij} x_i` for all runs; x of shape (runs, 8 W), out of (runs, N)."""
    runs, N = out.shape
    W = x.shape[1] // 8
    tables = np.empty((_TILE, runs, 256), dtype=x.dtype)
    eight = np.empty(8, dtype=x.dtype)
    scratch = np.empty(W, dtype=np.uint8)
    out[:] = 0
    for start in range(0, W, _TILE):
        for w in range(_TILE):
            for r in range(runs):
                for b in range(8):
                    eight[b] = x[r, b * W + start + w]
                subset_sums(eight, tables[w, r])
        for j in range(N):
            row = column(stored, key, j, scratch)[start : start + _TILE]
            for r in range(runs):
                total = out[r, j]
                for w in range(_TILE):
                    total += tables[w, r, row[w]]
                out[r, j] = total
