"""Worker processes: their threads, their deaths, and other people's executors."""

import os
import signal
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest

import sweeps
from sweeps.running.dispatch import Dispatch
from sweeps.storing.evaluation import Task
from sweeps.storing.point import Point
from sweeps.storing.scratch import Scratch

SCRATCH = Scratch(Path("unused"), "")


@pytest.fixture
def ledger(tmp_path):
    return {"store": tmp_path / "ledger", "version": 1, "progress": False}


def test_a_worker_has_one_thread(ledger):
    def threads(name):
        return int(os.environ[name])

    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"]
    data = sweeps.run(threads, {"name": names}, executor=1, **ledger)
    assert (data["result"] == 1).all()


def test_a_worker_that_dies_once_costs_nothing(ledger, tmp_path):
    mark = tmp_path / "mark"

    def mortal(i):
        time.sleep(0.01)
        if i == 7 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return i

    data = sweeps.run(mortal, {"i": range(20)}, executor=2, **ledger)
    assert mark.exists()
    assert not data["failed"].any()
    assert data["result"].values.ravel().tolist() == list(range(20))


def test_a_point_that_kills_its_worker_fails_alone(ledger):
    def deadly(i):
        time.sleep(0.01)
        if i == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return i

    with pytest.warns(sweeps.SweepWarning, match=r"1 of 20 points failed.*\n  i=7"):
        data = sweeps.run(deadly, {"i": range(20)}, executor=2, **ledger)
    assert data["i"][data["failed"][:, 0]].values.tolist() == [7]
    (failure,) = sweeps.failures(ledger["store"])
    assert "worker process died" in failure.error


def test_workers_that_all_die_end_the_sweep(ledger):
    def deadly(i):
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(sweeps.SweepError, match="the executor broke"):
        sweeps.run(deadly, {"i": range(50)}, executor=1, **ledger)


class Mortal:
    """Workers of our own, without processes: those points are deadly that are said to be."""

    own = True

    def __init__(self, deadly):
        self.deadly = deadly
        self.restarts = 0
        self.broken = False

    def capacity(self):
        return 4

    def submit(self, task, point):
        future = Future()
        self.broken |= point.parameters["i"] in self.deadly
        if self.broken:
            future.set_exception(BrokenExecutor("died"))
        else:
            future.set_result(task(point))
        return future

    def restart(self):
        self.restarts += 1
        self.broken = False


@pytest.mark.parametrize("deadly", [{1}, {0, 1, 2}, {3, 4, 5, 9}, set(range(0, 20, 2))])
def test_only_deaths_of_points_that_were_alone_count_and_only_in_a_row(deadly):
    """A pool that dies with four points in flight says nothing of any of them."""
    kept = {}
    workers = Mortal(deadly)

    def keep(point, evaluation):
        kept[point.parameters["i"]] = evaluation.error

    dispatch = Dispatch(Task(abs_of, 0, (), SCRATCH), workers, keep)
    dispatch.run(Point({"i": i}) for i in range(20))
    assert {i for i, error in kept.items() if error} == deadly
    assert kept.keys() == set(range(20))
    assert workers.restarts > len(deadly)


def test_four_deaths_in_a_row_end_it():
    kept = []
    dispatch = Dispatch(
        Task(abs_of, 0, (), SCRATCH), Mortal({1, 2, 3, 4}), lambda *pair: kept.append(pair)
    )
    with pytest.raises(sweeps.SweepError, match="the executor broke"):
        dispatch.run(Point({"i": i}) for i in range(1, 20))
    assert [point.parameters["i"] for point, _ in kept] == [1, 2, 3]


def abs_of(i):
    return abs(i)


def test_an_exit_inside_the_function_is_an_error_of_the_point(ledger):
    def leaving(i):
        raise SystemExit("enough")

    with pytest.warns(sweeps.SweepWarning, match="SystemExit: enough"):
        sweeps.run(leaving, {"i": [1]}, executor=1, **ledger)


@pytest.mark.parametrize("processes", [True, False])
def test_an_interrupt_inside_the_function_is_an_error_of_the_point(ledger, processes):
    """Ctrl-C comes to the driver, not out of a point."""

    def interrupted(i):
        if i == 1:
            raise KeyboardInterrupt
        return i

    with ThreadPoolExecutor(1) as threads:
        executor = 1 if processes else threads
        with pytest.warns(sweeps.SweepWarning, match=r"1 of 3.*\n  i=1, .*KeyboardInterrupt"):
            data = sweeps.run(interrupted, {"i": range(3)}, executor=executor, **ledger)
    assert data["failed"].values.ravel().tolist() == [False, True, False]


