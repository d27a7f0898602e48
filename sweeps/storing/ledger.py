"""The ledger: one SQLite file that keeps every point of every sweep written to it.

One row a point and one transaction a row, written by the driver alone. A row is known by model
version, root seed, canonical parameters and replica, and holds results and arrays, or the traceback
of what the point raised. The write-ahead journal makes a transaction cost no disk flush and survive
any kill of the process.
"""

import contextlib
import json
import os
import sqlite3
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from foundation import domains
from sweeps.errors import LedgerError, SweepWarning
from sweeps.storing import schema
from sweeps.storing.arrays import Array, DamagedError, unpacked
from sweeps.storing.evaluation import Evaluation, Scalar
from sweeps.storing.failure import Failure
from sweeps.storing.point import Point
from sweeps.storing.table import Values, insert, whole

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


class Ledger:
    """The ledger at `path`, held by this process alone until it is closed or dies.

    Raises
    ------
    LedgerError
        If the file is not a ledger, is of a newer schema, is in use, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._explained("cannot be opened"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
            self._connection.text_factory = _text
            try:
                schema.take(self._connection, path)
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

    def store(self, series: Series, point: Point, evaluation: Evaluation) -> None:
        """Write one point in one transaction."""
        results = evaluation.results
        arrays = [value for value in results.values() if isinstance(value, np.ndarray)]
        values = Values(
            series.version,
            str(series.seed),
            point.key,
            point.replica,
            series.function,
            None if evaluation.error else _json(results),
            evaluation.error,
            evaluation.seconds,
            evaluation.host,
            evaluation.libraries,
            datetime.now(UTC).isoformat(timespec="seconds"),
            series.code,
        )
        with (
            self._explained("cannot be written", " Nothing stored so far is lost."),
            self._connection,  # commits, or rolls back
        ):
            self._connection.execute("BEGIN")
            insert(self._connection, values, arrays)

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

    def rename(self, target: Path) -> None:
        """Rename the file while it is locked; then only close it."""
        with self._explained("cannot be set aside"):
            self._connection.execute("PRAGMA journal_mode = DELETE")  # ends the -wal file
            self.path.rename(target)

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
        found, damaged = ledger.failures()
    if damaged:
        warnings.warn(
            f"{damaged} damaged rows are left out; the next run computes them again",
            SweepWarning,
            stacklevel=2,
        )
    return found


def set_aside(store: str | os.PathLike[str]) -> Path | None:
    """Rename the ledger at `store`, so that the next sweep starts an empty one.

    The new name is `<store>-<time>`, a ledger like any other.

    Parameters
    ----------
    store
        As in `sweeps.run`.

    Returns
    -------
    The new path; None if there is no ledger.

    Raises
    ------
    TypeError, ValueError
        If `store` is not a path.
    LedgerError
        If the ledger is in use by a sweep, or is none; then nothing is renamed.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def inverse(N):
    ...     return 1 / N
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     again = dict(store=f"{folder}/inverse.sqlite", version=1, progress=False)
    ...     data = sweeps.run(inverse, {"N": [1, 2]}, executor=executor, **again)
    ...     print(sweeps.set_aside(f"{folder}/inverse.sqlite"))
    /...inverse.sqlite-20...
    """
    path = domains.path("store", store)
    if not path.exists():
        return None
    target = path.with_name(f"{path.name}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    with Ledger(path) as ledger:
        ledger.rename(target)
    return target


def existing(store: object) -> Path:
    """Return the path of a ledger that is there."""
    path = domains.path("store", store)
    if not path.is_file():
        raise LedgerError(f"{path} does not exist")
    return path


def _reason(error: Exception) -> str:
    """Say in words why SQLite or the file system refused."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "another sweep is using it; wait for that one to end, or give another path"
    if code is not None and code & 0xFF == sqlite3.SQLITE_NOTADB:
        return "it is not an SQLite file; give a new path"
    if isinstance(error, UnicodeDecodeError) or (code or 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
        return "it is damaged; put back a copy of it, or move it away to start anew"
    return str(error)


def _json(results: dict[str, Scalar | Array]) -> str:
    """Return the scalars as JSON (floats to the last bit), with null in place of arrays."""
    return json.dumps(
        {name: None if isinstance(value, np.ndarray) else value for name, value in results.items()}
    )


def _object(text: str | None) -> dict[str, Any]:
    """Return a JSON object; a row of an earlier schema may have been damaged before."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"it cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise DamagedError(f"it holds {text!r}")
    return found


def _text(content: bytes) -> str:
    """Decode text as it is: what is damaged is found by the checksum."""
    return content.decode(errors="replace")
