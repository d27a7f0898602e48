"""The tables of the benchmarks as a page of the documentation: a section for each of them."""

import math
import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.row import Row
from foundation.versions import version
from sweeps import provenance

LIBRARIES = ("numpy", "scipy", "numba", "scikit-learn", "jax", "diffrax", "darnax")
HEAD = """# Benchmarks

Made by `python -m benchmarks --write`; each section says where and when. Times are seconds of the
processor on one core (of a clock for pools of processes). A ratio is the median over rounds in
which what it compares was measured in turn: to a *limit*, which no implementation can do without,
our time over the limit's; to a *peer*, the peer's time over ours. Targets are those that the
project set itself beforehand; `<=` stands with limits and absolute numbers, `>=` with peers.

"""


def report(pages: dict[str, tuple[str, list[Row]]], page: str = "") -> str:
    """Return a page in Markdown, with the sections that were measured and the others as they were.

    Parameters
    ----------
    pages
        What was measured here and now.
    page
        The page until now.
    """
    _, *parts = re.split(r"^## (\w+)\n", page, flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    sections |= {name: _section(*one) for name, one in pages.items()}
    return (
        HEAD
        + "\n\n".join(f"## {name}\n\n{text.strip()}" for name, text in sorted(sections.items()))
        + "\n"
    )


def machine() -> str:
    """Return what the numbers depend on; neither the name of the host nor a path."""
    record = provenance()
    git = record["git"] or {"commit": "unknown", "dirty": None}
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    found = [f"{name} {version(name) or 'absent'}" for name in LIBRARIES]
    versions = [f"Python {record['python']}", *found]
    commit = git["commit"][:12] + (" with changes on top" if git["dirty"] else "")
    return (
        f"- {_processor()}, {os.cpu_count()} cores, {platform.system()}\n"
        f"- load at the end, over 1, 5 and 15 minutes: {load} processes; other work on the machine "
        "shares caches and memory bandwidth\n"
        f"- {', '.join(versions)}\n"
        f"- {datetime.now(UTC):%Y-%m-%d}, commit {commit}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _section(page: str, rows: list[Row]) -> str:
    head = "| what | ours | limit or peer | its time | ratio | target | |\n| --- " + "| --- " * 6
    lines = "\n".join(map(_line, rows))
    return f"{page.strip()}\n\n{head}|\n{lines}\n\n{machine()}"


def _line(row: Row) -> str:
    ratio = f"{row.measured:.3g}" if row.beside and not math.isnan(row.measured) else ""
    target = f"{row.relation} {row.target:.3g}" if row.relation else ""
    cells = (row.what, row.ours, row.beside, row.theirs, ratio, target, row.verdict)
    return f"| {' | '.join(cells)} |"
