"""Ledgers of earlier schemas are taken over, with their arrays and all or none."""

import contextlib
import hashlib
import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import sweeps
from sweeps.storing import earlier_schemas
from sweeps.storing.arrays import unpacked
from sweeps.storing.ledger import Ledger

CALLS = []
OLD = """
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
SELECT = "SELECT version, seed, parameters, replica, function, results, arrays, error, seconds, "
SELECT += "host, libraries, finished FROM points ORDER BY version, seed, parameters, replica"


def draw(i, rng):
    CALLS.append(i)
    if i == 7:
        raise ArithmeticError("no solution")
    if i == 8:
        return {"number": rng.random()}
    return {"number": rng.random(), "array": rng.random((2, i)), "count": np.arange(i + 1)}


@pytest.fixture
def store(tmp_path):
    return tmp_path / "ledger.sqlite"


def sweep(store, **options):
    CALLS.clear()
    with ThreadPoolExecutor(1) as executor:
        again = {"store": store, "version": 1, "executor": executor, "progress": False, **options}
        with pytest.warns(sweeps.SweepWarning, match="1 of 10 points failed"):
            return sweeps.run(draw, {"i": range(10)}, **again)


def renew(store):
    """Open a ledger as a driver does."""
    Ledger(store).close()


def folder(store):
    return store.with_name(f"{store.name}.arrays")


def rows(store):
    with contextlib.closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        schema = connection.execute("PRAGMA user_version").fetchone()[0]
        return schema, connection.execute(SELECT).fetchall()


@pytest.fixture
def old(store):
    """Return a ledger of two versions as schema 1 stored it, and its rows and dataset before."""
    dataset = sweep(store)
    sweep(store, version="2")
    _, before = rows(store)
    folder(store).mkdir()
    with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("DROP TABLE points")
        connection.execute("PRAGMA user_version = 1")
        connection.execute(OLD)
        for row in before:
            count = sum(value is None for value in json.loads(row[5] or "{}").values())
            name = None
            if count:
                name = f"{hashlib.sha256(json.dumps(row[:4]).encode()).hexdigest()[:40]}.npz"
                np.savez(folder(store) / name, *unpacked(row[6], count))
            values = (*row[:6], name, *row[7:])
            connection.execute(f"INSERT INTO points VALUES ({', '.join('?' * 12)})", values)
    assert len(list(folder(store).iterdir())) == 16
    return before, dataset


def file_of(store, i, version="1"):
    key = (version, "0", json.dumps({"i": i}, separators=(",", ":")), 0)
    return folder(store) / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:40]}.npz"


def test_every_row_is_the_same_and_the_folder_is_gone(store, old):
    before, dataset = old
    renew(store)
    assert rows(store) == (3, before)
    assert [path.name for path in store.parent.iterdir()] == [store.name]
    again = sweep(store)
    assert CALLS == [7]
    assert again.drop_vars("seconds").identical(dataset.drop_vars("seconds"))


def test_who_only_reads_changes_nothing(store, old):
    def files():
        found = sorted(store.parent.rglob("*"))
        return {path: path.read_bytes() for path in found if path.is_file()}

    before = files()
    assert [failure.parameters for failure in sweeps.failures(store)] == [{"i": 7}] * 2
    assert all(point.same for point in sweeps.recheck(draw, store, version=1))
    assert files() == before


def test_an_old_ledger_is_set_aside_whole(store, old):
    before, _ = old
    new = sweeps.set_aside(store)
    assert [path.name for path in store.parent.iterdir()] == [new.name]
    assert rows(new) == (3, before)


KILLED = """
import os, sys
from pathlib import Path
from sweeps.storing import earlier_schemas
from sweeps.storing.ledger import Ledger
which, count, store = sys.argv[1], int(sys.argv[2]), sys.argv[3]
class Counted:
    def __init__(self, what):
        self.what, self.left = what, count
    def __call__(self, *arguments, **keywords):
        if not self.left:
            os._exit(9)
        self.left -= 1
        return self.what(*arguments, **keywords)
if which == "moving":
    earlier_schemas.insert = Counted(earlier_schemas.insert)
elif which == "committed":
    earlier_schemas.clear = Counted(earlier_schemas.clear)
else:
    unlink = Counted(Path.unlink)
    Path.unlink = lambda path, **keywords: unlink(path, **keywords)
