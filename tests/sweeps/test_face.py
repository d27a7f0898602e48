"""The public face: its page of documentation runs, and importing it is quick."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

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


def test_the_tutorial_runs(tmp_path):
    """All blocks marked `python`; the one that needs SLURM is marked `py`."""
    page = Path(__file__).parents[2].joinpath("docs", "sweeps.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) > 5
    script = tmp_path / "tutorial.py"
    script.write_text("\n".join(blocks))
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Threshold(not reached: all fractions are below 0.5" in done.stdout
    assert "Comparison(agree" in done.stdout
