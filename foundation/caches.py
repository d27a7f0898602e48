"""The folder of what is compiled: the user's own, since code that is kept is code that is run."""

import atexit
import os
import shutil
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
    folder = _wanted()
    problem = _problem(folder) if folder else "this user has no home"
    if folder and not problem:
        return folder
    warnings.warn(
        f"compiled kernels cannot be kept{f' in {folder}' if folder else ''} ({problem}): they are "
        "compiled anew; set STEERING_CACHE to a folder of your own",
        stacklevel=3,
    )
    return temporary_folder()


def temporary_folder() -> Path:
    """Return a new folder of the user's own, which is gone when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="steering-kernels-"))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _wanted() -> Path | None:
    """Return the folder that is asked for; in a container, a user may have no home."""
    if own := os.environ.get("STEERING_CACHE"):
        return Path(own)
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return home / "steering-dynamics"


def _remove(folder: Path, process: int) -> None:
    """Remove a temporary folder, unless this is a child of the process that made it."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


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
