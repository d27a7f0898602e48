"""Packages import each other along the table of the design only, and light libraries only."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ALLOWED = {
    "networks": set(),
    "replica": {"networks"},
    "bp": {"networks"},
    "dynamics": {"networks"},
    "learning": {"networks", "dynamics"},
    "contrastive_ode": set(),
    "sweeps": set(),
}
ALLOWED["figures"] = set(ALLOWED)
PACKAGES = [name for name in ALLOWED if (ROOT / name / "__init__.py").exists()]

HEAVY = {"sympy", "matplotlib", "xarray", "h5netcdf", "dask", "distributed", "sklearn", "pandas"}
NOT_NEEDED = dict.fromkeys(PACKAGES, HEAVY)
for name in {"networks", "replica", "contrastive_ode"} & set(PACKAGES):
    NOT_NEEDED[name] = HEAVY | {"numba", "mpmath", "tqdm", "loky", "cyclopts"}


def imported(path):
    """Return the top-level names that a file imports anywhere, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module.partition(".")[0]


def test_all_packages_are_in_the_table():
    folders = {path.parent.name for path in ROOT.glob("*/py.typed")}
    assert folders <= set(ALLOWED)
    assert {"networks", "replica", "bp", "dynamics", "learning", "contrastive_ode"} <= set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_table(package):
    files = sorted((ROOT / package).rglob("*.py"))
    found = {name for path in files for name in imported(path)} & set(ALLOWED)
    assert found <= {package} | ALLOWED[package]


@pytest.mark.parametrize("package", PACKAGES)
def test_heavy_libraries_wait_until_they_are_needed(package):
    script = f"import sys, {package}; print(sorted({NOT_NEEDED[package]!r} & set(sys.modules)))"
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
