"""The public face: its page of documentation runs, and importing it is quick."""

import doctest
import subprocess
import sys

import sweeps


def test_the_example_runs():
    assert doctest.testmod(sweeps).failed == 0


def test_heavy_libraries_wait_until_they_are_needed():
    heavy = {"xarray", "pandas", "loky", "matplotlib", "scipy", "tqdm", "adaptive", "distributed"}
    script = f"import sys, sweeps; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
