"""How a file is known to be a ledger, and opened: to be written by one driver, or only read."""

import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from sweeps.errors import LedgerError
from sweeps.storing import earlier_schemas
from sweeps.storing.table import CREATE

APPLICATION = 0x53574550  # "SWEP" in the header tells a ledger from another SQLite file
SCHEMA = 3
_PATIENCE = 5.0  # seconds to wait for a reader
_UNREADABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def writable(path: Path, shared: bool) -> sqlite3.Connection:
    """Open a ledger to write it, make one or bring one of an earlier schema up to date.

    Others may read it meanwhile if it is `shared`; else SQLite locks it for this process.

    Raises
    ------
    LedgerError
        If it is a file of another program, or of a later version of this one.
    """
    connection = _connected(path, timeout=_PATIENCE if shared else 0)
    try:
        if not shared:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        earlier(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        _bring_up(connection, path)
        earlier_schemas.clear(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def readable(path: Path) -> tuple[sqlite3.Connection, bool]:
    """Open a ledger to read it as it is now, and write nothing.

    One of an earlier schema is brought up to date in memory; whether it is one is returned, too.

    Raises
    ------
    LedgerError
        As `writable`.
    """
    connection = _opened(path)
    try:
        if old := earlier(connection, path):
            connection = _in_memory(connection)
            _bring_up(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection, old


def earlier(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether a ledger is of an earlier schema, or empty; refuse what is none."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION and tables:
        raise LedgerError(f"{path} is an SQLite file of another program, give a new path")
    schema: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if schema > SCHEMA:
        raise LedgerError(
            f"{path} has schema {schema}, this version of the package knows up to "
            f"{SCHEMA}: update steering-dynamics, or give a new path"
        )
    return schema < SCHEMA


def _bring_up(connection: sqlite3.Connection, path: Path) -> None:
    """Make the table, or rebuild that of an earlier schema: whole, or not at all."""
    execute = connection.execute
    execute("BEGIN EXCLUSIVE")
    schema = execute("PRAGMA user_version").fetchone()[0]
    if not execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        execute(CREATE)
        execute(f"PRAGMA application_id = {APPLICATION}")
    elif schema < SCHEMA:
        earlier_schemas.move_in(connection, path)
    execute(f"PRAGMA user_version = {SCHEMA}")
    execute("COMMIT")


def _opened(path: Path) -> sqlite3.Connection:
    """Open a file for reading only, with what a driver, alive or killed, left in the journal."""
    if not _journals(path):
        # to open it as any other, SQLite would have to write an empty journal
        return _connected(f"{path.as_uri()}?immutable=1", uri=True)
    connection = _connected(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in _UNREADABLE:
            raise
        return _copied(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _copied(path: Path) -> sqlite3.Connection:
    """Read a ledger with a journal on a medium where nothing can be written."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        shutil.copyfile(path, copy)
        for journal in _journals(path):
            shutil.copyfile(journal, f"{copy}-{journal.name.rpartition('-')[2]}")
        return _in_memory(_connected(copy))


def _in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return a copy of a database, which is closed."""
    memory = _connected(":memory:")
    try:
        with contextlib.closing(connection):
            connection.backup(memory)
    except BaseException:
        memory.close()
        raise
    return memory


def _connected(path: Path | str, **options: Any) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, **options)
    connection.text_factory = _text
    return connection


def _text(content: bytes) -> str:
    """Decode text as it is: what is damaged is found by the checksum."""
    return content.decode(errors="replace")


def _journals(path: Path) -> list[Path]:
    """Return the files beside a ledger that hold what is not yet in it, or no longer."""
    real = path.resolve()
    found = [real.with_name(f"{real.name}-{kind}") for kind in ("wal", "journal")]
    return [file for file in found if file.is_file() and file.stat().st_size]
