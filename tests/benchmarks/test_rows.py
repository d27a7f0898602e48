"""The table of the benchmarks: how its ratios and verdicts come about; no times."""

import inspect
import math
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import report, row
from benchmarks.__main__ import NAMES

ROOT = Path(__file__).parents[2]
TIMES = np.array([[2.0, 1.0], [6.0, 2.0], [5.0, 5.0]])


def test_a_ratio_is_the_median_of_the_rounds():
    found = row.over_limit("work", "limit", TIMES, 1.5)
    assert found.measured == 2.0, "not 5/2, the ratio of the medians"
    assert (found.ours, found.theirs) == ("5 s", "2 s")
    assert found.verdict == "**missed**"
    peer = row.over_ours("work", "peer", TIMES[:, ::-1], 2.0)
    assert peer.measured == 2.0
    assert peer.verdict == "met"
    assert row.over_ours("work", "peer", TIMES).verdict == ""


def test_absolute_numbers_and_absent_peers():
    assert row.absolute("work", 3.0, "s", 3).verdict == "met"
    assert row.absolute("work", math.inf, "s", 3).verdict == "**missed**"
    absent = row.absent("work", "peer")
    assert absent.verdict == ""
    assert absent.theirs == "not installed"


@pytest.mark.parametrize(
    ("seconds", "said"), [(1.5, "1.5 s"), (0.0123, "12.3 ms"), (2e-6, "2 µs"), (163e-9, "163 ns")]
)
def test_durations(seconds, said):
    assert row.duration(seconds) == said


def test_functions_are_timed_in_turn_after_a_first_round():
    calls = []
    times = row.in_turn(2, lambda: calls.append("a"), lambda: calls.append("b"))
    assert calls == list("ababab")
    assert times.shape == (2, 2)


def test_the_page(monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "my-own-machine")
    rows = [row.over_limit("work", "limit", TIMES, 1.5), row.absent("more", "peer")]
    page = report.report({"name": ("What it is.\n", rows)})
    assert "| work | 5 s | limit | 2 s | 2 | <= 1.5 | **missed** |" in page
    assert "| more |  | peer | not installed |  |  |  |" in page
    assert f"numpy {np.__version__}" in page
    assert str(ROOT) not in page
    assert "my-own-machine" not in page


def test_only_what_was_measured_changes():
    def rows(number):
        return [row.absolute("work", number, "s", 3)]

    page = report.report({"b": ("B.", rows(1.0)), "c": ("C.", rows(2.0))})
    more = report.report({"a": ("A.", rows(3.0)), "c": ("C!", rows(4.0))}, page)
    sections = more.split("\n## ")
    assert [section[0] for section in sections] == ["#", "a", "b", "c"]
    assert sections[2].strip() == page.split("\n## ")[1].strip()
    assert "C!" in sections[3]
    assert "| work | 4 s |" in sections[3]
    assert report.report({}, more) == more


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_has_a_page_and_rows(name):
    module = __import__(f"benchmarks.bench_{name}", fromlist=["rows"])
    assert inspect.isgeneratorfunction(module.rows)
    assert module.__doc__.splitlines()[0].endswith(".")


def test_an_unknown_name_is_one_line():
    command = [sys.executable, "-m", "benchmarks", "nope"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "nope" in done.stderr
