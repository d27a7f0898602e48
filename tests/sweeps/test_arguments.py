"""Wrong arguments are refused before anything is computed, by name."""

import math
import sys
import threading
from functools import partial
from types import FunctionType

import numpy as np
import pytest

import sweeps
from sweeps.running.naming import name_of


def function(N, rng):
    raise AssertionError("must not be called")


GOOD = {"version": 1, "progress": False}


@pytest.mark.parametrize(
    ("grid", "error", "match"),
    [
        ({}, ValueError, "at least one parameter"),
        ([("N", [1])], TypeError, "grid must map"),
        ({"N": []}, ValueError, "at least one value"),
        ({"N": 3}, TypeError, r"grid\['N'\] must be a sequence"),
        ({"N": "abc"}, TypeError, "must be a sequence"),
        ({"N": {1, 2}}, TypeError, "must be a sequence"),
        ({"N": np.zeros((2, 2))}, TypeError, "must be a sequence"),
        ({"N": [[1]]}, TypeError, "a value must be int"),
        ({"N": [1j]}, TypeError, "a value must be int"),
        ({"N": [float("nan")]}, ValueError, "nan cannot"),
        ({"N": [1, 2, 1]}, ValueError, "distinct values, got 1 twice"),
        ({"N": [1, 1.0]}, ValueError, "distinct"),
        ({"N": [None, 1, 1.0]}, ValueError, "distinct values, got 1.0 twice"),
        ({"N": [0.0, -0.0]}, ValueError, "distinct"),
        ({"N": ["None", None]}, ValueError, "distinct"),
        ({"N": [2**63]}, ValueError, "64 bits"),
        ({"N": ["a\0"]}, ValueError, r"grid\['N'\]: a string must hold no NUL character"),
        ({"N": [np.longdouble("1e4000")]}, ValueError, "must fit in a float of 64 bits"),
        ({"N": [1, np.ma.masked]}, TypeError, "a value must be int.*, got masked"),
        ({"N": np.ma.array([1, 2], mask=[0, 1])}, TypeError, "a value must be int.*, got masked"),
        ({"replica": [1]}, ValueError, "reserved"),
        ({"rng": [1]}, ValueError, "reserved"),
        ({("N",): [(1,)]}, ValueError, "must be two or more"),
        ({("N", "N"): [(1, 2)]}, ValueError, "must be two or more"),
        ({("N", "M"): [(1, 2, 3)]}, ValueError, r"must hold 2 values at each place, got \(1, 2, 3"),
        ({("N", "M"): [1]}, TypeError, "must hold a tuple of values at each place, got 1"),
        ({("N", "M"): ["ab"]}, TypeError, "must hold a tuple of values at each place, got 'ab'"),
        ({("N", "M"): []}, ValueError, "at least one value"),
        ({("N", "M"): [(1, 2), (1.0, 2.0)]}, ValueError, "distinct places, got .*'N': 1.0"),
        ({("N", "M"): [(1, 2)], "M": [1]}, ValueError, "each parameter and dimension once, got 'M"),
        ({("N", "M"): [(1, 2)], "N_M": [1]}, ValueError, "and dimension once, got 'N_M'"),
        ({("N", "M"): [(1, [2])]}, TypeError, "a value must be int"),
        ({3: [1]}, TypeError, "identifier"),
        ({"a b": [1]}, TypeError, "identifier"),
        (
            {"M": [1]},
            TypeError,
            r"function must take the parameters of the grid, .*function\(M, rng",
        ),
    ],
)
def test_grid(tmp_path, grid, error, match):
    with pytest.raises(error, match=match):
        sweeps.run(function, grid, store=tmp_path / "ledger", **GOOD)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"replicas": 0}, ValueError, "replicas must be an integer >= 1, got 0"),
        ({"replicas": 1.5}, TypeError, "replicas must be an integer >= 1, got 1.5"),
        ({"replicas": True}, TypeError, "replicas"),
        ({"version": 1.0}, TypeError, "version must be a string or an integer"),
        ({"version": None}, TypeError, "version"),
        ({"version": True}, TypeError, "version"),
        ({"version": ""}, ValueError, "version must not be empty"),
        ({"rng": -1}, ValueError, "rng must be an integer >= 0"),
        ({"rng": None}, TypeError, "rng must be an integer >= 0"),
        ({"rng": np.random.default_rng()}, TypeError, "fixed root seed"),
        ({"executor": 0}, ValueError, "executor must be an integer >= 1"),
        ({"executor": "loky"}, TypeError, "executor must be"),
        ({"executor": True}, TypeError, "executor must be"),
        ({"store": 3}, TypeError, "store must be a path"),
        ({"store": ""}, ValueError, "store must be a non-empty path"),
        ({"progress": "yes"}, TypeError, "progress must be True or False"),
        ({"resume": 0}, TypeError, "resume must be True or False"),
        ({"throw": 1}, TypeError, "throw must be True or False"),
    ],
)
def test_options(tmp_path, change, error, match):
    options = {"store": tmp_path / "ledger", **GOOD, **change}
    with pytest.raises(error, match=match):
        sweeps.run(function, {"N": [1]}, **options)
    assert list(tmp_path.iterdir()) == []


