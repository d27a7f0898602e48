"""CIFAR-10, from a local copy."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from learning.data.pictures import pixels
from learning.data.places import VARIABLE, place
from learning.data.split import Split

FOLDER = "cifar-10-batches-bin"  # of the archive, as it unpacks
TRAIN = tuple(f"data_batch_{k}.bin" for k in range(1, 6))
TEST = "test_batch.bin"
_RECORD = 1 + 3 * 32 * 32  # a label, then the image: all red, all green, all blue bytes


def load_cifar10(path: str | os.PathLike[str] | None = None) -> Split:
    """Return the 60,000 images of CIFAR-10, 3 x 32 x 32 pixels, from its binary version.

    In single precision those to train on take 614 MB.

    Parameters
    ----------
    path
        The folder of `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or one that has
        it as `cifar-10-batches-bin`. Default: what the environment variable `STEERING_DATA` names.

    Returns
    -------
    Pixels in [0, 1], (P, 3072): the red, then the green, then the blue ones, each row by row; and
    labels 0 to 9: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck.

    Raises
    ------
    TypeError, ValueError
        If the files are not there, or are not what they should be.

    References
    ----------
    Krizhevsky, Learning multiple layers of features from tiny images (2009).

    Examples
    --------
    Files of the same format, with two black images each:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from learning import load_cifar10
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in [*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]:
    ...         written = Path(folder, f"{name}.bin").write_bytes(bytes(2 * 3073))
    ...     load_cifar10(folder)
    Split(CIFAR-10: 10 to train on, 2 to test on, 3072 inputs, 1 classes)
    """
    at = place(path)
    if at is None:
        raise ValueError(f"path must be given, or {VARIABLE} be set, for the folder {FOLDER}")
    folder = at / FOLDER if (at / FOLDER).is_dir() else at
    train = np.concatenate([_records(folder / name) for name in TRAIN])
    test = _records(folder / TEST)
    return Split(*_parts(train), *_parts(test), "CIFAR-10")


def _records(file: Path) -> npt.NDArray[np.uint8]:
    """Return the records of a file, (P, 3073)."""
    if not file.is_file():
        raise ValueError(
            f"path must be the folder of {TRAIN[0]} to {TRAIN[-1]} and {TEST}, got "
            f"{str(file.parent)!r}: no {file.name}"
        )
    content = np.frombuffer(file.read_bytes(), np.uint8)
    if not content.size or content.size % _RECORD:
        raise ValueError(
            f"path must have files of records of {_RECORD} bytes, got {content.size} bytes in "
            f"{file.name}"
        )
    records = content.reshape(-1, _RECORD)
    if records[:, 0].max() > 9:
        raise ValueError(f"path must have labels 0 to 9, got {records[:, 0].max()} in {file.name}")
    return records


def _parts(
    records: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[Any]]:
    """Return pixels and labels of records."""
    return pixels(records[:, 1:]), records[:, 0].astype(np.int64)
