"""Labelled inputs of one's own, in a file."""

import os
from pathlib import Path

import numpy as np

from foundation import domains
from learning.data import archives
from learning.data.division import divided
from learning.data.pictures import pixels
from learning.data.places import folder
from learning.data.split import Split
from learning.network.bounds import bounded

KEYS = ("X", "y")


def load_arrays(
    path: str | os.PathLike[str],
    test: int | None = None,
    *,
    rng: int | np.random.Generator | None = 0,
) -> Split:
    """Return the labelled inputs of a file `.npz` with the arrays `X` and `y`.

    Parameters
    ----------
    path
        The file; looked for, if it is not there, in the folder that the environment variable
        `STEERING_DATA` names.
    test
        Number of inputs to test on, fewer than there are; None for a fifth of them.
    rng
        A seed or a generator for the division, or None for a fresh seed.

    Returns
    -------
    Inputs as rows: bytes (uint8) as pixels in [0, 1], other numbers as they are; and the labels,
    integers or words.

    Raises
    ------
    TypeError, ValueError
        If the file is not there, or has no such arrays.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from learning import load_arrays
    >>> X, y = np.random.default_rng(1).normal(size=(50, 4, 3)), np.repeat(["left", "right"], 25)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/hands.npz", X=X, y=y)
    ...     load_arrays(f"{folder}/hands.npz")
    Split(hands: 40 to train on, 10 to test on, 12 inputs, 2 classes)
    """
    file, rng = _found(path), domains.generator(rng)
    X, y = archives.read(file, KEYS)
    if X.ndim < 2 or len(X) < 2 or not X[0].size or y.shape != X.shape[:1]:
        raise ValueError(
            f"path must have inputs X, (P, ...) with P >= 2, and labels y, (P,), got {X.shape} and "
            f"{y.shape}"
        )
    if X.dtype.kind not in "biuf" or y.dtype.kind not in "biuUS":
        raise ValueError(
            f"path must have numbers X and labels y, integers or words, got {X.dtype} and {y.dtype}"
        )
    test = domains.integer("test", max(len(y) // 5, 1) if test is None else test, high=len(y) - 1)
    flat = X.reshape(len(X), -1)
    inputs = pixels(flat) if X.dtype == np.uint8 else bounded(flat.astype(np.float64))
    return divided(inputs.astype(np.float32, copy=False), y, test, rng, file.stem)


def _found(path: str | os.PathLike[str]) -> Path:
    """Return the file of this path, here or in the folder of data."""
    here, data = domains.path("path", path), folder()
    places = [here] if data is None else [here, data / Path(path).expanduser()]
    for file in places:
        if file.is_file():
            return file
    looked = " and ".join(repr(str(file)) for file in dict.fromkeys(places))
    raise ValueError(f"path must be a file .npz, got {os.fspath(path)!r}: there is no {looked}")
