"""Products of matrices with many vectors at once, and sums of outer products."""

from typing import Any

import numpy as np

from contrastive_ode.engine.arguments import Batch, Floats
from contrastive_ode.engine.blas import add_outer_product, by_plain, by_turned
from contrastive_ode.engine.stand_ins import flush, inside

# ---- what follows goes into the generated module ----

LARGE = 512  # rows of a matrix that does not stay in the cache of the processor
FEW = 3  # vectors


@inside
def multiply(matrix: Floats, vectors: Floats, out: Floats) -> None:
    """Multiply by a matrix."""
    if len(vectors) == 1:
        multiply_one(matrix, vectors[0], out[0])
    elif len(vectors) == 2 and len(matrix) >= LARGE:
        multiply_two(matrix, vectors, out)
    else:
        by_turned(vectors, matrix, out)


@inside
def multiply_one(matrix: Floats, vector: Floats, out: Floats) -> None:
    """Multiply one vector, four rows at once: each entry of the vector is loaded once for them."""
    N = np.uint64(len(matrix))
    last = N - N % np.uint64(4)
    for i in range(np.uint64(0), last, np.uint64(4)):
        a = b = c = d = 0.0
        for j in range(N):
            x = vector[j]
            a += matrix[i, j] * x
            b += matrix[i + np.uint64(1), j] * x
            c += matrix[i + np.uint64(2), j] * x
            d += matrix[i + np.uint64(3), j] * x
        out[i], out[i + np.uint64(1)] = a, b
        out[i + np.uint64(2)], out[i + np.uint64(3)] = c, d
    for i in range(last, N):
        a = 0.0
        for j in range(N):
            a += matrix[i, j] * vector[j]
        out[i] = a


@inside
def multiply_two(matrix: Floats, vectors: Floats, out: Floats) -> None:
    """Multiply two vectors in one passage of a matrix, reading which takes longest."""
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
    """Multiply by the transpose of a matrix; BLAS takes several times longer for few vectors."""
    if len(vectors) > FEW:
        by_plain(vectors, matrix, out)
        return
    for b in range(len(vectors)):
        multiply_back_one(matrix, vectors[b], out[b])


@inside
def multiply_back_one(matrix: Floats, vector: Floats, out: Floats) -> None:
    """Multiply one vector, adding four rows of the matrix at once."""
    N = np.uint64(len(matrix))
    last = N - N % np.uint64(4)
    for j in range(N):
        out[j] = 0.0
    for i in range(np.uint64(0), last, np.uint64(4)):
        a, b = vector[i], vector[i + np.uint64(1)]
        c, d = vector[i + np.uint64(2)], vector[i + np.uint64(3)]
        for j in range(N):
            out[j] += (a * matrix[i, j] + b * matrix[i + np.uint64(1), j]) + (
                c * matrix[i + np.uint64(2), j] + d * matrix[i + np.uint64(3), j]
            )
    for i in range(last, N):
        for j in range(N):
            out[j] += vector[i] * matrix[i, j]


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
    if hollow:
        for i in range(len(grad)):
            batch.diagonal[i] = grad[i, i]
    add_outer_product(batch.left[q, :filled], batch.right[q, :filled], grad)
    if hollow:
        for i in range(len(grad)):
            grad[i, i] = batch.diagonal[i]


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
