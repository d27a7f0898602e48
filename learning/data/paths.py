"""Where a file is."""

import os
from pathlib import Path


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return what the argument `path` of a function names."""
    try:
        return Path(os.fsdecode(path))
    except TypeError:
        raise TypeError(f"path must be a str or a Path, got {path!r}") from None
