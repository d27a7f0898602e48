"""Products of matrices with many vectors at once, and sums of outer products."""

from typing import Any

import numpy as np

from contrastive_ode.engine.arguments import Batch, Floats
from contrastive_ode.engine.stand_ins import flush, inside

# ---- what follows goes into the generated module ----

LARGE = 512  # rows of a matrix that does not stay in the cache of the processor


@inside
def multiply(matrix: Floats, vectors: Floats, out: Floats) -> None:
    """Multiply by a matrix; two vectors in one passage, if reading it takes longest."""
    if len(vectors) != 2 or len(matrix) < LARGE:
        np.dot(vectors, matrix.T, out)
        return
    N = np.uint64(len(matrix))
    for i in range(N):
        first = second = 0.0
        for j in range(N):
            first += matrix[i, j] * vectors[0, j]
            second += matrix[i, j] * vectors[1, j]
        out[0, i] = first
        out[1, i] = second


@inside
def multiply_back(matrix: Floats, vectors: Floats, out: Floats) -> None:
    """Multiply by the transpose of a matrix."""
    np.dot(vectors, matrix, out)


@inside
def add_up(vectors: Floats, out: Floats) -> None:
    """Write the sum of each vector in all its places."""
    for b in range(len(vectors)):
        total = 0.0
        for i in range(vectors.shape[1]):
            total += vectors[b, i]
        for i in range(vectors.shape[1]):
            out[b, i] = total


@inside
def room(rows: int, batch: Batch, grads: Any) -> np.uint64:
    """Return where in the gathered factors there is room for more rows, after making it."""
    if batch.filled[0] + rows > batch.left.shape[1]:
        flush(batch, grads)
    at = batch.filled[0]
    batch.filled[0] += rows
    return np.uint64(at)


@inside
def add_outer(q: int, batch: Batch, grad: Floats, hollow: bool) -> None:
    """Add the q-th of the gathered products to a gradient; `hollow`: but for the diagonal."""
    filled = batch.filled[0]
    np.dot(batch.left[q, :filled].T, batch.right[q, :filled], batch.outer)
    for i in range(len(grad)):
        kept = grad[i, i]
        for j in range(len(grad)):
            grad[i, j] += batch.outer[i, j]
        if hollow:
            grad[i, i] = kept


@inside
def add_constant(q: int, batch: Batch, grad: Floats, hollow: bool) -> None:
    """Add the q-th sum to the rows of a gradient, and clear it."""
    for i in range(len(grad)):
        kept = grad[i, i]
        for j in range(len(grad)):
            grad[i, j] += batch.sums[q, i]
        batch.sums[q, i] = 0.0
        if hollow:
            grad[i, i] = kept