def test_function_must_be_callable(tmp_path):
    with pytest.raises(TypeError, match="function must be callable, got 3"):
        sweeps.run(3, {"N": [1]}, store=tmp_path / "ledger", **GOOD)


async def later(N):
    return N


def one_by_one(N):
    yield N


@pytest.mark.parametrize("lazy", [later, one_by_one, partial(later)])
def test_a_function_that_returns_something_yet_to_be_run_is_refused(tmp_path, lazy):
    with pytest.raises(TypeError, match=r"(later|one_by_one)\(?\)? is a generator or `async def`"):
        sweeps.run(lazy, {"N": [1]}, store=tmp_path / "ledger", **GOOD)
    assert list(tmp_path.iterdir()) == []


def test_a_function_that_cannot_travel_is_refused(tmp_path):
    lock = threading.Lock()

    def locked(N):
        with lock:
            return N

    with pytest.raises(TypeError, match="function cannot be sent to worker processes"):
        sweeps.run(locked, {"N": [1]}, store=tmp_path / "ledger", **GOOD)


def test_local_functions_travel(tmp_path):
    shift = 2

    def shifted(N):
        return N + shift

    data = sweeps.run(shifted, {"N": [1]}, store=tmp_path / "ledger", executor=1, **GOOD)
    assert data["result"].item() == 3


class Model:
    def __call__(self, N):
        return N

    def energy(self, N):
        return N


@pytest.mark.parametrize(
    ("unnamed", "match"),
    [
        (lambda N: N, "got a lambda"),
        (partial(lambda N, x: N, x=1), "got a lambda"),
        (partial(function, rng=np.arange(3)), "binds rng to array"),
        (partial(function, Model()), "binds argument 0 to <.*Model.*a number, a seed or a label"),
        (partial(function, rng=min), "binds rng to <built-in"),
        (partial(function, rng={1}), "binds rng to {1}"),
        (Model(), "a plain function, got <"),
        (Model().energy, "a plain function, got <bound method"),
        ("abc".join, "a plain function, got <built-in method"),
    ],
)
def test_what_no_name_tells_from_another_is_refused(tmp_path, unnamed, match):
    with pytest.raises(TypeError, match=match):
        sweeps.run(unnamed, {"N": [1]}, store=tmp_path / "ledger", **GOOD)
    assert list(tmp_path.iterdir()) == []


def test_a_name_has_the_module_unless_it_is_a_script():
    def named(module):
        copy = FunctionType(function.__code__, {}, "function")
        copy.__module__ = module
        return name_of(copy)

    assert named("a.b") == "a.b.function"
    assert named("__main__") == named("_steering_user_7f") == "function"
    assert name_of(math.sin) == "math.sin"
    assert name_of(np.exp).endswith("exp")
    assert name_of(partial(math.hypot, np.float64(0.5), b="x", a=None)) == (
        'math.hypot(0.5, a=null, b="x")'
    )


def test_summary_and_netcdf_want_datasets(tmp_path):
    with pytest.raises(TypeError, match="dataset must have the dimension 'replica'"):
        sweeps.summary(3)
    with pytest.raises(TypeError, match=r"dataset must be an xarray.Dataset, got int"):
        sweeps.to_netcdf(3, tmp_path / "x.nc")
    with pytest.raises(sweeps.LedgerError, match="does not exist"):
        sweeps.failures(tmp_path / "none")


