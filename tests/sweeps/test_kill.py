"""Kill a sweep at random moments: it loses nothing but what was in flight."""

import contextlib
import importlib.util
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

import sweeps
from sweeps.storing.ledger import Ledger
from sweeps.storing.point import Point
from sweeps.storing.reader import Series

SCRIPT = Path(__file__).with_name("killed_sweep.py")


def script():
    """Return the module of the killed sweeps."""
    spec = importlib.util.spec_from_file_location("killed_sweep", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(store, name):
    """Start a sweep as the leader of a process group of its own."""
    return subprocess.Popen([sys.executable, str(SCRIPT), str(store), name], start_new_session=True)


def evaluated(store):
    """Return how many points the workers have evaluated."""
    count = Path(f"{store}.count")
    return count.stat().st_size if count.exists() else 0


def wait_for_points(process, store, more):
    """Wait until the workers have evaluated so many more points."""
    target = evaluated(store) + more
    while process.poll() is None and evaluated(store) < target:
        time.sleep(0.002)


def kill_repeatedly(store, name, most, kills):
    """Kill the process group of a sweep in mid-work, after 1 to `most` more points each time."""
    rng = np.random.default_rng()
    for _ in range(kills):
        process = start(store, name)
        wait_for_points(process, store, rng.integers(1, most, endpoint=True))
        time.sleep(rng.uniform(0, 0.05))
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def rows(store):
    connection = sqlite3.connect(store)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return connection.execute("SELECT count(*) FROM points").fetchone()[0]
    finally:
        connection.close()


def serial(store, name):
    function, grid = script().SWEEPS[name]
    function.__module__ = "__main__"  # as it is in the script that was killed
    with ThreadPoolExecutor(1) as executor:
        return sweeps.run(
            function, grid, store=store, version=1, executor=executor, progress=False, stale="use"
        ).drop_vars("seconds")


@pytest.mark.parametrize("kills", [2, pytest.param(5, marks=pytest.mark.thorough)])
def test_numbers_survive_kills(tmp_path, kills):
    store = tmp_path / "ledger"
    kill_repeatedly(store, "numbers", 25, kills)
    stored = rows(store)
    assert 0 < stored < 200
    assert start(store, "numbers").wait() == 0
    assert rows(store) == 200
    resumed = serial(store, "numbers")
    assert resumed.identical(serial(tmp_path / "serial", "numbers"))


@pytest.mark.thorough
def test_large_arrays_survive_kills(tmp_path):
    store = tmp_path / "ledger"
    kill_repeatedly(store, "arrays", 2, kills=5)
    assert rows(store) < 30
    assert start(store, "arrays").wait() == 0
    assert rows(store) == 30
    function, grid = script().SWEEPS["arrays"]
    with Ledger(store) as ledger:
        stored = ledger.rows(Series("arrays", "1", 0))
        for i in grid["i"]:
            point = Point({"i": i})
            found = ledger.evaluation(stored[point.identity]).results
            expected = function(i, rng=point.generator(0))
            assert found["x"] == expected["x"]
            assert found["large"].tobytes() == expected["large"].tobytes()
    store.unlink()  # pytest would keep the 600 MB


def started(store):
    """Start the endless sweep; return it when its first two points are stored, and its workers."""
    process = start(store, "endless")
    wait_for_points(process, store, 2)
    time.sleep(1)  # for the driver to store them
    driver = psutil.Process(process.pid)
    return process, driver.children(recursive=True)


@pytest.mark.thorough
def test_workers_do_not_outlive_a_killed_driver(tmp_path):
    process, family = started(tmp_path / "ledger")
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []


@pytest.mark.parametrize("group", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_ctrl_c_stores_what_is_done_and_leaves_no_worker(tmp_path, group):
    store = tmp_path / "ledger"
    process, family = started(store)
    (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    assert process.wait(60) == -signal.SIGINT
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert rows(store) == 2


def session(leader):
    """Return the processes that belong to the session of a driver, alive."""
    found = []
    for process in psutil.process_iter(["status"]):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            dead = process.info["status"] == psutil.STATUS_ZOMBIE
            if os.getsid(process.pid) == leader and not dead:
                found.append(process)
    return found


@pytest.mark.parametrize("later", [0.1, pytest.param(0.25, marks=pytest.mark.thorough)])
def test_workers_that_are_starting_do_not_outlive_a_killed_driver(tmp_path, later):
    process = start(tmp_path / "ledger", "endless")
    while len(session(process.pid)) < 3:  # the driver, loky's tracker, a worker
        time.sleep(0.005)
    time.sleep(later)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(session(process.pid), timeout=10)
    assert alive == []


def send(process, who, which, rng):
    """Send a signal to a driver, to one of its workers or all, or to everybody."""
    family = session(process.pid)
    workers = [member for member in family if member.pid != process.pid]
    if who == "worker":
        workers = [workers[rng.integers(len(workers))]] if workers else []
    targets = {"driver": [process], "everybody": [process, *workers]}.get(who, workers)
    for target in targets:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            target.send_signal(which)


def contents(store):
    """Return what a ledger holds, without the times; {} before there is one."""
    if not store.exists():
        return {}
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        query = "SELECT parameters, results, arrays FROM points WHERE error IS NULL"
        try:
            return {key: values for key, *values in connection.execute(query)}
        except sqlite3.OperationalError:  # no table yet
            return {}


@pytest.mark.parametrize(
    "kills",
    [pytest.param(3, marks=pytest.mark.thorough), pytest.param(200, marks=pytest.mark.long)],
)
def test_signals_to_anybody_at_any_time_lose_no_row_and_leave_no_process(tmp_path, kills):
    """While modules are imported, workers start, points are computed, and the pool ends."""
    rng, rounds, store = np.random.default_rng(17), 0, tmp_path / "0"
    for _ in range(kills):
        process = start(store, "numbers")
        time.sleep(rng.uniform(0, 2.5))
        who = str(rng.choice(["driver", "worker", "workers", "everybody"]))
        which = signal.Signals(rng.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
        before = contents(store)
        send(process, who, which, rng)
        if who.startswith("worker") and rng.random() < 0.5:
            time.sleep(rng.uniform(0, 0.5))
            process.kill()
        status = process.wait(60)
        if who.startswith("worker"):
            assert status in (0, -signal.SIGKILL), (who, which)
        _, alive = psutil.wait_procs(session(process.pid), timeout=20)
        assert alive == [], (who, which)
        after = contents(store)
        assert before.items() <= after.items()
        if len(after) == 200:
            rounds += 1
            store = tmp_path / f"{rounds}"
    assert start(store, "numbers").wait(60) == 0
    expected = contents(serial_store(tmp_path))
    for done in range(rounds + 1):
        assert contents(tmp_path / f"{done}") == expected


def serial_store(folder):
    serial(folder / "serial", "numbers")
    return folder / "serial"
