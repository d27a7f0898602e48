"""The data sets that figures of learning may use, and which of them are present."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import learning
from learning.data import archives
from learning.data.animals import FILE

LOADERS: dict[str, Callable[[], learning.Split]] = {
    "MNIST": learning.load_mnist,
    "Fashion-MNIST": learning.load_fashion_mnist,
    "animals": learning.load_animals,
    "CIFAR-10": learning.load_cifar10,
}


def own(folder: Path) -> list[str]:
    """Return the files of a folder that `learning.load_arrays` is there for."""
    files = (file for file in sorted(folder.glob("*.npz")) if file.name != FILE)
    return [file.name for file in files if {"X", "y"} <= set(archives.names(file))]


def present(names: Iterable[str]) -> list[str]:
    """Return those data sets that `STEERING_DATA` has; nothing is downloaded."""
    return [name for name in names if os.environ.get("STEERING_DATA") and _readable(name)]


def _readable(name: str) -> bool:
    try:
        LOADERS[name]()
    except (OSError, ValueError):
        return False
    return True
