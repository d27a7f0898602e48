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
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from foundation import domains
from sweeps.errors import LedgerError, SweepWarning
from sweeps.storing import schema
from sweeps.storing.arrays import Array
from sweeps.storing.evaluation import Evaluation, Scalar
from sweeps.storing.failure import Failure
from sweeps.storing.lock import Lock
from sweeps.storing.point import Point
from sweeps.storing.reader import Reader, Series
from sweeps.storing.scratch import beside
from sweeps.storing.table import Values, insert


class Ledger(Reader):
    """The ledger at `path`, written by this process alone until it is closed or dies.

    Raises
    ------
    LedgerError
        If the file is not a ledger, is of a newer schema, is in use, or cannot be written.
    """

    def _connected(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = Lock(self.path)
        try:
            _refuse_other_names(self.path)
            connection = schema.writable(self.path, shared=self.lock.held)
            self._file = self.path.stat()
            return connection
        except BaseException:
            self.lock.release()
            raise

    def close(self) -> None:
        """Close the file, with all that is in the journal, and let the next driver in."""
        if self._in_place():  # else another driver may have it by its new name
            with contextlib.suppress(sqlite3.Error):  # what stays in the journal is not lost
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()
        self.lock.release()

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
            self._refuse_elsewhere()
            self._connection.execute("BEGIN")
            insert(self._connection, values, arrays)

    def _in_place(self) -> bool:
        """Return whether the open file still has its name: one that has not is written in vain."""
        try:
            return os.path.samestat(self._file, self.path.stat())
        except FileNotFoundError:
            return False

    def _refuse_elsewhere(self) -> None:
        if not self._in_place():
            raise LedgerError(
                f"{self.path} was moved or removed while the sweep was writing to it: put it back, "
                "and the next run goes on from there"
            )

    def rename(self, target: Path) -> None:
        """Rename the file while it is locked; then only close it."""
        with self._explained("cannot be set aside"):
            self._connection.execute("PRAGMA journal_mode = DELETE")  # ends the -wal file
            self.path.rename(target)


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
        If there is no ledger, or it cannot be read.

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
    with Reader(existing(store)) as ledger:
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

    The new name is `<store>-<time>`, a ledger like any other; what is unfinished goes along.

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
        if (unfinished := beside(path)).is_dir():
            unfinished.rename(beside(target))
    return target


def existing(store: object) -> Path:
    """Return the path of a ledger that is there."""
    path = domains.path("store", store)
    if not path.is_file():
        raise LedgerError(f"{path} does not exist")
    return path


def _refuse_other_names(path: Path) -> None:
    """Refuse a file with hard links: its lock and its journal belong to one name, not to the file.

    Two drivers would overwrite each other, and what one that was killed left would be lost.
    """
    if path.is_file() and (count := path.stat().st_nlink) > 1:
        raise LedgerError(
            f"{path} cannot be opened: the file has {count} names (hard links), by which several "
            "sweeps could write to it. Remove the others, or go on with a copy"
        )


def _json(results: dict[str, Scalar | Array]) -> str:
    """Return the scalars as JSON (floats to the last bit), with null in place of arrays."""
    return json.dumps(
        {name: None if isinstance(value, np.ndarray) else value for name, value in results.items()}
    )
