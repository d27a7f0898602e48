"""Find out before the work whether its results can be written."""

import os
from pathlib import Path


def writable(name: str, folder: Path) -> None:
    """Make a folder, unless it is there, and see whether a file can be made in it.

    Raises
    ------
    ValueError
        If not; the message calls the folder by `name`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(f"{name} must be in a folder that can be written: {error}") from None
