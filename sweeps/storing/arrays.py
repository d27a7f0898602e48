"""The folder of array results: one .npz a point, never a pickle."""

import hashlib
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.files import TEMPORARY, replacing

Array = npt.NDArray[Any]


class DamagedError(Exception):
    """An array file is missing, truncated or altered."""


class ArrayFolder:
    """Array results of the ledger at `store`, in the folder `<store>.arrays` beside it."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(f"{store.name}.arrays")

    def clean(self) -> None:
        """Remove what a killed driver left half-written; only the owner of the ledger may."""
        for leftover in self.path.glob(f".*{TEMPORARY}"):
            leftover.unlink()

    def write(self, identity: str, arrays: Sequence[Array]) -> str:
        """Store the arrays of the point with this identity, and return the name of the file."""
        self.path.mkdir(exist_ok=True)
        name = f"{hashlib.sha256(identity.encode()).hexdigest()[:40]}.npz"
        with replacing(self.path / name) as temporary, temporary.open("wb") as file:
            np.savez(file, *arrays)
        return name

    def read(self, name: str, count: int) -> list[Array]:
        """Return the `count` arrays in the file `name`."""
        try:
            with (self.path / name).open("rb") as file:  # np.load leaks it if it is no archive
                archive = np.load(file, allow_pickle=False)
                return [archive[f"arr_{i}"] for i in range(count)]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise DamagedError(f"{self.path / name}: {error}") from error
