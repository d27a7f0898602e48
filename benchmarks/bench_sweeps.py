"""What a sweep costs beside the computation itself.

Times of a process pool are those of a clock, since several processes work. That of a cached sweep
is the call of `run` in a new process, as seconds of the processor: xarray is imported in it (and
dask by xarray, where dask is installed). The peer, joblib, comes with scikit-learn; it evaluates
the same points and stores nothing.

Arrays go into a ledger that is opened and closed for them, and come from one, by the clock; beside
that stand as many .npy files, each of them flushed to the disk as a result must be that survives a
failure of power (the ledger flushes when it is closed).
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.row import Row, absolute, over_limit, over_ours
from sweeps.storing.evaluation import Evaluation
from sweeps.storing.ledger import Ledger
from sweeps.storing.point import Point
from sweeps.storing.reader import Reader, Series

OURS = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
import sweeps

def trivial(i, j, rng):
    return rng.random()

store, rows, workers = sys.argv[1:]
grid = {"i": range(int(rows)), "j": range(100)}
executor = None if workers == "processes" else ThreadPoolExecutor(1)
start = time.process_time()
data = sweeps.run(trivial, grid, store=store, version=1, executor=executor, progress=False)
assert not data["failed"].any() and data["result"].size == 100 * int(rows)
print(time.process_time() - start)
"""
THEIRS = """
import joblib, numpy

def trivial(i, j, seed):
    return numpy.random.default_rng(seed).random()

points = (joblib.delayed(trivial)(i, j, (i, j)) for i in range(20) for j in range(100))
assert len(joblib.Parallel(n_jobs=-1)(points)) == 2000
"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        stores = [Path(folder, f"small{k}") for k in range(4)]
        times = np.array([[ours(store, 20)[0], theirs()] for store in stores])[1:]
        what = "2,000 trivial points on a process pool, stored"
        yield over_ours(f"{what}, process", "joblib, not stored", times)
        yield absolute(what, float(np.median(times[:, 0])), "s", 15)
        yield absolute("the same again, all cached", ours(stores[0], 20)[1], "s", 1)
        large = Path(folder, "large")
        ours(large, 1000, "threads")
        yield absolute("100,000 cached points", ours(large, 1000, "threads")[1], "s", 5)
        yield from arrays(Path(folder))


def arrays(folder: Path) -> Iterator[Row]:
    """Store and read one large array, and many small ones."""
    rng = np.random.default_rng(1)
    large, small = [rng.random(2_500_000)], [rng.random(125) for _ in range(1000)]
    for what, some, written, read in (
        ("one array of 20 MB", large, 6, 6),
        ("1,000 arrays of 1 kB", small, 1, 2),
    ):
        times = np.array([stored(folder / f"{len(some)}-{k}", some) for k in range(8)])[1:]
        yield over_limit(f"{what} to a ledger", "numpy.save, flushed", times[:, :2], written)
        yield over_limit(f"{what} from a ledger", "numpy.load", times[:, 2:], read)


def stored(folder: Path, some: list[np.ndarray]) -> list[float]:
    """Return the times of writing to a ledger and to files, and of reading from both."""
    folder.mkdir()
    ledger, series = folder / "ledger", Series("f", "1", 0)
    points = [Point({"i": i}) for i in range(len(some))]
    files = [folder / f"{i}.npy" for i in range(len(some))]

    def to_ledger() -> None:
        with Ledger(ledger) as opened:
            for point, array in zip(points, some, strict=True):
                opened.store(series, point, Evaluation({"x": array}))

    def to_files() -> None:
        for path, array in zip(files, some, strict=True):
            with path.open("wb") as file:
                np.save(file, array)
                file.flush()
                os.fsync(file.fileno())

    def from_ledger() -> None:
        with Reader(ledger) as opened:
            rows = opened.rows(series)
            found = [opened.evaluation(rows[point.identity]).results["x"] for point in points]
        assert np.array_equal(found[-1], some[-1])

    def from_files() -> None:
        found = [np.load(path) for path in files]
        assert np.array_equal(found[-1], some[-1])

    return [clock(call) for call in (to_ledger, to_files, from_ledger, from_files)]


def clock(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def ours(store: Path, rows: int, workers: str = "processes") -> tuple[float, float]:
    """Return the time of a sweep over `rows` x 100 points: of the process, and of the call."""
    start = time.perf_counter()
    call = subprocess.check_output([sys.executable, "-c", OURS, str(store), str(rows), workers])
    return time.perf_counter() - start, float(call)


def theirs() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", THEIRS], check=True)
    return time.perf_counter() - start
