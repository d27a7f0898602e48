"""The ledger: one SQLite file that keeps every point of every sweep written to it.

One row a point and one transaction a row, written by the driver alone. The primary key is model
version, root seed, canonical parameters and replica; a point that raised keeps its traceback. The
write-ahead journal makes a transaction cost no disk flush and survive any kill of the process.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from foundation import domains
from sweeps.errors import LedgerError
from sweeps.storing.arrays import ArrayFolder
from sweeps.storing.evaluation import Array, Outcome, Scalar
from sweeps.storing.point import Point

_APPLICATION = 0x53574550  # "SWEP" in the header tells a ledger from another SQLite file
_SCHEMA = 1
_CREATE = """
CREATE TABLE points (
    version TEXT NOT NULL,
    seed TEXT NOT NULL,
    parameters TEXT NOT NULL,
    replica INTEGER NOT NULL,
    function TEXT NOT NULL,
    results TEXT,
    arrays TEXT,
    error TEXT,
    seconds REAL NOT NULL,
    host TEXT NOT NULL,
    libraries TEXT NOT NULL,
    finished TEXT NOT NULL,
    PRIMARY KEY (version, seed, parameters, replica)
) WITHOUT ROWID
"""
_STORED = "SELECT parameters, replica, results, arrays, seconds FROM points "
_FAILED = "SELECT version, parameters, replica, error FROM points WHERE error IS NOT NULL"


@dataclass(frozen=True)
class Series:
    """What the points of one sweep have in common in the ledger."""

    function: str
    version: str
    seed: int


@dataclass(frozen=True)
class Row:
    """A stored point: its results as JSON, where null stands for the next array of the file."""

    results: str
    arrays: str | None
    seconds: float


@dataclass(frozen=True)
class Failure:
    """A point that raised.

    Attributes
    ----------
    version
        Version of the model.
    parameters, replica
        The point.
    error
        The traceback of its last attempt.

    Examples
    --------
    What `failures` returns has the form

    >>> import sweeps
    >>> failure = sweeps.Failure("1", {"N": 0}, replica=0, error="Traceback ...: division by zero")
    >>> failure.parameters["N"], failure.error.split(": ")[-1]
    (0, 'division by zero')
    """

    version: str
    parameters: dict[str, bool | int | float | str | None]
    replica: int
    error: str


class Ledger:
    """The ledger at `path`, held by this process alone until it is closed or dies.

    Raises
    ------
    LedgerError
        If the file is not a ledger, is of a newer schema, is in use, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = ArrayFolder(path)
        with self._explained("cannot be opened"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
            try:
                self._take()
                self.folder.clean()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def rows(self, series: Series) -> dict[tuple[str, int], Row]:
        """Return the finished points of a series by parameters and replica."""
        with self._explained("cannot be read"):
            self._same_function(series)
            found = self._connection.execute(
                _STORED + "WHERE version = ? AND seed = ? AND error IS NULL",
                (series.version, str(series.seed)),
            )
            return {(key, replica): Row(*rest) for key, replica, *rest in found}

    def outcome(self, row: Row) -> Outcome:
        """Return what a row holds; raise `DamagedError` if its array file is not whole."""
        results = json.loads(row.results)
        if row.arrays is not None:
            names = [name for name, value in results.items() if value is None]
            results.update(zip(names, self.folder.read(row.arrays, len(names)), strict=True))
        return Outcome(results, seconds=row.seconds)

    def store(self, series: Series, point: Point, outcome: Outcome) -> None:
        """Write one point: its arrays first, then its row in one transaction."""
        with self._explained("cannot be written", " Nothing stored so far is lost."):
            key = (series.version, str(series.seed), point.key, point.replica)
            arrays = [value for value in outcome.results.values() if isinstance(value, np.ndarray)]
            name = self.folder.write(json.dumps(key), arrays) if arrays else None
            values = (
                *key,
                series.function,
                None if outcome.error else _json(outcome.results),
                name,
                outcome.error,
                outcome.seconds,
                outcome.host,
                outcome.libraries,
                datetime.now(UTC).isoformat(timespec="seconds"),
            )
            marks = ", ".join("?" * len(values))
            self._connection.execute(f"INSERT OR REPLACE INTO points VALUES ({marks})", values)

    def failures(self) -> list[Failure]:
        """Return the points that raised at their last attempt."""
        with self._explained("cannot be read"):
            return [
                Failure(version, json.loads(parameters), replica, error)
                for version, parameters, replica, error in self._connection.execute(_FAILED)
            ]

    def move(self, target: Path) -> None:
        """Rename arrays and file, in this order, while the lock is held; then only close it."""
        with self._explained("cannot be set aside"):
            self._connection.execute("PRAGMA journal_mode = DELETE")  # ends the -wal file
            if self.folder.path.exists():
                self.folder.path.rename(ArrayFolder(target).path)
            self.path.rename(target)

    def _take(self) -> None:
        """Lock the file for this process (the lock dies with it), and make or check the schema."""
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        application = execute("PRAGMA application_id").fetchone()[0]
        tables = execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application != _APPLICATION and tables:
            raise LedgerError(f"{self.path} is an SQLite file of another program, give a new path")
        schema = execute("PRAGMA user_version").fetchone()[0]
        if schema > _SCHEMA:
            raise LedgerError(
                f"{self.path} has schema {schema}, this version of the package knows up to "
                f"{_SCHEMA}: update steering-dynamics, or give a new path"
            )
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        execute("BEGIN EXCLUSIVE")
        if not tables:
            execute(_CREATE)
            execute(f"PRAGMA application_id = {_APPLICATION}")
        execute(f"PRAGMA user_version = {_SCHEMA}")
        execute("COMMIT")

    def _same_function(self, series: Series) -> None:
        """Refuse to mix two functions under one version: their points would be confused."""
        query = "SELECT function FROM points WHERE version = ? AND function != ? LIMIT 1"
        other = self._connection.execute(query, (series.version, series.function)).fetchone()
        if other:
            raise ValueError(
                f"version {series.version!r} in {self.path} belongs to the function {other[0]!r}, "
                f"got {series.function!r}: give it another version or another store"
            )

    @contextlib.contextmanager
    def _explained(self, what: str, consequence: str = "") -> Iterator[None]:
        """Turn an error of SQLite or of the file system into one that names the path."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(f"{self.path} {what}: {_reason(error)}.{consequence}") from error


def failures(store: str | os.PathLike[str]) -> list[Failure]:
    """Return the points of a ledger that raised at their last attempt.

    Parameters
    ----------
    store
        As in `sweeps.run`.

    Raises
    ------
    TypeError, ValueError
        If `store` is not a path.
    LedgerError
        If there is no ledger, or it is in use by a sweep.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def inverse(N):
    ...     return 1 / N
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     again = dict(store=f"{folder}/inverse.sqlite", version=1, progress=False)
    ...     try:
    ...         sweeps.run(inverse, {"N": [0, 1]}, executor=executor, throw=True, **again)
    ...     except sweeps.SweepError:
    ...         failed = sweeps.failures(again["store"])
    >>> failed[0].parameters, failed[0].error.splitlines()[-1]
    ({'N': 0}, 'ZeroDivisionError: division by zero')
    """
    with Ledger(existing(store)) as ledger:
        return ledger.failures()


def existing(store: object) -> Path:
    """Return the path of a ledger that is there."""
    path = domains.path("store", store)
    if not path.is_file():
        raise LedgerError(f"{path} does not exist")
    return path


def _reason(error: sqlite3.Error | OSError) -> str:
    """Say in words why SQLite or the file system refused."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "another sweep is using it; wait for that one to end, or give another path"
    if code is not None and code & 0xFF == sqlite3.SQLITE_NOTADB:
        return "it is not an SQLite file; give a new path"
    return str(error)


def _json(results: dict[str, Scalar | Array]) -> str:
    """Return the scalars as JSON (floats to the last bit), with null in place of arrays."""
    return json.dumps(
        {name: None if isinstance(value, np.ndarray) else value for name, value in results.items()}
    )
