"""The one table of a ledger: a row a point, with its arrays."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sweeps.storing.arrays import Array, DamagedError, packed, unpacked

# with row numbers: in a table without, each comparison of keys reads the arrays along
CREATE = """
CREATE TABLE points (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    seed TEXT NOT NULL,
    parameters TEXT NOT NULL,
    replica INTEGER NOT NULL,
    function TEXT NOT NULL,
    results TEXT,
    error TEXT,
    seconds REAL NOT NULL,
    host TEXT NOT NULL,
    libraries TEXT NOT NULL,
    finished TEXT NOT NULL,
    arrays BLOB,
    UNIQUE (version, seed, parameters, replica)
)
"""
COLUMNS = (
    "version, seed, parameters, replica, function, results, error, seconds, host, libraries, "
    "finished"
)
_INSERT = (
    f"INSERT OR REPLACE INTO points ({COLUMNS}, arrays) "
    f"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CASE WHEN ? THEN zeroblob(?) END)"
)
_PIECE = 2**18  # bytes at a time: SQLite and Python would hold three copies of a whole array


def insert(connection: sqlite3.Connection, values: Sequence[Any], arrays: Sequence[Array]) -> None:
    """Write a row of `COLUMNS` and arrays, inside a transaction of the caller."""
    pieces = packed(arrays)
    size = sum(piece.size for piece in pieces)
    row = connection.execute(_INSERT, (*values, bool(pieces), size)).lastrowid
    if row is not None and pieces:
        with connection.blobopen("points", "arrays", row) as blob:
            for piece in pieces:
                for start in range(0, piece.size, _PIECE):
                    blob.write(piece.data[start : start + _PIECE])


def arrays_of(connection: sqlite3.Connection, row: int, count: int) -> list[Array]:
    """Return the `count` arrays of a row, or raise `DamagedError`."""
    query = "SELECT typeof(arrays) FROM points WHERE id = ?"
    if connection.execute(query, (row,)).fetchone() != ("blob",):
        raise DamagedError("its arrays are missing")
    with connection.blobopen("points", "arrays", row, readonly=True) as blob:
        content = blob.read()
    return unpacked(content, count)
