"""Starting anew: the ledger is renamed whole, or not at all."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import sweeps

CALLS = []


def draw(i, rng):
    CALLS.append(i)
    return {"number": rng.random(), "array": rng.random(10)}


def sweep(store, function=draw, **options):
    CALLS.clear()
    with ThreadPoolExecutor(1) as executor:
        return sweeps.run(
            function,
            {"i": range(5)},
            store=store,
            executor=executor,
            **{"version": 1, "progress": False, **options},
        )


@pytest.fixture
def store(tmp_path):
    return tmp_path / "a[1].sqlite"


def names(store):
    return sorted(path.name for path in store.parent.iterdir())


def same(data, other):
    return data.drop_vars("seconds").identical(other.drop_vars("seconds"))


def test_the_ledger_goes_on_under_its_new_name(store):
    first = sweep(store)
    new = sweeps.set_aside(str(store))
    assert new.parent == store.parent
    assert names(store) == [new.name]
    assert sweeps.set_aside(store) is None
    assert same(sweep(new), first)
    assert CALLS == []
    assert same(sweep(store), first)
    assert CALLS == [0, 1, 2, 3, 4]


def test_nothing_that_a_killed_driver_left_in_the_journal_is_lost(store):
    first = sweep(store)
    script = (
        "import os, sys; from pathlib import Path; from sweeps.storing.ledger import Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "ledger._connection.execute('CREATE TABLE behind AS SELECT 7'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(store)], check=True)
    assert store.with_name(f"{store.name}-wal").stat().st_size
    new = sweeps.set_aside(store)
    assert names(store) == [new.name]
    connection = sqlite3.connect(new)
    assert connection.execute("SELECT * FROM behind").fetchall() == [(7,)]
    connection.close()
    assert same(sweep(new), first)


def test_a_ledger_in_use_is_left_alone(store):
    inside = []

    def intruding(i):
        with pytest.raises(sweeps.LedgerError, match="another sweep is using it"):
            sweeps.set_aside(store)
        with pytest.raises(sweeps.LedgerError, match="another sweep is using it"):
            sweeps.run(draw, {"i": [1]}, store=store, version=2, executor=1, resume=False)
        inside.append(names(store))
        return i

    data = sweep(store, intruding, throw=True)
    assert (data["result"][:, 0] == data["i"]).all()
    files = [f"a[1].sqlite{end}" for end in ("", "-shm", "-wal", ".lock")]
    assert inside == [files] * 5
    assert names(store) == ["a[1].sqlite"]


def test_a_file_of_another_kind_is_left_alone(store):
    store.write_text("my diary" * 100)
    with pytest.raises(sweeps.LedgerError, match="not an SQLite file"):
        sweeps.set_aside(store)
    assert names(store) == [store.name]


def test_a_sweep_that_does_not_resume(store):
    first = sweep(store)
    again = sweep(store, resume=False)
    assert CALLS == [0, 1, 2, 3, 4]
    assert same(again, first)
    assert len(names(store)) == 2


@pytest.mark.parametrize("bad", [{"replicas": 0}, {"version": ""}, {"rng": -1}, {"throw": 1}])
def test_bad_arguments_move_nothing(store, bad):
    sweep(store)
    before = names(store)
    with pytest.raises((TypeError, ValueError)):
        sweep(store, resume=False, **bad)
    assert names(store) == before
