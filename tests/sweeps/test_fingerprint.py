"""A change of the code that computes is seen, and nothing else is taken for one."""

import itertools
import sys
import types
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

import sweeps
from foundation.fingerprint import differs, fingerprint

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