def test_an_executor_that_is_shut_down(ledger):
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(sweeps.SweepError, match=r"the executor broke \(RuntimeError: cannot sched"):
        sweeps.run(abs_of, {"i": [1]}, executor=executor, **ledger)


class Fragile(Executor):
    """An executor that breaks after three points."""

    def __init__(self):
        self.left = 3

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        if self.left:
            self.left -= 1
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(BrokenExecutor("cable cut"))
        return future


def test_a_broken_executor_of_the_caller_ends_the_sweep_and_the_next_goes_on(ledger):
    calls = []

    def function(i):
        calls.append(i)
        return i

    for done in (3, 6):
        with pytest.raises(sweeps.SweepError, match=r"cable cut.*run the same sweep again"):
            sweeps.run(function, {"i": range(8)}, executor=Fragile(), **ledger)
        assert calls == list(range(done))
    data = sweeps.run(function, {"i": range(8)}, executor=Fragile(), **ledger)
    assert data["result"].values.ravel().tolist() == list(range(8))


class Forgetful(Executor):
    """An executor that computes, and then loses the result of each point a number of times."""

    def __init__(self, losses):
        self.losses = losses
        self.lost = {}

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        point = args[0]
        count = self.lost[point.key] = self.lost.get(point.key, 0) + 1
        if count <= self.losses:
            future.set_exception(TypeError("the result was lost on its way"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def square(x):
    return x * x


def test_a_result_that_was_lost_once_is_computed_again(ledger):
    executor = Forgetful(losses=1)
    data = sweeps.run(square, {"x": [1, 2, 3]}, executor=executor, **ledger)
    assert data["result"].values.ravel().tolist() == [1, 4, 9]
    assert list(executor.lost.values()) == [2, 2, 2]


def test_a_result_that_is_lost_twice_is_a_failure_with_its_reason(ledger):
    executor = Forgetful(losses=2)
    with pytest.warns(sweeps.SweepWarning, match="2 of 2 points failed"):
        sweeps.run(square, {"x": [1, 2]}, executor=executor, **ledger)
    for failure in sweeps.failures(ledger["store"]):
        assert "TypeError: the result was lost on its way" in failure.error


def test_a_pool_serves_several_sweeps_and_survives_what_kills_a_worker(tmp_path):
    def process(i):
        return os.getpid()

    def deadly(i):
        if i == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return i

    def run(function, name, executor):
        options = {"store": tmp_path / name, "version": 1, "progress": False}
        return sweeps.run(function, {"i": range(3)}, executor=executor, **options)

    with sweeps.Pool(1) as pool:
        first, second = (run(process, name, pool)["result"].values for name in "ab")
        assert (first == first[0]).all()
        assert (first == second).all(), "the same process"
        with pytest.warns(sweeps.SweepWarning, match=r"1 of 3 points failed.*\n  i=1"):
            assert run(deadly, "c", pool)["failed"].sum() == 1
        third = run(process, "d", pool)["result"].values
        assert (third != first).all()
        with pytest.raises(TypeError, match="cannot be sent to worker processes"):
            run(lambda_of_a_lock(), "e", pool)
    with pytest.raises(ProcessLookupError):
        os.kill(int(third[0, 0]), 0)
    own = run(process, "f", 1)["result"].values
    assert (own != third).all(), "a sweep alone has workers of its own"


def test_a_sweep_that_stops_leaves_no_point_running_in_a_shared_pool(tmp_path):
    def endless(i):
        if i == 0:
            raise ValueError("no such i")
        time.sleep(60)

    options = {"store": tmp_path / "ledger", "version": 1, "progress": False}
    start = time.monotonic()
    with sweeps.Pool(1) as pool:
        with pytest.raises(sweeps.SweepError, match="no such i"):
            sweeps.run(endless, {"i": [0, 1]}, executor=pool, max_failures=1, **options)
        assert pool.submit(abs, -3).result() == 3
    assert time.monotonic() - start < 50


@pytest.mark.parametrize("processes", [0, True, 1.5])
def test_a_pool_has_at_least_one_process(processes):
    with pytest.raises((TypeError, ValueError), match="processes must be"):
        sweeps.Pool(processes)


def lambda_of_a_lock():
    lock = threading.Lock()

    def locked(i):
        return lock

    return locked
