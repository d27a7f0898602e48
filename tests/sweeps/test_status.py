"""How far a sweep is, told to others while it runs, after it was killed, and after its end."""

import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sweeps
from sweeps.running.durations import told
from sweeps.storing.ledger import Ledger

SCRIPT = Path(__file__).with_name("killed_sweep.py")


def fragile(i):
    return 1 / i


def sweep(store, count, function=fragile, version=1):
    with ThreadPoolExecutor(1) as executor:
        options = {"store": store, "version": version, "executor": executor, "progress": False}
        return sweeps.run(function, {"i": range(count)}, **options)


def test_a_sweep_is_seen_from_another_process_and_after_its_death(tmp_path):
    store = tmp_path / "ledger.sqlite"
    process = subprocess.Popen([sys.executable, str(SCRIPT), str(store), "endless"])
    try:
        while not store.is_file() or sweeps.status(store).done < 2:
            time.sleep(0.05)
        found = sweeps.status(store)
    finally:
        process.kill()
        process.wait()
    assert found.running
    assert found.driver.startswith(f"process {process.pid} on {platform.node()} since ")
    assert (found.function, found.version, found.total) == ("endless", "1", 6)
    assert (found.done, found.failed, found.computing) == (2, 0, 2)
    assert found.stored == {"endless, version 1, seed 0": (2, 0)}
    assert found.seconds_left == pytest.approx(4 * 60 / found.per_minute)
    assert f"{store}: running, process {process.pid}" in repr(found)
    dead = sweeps.status(store)
    assert not dead.running
    assert (dead.done, dead.total, dead.computing, dead.seconds_left) == (2, 6, 0, None)
    assert "stopped, process" in repr(dead)


@pytest.mark.filterwarnings("ignore::sweeps.SweepWarning")
def test_failed_and_stored_points_are_counted_apart(tmp_path):
    store = tmp_path / "ledger.sqlite"
    seen = []
    sweep(store, 4)

    def look(i):
        for _ in range(500):  # a busy machine lets the driver lag behind
            found = sweeps.status(store)
            if found.done + found.failed >= i - 2:
                break
            time.sleep(0.01)
        seen.append(found)
        return 1 / (i % 4)

    sweep(store, 6, look, version=2)
    sweep(store, 6, look, version=2)
    first, again = seen[5], seen[7]
    assert (first.total, again.total) == (6, 6)
    assert (first.done, first.failed) in ((2, 1), (3, 1), (3, 2))  # the driver may lag behind
    assert (again.done, again.failed) in ((4, 0), (4, 1))
    assert again.stored[f"{__name__}.fragile, version 1, seed 0"] == (3, 1)
    after = sweeps.status(store)
    assert (after.running, after.driver, after.total) == (False, "", None)
    assert (after.done, after.failed) == (7, 3)
    assert "no sweep is running\nstored: " in repr(after)


@pytest.mark.filterwarnings("ignore::sweeps.SweepWarning")
def test_a_ledger_in_use_without_a_sweep(tmp_path):
    store = tmp_path / "ledger.sqlite"
    sweep(store, 2)
    with Ledger(store):
        found = sweeps.status(store)
    assert (found.running, found.total) == (True, None)
    assert found.driver == f"process {os.getpid()} on {platform.node()}"
    with pytest.raises(sweeps.LedgerError, match="does not exist"):
        sweeps.status(tmp_path / "none")


def test_durations():
    seconds = [0.123, 89, 100, 600, 5400, 90000, 200000, 1e8]
    said = ["0.12 s", "89 s", "1.7 min", "10 min", "1.5 h", "25 h", "2.3 days", "1157 days"]
    assert [told(s) for s in seconds] == said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"started": ', '"started": 99999999999'),
        ('"started": ', '"started": null, "at": '),
        ('"total": 6', '"total":[]'),
    ],
)
def test_a_damaged_word_of_a_driver_is_no_error(tmp_path, before, after):
    store = tmp_path / "ledger.sqlite"
    sweep(store, 6, function=abs_of)
    held = Ledger(store)
    held.lock.say(function="f", version="1", seed=0, workers=1, total=6, stored=2)
    assert sweeps.status(store).total == 6
    file = tmp_path / "ledger.sqlite.lock"
    text = file.read_bytes()
    assert before.encode() in text
    file.write_bytes(text.replace(before.encode(), after.encode()))
    found = sweeps.status(store)
    assert (found.running, found.total, found.done) == (True, None, 6)
    held.close()


def abs_of(i):
    return abs(i)
