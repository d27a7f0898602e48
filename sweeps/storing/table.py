"""The one table of a ledger: a row a point, with its arrays and a checksum over all of it."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sweeps.storing.arrays import Array, DamagedError, packed

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
    code TEXT NOT NULL,
    checksum TEXT NOT NULL,
    arrays BLOB,
    UNIQUE (version, seed, parameters, replica)
)
"""


class Values(NamedTuple):
    """A row without its arrays; the results are JSON, where null stands for the next array."""

    version: str
    seed: str
    parameters: str
    replica: int
    function: str
    results: str | None
    error: str | None
    seconds: float
    host: str
    libraries: str
    finished: str
    code: str  # the fingerprint of what computed it, "" if that is not known


COLUMNS = ", ".join(Values._fields)
_PLACES = ", ".join("?" for _ in Values._fields)
_INSERT = (
    f"INSERT OR REPLACE INTO points ({COLUMNS}, checksum, arrays) "
    f"VALUES ({_PLACES}, ?, CASE WHEN ? THEN zeroblob(?) END)"
)
_SELECT = f"SELECT {COLUMNS}, checksum, typeof(arrays) FROM points WHERE id = ?"
_PIECE = 2**18  # bytes at a time: SQLite and Python would hold three copies of a whole array
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG)


def insert(connection: sqlite3.Connection, values: Values, arrays: Sequence[Array]) -> None:
    """Write a row with its arrays, inside a transaction of the caller."""
    pieces = packed(arrays)
    size = sum(piece.size for piece in pieces)
    told = (*values, _checksum(values, (piece.data for piece in pieces)), bool(pieces), size)
    row = connection.execute(_INSERT, told).lastrowid
    if row is not None and pieces:
        with connection.blobopen("points", "arrays", row) as blob:
            for piece in pieces:
                for start in range(0, piece.size, _PIECE):
                    blob.write(piece.data[start : start + _PIECE])


def whole(connection: sqlite3.Connection, row: int) -> tuple[Values, bytes]:
    """Return a row and the bytes of its arrays, or raise `DamagedError`."""
    try:
        *values, checksum, kind = connection.execute(_SELECT, (row,)).fetchone() or (None, None)
        content = _content(connection, row) if kind == "blob" else b""
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF not in _DAMAGE:
            raise
        raise DamagedError(f"it cannot be read: {error}") from error
    if checksum != _checksum(values, [content]):
        raise DamagedError("it does not have the checksum that was stored with it")
    return Values(*values), content


def _content(connection: sqlite3.Connection, row: int) -> bytes:
    with connection.blobopen("points", "arrays", row, readonly=True) as blob:
        return blob.read()


def _checksum(values: Iterable[object], pieces: Iterable[bytes | memoryview]) -> str:
    """Return a digest of all that is in a row."""
    # a damaged row may hold bytes where text belongs
    digest = hashlib.blake2b(json.dumps([*values], default=repr).encode(), digest_size=16)
    digest.update(b"\0")
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
