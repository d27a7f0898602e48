"""The state of a training on disk: the old one or the new one, whenever the process is killed."""

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np


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


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a state; a crash leaves the old one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with temporary.open("wb") as file:
            np.savez(file, **state)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path, run: str) -> dict[str, Any]:
    """Return the state in a file.

    Raises
    ------
    ValueError
        If it is no checkpoint, or that of another training.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            state = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"checkpoint {str(path)!r} cannot be read: {error}") from None
    if str(state.get("run")) != run:
        raise ValueError(
            f"checkpoint {str(path)!r} is of another training (network, task, start, rule or "
            "seed): give another path, or delete it"
        )
    return state
