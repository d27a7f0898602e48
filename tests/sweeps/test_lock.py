"""One driver writes a ledger; others may read it, and are told who writes."""

import errno
import multiprocessing
import os
import platform
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sweeps
from sweeps.storing import lock
from sweeps.storing.ledger import Ledger
from sweeps.storing.reader import Reader


def draw(i, rng):
    if i == 3:
        raise ArithmeticError("no solution")
    return {"number": rng.random(), "array": rng.random(9)}


def sweep(store, function=draw, count=10, **options):
    with ThreadPoolExecutor(1) as executor:
        again = {"store": store, "version": 1, "progress": False, "executor": executor}
        return sweeps.run(function, {"i": range(count)}, **{**again, **options})


@pytest.fixture
def store(tmp_path):
    with pytest.warns(sweeps.SweepWarning, match="1 of 10"):
        sweep(tmp_path / "ledger.sqlite")
    return tmp_path / "ledger.sqlite"


def names(store):
    return sorted(path.name for path in store.parent.iterdir())


def elsewhere(code, store):
    script = f"import sys, sweeps; from pathlib import Path; store = Path(sys.argv[1])\n{code}"
    command = [sys.executable, "-c", script, str(store)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


OPEN = "from sweeps.storing.ledger import Ledger; Ledger(store).close()"


def test_a_second_driver_is_told_who_the_first_is(store):
    who = rf"another sweep is using it \(process {os.getpid()} on {platform.node()}\)"
    with Ledger(store):
        with pytest.raises(sweeps.LedgerError, match=f"{store} cannot be opened: {who}"):
            Ledger(store)
        store.read_bytes()  # SQLite's own lock is gone when any code closes the file
        assert f"on {platform.node()}); wait for that one" in elsewhere(OPEN, store).stderr
    assert elsewhere(OPEN, store).returncode == 0
    assert names(store) == ["ledger.sqlite"]


def test_a_ledger_is_read_while_it_is_written(store):
    with Ledger(store) as ledger:
        ledger._connection.execute("DELETE FROM points WHERE replica = 0 AND id = 1")
        (failure,) = sweeps.failures(store)
        assert failure.parameters == {"i": 3}
        done = elsewhere("print(len(sweeps.failures(store)))", store)
        assert (done.stdout, done.stderr) == ("1\n", "")
        with Reader(store) as reader:
            assert [(count.done, count.failed) for count in reader.counts()] == [(8, 1)]
    assert names(store) == ["ledger.sqlite"]


def test_a_finished_sweep_is_read_while_another_one_writes(store):
    def other(i):
        assert sweep(store, count=3)["number"].notnull().all()
        with pytest.raises(sweeps.LedgerError, match="another sweep is using it"):
            sweep(store)
        return i

    assert not sweep(store, other, version=2, throw=True)["failed"].any()


def test_a_driver_that_is_killed_leaves_no_lock_and_what_it_did_can_be_read(store):
    code = (
        "import os; from sweeps.storing.ledger import Ledger; ledger = Ledger(store)\n"
        "ledger._connection.execute('DELETE FROM points WHERE id = 1'); os.kill(os.getpid(), 9)"
    )
    assert elsewhere(code, store).returncode == -signal.SIGKILL
    assert names(store) == [f"ledger.sqlite{end}" for end in ("", "-shm", "-wal", ".lock")]
    assert not lock.driver(store).alive
    before = {end: Path(f"{store}{end}").read_bytes() for end in ("", "-wal", ".lock")}
    with Reader(store) as reader:
        assert reader.counts()[0].done == 8
    assert {end: Path(f"{store}{end}").read_bytes() for end in before} == before
    Ledger(store).close()
    assert names(store) == ["ledger.sqlite"]


@pytest.mark.parametrize("journal", [False, True])
def test_a_medium_that_is_read_only(store, mount, journal):
    copy = mount("size=8m") / store.name
    with Ledger(store) as ledger:
        ledger._connection.execute("DELETE FROM points WHERE id = 10")
        for end in ("", "-wal") if journal else ():
            shutil.copy(f"{store}{end}", f"{copy}{end}")
    if not journal:
        shutil.copy(store, copy)
    mount("ro")
    assert [failure.parameters for failure in sweeps.failures(copy)] == [{"i": 3}]
    assert [point.same for point in sweeps.recheck(draw, copy, version=1)] == [True] * 3
    assert sweep(copy, count=3)["number"].equals(sweep(store, count=3)["number"])
    with Reader(copy) as reader:
        assert reader.counts()[0].done == 8
    with pytest.raises(sweeps.LedgerError, match="Read-only file system"):
        sweep(copy)


def test_a_full_disk_can_be_read(store, mount):
    folder = mount("size=300k")
    copy = shutil.copy(store, folder)
    free = shutil.disk_usage(folder).free
    (folder / "rest").write_bytes(bytes(free))
    assert [failure.parameters for failure in sweeps.failures(copy)] == [{"i": 3}]
    assert len(sweeps.recheck(draw, copy, version=1)) == 3
    assert sweep(copy, count=3)["number"].notnull().all()
    with pytest.raises(sweeps.LedgerError, match=r"is the disk full\?"):
        sweep(copy, count=30)


@pytest.mark.thorough
@pytest.mark.parametrize("missing", [True, False])
def test_where_there_are_no_such_locks_nothing_is_shared(store, monkeypatch, missing):
    def unable(descriptor, how):
        raise OSError(errno.ENOLCK, "No locks available")

    if missing:
        monkeypatch.setattr(lock, "fcntl", None)
    else:
        monkeypatch.setattr(lock.fcntl, "flock", unable)
    with Ledger(store) as ledger:
        assert not ledger.lock.held
        with pytest.raises(sweeps.LedgerError, match="another sweep is using it"):
            Ledger(store)
        done = elsewhere("sweeps.failures(store)", store)
        assert "another sweep is using it" in done.stderr
    assert sweeps.failures(store)
    assert names(store) == ["ledger.sqlite"]


@pytest.mark.parametrize("error", [errno.EACCES, errno.EAGAIN])
def test_a_lock_may_be_refused_in_two_ways(store, monkeypatch, error):
    def refused(descriptor, how):
        raise OSError(error, os.strerror(error))

    with Ledger(store), monkeypatch.context() as patched:
        patched.setattr(lock.fcntl, "flock", refused)
        with pytest.raises(sweeps.LedgerError, match="another sweep is using it"):
            lock.Lock(store)


def test_who_is_refused_any_lock_leaves_that_of_another(store, monkeypatch):
    def unable(descriptor, how):
        raise OSError(errno.ENOLCK, "No locks available")

    with Ledger(store):
        with monkeypatch.context() as patched:
            patched.setattr(lock.fcntl, "flock", unable)
            with pytest.raises(sweeps.LedgerError, match="another sweep is using it"):
                Ledger(store)
        with pytest.raises(sweeps.LedgerError, match="another sweep is using it"):
            lock.Lock(store)


def test_a_child_of_the_driver_does_not_hold_the_lock(store):
    context = multiprocessing.get_context("fork")
    with Ledger(store):
        child = context.Process(target=threading.Event().wait, args=[60])
        child.start()
    try:
        Ledger(store).close()
    finally:
        child.kill()
        child.join()


def test_a_lock_whose_name_was_taken_is_not_held(store):
    """A driver that ends removes the file, which the next one may have opened before."""
    first = lock.Lock(store)
    path = store.with_name("ledger.sqlite.lock")
    path.rename(store.with_name("gone"))
    second = lock.Lock(store)
    assert second.held
    first.leave()
    second.release()
    assert not path.exists()


def test_a_link_to_a_ledger_is_the_ledger(store, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(store)
    with Ledger(link) as ledger:
        ledger._connection.execute("DELETE FROM points WHERE id = 1")
        with pytest.raises(sweeps.LedgerError, match="another sweep is using it"):
            Ledger(store)
        for path in (link, store):
            assert sweeps.status(path).running
            assert sweeps.status(path).done == 8


def test_a_lock_that_says_nothing(store):
    store.with_name("ledger.sqlite.lock").write_text("[")
    assert lock.driver(store) == (False, {}, 0.0, 0, 0)
    assert str(lock.driver(store)) == "process ? on ?"


def test_sqlite_says_the_ledger_is_whole(store):
    with Ledger(store):
        connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def test_a_ledger_of_two_names_is_not_written(store):
    other = store.with_name("other.sqlite")
    os.link(store, other)
    for name in (store, other):
        with pytest.raises(sweeps.LedgerError, match="the file has 2 names"):
            sweep(name, count=12)
    assert not store.with_name(f"{store.name}.lock").exists()
    other.unlink()
    with pytest.warns(sweeps.SweepWarning, match="1 of 12"):
        sweep(store, count=12)


@pytest.mark.parametrize("moved", [True, False])
def test_a_ledger_that_goes_while_it_is_written_is_no_success(store, moved):
    away = store.with_name("away.sqlite")

    def point(i):
        if i == 5:
            if moved:
                store.rename(away)
            else:
                store.unlink()
        return i

    with pytest.raises(sweeps.LedgerError, match="was moved or removed while the sweep"):
        sweep(store, point, version=2)
    if moved:
        away.rename(store)
        assert not sweep(store, unchanged, version=3)["failed"].any()
        (done,) = [
            count for name, (count, _) in sweeps.status(store).stored.items() if "version 2" in name
        ]
        assert 1 <= done <= 5


def unchanged(i):
    return i
