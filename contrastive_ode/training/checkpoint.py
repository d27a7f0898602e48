"""The state of a training on disk: the old one or the new one, whenever the process is killed."""

import hashlib
import os
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from foundation import domains


def fingerprint(*parts: Any) -> str:
    """Return a hash of arrays, numbers and words."""
    key = hashlib.sha256()
    for part in parts:
        if isinstance(part, tuple | list):
            key.update(fingerprint(*part).encode())
        elif isinstance(part, np.ndarray):
            key.update(repr((part.shape, part.dtype.str)).encode() + part.tobytes())
        else:
            key.update(repr(part).encode())
        key.update(b"|")
    return key.hexdigest()


class Checkpoint:
    """The file with the state of a training; without a path there is none."""

    def __init__(self, path: str | os.PathLike[str] | None, run: str) -> None:
        self.path = None if path is None else domains.path("checkpoint", path)
        self.run = run
        if self.path is not None and (self.path.is_dir() or not self.path.name):
            raise ValueError(f"checkpoint must be the path of a file, got {str(path)!r}, a folder")

    def save(self, state: Mapping[str, Any]) -> None:
        """Write a state; a crash leaves the old one."""
        if self.path is None:
            return
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.writing")
        try:
            with temporary.open("wb") as file:
                np.savez(file, **state, run=self.run)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        finally:
            temporary.unlink(missing_ok=True)

    def load(self) -> dict[str, Any]:
        """Return the state in the file; nothing if there is none.

        Raises
        ------
        ValueError
            If it is no checkpoint, or that of another training.
        """
        path = self.path
        if path is None or not path.is_file():
            return {}
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                state = {name: stored[name] for name in stored.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f"checkpoint {str(path)!r} cannot be read: {error}") from None
        if str(state.pop("run", None)) != self.run:
            raise ValueError(
                f"checkpoint {str(path)!r} is of another training (network, task, start, rule or "
                "seed): give another path, or delete it"
            )
        return state