Ledger(Path(store)).close()
"""


@pytest.mark.parametrize(
    ("place", "count", "schema", "files"),
    [
        pytest.param("moving", 0, 1, 16, marks=pytest.mark.thorough),
        ("moving", 11, 1, 16),
        pytest.param("moving", 19, 1, 16, marks=pytest.mark.thorough),
        ("committed", 0, 3, 16),
        ("clearing", 5, 3, 11),
    ],
)
def test_a_kill_is_made_good_by_the_next_opening(store, old, place, count, schema, files):
    before, dataset = old
    command = [sys.executable, "-c", KILLED, place, str(count), str(store)]
    assert subprocess.run(command, check=False).returncode == 9
    assert len(list(folder(store).iterdir())) == files
    with contextlib.closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == schema
    again = sweep(store)
    assert CALLS == [7]
    assert again.drop_vars("seconds").identical(dataset.drop_vars("seconds"))
    assert not folder(store).exists()
    finished = [row[:6] for row in rows(store)[1]]
    assert finished == [row[:6] for row in before]


def damage(file, how):
    content = file.read_bytes()
    inside = content.index(b"\n") + 5  # of the numbers, which follow the header
    if how == "missing":
        file.unlink()
    elif how == "pickled":
        np.savez(file, arr_0=np.array([{"evil": 1}], dtype=object))
    elif how == "another":
        np.savez(file, arr_0=np.zeros(3))
    elif how == "altered":
        file.write_bytes(content[:inside] + bytes([content[inside] ^ 1]) + content[inside + 1 :])
    else:
        file.write_bytes({"truncated": content[:-100], "empty": b""}[how])


@pytest.mark.parametrize("how", ["missing", "pickled", "another", "altered", "truncated", "empty"])
def test_damaged_arrays_are_computed_again(store, old, how):
    """The damaged file stays until what it held is in the ledger."""
    _, dataset = old
    file = file_of(store, 3)
    damage(file, how)
    there = file.exists()
    renew(store)
    assert file.exists() == there
    with pytest.warns(sweeps.SweepWarning, match="damaged results, computed again:\n  i=3, "):
        again = sweep(store)
    assert CALLS == [3, 7]
    assert again.drop_vars("seconds").identical(dataset.drop_vars("seconds"))
    renew(store)
    assert not folder(store).exists()


def test_all_arrays_are_missing_where_the_folder_is(store, old):
    _, dataset = old
    folder(store).rename(store.with_name("elsewhere"))
    with pytest.warns(sweeps.SweepWarning, match="and 3 more"):
        again = sweep(store)
    assert CALLS == [0, 1, 2, 3, 4, 5, 6, 7, 9]
    assert again.drop_vars("seconds").identical(dataset.drop_vars("seconds"))


def test_a_folder_that_cannot_be_read_changes_nothing(store, old, monkeypatch):
    """It may be there again tomorrow: a disk that is not mounted, say."""
    before, _ = old

    def unable(file):
        raise PermissionError(13, "Permission denied", str(file))

    with monkeypatch.context() as patch:
        patch.setattr(earlier_schemas.Path, "read_bytes", unable)
        with pytest.raises(sweeps.LedgerError, match=r"cannot be opened: .*Permission denied"):
            renew(store)
    assert rows(store)[0] == 1
    renew(store)
    assert rows(store) == (3, before)


def test_what_is_not_of_the_ledger_stays(store, old):
    (folder(store) / "notes.txt").write_text("mine")
    (folder(store) / ".abc.npz.123.writing").write_bytes(b"half")
    renew(store)
    assert [path.name for path in folder(store).iterdir()] == ["notes.txt"]


def test_a_ledger_without_checksums_is_given_them(store):
    """Schema 2 had its arrays in the rows, and no checksums; damage is found from now on."""
    dataset = sweep(store)
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("ALTER TABLE points DROP COLUMN checksum")
        connection.execute("ALTER TABLE points DROP COLUMN code")
        connection.execute("PRAGMA user_version = 2")
        connection.execute("UPDATE points SET arrays = substr(arrays, 9) WHERE id = 3")
    with pytest.warns(sweeps.SweepWarning, match="computed again:\n  i=2, .*arrays are missing"):
        again = sweep(store)
    assert CALLS == [2, 7]
    assert again.drop_vars("seconds").identical(dataset.drop_vars("seconds"))
    assert rows(store)[0] == 3
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE points SET seconds = seconds + 1 WHERE id = 5")
    with pytest.warns(sweeps.SweepWarning, match="computed again:\n  i=4, .*checksum"):
        sweep(store)
