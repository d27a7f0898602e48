"""Packages import each other along the table of the design only, and light libraries only."""

import ast
import functools
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

GROUND = {"foundation"}
ALLOWED = {
    "foundation": set(),
    "networks": GROUND,
    "replica": GROUND | {"networks"},
    "bp": GROUND | {"networks"},
    "dynamics": GROUND | {"networks"},
    "learning": GROUND | {"networks", "dynamics"},
    "learning_dynamics": GROUND,
    "contrastive_ode": GROUND,
    "sweeps": GROUND,
}
ALLOWED["figures"] = set(ALLOWED)
PACKAGES = [name for name in ALLOWED if (ROOT / name / "__init__.py").exists()]

HEAVY = {"sympy", "matplotlib", "xarray", "h5netcdf", "dask", "distributed", "sklearn", "pandas"}
NOT_NEEDED = dict.fromkeys(PACKAGES, HEAVY)
for name in {"networks", "replica", "contrastive_ode"} & set(PACKAGES):
    NOT_NEEDED[name] = HEAVY | {"numba", "mpmath", "tqdm", "loky", "cyclopts"}


@functools.cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf8"))


def imported(path):
    """Return the top-level names that a file imports anywhere, also inside functions."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module.partition(".")[0]


def modules(package):
    """Return the file of each module of a package, by its name; a package is its `__init__`."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / package).rglob("*.py"))
    }


@functools.cache
def arrows(package):
    """Return which modules of its package each module imports, wherever in its file."""
    files = modules(package)
    found = {name: set() for name in files}
    for name, path in files.items():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & set(files)
            elif isinstance(node, ast.ImportFrom):
                targets = {f"{node.module}.{alias.name}" for alias in node.names} & set(files)
                found[name] |= targets or {node.module} & set(files)
    return {name: targets - {name} for name, targets in found.items()}


def circle(graph):
    """Return the nodes that are left when all that import nothing that is left have gone."""
    left = dict(graph)
    while ends := [name for name, targets in left.items() if not targets & set(left)]:
        for name in ends:
            del left[name]
    return sorted(left)


def rooms(package):
    """Return which rooms of a package each of its rooms imports."""

    def room(module):
        parts = module.split(".")
        folder = ROOT.joinpath(*parts[:2])
        return parts[1] if len(parts) > 1 and folder.is_dir() else ""

    found = {}
    for name, targets in arrows(package).items():
        found.setdefault(room(name), set()).update(map(room, targets))
    found.pop("", None)  # the face, and what stands on the landing
    return {name: targets - {name, ""} for name, targets in found.items()}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_circles(package):
    """Neither between modules nor between rooms, also not of types or in a function."""
    assert circle(arrows(package)) == []
    assert circle(rooms(package)) == []


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == ["a", "b", "c", "d"]
    assert circle({"a": {"b"}, "b": set()}) == []
    assert {"groups", "thresholds"} <= set(rooms("replica"))
    assert "groups" in rooms("replica")["thresholds"]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_hides_behind_a_public_name(package):
    public = set(importlib.import_module(package).__all__)
    inside = {name.split(".")[1] for name in modules(package) if "." in name}
    assert not public & inside


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_says_what_is_in_it(package):
    for path in modules(package).values():
        assert ast.get_docstring(parsed(path)), path


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
