"""The folder of what is compiled: the user's own, since code that is kept is code that is run."""

import os
import stat
import tempfile
import warnings
from functools import cache
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@cache
def cache_folder() -> Path:
    """Return the folder of generated and compiled kernels.

    It is `STEERING_CACHE`, or `steering-dynamics` in the user's cache. Where that cannot be
    written, or could have been written by others, it is a temporary one, with a warning.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("STEERING_CACHE") or home / "steering-dynamics")
    if not (problem := _problem(folder)):
        return folder
    warnings.warn(
        f"compiled kernels cannot be kept in {folder} ({problem}): they are compiled anew; "
        "set STEERING_CACHE to a folder of your own",
        stacklevel=3,
    )
    return Path(tempfile.mkdtemp(prefix="steering-kernels-"))


def _problem(folder: Path) -> str:
    """Return why a folder is not used; it is made, and closed to others, if it can be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if os.name == "posix":
            if found.st_uid != os.geteuid():
                return "it belongs to another user"
            if found.st_mode & _OTHERS_WRITE:
                return f"others may write to it; if you trust what is in it: chmod 700 {folder}"
            if found.st_mode & 0o077:
                folder.chmod(0o700)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return str(error)
