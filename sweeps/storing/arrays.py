"""Array results as bytes: one .npy after another, never a pickle."""

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]

_FORMAT = np.lib.format


class DamagedError(Exception):
    """Stored arrays are missing, truncated or altered."""


def packed(arrays: Sequence[Array]) -> list[Bytes]:
    """Return the bytes of as many .npy files, in pieces that are views of the arrays."""
    pieces = []
    for array in arrays:
        ordered = np.asarray(array, order="C")
        header = io.BytesIO()
        described = _FORMAT.header_data_from_array_1_0(ordered)
        _FORMAT.write_array_header_1_0(header, described)
        pieces += [np.frombuffer(header.getvalue(), np.uint8), ordered.reshape(-1).view(np.uint8)]
    return pieces


def unpacked(content: bytes, count: int) -> list[Array]:
    """Return the `count` arrays that were packed, as views, or raise `DamagedError`."""
    file = io.BytesIO(content)
    try:
        arrays = [_next(content, file) for _ in range(count)]
    except Exception as error:  # a header is parsed: what can go wrong has no end
        raise DamagedError(f"its arrays cannot be read: {error}") from error
    if file.read(1):
        raise DamagedError("its arrays are followed by something else")
    return arrays


def _next(content: bytes, file: io.BytesIO) -> Array:
    """Return the array that begins where the file is, and go on behind it."""
    if _FORMAT.read_magic(file) != (1, 0):
        raise ValueError("not the first version of .npy")
    shape, by_columns, dtype = _FORMAT.read_array_header_1_0(file)
    if by_columns or dtype.kind not in "biuf":
        raise ValueError(f"not an array of real numbers by rows, but of {dtype}")
    array = np.frombuffer(content, dtype, math.prod(shape), file.tell())
    file.seek(array.nbytes, io.SEEK_CUR)
    return array.reshape(shape)
