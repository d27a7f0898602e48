"""The time to import the packages, beside the libraries that they build on."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

import numpy as np

from benchmarks.row import Row, absolute, over_limit

BESIDE = {
    "networks": "numpy",
    "replica": "numpy, scipy.special",
    "dynamics": "numpy, numba",
}


def rows() -> Iterator[Row]:
    for package, libraries in BESIDE.items():
        statements = (f"import {package}", f"import {libraries}")
        times = np.array([[process("-c", words) for words in statements] for _ in range(6)])[1:]
        yield over_limit(f"import {package}, process", f"import {libraries}", times)
    command = "from figures.command import main; main(['--help'])"
    times = [process("-c", command) for _ in range(6)][1:]
    yield absolute("steering --help", median(times), "s", 0.5)


def process(*words: str) -> float:
    """Return the seconds of the processor that a Python process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
