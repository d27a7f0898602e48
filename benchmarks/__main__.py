"""Measure, and print tables: `python -m benchmarks [--write] [NAME...]`, in the checkout.

NAME is `bp`, `dynamics`..., one of the files `bench_NAME.py`; without names all are measured, which
takes a quarter of an hour. With `--write` their sections of docs/benchmarks.md are replaced, each
as soon as it is measured. Everything runs on one core. Peers that are not installed are left out;
`pip install -e '.[bench]'` brings them.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.measure import measured

HERE = Path(__file__).resolve().parent
NAMES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
REPORT = HERE.parent / "docs" / "benchmarks.md"
ONE_CORE = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def main(arguments: list[str]) -> None:
    names = [name for name in arguments if name != "--write"]
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        sys.exit(f"benchmarks: NAME must be one of {', '.join(NAMES)}, got {unknown[0]!r}")
    os.environ.update(ONE_CORE)
    for name in names or NAMES:
        # a process each: its peak of memory is its own, and no peer's threads stay behind
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            page = process.submit(measured, name).result()
        if "--write" in arguments:
            from benchmarks.report import report

            now = report({name: page}, REPORT.read_text(encoding="utf-8"))
            REPORT.write_text(now, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
