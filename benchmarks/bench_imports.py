"""How long the packages take to import, beside the numpy and scipy that they build on.

    python benchmarks/bench_imports.py [REPEATS]

Each time is that of a whole Python process; the median is printed.
"""

import subprocess
import sys
import time
from statistics import median

STATEMENTS = [
    "pass",
    "import numpy",
    "import numpy, scipy.special",
    "import networks",
    "import replica",
    "import numpy, numba",
    "import dynamics",
]


def seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main(repeats: int = 7) -> None:
    for statement in STATEMENTS:
        times = [seconds(statement) for _ in range(repeats + 1)][1:]
        print(f"{statement:32} {median(times):6.3f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
