"""What a sweep returns, and that it computes every point once."""

import random
import sys
import time
import types
import warnings
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numba
import numpy as np
import pytest
import xarray

import sweeps
from sweeps.storing.point import Point


def draw(N, J_D, rng):
    return J_D * rng.random() + N


GRID = {"N": [10, 20], "J_D": [0.5, 1.0, 2.0]}


@pytest.fixture
def ledger(tmp_path):
    return {"store": tmp_path / "ledger.sqlite", "version": 1, "progress": False}


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as executor:
        yield executor


def counted(function):
    """Return a function that counts its calls, and the list of them."""
    calls = []

    def counting(**parameters):
        calls.append(parameters)
        return function(**parameters)

    return counting, calls


def test_a_dataset_is_labelled_and_every_value_is_that_of_its_point(ledger, threads):
    data = sweeps.run(draw, GRID, replicas=2, rng=7, executor=threads, **ledger)
    assert data["result"].dims == ("N", "J_D", "replica")
    for N in GRID["N"]:
        for J_D in GRID["J_D"]:
            for replica in range(2):
                point = Point({"N": N, "J_D": J_D}, replica)
                expected = draw(N, J_D, point.generator(7))
                assert data["result"].sel(N=N, J_D=J_D, replica=replica) == expected
    assert not data["failed"].any()
    assert data.attrs == {"function": f"{__name__}.draw", "version": "1", "seed": 7}


def serial(function, grid, folder, **options):
    with ThreadPoolExecutor(1) as executor:
        store = folder / "serial.sqlite"
        return sweeps.run(
            function, grid, store=store, version=1, progress=False, executor=executor, **options
        ).drop_vars("seconds")


@pytest.mark.parametrize("workers", [1, 3])
def test_processes_give_the_bits_of_the_serial_run(ledger, tmp_path, workers):
    def by_value(N, J_D, rng):  # test modules cannot be imported by the workers
        return {"number": J_D * rng.random(), "array": rng.standard_normal(N)}

    expected = serial(by_value, GRID, tmp_path, rng=3)
    data = sweeps.run(by_value, GRID, rng=3, executor=workers, **ledger)
    xarray.testing.assert_identical(data.drop_vars("seconds"), expected)


def test_a_stored_point_is_not_computed_again_and_a_larger_grid_keeps_it(ledger, threads):
    function, calls = counted(draw)
    first = sweeps.run(function, GRID, executor=threads, **ledger)
    assert len(calls) == 6
    again = sweeps.run(function, GRID, executor=threads, **ledger)
    xarray.testing.assert_identical(first, again)
    larger = {"J_D": [0.25, *GRID["J_D"]], "N": [5, *GRID["N"]]}
    more = sweeps.run(function, larger, executor=threads, replicas=2, **ledger)
    assert len(calls) == 6 + (12 * 2 - 6)
    part = more["result"].sel(N=GRID["N"], J_D=GRID["J_D"], replica=[0])
    xarray.testing.assert_equal(part.transpose(*first["result"].dims), first["result"])


def test_a_finer_axis_keeps_its_whole_numbers(ledger, threads):
    function, calls = counted(draw)
    first = sweeps.run(function, {"N": [1], "J_D": [0, 1]}, executor=threads, **ledger)
    more = sweeps.run(function, {"N": [1.0], "J_D": [-0.0, 0.5, 1]}, executor=threads, **ledger)
    assert sorted(call["J_D"] for call in calls) == [0, 0.5, 1]  # two threads, in any order
    assert more["J_D"].dtype == float
    assert (more["result"].sel(J_D=[0, 1]).values == first["result"].values).all()
    sweeps.run(function, {"N": [True], "J_D": [np.inf, 1e300]}, executor=threads, **ledger)
    assert len(calls) == 5


def test_one_point_has_one_key():
    assert Point({"a": 1.0, "b": -0.0}).key == Point({"b": 0, "a": 1}).key == '{"a":1,"b":0}'
    assert len({Point({"a": value}).key for value in (1, True, "1", None, 0.5, 2.0**63)}) == 6


def test_version_and_seed_make_new_points(ledger, threads):
    function, calls = counted(draw)
    first = sweeps.run(function, GRID, executor=threads, **ledger)
    other_seed = sweeps.run(function, GRID, rng=1, executor=threads, **ledger)
    other_version = sweeps.run(function, GRID, executor=threads, **{**ledger, "version": "1b"})
    assert len(calls) == 18
    assert (first["result"] != other_seed["result"]).all()
    assert (first["result"] == other_version["result"]).all()


