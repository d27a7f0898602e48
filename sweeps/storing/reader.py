"""A ledger that is read, and left as it is."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from sweeps.errors import LedgerError
from sweeps.storing import schema
from sweeps.storing.arrays import DamagedError, unpacked
from sweeps.storing.evaluation import Evaluation
from sweeps.storing.failure import Failure
from sweeps.storing.table import whole

# without the index, which may be damaged apart from the rows
_STORED = (
    "SELECT parameters, replica, id, seconds, code FROM points NOT INDEXED "
    "WHERE version = ? AND seed = ? AND error IS NULL"
)
_FAILED = (
    "SELECT id FROM points NOT INDEXED WHERE error IS NOT NULL "
    "ORDER BY version, seed, parameters, replica"
)
_OTHERS = "SELECT id FROM points NOT INDEXED WHERE version = ? AND function != ?"
_SMALL = "SELECT id FROM points NOT INDEXED WHERE ifnull(length(arrays), 0) <= 65536"
_COUNTS = (
    "SELECT function, version, seed, sum(error IS NULL), sum(error IS NOT NULL) "
    "FROM points NOT INDEXED GROUP BY function, version, seed"
)


@dataclass(frozen=True)
class Series:
    """What the points of one sweep have in common in the ledger."""

    function: str
    version: str
    seed: int
    code: str = ""


@dataclass(frozen=True)
class Row:
    """Where a point is stored, how long it took, and the fingerprint of what computed it."""

    id: int
    seconds: float
    code: str


class Count(NamedTuple):
    """How many points of a series are stored, and how many have failed."""

    function: str
    version: str
    seed: str
    done: int
    failed: int


class Reader:
    """The ledger at `path` as it is now, also while a sweep writes it.

    It is `renewable` if it is of an earlier schema and can be written.

    Raises
    ------
    LedgerError
        If the file is not a ledger, or is of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.renewable = False
        with self._explained("cannot be opened"):
            self._connection = self._connected()

    def _connected(self) -> sqlite3.Connection:
        connection, earlier = schema.readable(self.path)
        folder = self.path.parent
        self.renewable = earlier and os.access(self.path, os.W_OK) and os.access(folder, os.W_OK)
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, series: Series) -> dict[tuple[str, int], Row]:
        """Return the finished points of a series by parameters and replica."""
        with self._explained("cannot be read"):
            self._same_function(series)
            found = self._connection.execute(_STORED, (series.version, str(series.seed)))
            return {
                (key, replica): Row(row, seconds if isinstance(seconds, float) else 0.0, code)
                for key, replica, row, seconds, code in found
                if isinstance(key, str) and isinstance(replica, int)
            }

    def evaluation(self, row: Row) -> Evaluation:
        """Return what a row holds; raise `DamagedError` if it is not as it was stored."""
        with self._explained("cannot be read"):
            values, content = whole(self._connection, row.id)
        results = _object(values.results)
        if names := [name for name, value in results.items() if value is None]:
            if not content:
                raise DamagedError("its arrays are missing")
            results.update(zip(names, unpacked(content, len(names)), strict=True))
        return Evaluation(results, seconds=values.seconds)

    def failures(self) -> tuple[list[Failure], int]:
        """Return the points that raised at their last attempt, and how many rows are damaged."""
        found, damaged = [], 0
        with self._explained("cannot be read"):
            for (row,) in self._connection.execute(_FAILED).fetchall():
                try:
                    values, _ = whole(self._connection, row)
                    point = values.version, _object(values.parameters), values.replica
                    found.append(Failure(*point, str(values.error)))
                except DamagedError:
                    damaged += 1
        return found, damaged

    def damaged(self, others: Collection[int]) -> int:
        """Return how many rows besides `others` are damaged, of those with less than 64 kB."""
        damaged = 0
        with self._explained("cannot be read"):
            for (row,) in self._connection.execute(_SMALL).fetchall():
                try:
                    if row not in others:
                        whole(self._connection, row)
                except DamagedError:
                    damaged += 1
        return damaged

    def counts(self) -> list[Count]:
        """Return how many points there are of each series."""
        with self._explained("cannot be read"):
            return [Count(*row) for row in self._connection.execute(_COUNTS)]

    def _same_function(self, series: Series) -> None:
        """Refuse to mix two functions under one version: their points would be confused."""
        told = (series.version, series.function)
        for (row,) in self._connection.execute(_OTHERS, told).fetchall():
            with contextlib.suppress(DamagedError):
                raise ValueError(
                    f"version {series.version!r} in {self.path} belongs to the function "
                    f"{whole(self._connection, row)[0].function!r}, got {series.function!r}: "
                    "give it another version or another store"
                )

    @contextlib.contextmanager
    def _explained(self, what: str, consequence: str = "") -> Iterator[None]:
        """Turn an error of SQLite or of the file system into one that names the path."""
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            raise LedgerError(f"{self.path} {what}: {_reason(error)}.{consequence}") from error


def _reason(error: Exception) -> str:
    """Say in words why SQLite or the file system refused."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "another sweep is using it; wait for that one to end, or give another path"
    if code is not None and code & 0xFF == sqlite3.SQLITE_NOTADB:
        return "it is not an SQLite file; give a new path"
    if isinstance(error, UnicodeDecodeError) or (code or 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
        return (
            "it is damaged; move it away, with the files -wal and -shm beside it, which would "
            "damage another one in its place. Then put back a copy of it, or start anew"
        )
    if code is not None and code & 0xFF == sqlite3.SQLITE_IOERR:
        return f"{error}: is the disk full?"
    return str(error)


def _object(text: str | None) -> dict[str, Any]:
    """Return a JSON object; a row of an earlier schema may have been damaged before."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"it cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise DamagedError(f"it holds {text!r}")
    return found
