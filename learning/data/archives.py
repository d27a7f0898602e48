"""Arrays of a file `.npz`, without anything pickled."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def read(file: Path, keys: Sequence[str]) -> list[npt.NDArray[Any]]:
    """Return the arrays of these names.

    Raises
    ------
    ValueError
        If the file has no such arrays, or cannot be read.
    """
    try:
        # numpy leaves a file open that it cannot read, so it is not given the name
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return [stored[key] for key in keys]
    except Exception as error:  # numpy raises what the broken part happens to raise
        raise ValueError(f"path must have the arrays {', '.join(keys)}: {error}") from error


def names(file: Path) -> list[str]:
    """Return the names of the arrays of a file; none if it cannot be read."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return list(stored.files)
    except Exception:
        return []
