"""The products of a step: columns that are added to fields, and rows that are moved."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from learning.fused.emitter import WIDTH, work
from learning.fused.tiles import ROWS, TILE, VECTORS, columns_tile, rows_tile
from learning.network.couplings import Array

Indices = npt.NDArray[np.int64]


class Moves(NamedTuple):
    """Which samples move each tile of rows, and by how much; see `wanted_by`.

    Attributes
    ----------
    number
        Number of samples, (rows / 4,).
    sample, part
        The samples, (rows / 4, B), and the rows' parts in them, (rows / 4, 4, B).
    """

    number: Indices
    sample: Indices
    part: Array


def _columns_of_vectors(A: Array, V: Array, F: Array, unit: Indices, n: int, rows: int) -> None:
    for i in range(0, rows, ROWS):
        for k in range(0, F.shape[1], WIDTH):
            columns_tile(A, V, F, unit, i, k, n)


def _columns_of_blas(A: Array, V: Array, F: Array, unit: Indices, n: int, rows: int) -> None:
    chosen = np.empty((rows, n), dtype=np.float32)
    for i in range(rows):
        for c in range(n):
            chosen[i, c] = A[i, unit[c]]
    F[:rows] += np.dot(chosen, V[:n])


def _rows_of_vectors(W: Array, P: Array, moves: Moves, rows: int, width: int) -> None:
    for tile in range(-(-rows // TILE)):
        n = moves.number[tile]
        if n:
            part, sample = moves.part[tile], moves.sample[tile]
            for j in range(0, width, WIDTH * VECTORS):
                rows_tile(W, P, part, sample, TILE * tile, j, n)


def _rows_of_blas(W: Array, P: Array, moves: Moves, rows: int, width: int) -> None:
    B = len(P)
    factors = np.zeros((len(W), B), dtype=np.float32)
    for tile in range(-(-rows // TILE)):
        for c in range(moves.number[tile]):
            for row in range(TILE):
                factors[TILE * tile + row, moves.sample[tile, c]] = moves.part[tile, row, c]
    W[:rows] += np.dot(factors[:rows], P)


BY_VECTORS = work()
add_columns = compiled(_columns_of_vectors if BY_VECTORS else _columns_of_blas)
add_columns.__doc__ = "Add to `F[:rows]` the sum over c < n of `A[:, unit[c]] V[c]`."
add_rows = compiled(_rows_of_vectors if BY_VECTORS else _rows_of_blas)
add_rows.__doc__ = "Add to the first `width` entries of rows of `W` what `moves` says of `P`."


@compiled
def wanted_by(D: Array, rate: np.float32, rows: int, moves: Moves) -> None:
    """Write down which rows want something of which samples, `rate * D`, (rows, B)."""
    B = D.shape[1]
    for tile in range(-(-rows // TILE)):
        n = 0
        i = TILE * tile
        for k in range(B):
            some = np.float32(0)
            for row in range(TILE):
                value = rate * D[i + row, k]
                moves.part[tile, row, n] = value
                some += abs(value)
            moves.sample[tile, n] = k
            n += int(some > 0)
        moves.number[tile] = n
