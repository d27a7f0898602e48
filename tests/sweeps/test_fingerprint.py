"""A change of the code that computes is seen, and nothing else is taken for one."""

import itertools
import sys
import tomllib
import types
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
import xarray

import sweeps
from foundation.fingerprint import HOUSE, differs, fingerprint

SOURCE = '''
import functools
import numba
import numpy as np
import scipy
from dataclasses import dataclass

SCALE = 2.0
SIZES = [1, 2]
TABLE = np.arange(3)
CACHE = {}
COUNT = 0

@dataclass(frozen=True)
class Model:
    factor: float = 1.0

    def energy(self, x):
        return self.factor * x

MODEL = Model(3.0)

def doubled(function):
    @functools.wraps(function)
    def wrapper(x):
        return 2 * function(x)
    return wrapper

@doubled
def helper(x):
    """Help."""
    return x + 1

@functools.cache
def cached(x):
    return x + 10

@numba.njit
def compiled(x):
    return x + 20

def bound(x, y):
    return x + 30 + y

half = functools.partial(bound, y=0.5)

def unrelated(x):
    return 40

def remember(x):
    global COUNT
    COUNT += 1
    CACHE[x] = x

def point(x, shift=0.25):
    """Return it."""
    if x in {"a", "b", "c"}:
        return None
    remember(x)
    inner = [cached(i) * SCALE for i in SIZES]
    value = helper(x) + compiled(x) + half(x) + MODEL.energy(x) + shift + TABLE.sum()
    return float(value + sum(inner) + len(CACHE) * 0 + scipy.special.ndtr(0.0))
'''
COUNTER = itertools.count()


@pytest.fixture
def module(tmp_path):
    """Return a function that makes the module of a source, always under one name."""

    def made(source):
        module = types.ModuleType("swept_for_a_test")
        path = tmp_path / f"{next(COUNTER)}.py"
        path.write_text(source)
        module.__file__ = str(path)
        sys.modules[module.__name__] = module
        exec(compile(source, str(path), "exec"), module.__dict__)
        return module

    yield made
    sys.modules.pop("swept_for_a_test", None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SCALE = 2.0", "SCALE = 2.5"),
        ("SIZES = [1, 2]", "SIZES = [1, 3]"),
        ("np.arange(3)", "np.arange(3) + 1"),
        ("factor * x", "factor * x * 1.5"),
        ("Model(3.0)", "Model(4.0)"),
        ("2 * function(x)", "3 * function(x)"),
        ("return x + 1\n", "return x + 2\n"),
        ("x + 10", "x + 11"),
        ("x + 20", "x + 21"),
        ("x + 30", "x + 31"),
        ("y=0.5", "y=0.75"),
        ("shift=0.25", "shift=0.5"),
        ("ndtr(0.0)", "ndtr(0.5)"),
        ("special.ndtr", "special.erf"),
        ("+ compiled(x)", "- compiled(x)"),
        ("@doubled", ""),
        ("@numba.njit", "@numba.njit(fastmath=True)"),
        ("@numba.njit", "@numba.njit(parallel=True)"),
        ("@numba.njit", "@numba.vectorize(fastmath={'nnan'})"),
        ("@numba.njit", "@numba.njit(error_model='numpy')"),
    ],
)
def test_a_change_is_seen(module, before, after):
    assert SOURCE.count(before) == 1
    first = fingerprint(module(SOURCE).point)
    assert differs(first, fingerprint(module(SOURCE.replace(before, after)).point))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("SCALE =", "# a comment\n\nSCALE ="),
        ('"""Return it."""', '"""Return something else."""'),
        ('    """Return it."""\n', ""),
        ('    """Help."""\n', "\n\n"),
        ("return 40", "return 41"),
        ("CACHE = {}", "CACHE = {5: 5}"),
        ("COUNT = 0", "COUNT = 3"),
        ("unrelated", "renamed"),
        ("@numba.njit", "@numba.njit(nogil=True, fastmath=False)"),
        ('{"a", "b", "c"}', '{"c", "b", "a"}'),
    ],
)
def test_what_changes_no_result_is_not(module, before, after):
    first = fingerprint(module(SOURCE).point)
    changed = module(SOURCE.replace(before, after, 1))
    assert not differs(first, fingerprint(changed.point))
    changed.point(1.0)  # fills caches, compiles, loads parts of libraries
    assert not differs(first, fingerprint(changed.point))


