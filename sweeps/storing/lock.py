"""The lock of a ledger: the file `<store>.lock`, held by the driver, which says there what it does.

The lock is of a file of its own, since SQLite's lock of the ledger is lost as soon as any code of
the driver's process closes the ledger, say after a copy of it.
"""

import contextlib
import json
import os
import platform
import struct
import time
import weakref
from pathlib import Path
from typing import Any, NamedTuple

from sweeps.errors import LedgerInUseError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_SIZE = 2048  # bytes of what a driver says, in one piece
_COUNTS = struct.Struct("<dqq")  # behind that: the time, and the points computed and failed
_PATIENCE = 0.3  # seconds: who asks whether a driver lives has the lock for an instant


class Driver(NamedTuple):
    """The last driver of a ledger: whether it lives, and what it said of itself and its points."""

    alive: bool
    said: dict[str, Any]
    at: float = 0.0
    computed: int = 0
    failed: int = 0

    def __str__(self) -> str:
        return f"process {self.said.get('pid', '?')} on {self.said.get('host', '?')}"


class Lock:
    """The lock of the ledger at `store`, held until it is released or the process ends.

    Where the system or the file system has no `flock`, `held` is False.

    Raises
    ------
    LedgerInUseError
        If another driver holds it.
    OSError
        If the file cannot be made.
    """

    def __init__(self, store: Path) -> None:
        self._path = _path(store)
        self._descriptor = _acquired(store) if fcntl else None
        self._said: dict[str, Any] = {}
        _HELD.add(self)
        self.count(0, 0)
        self.say(pid=os.getpid(), host=platform.node(), started=time.time())

    @property
    def held(self) -> bool:
        """Whether there is a lock, so that others may read while the ledger is written."""
        return self._descriptor is not None

    def say(self, **more: object) -> None:
        """Tell readers more of what the driver does; a disk that is full is no error here."""
        self._said.update(more)
        self._write(json.dumps(self._said).encode().ljust(_SIZE), 0)

    def count(self, computed: int, failed: int) -> None:
        """Tell readers how many points were computed by now, and how many of them failed."""
        self._write(_COUNTS.pack(time.time(), computed, failed), _SIZE)

    def _write(self, content: bytes, place: int) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.pwrite(self._descriptor, content, place)

    def release(self) -> None:
        """Let the next driver in; the file goes."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            self.leave()

    def leave(self) -> None:
        """Close the file: in a child, which must not hold what its parent holds."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def driver(store: Path) -> Driver | None:
    """Return the driver that holds the lock of a ledger, or was killed; None if there is none."""
    try:
        descriptor = os.open(_path(store), os.O_RDONLY)
    except OSError:
        return None
    try:
        alive = not _locked(descriptor, shared=True)
        content = os.pread(descriptor, _SIZE, 0)
        counts = os.pread(descriptor, _COUNTS.size, _SIZE)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    try:
        said = dict(json.loads(content))
        return Driver(alive, said, *_COUNTS.unpack(counts))
    except (ValueError, TypeError, struct.error):
        return Driver(alive, {})


def _path(store: Path) -> Path:
    real = store.resolve()  # one ledger, by whatever link it is reached
    return real.with_name(f"{real.name}.lock")


def _acquired(store: Path) -> int | None:
    """Return the descriptor of the file, locked; None where there are no locks."""
    path, end = _path(store), time.monotonic() + _PATIENCE
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if _locked(descriptor) and _is(descriptor, path):
                return descriptor
        except OSError:
            if not os.fstat(descriptor).st_size:  # else it is another driver's, who could lock it
                path.unlink(missing_ok=True)
            os.close(descriptor)
            return None
        os.close(descriptor)
        if time.monotonic() > end:
            raise LedgerInUseError(
                f"{store} cannot be opened: another sweep is using it ({driver(store)}); wait for "
                "that one to end, or give another path"
            )
        time.sleep(0.01)


def _locked(descriptor: int, shared: bool = False) -> bool:
    """Lock a file unless somebody else has; raise an OSError where there are no locks."""
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the second on file systems of Windows (CIFS)
        return False
    return True


def _is(descriptor: int, path: Path) -> bool:
    """Return whether a file still has its name: the last driver may have removed it meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


_HELD: "weakref.WeakSet[Lock]" = weakref.WeakSet()


def _leave_all() -> None:
    for lock in list(_HELD):
        lock.leave()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all)
