"""How a file is known to be a ledger, and taken for one process alone."""

import sqlite3
from pathlib import Path

from sweeps.errors import LedgerError
from sweeps.storing import earlier_schemas
from sweeps.storing.table import CREATE

APPLICATION = 0x53574550  # "SWEP" in the header tells a ledger from another SQLite file
SCHEMA = 3


def take(connection: sqlite3.Connection, path: Path) -> None:
    """Lock a file for this process (the lock dies with it), and make or check the schema.

    Raises
    ------
    LedgerError
        If it is a file of another program, or of a later version of this one.
    """
    execute = connection.execute
    execute("PRAGMA locking_mode = EXCLUSIVE")
    application = execute("PRAGMA application_id").fetchone()[0]
    tables = execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION and tables:
        raise LedgerError(f"{path} is an SQLite file of another program, give a new path")
    schema = execute("PRAGMA user_version").fetchone()[0]
    if schema > SCHEMA:
        raise LedgerError(
            f"{path} has schema {schema}, this version of the package knows up to "
            f"{SCHEMA}: update steering-dynamics, or give a new path"
        )
    execute("PRAGMA journal_mode = WAL")
    execute("PRAGMA synchronous = NORMAL")
    execute("BEGIN EXCLUSIVE")
    if not tables:
        execute(CREATE)
        execute(f"PRAGMA application_id = {APPLICATION}")
    elif schema < SCHEMA:
        earlier_schemas.move_in(connection, path)
    execute(f"PRAGMA user_version = {SCHEMA}")
    execute("COMMIT")
    earlier_schemas.clear(connection, path)
