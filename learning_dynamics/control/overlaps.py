"""The overlaps of a network, and its rank by their shape."""

import numpy as np
import numpy.typing as npt

from foundation import domains

Floats = npt.NDArray[np.float64]


def matrix_of_overlaps(
    name: str, value: npt.ArrayLike, inputs: int, outputs: int
) -> tuple[Floats, int]:
    """Return overlaps of shape (..., outputs + rank, inputs + rank), and the rank."""
    found = domains.finite(name, value)
    rank = found.shape[-1] - inputs if found.ndim >= 2 else -1
    if rank < 0 or found.shape[-2] != outputs + rank:
        raise ValueError(
            f"{name} must have shape (..., outputs + rank, inputs + rank) = "
            f"(..., {outputs} + rank, {inputs} + rank), got {found.shape}"
        )
    return found, rank


def rank_of_gram(gram: Floats, inputs: int, outputs: int) -> int:
    """Return the rank of a network by its Gram matrix, checked."""
    size = gram.shape[0] if gram.ndim == 2 else 0
    rank, odd = divmod(size - inputs - outputs, 2)
    if gram.shape != (size, size) or rank < 0 or odd:
        raise ValueError(
            f"gram must have outputs + inputs + 2 rank = {outputs + inputs} + 2 rank rows and "
            f"columns, got shape {gram.shape}"
        )
    scale = np.abs(gram).max(initial=0.0)
    if np.abs(gram - gram.T).max() > 1e-10 * scale:
        raise ValueError("gram must be symmetric, got another matrix")
    if (lowest := np.linalg.eigvalsh(gram)[0]) < -1e-10 * scale:
        raise ValueError(f"gram must not be negative, got the eigenvalue {lowest:g}")
    return rank
