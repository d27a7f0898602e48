"""Couplings of which few are not zero: `scipy.sparse` arrays at the door of a `Network`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array

_LARGEST = float(np.finfo(np.float32).max)


def is_sparse(value: object) -> bool:
    """Return whether it is an array or a matrix of `scipy.sparse`."""
    return hasattr(value, "tocsc") and hasattr(value, "nnz")


def checked(couplings: Any) -> tuple[csc_array, float]:
    """Return sparse couplings as a read-only copy, column by column, and the largest entry."""
    from scipy.sparse import csc_array

    if couplings.dtype.kind not in "iuf":
        raise TypeError(f"couplings must be real numbers, got {couplings.dtype}")
    N = couplings.shape[0]
    if couplings.ndim != 2 or couplings.shape != (N, N):
        raise ValueError(f"sparse couplings must be square, (N, N), got shape {couplings.shape}")
    if N == 0:
        raise ValueError(f"couplings must not be empty, got shape {couplings.shape}")
    columns = csc_array(couplings, dtype=np.float64, copy=True)
    columns.sum_duplicates()
    columns.eliminate_zeros()
    largest = float(np.abs(columns.data).max(initial=0.0))
    if not largest <= _LARGEST:
        raise ValueError(f"couplings must be finite as float32, got an entry of size {largest}")
    if columns.diagonal().any():
        raise ValueError(
            "couplings must have a zero diagonal: the self-coupling is J_D; "
            "couplings.setdiag(0) takes out what is there"
        )
    columns = columns.astype(np.float32)
    for part in (columns.data, columns.indices, columns.indptr):
        part.flags.writeable = False
    return columns, largest


def inputs(outgoing: csr_array, s: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
    """Return the fields without self-coupling, summed in float64, of a stack of states."""
    rows = s.reshape(-1, s.shape[-1]).astype(np.float64)
    return np.asarray(rows @ outgoing).reshape(s.shape)
