"""What a sweep costs beside the computation itself, against the limits the project sets itself.

    python benchmarks/bench_sweeps.py

The time of the first sweep is that of its whole process. That of a cached one is the call of `run`
in a new process: xarray is imported in it (and dask by xarray, where dask is installed).
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPT = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
import sweeps

def trivial(i, j, rng):
    return rng.random()

store, rows, workers = sys.argv[1:]
grid = {"i": range(int(rows)), "j": range(100)}
executor = None if workers == "processes" else ThreadPoolExecutor(1)
start = time.perf_counter()
data = sweeps.run(trivial, grid, store=store, version=1, executor=executor, progress=False)
assert not data["failed"].any() and data["result"].size == 100 * int(rows)
print(time.perf_counter() - start)
"""


def seconds(store: Path, rows: int, workers: str) -> tuple[float, float]:
    """Return the time of a sweep over `rows` x 100 points: of the process, and of the call."""
    start = time.perf_counter()
    command = [sys.executable, "-c", SCRIPT, str(store), str(rows), workers]
    call = float(subprocess.check_output(command))
    return time.perf_counter() - start, call


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        rows = [
            ("2,000 trivial points on a process pool", seconds(small, 20, "processes")[0], 15),
            ("the same again, all cached", seconds(small, 20, "processes")[1], 1),
        ]
        filled = seconds(large, 1000, "threads")[0]
        rows += [("100,000 cached points", seconds(large, 1000, "threads")[1], 5)]
    for name, measured, limit in rows:
        verdict = "ok" if measured < limit else "TOO SLOW"
        print(f"{name:40} {measured:6.2f} s  (limit {limit} s)  {verdict}")
    print(f"{'(100,000 points on a thread, stored)':40} {filled:6.2f} s")


if __name__ == "__main__":
    main()
