"""Ledgers of schema 1, which kept arrays in a folder beside the file, become those of today."""

import contextlib
import hashlib
import io
import json
import sqlite3
from pathlib import Path

import numpy as np

from foundation.files import TEMPORARY
from sweeps.storing.arrays import Array
from sweeps.storing.table import COLUMNS, CREATE, insert

_KEYS = "SELECT version, seed, parameters, replica FROM points WHERE arrays IS NOT NULL"


def move_in(connection: sqlite3.Connection, path: Path) -> None:
    """Rebuild the table, with the arrays in their rows; the caller's transaction makes it whole.

    Where a file is missing or damaged, the row is left without its arrays: computed again by the
    next sweep that wants it.
    """
    execute = connection.execute
    execute("ALTER TABLE points RENAME TO old")
    execute(CREATE)
    for *values, results, name in execute(f"SELECT {COLUMNS}, results, arrays FROM old"):
        insert(connection, values, _read(_folder(path) / name, results) if name else [])
    execute("DROP TABLE old")


def clear(connection: sqlite3.Connection, path: Path) -> None:
    """Remove the files whose arrays are in their rows, and the folder when it is empty.

    A sweep that was killed in between goes on with this when the ledger is opened next.
    """
    folder = _folder(path)
    if not folder.is_dir():
        return
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # on the disk, should power fail now
    for key in connection.execute(_KEYS):
        (folder / _name(key)).unlink(missing_ok=True)
    for leftover in folder.glob(f".*{TEMPORARY}"):
        leftover.unlink()
    with contextlib.suppress(OSError):  # damaged files stay until their points are computed again
        folder.rmdir()


def _folder(path: Path) -> Path:
    return path.with_name(f"{path.name}.arrays")


def _name(key: tuple[str, str, str, int]) -> str:
    """Return the name of the file that held the arrays of a point."""
    return f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:40]}.npz"


def _read(file: Path, results: str) -> list[Array]:
    """Return the arrays of an .npz, one for each null in the results; none if it is damaged."""
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return []
    try:
        count = sum(value is None for value in json.loads(results).values())
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return [archive[f"arr_{i}"] for i in range(count)]
    except Exception:  # what can be wrong with an archive has no end
        return []