FINE = """
import enum
import functools
import numpy as np
from collections import deque
from fractions import Fraction
from types import SimpleNamespace

import scipy.stats
from scipy.interpolate import CubicSpline

EDGE = 1
MASK = np.array([True, False])
__PRIVATE = 1
THIRD = Fraction(1, 3)
CURVE = CubicSpline([0, 1, 2, 3], [1.0, 2.0, 4.0, 8.0])
LAW = scipy.stats.norm(0, 1)
RECENT = deque([1])
SETTINGS = SimpleNamespace(depth=3)
MIXED = np.array([1, None], dtype=object)
LARGE = np.full(2_000_000, 1.5)
BASE = 1

class Rule(enum.Enum):
    FAST = 1
    SLOW = 2

class Field:
    made = 0

    def __init__(self, strength):
        self.strength = strength
        self.calls = 0
        self.seen = {}

    @functools.cached_property
    def half(self):
        return self.strength / 2

    def at(self, x):
        self.calls += 1
        self.seen[x, BASE] = x
        Field.made += 1
        return 5 * x + self.half

class Pair(tuple):
    def first(self):
        return self[0] + 6

FIELD = Field(2.0)
method = Field(3.0).at
PAIR = Pair([1, 2])

@functools.singledispatch
def size(x):
    return 7

@size.register
def _(x: float):
    return 8

def called(x, alpha=1, beta=2):
    return x + alpha - beta

def minus(a, b):
    return a - b

def point(x, rule=Rule.FAST):
    values = np.arange(2.0)
    values[~MASK] = 0
    values[-EDGE] = 9
    try:
        values[0] = called(x, alpha=3)
        values[1] = minus(a=x, b=1)
    except ValueError:
        pass
    inner = FIELD.at(x) + method(x) + size(x) + PAIR.first() + rule.value
    inner += CURVE(1.5) + LAW.cdf(x)
    return inner + THIRD + RECENT[0] + SETTINGS.depth + MIXED[0] + LARGE[0] + __PRIVATE
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("EDGE = 1", "EDGE = 2"),
        ("[True, False]", "[True, True]"),
        ("__PRIVATE = 1", "__PRIVATE = 2"),
        ("Fraction(1, 3)", "Fraction(1, 2)"),
        ("deque([1])", "deque([2])"),
        ("4.0, 8.0]", "4.0, 9.0]"),
        ("norm(0, 1)", "norm(0, 2)"),
        ("depth=3", "depth=4"),
        ("[1, None]", "[2, None]"),
        ("_000, 1.5)", "_000, 2.5)"),
        ("FAST = 1", "FAST = 3"),
        ("Rule.FAST", "Rule.SLOW"),
        ("FIELD = Field(2.0)", "FIELD = Field(2.5)"),
        ("Field(3.0).at", "Field(3.5).at"),
        ("5 * x", "6 * x"),
        ("self[0] + 6", "self[0] + 7"),
        ("return 8", "return 9"),
        ("alpha=3", "beta=3"),
        ("minus(a, b):\n    return a - b", "minus(b, a):\n    return b - a"),
        ("    except ValueError:\n        pass", "    except KeyError:\n        pass"),
        (
            "        values[1] = minus(a=x, b=1)\n    except ValueError:\n        pass",
            "    except ValueError:\n        pass\n    else:\n        values[1] = minus(a=x, b=1)",
        ),
    ],
)
def test_a_change_is_seen_in_objects_and_finer_points(module, before, after):
    assert FINE.count(before) == 1
    first = fingerprint(module(FINE).point)
    assert differs(first, fingerprint(module(FINE.replace(before, after)).point))


@pytest.mark.parametrize(
    "make",
    [
        lambda x: np.polynomial.Polynomial([1, x]),
        lambda x: scipy.sparse.csr_array(np.diag([1.0, x])),
        lambda x: xarray.DataArray([1.0, x], {"k": [0, 1]}, dims="k"),
        lambda x: np.random.SeedSequence(x),
    ],
)
def test_objects_of_libraries_count_by_what_they_hold(make):
    def point(x):
        return held

    def found(value):
        nonlocal held
        held = make(value)
        return fingerprint(point)

    held = None
    assert found(2) == found(2)
    assert differs(found(2), found(3))


def test_generators_change_as_they_are_used():
    generator = np.random.default_rng(1)

    def point(x):
        return generator.random()

    first = fingerprint(point)
    point(1)
    assert not differs(first, fingerprint(point))


def test_this_house_is_one_project_also_where_it_is_installed(monkeypatch):
    """A kernel of `dynamics` that calls one of `networks` has that in its key."""

    def made(name, source, **names):
        module = types.ModuleType(name)
        module.__file__ = f"site-packages/{name.replace('.', '/')}.py"
        monkeypatch.setitem(sys.modules, name, module)
        vars(module).update(names)
        exec(source, vars(module))
        return module

    def calling(source):
        helper = made("networks.made_up", source).helper
        return made("dynamics.made_up", "def point(x): return helper(x)", helper=helper).point

    first, other = (calling(f"def helper(x): return x + {k}") for k in (1, 2))
    assert differs(fingerprint(first), fingerprint(other))
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert set(settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == HOUSE


def test_objects_may_remember_what_they_did(module):
    made = module(FINE)
    first = fingerprint(made.point)
    made.point(1.0)
    made.point(2.0)
    assert made.FIELD.calls == 2
    assert not differs(first, fingerprint(made.point))


def test_a_docstring_does_not_hide_behind_names_of_arguments(module):
    bare = "def helper(x, y):\n    return x\ndef point(x):\n{}    return helper(x=x, y=1)\n"
    one, two = (module(bare.format(text)).point for text in ("", '    """Return it."""\n'))
    assert fingerprint(one) == fingerprint(two)


def test_what_a_function_captures_counts_unless_it_alters_it():
    def made(scale):
        calls = []

        def point(x):
            calls.append(x)
            return scale * x

        return point

    first, same, other = made(2.0), made(2.0), made(3.0)
    same(1)
    assert fingerprint(first) == fingerprint(same)
    assert differs(fingerprint(first), fingerprint(other))


def test_versions_of_python_are_not_compared():
    now = fingerprint(differs)
    assert not differs("", now)
    assert not differs(None, now)
    assert not differs(f"2.7 {now.split()[1]}", now)
    assert differs(f"{now}0", now)


def test_a_resumed_sweep_tells_of_other_code(module, tmp_path):
    with ThreadPoolExecutor(1) as executor:
        ledger = {"store": tmp_path / "ledger", "version": 1}
        options = {**ledger, "executor": executor, "progress": False}
        first = sweeps.run(module(SOURCE).point, {"x": [1, 2]}, **options)
        sweeps.run(module(SOURCE).point, {"x": [1, 2]}, **options)
        other = module(SOURCE.replace("SCALE = 2.0", "SCALE = 3.0")).point
        told = r"2 of 3 points of swept_for_a_test.point were computed by other code.*stale='use'"
        with pytest.raises(sweeps.SweepError, match=told):
            sweeps.run(other, {"x": [1, 2, 3]}, stale="error", **options)
        with pytest.warns(sweeps.SweepWarning, match=told) as record:
            again = sweeps.run(other, {"x": [1, 2, 3]}, **options)
        assert len(record) == 1
        assert record[0].filename == __file__
        assert again["result"].sel(x=[1, 2]).equals(first["result"])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            sweeps.run(other, {"x": [1, 2, 3]}, stale="use", **options)
            sweeps.run(other, {"x": [3]}, **options)
            sweeps.run(other, {"x": [1]}, resume=False, **options)
        with pytest.raises(ValueError, match="stale must be"):
            sweeps.run(other, {"x": [1]}, stale="never", **options)