def test_a_bound_argument_that_is_no_number_is_refused_by_its_name(tmp_path):
    with pytest.raises(ValueError, match="function, rng: nan cannot name a point"):
        sweeps.run(partial(function, rng=math.nan), {"N": [1]}, store=tmp_path / "ledger", **GOOD)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"bounds": 3}, TypeError, "bounds must map parameter names"),
        ({"bounds": {}}, ValueError, "bounds must have at least one"),
        ({"bounds": {"N": (1, 0)}}, ValueError, r"bounds\['N'\] must be \(low, high\)"),
        ({"bounds": {"N": "ab"}}, TypeError, r"bounds\['N'\] must be an array of real numbers"),
        ({"bounds": {"a b": (0, 1)}}, TypeError, "bounds: a parameter name must be an identifier"),
        ({"fixed": 3}, TypeError, "fixed must map parameter names to values, got 3"),
        ({"fixed": {"rng": 3}}, ValueError, "fixed: 'rng' is reserved"),
        ({"fixed": {"x": [1]}}, TypeError, r"fixed\['x'\]: a value must be int"),
        ({"fixed": {"N": 1}}, ValueError, "fixed must not hold varied parameters, got N"),
        ({"variable": ["m"]}, TypeError, "variable must be the name of a result"),
        ({"points": 0}, ValueError, "points must be an integer >= 1"),
        ({"batch": 0.5}, TypeError, "batch must be an integer >= 1"),
        ({"progress": 1}, TypeError, "progress must be True or False"),
    ],
)
def test_refinements(tmp_path, change, error, match):
    options = {"bounds": {"N": (0, 1)}, "points": 2, "store": tmp_path / "ledger", **GOOD, **change}
    with pytest.raises(error, match=match):
        sweeps.refine(function, **options)
    assert list(tmp_path.iterdir()) == []


def test_without_adaptive_a_refinement_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "adaptive", None)
    with pytest.raises(ImportError, match=r"pip install 'steering-dynamics\[refine\]'"):
        sweeps.refine(function, {"N": (0, 1)}, points=2, store=tmp_path / "ledger", **GOOD)


COMPARISON = sweeps.compare([1.0], [1.1], [0.1])
EXTRAPOLATION = sweeps.extrapolate([1, 2], [1, 2], [1, 1])
THRESHOLD = sweeps.threshold([0, 1], [0, 10], 10, rng=1)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: sweeps.plot_comparison(3), TypeError, "comparison must be of the type Comparison"),
        (lambda: sweeps.plot_comparison(COMPARISON, x=["N"]), ValueError, "x must be one of point"),
        (lambda: sweeps.plot_extrapolation(COMPARISON), TypeError, "extrapolation must be of the"),
        (lambda: sweeps.plot_threshold(None), TypeError, "threshold must be of the type Threshold"),
        (lambda: THRESHOLD.plot(ax="here"), TypeError, "ax must be of the type Axes, got 'here'"),
        (lambda: EXTRAPOLATION.interval(1.0), ValueError, "confidence must be a number strictly"),
        (lambda: EXTRAPOLATION.interval("all"), TypeError, "confidence must be a number strictly"),
        (lambda: EXTRAPOLATION.at("far"), TypeError, "inverse must be an array of real numbers"),
        (
            lambda: THRESHOLD.at([[1], [1, 2]]),
            TypeError,
            "x must be an array of real numbers, got a rag",
        ),
        (
            lambda: sweeps.extrapolate([1, 2], [1, 2], [1, 1], [[1], [1, 2]]),
            TypeError,
            "power must be an array of real numbers, got a ragged sequence",
        ),
        (lambda: sweeps.evaluate(abs, [1.0]), TypeError, "data must be an xarray.DataArray"),
        (lambda: sweeps.provenance(parameters=[1]), TypeError, "parameters must be a mapping"),
        (lambda: sweeps.load(3), TypeError, "path must be a path"),
        (lambda: sweeps.failures(b"x"), TypeError, "store must be a path"),
        (lambda: sweeps.set_aside(None), TypeError, "store must be a path"),
    ],
)
def test_judgement_drawings_and_files(call, error, match):
    with pytest.raises(error, match=match):
        call()