def test_replicas_have_independent_generators(ledger, threads):
    data = sweeps.run(draw, GRID, replicas=5, executor=threads, **ledger)
    assert np.unique(data["result"]).size == data["result"].size


def test_a_failed_point_is_missing_reported_and_tried_again(ledger, threads):
    broken = {20}

    def fragile(N):
        if N in broken:
            raise ArithmeticError(f"no solution at {N}")
        return {"number": N, "count": N, "name": str(N), "array": np.arange(3)}

    grid = {"N": [10, 20, 30]}
    with pytest.warns(sweeps.SweepWarning, match=r"1 of 3.*\n  N=20, replica 0: ArithmeticError"):
        data = sweeps.run(fragile, grid, executor=threads, **ledger)
    assert data["failed"].values.ravel().tolist() == [False, True, False]
    missing = data.sel(N=20, replica=0)
    assert np.isnan(missing["number"])
    assert np.isnan(missing["array"]).all()
    assert missing["name"] == ""
    (failure,) = sweeps.failures(ledger["store"])
    assert failure.parameters == {"N": 20}
    assert "in fragile" in failure.error
    with pytest.raises(sweeps.SweepError, match="no solution at 20"):
        sweeps.run(fragile, grid, executor=threads, throw=True, **ledger)
    broken.clear()
    repaired = sweeps.run(fragile, grid, executor=threads, stale="use", **ledger)
    assert not repaired["failed"].any()
    assert repaired["count"].dtype == np.int64
    assert sweeps.failures(ledger["store"]) == []


@pytest.mark.parametrize(
    "returned",
    [None, 1j, np.array([1j]), object(), [[1], [1, 2]], {"failed": 1}, {1: 2}, {"N": 1}, 2**63],
)
def test_what_cannot_be_stored_is_an_error_of_the_point(ledger, threads, returned):
    def bad(N):
        return returned

    with pytest.warns(sweeps.SweepWarning, match="TypeError"):
        data = sweeps.run(bad, {"N": [1]}, executor=threads, **ledger)
    assert data["failed"].all()


@pytest.mark.parametrize(
    ("returned", "match"),
    [
        (np.ma.masked, "result has masked values: return nan"),
        ({"a": np.ma.array([1.0, 2.0], mask=[0, 1])}, "a has masked values"),
        (np.longdouble("1e4000"), r"result must fit in a float of 64 bits, got 1e\+4000"),
        ("a\0", r"must hold no NUL character, got 'a\\x00'"),
    ],
)
def test_what_would_become_something_else_is_an_error_of_the_point(
    ledger, threads, returned, match
):
    def bad(N):
        return returned

    with pytest.warns(sweeps.SweepWarning, match=match):
        data = sweeps.run(bad, {"N": [1]}, executor=threads, **ledger)
    assert data["failed"].all()


def test_a_masked_array_without_masked_values_is_an_array(ledger, threads):
    def good(N):
        return {"a": np.ma.array([1.0, 2.0]), "b": np.longdouble(0.1), "c": -np.longdouble("inf")}

    data = sweeps.run(good, {"N": [1]}, executor=threads, **ledger)
    assert data["a"].values.ravel().tolist() == [1.0, 2.0]
    assert (data["b"].item(), data["c"].item()) == (float(np.longdouble(0.1)), -np.inf)


def draws_from_numpy(i, rng):
    return np.random.rand()  # noqa: NPY002


def draws_from_python(i, rng):
    return random.random()


@numba.njit
def compiled_draw():
    return np.random.random()  # noqa: NPY002


def draws_in_compiled(i, rng):
    return compiled_draw()


