"""The house stays one to live in: short files, and functions of few parameters."""

import ast
import importlib
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/py.typed"))
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
MOST_LINES, MEDIAN_LINES, MOST_PARAMETERS = 350, 120, 9
FACES = [*PACKAGES, "contrastive_ode.tasks"]


def length(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(tree):
    """Yield each function of a module, with the name of the class that holds it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            yield from (
                (node.name, part) for part in node.body if isinstance(part, ast.FunctionDef)
            )


def parameters(function):
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


@pytest.fixture(scope="module")
def public():
    """Return the names that the faces of all packages offer."""
    return {name for face in FACES for name in importlib.import_module(face).__all__}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_long(path):
    assert length(path) <= MOST_LINES


def test_most_files_fit_on_two_screens():
    assert statistics.median(map(length, FILES)) <= MEDIAN_LINES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_take_few_parameters(path, public):
    """All but entry points for users, which document theirs in groups."""
    for owner, function in functions(ast.parse(path.read_text(encoding="utf-8"))):
        entry = {owner or function.name} & public and (function.name == "__init__" or not owner)
        many = len(parameters(function)) > MOST_PARAMETERS
        assert entry or not many, f"{owner}.{function.name} at line {function.lineno}"
