"""Run one benchmark."""

import importlib
import math

from benchmarks.row import Row


def measured(name: str) -> tuple[str, list[Row]]:
    """Return the page of a benchmark and its rows, which are printed as they come."""
    module = importlib.import_module(f"benchmarks.bench_{name}")
    rows = []
    for row in module.rows():
        rows.append(row)
        ratio = "" if math.isnan(row.measured) else f"{row.measured:.2f}"
        beside = f"{row.beside} {row.theirs}".strip()
        print(f"{row.what:75} {row.ours:>9}  {beside:45} {ratio:>8} {row.verdict}", flush=True)
    return module.__doc__ or "", rows
