"""Ledgers of earlier schemas become those of today.

Schema 1 kept arrays in a folder beside the file; schemas 1 and 2 had neither checksums nor
fingerprints of code.
"""

import contextlib
import hashlib
import io
import json
import sqlite3
from pathlib import Path

import numpy as np

from foundation.files import TEMPORARY
from sweeps.storing.arrays import Array, unpacked
from sweeps.storing.table import CREATE, Values, insert

_KEYS = "SELECT version, seed, parameters, replica FROM points WHERE arrays IS NOT NULL"


def move_in(connection: sqlite3.Connection, path: Path) -> None:
    """Rebuild the table, with arrays and checksums; the caller's transaction makes it whole.

    Where arrays are missing or damaged, the row is left without them: computed again by the next
    sweep that wants it.
    """
    execute = connection.execute
    execute("ALTER TABLE points RENAME TO old")
    execute(CREATE)
    columns = ", ".join(Values._fields).replace("code", "''")
    for *stored, arrays in execute(f"SELECT {columns}, arrays FROM old"):
        values = Values(*stored)
        insert(connection, values, _arrays(path, values.results, arrays) if arrays else [])
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


def _arrays(path: Path, results: str | None, stored: str | bytes) -> list[Array]:
    """Return the arrays of a row, one for each null in the results; none if they are damaged.

    They are stored as bytes, or as the name of an .npz in the folder.
    """
    try:
        content = stored if isinstance(stored, bytes) else (_folder(path) / stored).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return []
    try:
        count = sum(value is None for value in json.loads(results or "").values())
        if isinstance(stored, bytes):
            return unpacked(content, count)
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return [archive[f"arr_{i}"] for i in range(count)]
    except Exception:  # what can be wrong with stored bytes has no end
        return []
