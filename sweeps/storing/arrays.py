"""Array results as bytes: one .npy after another, never a pickle."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class DamagedError(Exception):
    """Stored arrays are missing, truncated or altered."""


def packed(arrays: Sequence[Array]) -> bytes:
    """Return arrays of real numbers as the bytes of as many .npy files."""
    parts: list[Any] = []
    for array in arrays:
        rows = np.asarray(array, order="C")
        header = io.BytesIO()
        described = np.lib.format.header_data_from_array_1_0(rows)
        np.lib.format.write_array_header_1_0(header, described)
        parts += [
            header.getvalue(),
            rows,
        ]  # whole: numpy's own writer goes by chunks, 15 times slower
    return b"".join(parts)


def unpacked(content: bytes | None, count: int) -> list[Array]:
    """Return the `count` arrays that were packed, or raise `DamagedError`."""
    if content is None:
        raise DamagedError("its arrays are missing")
    file = io.BytesIO(content)
    try:
        arrays = [np.lib.format.read_array(file, allow_pickle=False) for _ in range(count)]
    except Exception as error:  # a header is parsed: what can go wrong has no end
        raise DamagedError(f"its arrays cannot be read: {error}") from error
    if file.read(1):
        raise DamagedError("its arrays are followed by something else")
    return arrays
