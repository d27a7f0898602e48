"""Files of trained networks: arrays and text in one `.npz`, never pickled objects."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zipfile import ZIP_STORED

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.files import replacing
from learning.network.couplings import ARRAYS

FORMAT = 5  # change it when older versions of this package cannot read what this one writes
READABLE = (1, 2, 3, 4, 5)
UNKNOWN = "unknown"  # the temperature of a network of format 3 or older
_TEXT = "steering"
_RENAMED = {"A": "forward", "R": "backward"}  # since format 1
AVERAGED = "averaged_"  # before the names of the arrays of a running average
_MEANS = {"mean_x", "mean_s"}
_NEEDED = {*ARRAYS, *(AVERAGED + name for name in ARRAYS), *_MEANS, *_RENAMED}
_NEEDED |= {"classes", "feature_names", _TEXT}


def write(path: str | os.PathLike[str], arrays: dict[str, Any], facts: dict[str, Any]) -> None:
    """Write arrays and facts (whatever JSON can hold); a kill leaves the old file or the new one.

    Raises
    ------
    TypeError, ValueError
        If the path cannot be that of a file; if an array has entries that are neither numbers nor
        strings.
    """
    file = domains.path("path", path)
    if file.is_dir():
        raise ValueError(f"path must be that of a file, {str(file)!r} is a folder")
    for name, array in arrays.items():
        if array.dtype == object:
            raise ValueError(f"{name} must be numbers or strings to be stored, got objects")
    text = json.dumps({"format": FORMAT, **facts}, default=_of_numpy)
    contents = {**arrays, _TEXT: np.array(text)}
    with replacing(file) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **contents)


def _of_numpy(value: Any) -> Any:
    """Return a number or an array of numpy as JSON can hold it."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{value!r} cannot be stored")


def read(path: str | os.PathLike[str]) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return the arrays and facts of a file, under the names of today.

    Raises
    ------
    TypeError, ValueError
        If there is no such file, or it is truncated, of another format, or not one of ours.
    """
    file = domains.path("path", path)
    if not file.is_file():
        raise ValueError(f"path must be a file that `save` wrote, got {str(path)!r}: no such file")
    # numpy leaves a file open that it cannot read, so it is not given the name
    with (
        understood(path),
        file.open("rb") as stream,
        np.load(stream, allow_pickle=False) as stored,
    ):
        arrays = {name: _uncompressed(stored, name) for name in stored.files if name in _NEEDED}
        facts = json.loads(str(arrays.pop(_TEXT)))
        found = facts["format"]
        if found in (1, 2):
            facts["kept"] = facts["history"][-1]["number"]
        if found in (1, 2, 3):
            facts["temperature"] = UNKNOWN
    if found not in READABLE:
        raise ValueError(
            f"path must be a file of format {FORMAT} or older, {str(path)!r} has format {found!r}: "
            f"load it with the version of steering-dynamics that wrote it"
        )
    return {_RENAMED.get(name, name): array for name, array in arrays.items()}, facts


def _uncompressed(stored: Any, name: str) -> npt.NDArray[Any]:
    """Return an array; what is not larger in memory than in its file, as `write` leaves it."""
    if stored.zip.getinfo(f"{name}.npy").compress_type != ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    return np.asarray(stored[name])


@contextmanager
def understood(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn any error in here into one that says the file is not one that `save` wrote."""
    try:
        yield
    except Exception as error:  # numpy raises what the broken part happens to raise
        raise ValueError(
            f"path must be a file that `save` wrote, {str(path)!r} is truncated or something else: "
            f"{error!r}"
        ) from error