@pytest.mark.parametrize("function", [draws_from_numpy, draws_from_python, draws_in_compiled])
@pytest.mark.parametrize("processes", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_numbers_that_no_seed_determines_are_told_of(ledger, threads, function, processes):
    if not processes and function is draws_from_python:
        pytest.skip("other threads may have drawn")
    executor = 1 if processes else threads
    with pytest.warns(sweeps.SweepWarning, match="^3 points drew from .* global generators"):
        sweeps.run(function, {"i": range(3)}, executor=executor, **ledger)


@numba.njit
def compiled_with_a_generator(rng):
    return rng.random()


def draws_well(i, rng):
    return compiled_with_a_generator(rng)


def test_compiled_functions_with_a_generator_are_no_matter(ledger):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sweeps.run(draws_well, {"i": range(3)}, executor=1, **ledger)


def imports_what_draws(i, rng):
    sys.modules[f"drew_{i}"] = types.ModuleType("drew")
    return random.random()


def test_modules_that_draw_when_they_are_imported_are_no_matter(ledger):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sweeps.run(imports_what_draws, {"i": range(3)}, executor=1, **ledger)


def large(i):
    return 1 / i if i == 0 else 2**53 + i


def test_integers_that_a_gap_makes_floats_are_told_of(ledger, threads):
    with pytest.warns(sweeps.SweepWarning) as record:
        sweeps.run(large, {"i": [0, 1]}, executor=threads, **ledger)
    told = [str(warning.message) for warning in record]
    assert any("integers of 'result' beyond 2^53 are rounded" in text for text in told)
    assert record[-1].filename == __file__
    whole = sweeps.run(large, {"i": [1, 3]}, executor=threads, **ledger)
    assert whole["result"].values.ravel().tolist() == [2**53 + 1, 2**53 + 3]


def wrong(i):
    raise TypeError(f"wrong\nfor {i}")


def unsettled(i):
    raise sweeps.ConvergenceError(str(i))


def mixed(i):
    raise (TypeError, ValueError)[i % 2](i)


def late(i):
    return i if i == 10 else 1 / 0


def test_a_wrong_call_does_not_cost_the_whole_grid(ledger, threads):
    told = r"all of the first 20 points failed with TypeError .*\n  i=\d, (.*\n){5}  \.\.\. and"
    with pytest.raises(sweeps.SweepError, match=told):
        sweeps.run(wrong, {"i": range(500)}, executor=threads, **ledger)
    assert 20 <= len(sweeps.failures(ledger["store"])) < 100


def test_a_sweep_that_is_stopped_ends_its_workers_without_a_word(ledger, caplog):
    with pytest.raises(sweeps.SweepError, match="all of the first 20"):
        sweeps.run(wrong, {"i": range(500)}, executor=2, **ledger)
    assert not caplog.records  # loky tells of futures that are cancelled when it kills


@pytest.mark.parametrize("function", [unsettled, mixed, late])
def test_failures_that_are_no_wrong_call_do_not_stop_it(ledger, threads, function):
    with pytest.warns(sweeps.SweepWarning, match="of 60 points failed"):
        sweeps.run(function, {"i": range(60)}, executor=threads, **ledger)
    with pytest.warns(sweeps.SweepWarning, match="of 60 points failed"):  # the next run, too
        sweeps.run(function, {"i": range(60)}, executor=threads, **ledger)


def test_so_many_failures_and_no_more(ledger):
    def fragile(i):
        if i % 2:
            raise ArithmeticError
        return i

    class Serial(Executor):
        def submit(self, fn, /, *args, **kwargs):
            future = Future()
            future.set_result(fn(*args, **kwargs))
            return future

    options = {"executor": Serial(), **ledger}
    told = "stopped after 3 failed points, as max_failures=3 says. What is done is stored"
    with pytest.raises(sweeps.SweepError, match=told):
        sweeps.run(fragile, {"i": range(400)}, max_failures=3, **options)
    assert len(sweeps.failures(ledger["store"])) >= 3
    with pytest.warns(sweeps.SweepWarning, match="20 of 40"):
        sweeps.run(fragile, {"i": range(40)}, max_failures=21, **options)
    with pytest.raises(ValueError, match="max_failures must be an integer >= 1, got 0"):
        sweeps.run(fragile, {"i": [1]}, max_failures=0, **options)


def test_types_survive_the_ledger(ledger, threads):
    returned = {
        "truth": True,
        "whole": 2**62 + 1,
        "real": 0.1 + 0.2,
        "infinite": -np.inf,
        "single": np.float32(0.1),
        "text": "ok é",
        "matrix": np.arange(6, dtype=np.int8).reshape(2, 3),
        "empty": np.zeros((0, 2)),
    }

    def constant(N):
        return returned

    for _ in range(2):
        data = sweeps.run(constant, {"N": [1, 2]}, executor=threads, **ledger)
        for name, value in returned.items():
            stored = data[name].isel(N=1, replica=0)
            np.testing.assert_array_equal(stored, value)
            assert stored.shape == np.shape(value)
        assert data["truth"].dtype == bool
        assert data["whole"].dtype == np.int64
        assert data["matrix"].dtype == np.int8


def test_shorter_arrays_are_filled_up(ledger, threads):
    def ragged(N):
        return np.arange(N)

    data = sweeps.run(ragged, {"N": [1, 3]}, executor=threads, **ledger)
    assert data["result"].dims == ("N", "replica", "result_0")
    np.testing.assert_array_equal(data["result"][:, 0], [[0, np.nan, np.nan], [0, 1, 2]])


@pytest.mark.parametrize(
    ("returned", "clash"),
    [
        ({"a": np.zeros(2)}, "a_0"),
        ({"b": np.zeros((1, 2)), "b_1": 3}, "b_1"),
        ({"b": np.zeros(2), "b_0": np.zeros(2)}, "b_0"),
    ],
)
def test_a_dimension_with_the_name_of_something_else_is_an_error_of_the_point(
    ledger, threads, returned, clash
):
    def clashing(N, a_0):
        return returned if N == 1 else {"c": N}

    grid = {"N": range(4), "a_0": [1]}
    with pytest.warns(sweeps.SweepWarning, match=f"1 of 4.*\n.*or result '{clash}'.* rename"):
        data = sweeps.run(clashing, grid, executor=threads, **ledger)
    assert data["failed"].values.ravel().tolist() == [False, True, False, False]


def test_nothing_but_failures(ledger, threads):
    def broken(N):
        raise ArithmeticError

    with pytest.warns(sweeps.SweepWarning, match="2 of 2 points failed"):
        data = sweeps.run(broken, {"N": [1, 2]}, executor=threads, **ledger)
    assert list(data.data_vars) == list(sweeps.summary(data).data_vars) == ["failed", "seconds"]


def test_two_forms_of_one_result_are_refused(ledger, threads):
    def fickle(N):
        return N if N == 1 else np.zeros(N)

    with pytest.raises(ValueError, match="'result' in one form"):
        sweeps.run(fickle, {"N": [1, 2]}, executor=threads, **ledger)


def test_axes_of_every_kind(ledger, threads):
    def function(n, x, kind, on, T):
        return f"{n!r} {x!r} {kind!r} {on!r} {T!r}"

    grid = {
        "n": np.arange(2),
        "x": [0, 0.5],
        "kind": ("a", "b"),
        "on": [True, False],
        "T": [None, 1.5],
    }
    data = sweeps.run(function, grid, executor=threads, **ledger)
    value = data["result"].sel(n=1, x=0.0, kind="b", on=False, T="None", replica=0)
    assert value.item() == "1 0.0 'b' False None"


def test_parameters_that_move_together(ledger, threads, tmp_path):
    function, calls = counted(draw)
    grid = {"N": [10, 400], "J_D": [0.5, 1.0]}
    product = sweeps.run(function, grid, replicas=2, executor=threads, **ledger)
    places = [(400, 0.5), (10, 1), (10, 0.25)]
    pairs = {("N", "J_D"): places}
    data = sweeps.run(function, pairs, replicas=2, executor=threads, **ledger)
    assert len(calls) == 8 + 2  # of the points, two places are known
    assert data["result"].dims == ("N_J_D", "replica")
    assert data["N"].values.tolist() == [400, 10, 10]
    assert data["J_D"].values.tolist() == [0.5, 1.0, 0.25]
    for i, (N, J_D) in enumerate(places[:2]):
        known = product["result"].sel(N=N, J_D=J_D)
        assert (data["result"][i].values == known.values).all()
    comparison = sweeps.compare(lambda N, J_D: N + J_D / 2, data["result"])
    assert comparison.points["theory"].values.tolist() == [400.25, 10.5, 10.125]
    read = sweeps.load(sweeps.to_netcdf(data, tmp_path / "x.nc", parameters=pairs))
    assert read.drop_attrs().identical(data.drop_attrs())


def test_an_axis_of_pairs_beside_one_of_numbers(ledger, threads):
    def text(a, b, c):
        return f"{a!r} {b!r} {c!r}"

    grid = {"c": [0, 1], ("b", "a"): [("x", 1), ("y", None), ("x", None)]}
    data = sweeps.run(text, grid, executor=threads, **ledger)
    assert dict(data.sizes) == {"c": 2, "b_a": 3, "replica": 1}
    assert data["result"].sel(c=1).isel(b_a=1, replica=0).item() == "None 'y' 1"
    assert data["a"].values.tolist() == ["1", "None", "None"]


def test_a_result_with_the_name_of_a_dimension_is_an_error_of_the_point(ledger, threads):
    def bad(a, b):
        return {"a_b": 1}

    with pytest.warns(sweeps.SweepWarning, match="none of .*a_b, got 'a_b'"):
        sweeps.run(bad, {("a", "b"): [(1, 2)]}, executor=threads, **ledger)


class Slow(Executor):
    """An executor that counts what is in flight."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(4)
        self.pending: set[Future] = set()
        self.largest = 0

    def submit(self, fn, /, *args, **kwargs):
        future = self.pool.submit(fn, *args, **kwargs)
        self.pending.add(future)
        self.largest = max(self.largest, sum(not future.done() for future in self.pending))
        return future


def test_a_bounded_number_of_points_is_in_flight(ledger):
    def slow(i):
        time.sleep(0.001)
        return i

    executor = Slow()
    data = sweeps.run(slow, {"i": range(300)}, executor=executor, **ledger)
    executor.pool.shutdown()
    assert executor.largest <= 64
    assert (data["result"][:, 0] == np.arange(300)).all()


def test_a_bound_argument_makes_another_function(ledger, threads):
    from functools import partial

    sweeps.run(partial(draw, J_D=1.0), {"N": [1]}, executor=threads, **ledger)
    with pytest.raises(ValueError, match=r"belongs to the function '.*draw\(J_D=1\)'"):
        sweeps.run(partial(draw, J_D=2.0), {"N": [1]}, executor=threads, **ledger)


def test_every_run_ends_with_one_line(ledger, threads, capsys):
    def fragile(N):
        return 1 / N

    def told(**options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sweeps.SweepWarning)
            sweeps.run(fragile, {"N": range(4)}, executor=threads, **{**ledger, **options})
        return capsys.readouterr().err

    name = f"{__name__}.test_every_run_ends_with_one_line.<locals>.fragile"
    first = told(progress=True)
    assert "0/4" in first
    assert first.endswith(f"\r{name}: 4 points, 0 from the ledger, 1 failed\n")
    again = told(progress=True)
    assert "3/4" in again  # the bar starts at what is stored
    assert "0/4" not in again
    assert again.endswith(f"\r{name}: 4 points, 3 from the ledger, 1 failed\n")
    assert told(progress=False) == ""
    sweeps.run(fragile, {"N": [1, 2]}, executor=threads, **{**ledger, "progress": True})
    assert capsys.readouterr().err == f"{name}: 2 points, 2 from the ledger, 0 failed\n"


def test_a_run_that_is_stopped_says_where(ledger, capsys):
    def leaving(N):
        return N

    class Interrupted(Executor):
        def submit(self, fn, /, *args, **kwargs):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweeps.run(leaving, {"N": [1]}, executor=Interrupted(), **{**ledger, "progress": True})
    assert "leaving: stopped at 0 of 1 points, 0 from" in capsys.readouterr().err


def test_summary_gives_means_and_standard_errors(ledger, threads):
    data = sweeps.run(draw, GRID, replicas=4, executor=threads, **ledger)
    result = sweeps.summary(data)
    x = data["result"].values
    np.testing.assert_allclose(result["result"], x.mean(-1))
    np.testing.assert_allclose(result["result_error"], x.std(-1, ddof=1) / 2)
    assert (result["failed"] == 0).all()
    alone = sweeps.summary(data.isel(replica=[0]))
    assert np.isnan(alone["result_error"]).all()


def test_summary_overwrites_nothing(ledger, threads):
    def estimate(N):
        return {"a": N, "a_error": 0.1}

    data = sweeps.run(estimate, {"N": [1, 2]}, executor=threads, **ledger)
    with pytest.raises(ValueError, match=r"'a_error', .* the standard error of 'a'"):
        sweeps.summary(data)
    assert "a_error" in sweeps.summary(data[["a"]])
    with pytest.raises(ValueError, match="'N_error'"):
        sweeps.summary(data[["a"]].rename(a="x_error", N="N_error").rename(x_error="N"))
