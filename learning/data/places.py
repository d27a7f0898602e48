"""Where the files of data are: where an argument says, or in the folder STEERING_DATA."""

import os
from pathlib import Path

from foundation import domains

VARIABLE = "STEERING_DATA"


def folder() -> Path | None:
    """Return the folder that the environment variable names, or None if it names none."""
    named = os.environ.get(VARIABLE)
    return domains.path(VARIABLE, named) if named else None


def place(path: str | os.PathLike[str] | None) -> Path | None:
    """Return a path that an argument names, or else the folder; None if there is neither."""
    return folder() if path is None else domains.path("path", path)


def file_at(place: Path, *names: str) -> Path:
    """Return a file itself, or the first of some names that its folder has.

    Raises
    ------
    ValueError
        If there is none.
    """
    for file in [place / name for name in names] if place.is_dir() else [place]:
        if file.is_file():
            return file
    raise ValueError(
        f"path must be {' or '.join(names)} or its folder, got {str(place)!r}: no such file"
    )
