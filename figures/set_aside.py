"""Start anew without losing anything."""

from datetime import UTC, datetime
from pathlib import Path


def set_aside(path: Path) -> None:
    """Rename a ledger (or a folder of them), with its arrays, if there is one."""
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    for suffix in ("-wal", "-shm", ".arrays", ""):  # of SQLite, and of sweeps
        old = path.with_name(f"{path.name}{suffix}")
        if old.exists():
            old.rename(path.with_name(f"{path.name}-{stamp}{suffix}"))
