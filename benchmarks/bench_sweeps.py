"""What a sweep costs beside the computation itself.

Times of a process pool are those of a clock, since several processes work. That of a cached sweep
is the call of `run` in a new process, as seconds of the processor: xarray is imported in it (and
dask by xarray, where dask is installed). The peer, joblib, comes with scikit-learn; it evaluates
the same points and stores nothing.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.row import Row, absolute, over_ours

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


def ours(store: Path, rows: int, workers: str = "processes") -> tuple[float, float]:
    """Return the time of a sweep over `rows` x 100 points: of the process, and of the call."""
    start = time.perf_counter()
    call = subprocess.check_output([sys.executable, "-c", OURS, str(store), str(rows), workers])
    return time.perf_counter() - start, float(call)


def theirs() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", THEIRS], check=True)
    return time.perf_counter() - start
