"""Stored points are computed again, and a change of the code is seen."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray

import sweeps

SCALE = 1.0


def draw(i, rng):
    if SCALE == 0:
        raise ValueError("no scale")
    return {"number": SCALE * rng.random(), "array": np.append(rng.random(5), np.nan), "text": "a"}


def plain(i):
    return 2 * i


@pytest.fixture
def ledger(tmp_path):
    store = tmp_path / "ledger.sqlite"
    with ThreadPoolExecutor(1) as executor:
        sweeps.run(
            draw, {"i": range(10)}, store=store, version=1, executor=executor, progress=False
        )
    return {"store": store, "version": 1}


def test_the_same_code_gives_the_same_bits(ledger):
    again = sweeps.recheck(draw, **ledger, count=4)
    assert len(again) == 4
    assert all(point.same for point in again)
    assert len({point.parameters["i"] for point in again}) == 4
    assert again == sweeps.recheck(draw, **ledger, count=4)
    assert len(sweeps.recheck(draw, **ledger, count=100)) == 5  # the faster half


@pytest.mark.parametrize(
    ("scale", "differences"), [(1 + 1e-15, ("number",)), (2.0, ("number",)), (0.0, ("error",))]
)
def test_another_code_is_seen(ledger, monkeypatch, scale, differences):
    monkeypatch.setitem(globals(), "SCALE", scale)
    again = sweeps.recheck(draw, **ledger)
    assert {point.differences for point in again} == {differences}


def test_arrays_that_are_gone_are_told(ledger):
    connection = sqlite3.connect(ledger["store"])
    connection.execute("UPDATE points SET arrays = NULL")
    connection.commit()
    connection.close()
    assert {p.differences for p in sweeps.recheck(draw, **ledger)} == {("error",)}


def test_a_function_without_randomness_and_another_seed(tmp_path, ledger):
    store = tmp_path / "plain.sqlite"
    with ThreadPoolExecutor(1) as executor:
        sweeps.run(plain, {"i": [1]}, store=store, version=1, executor=executor, progress=False)
    (point,) = sweeps.recheck(plain, store, version=1)
    assert point == sweeps.Recheck({"i": 1}, 0, ())
    assert sweeps.recheck(draw, **ledger, rng=1) == []


@pytest.mark.parametrize(
    ("change", "error", "named"),
    [
        ({"count": 0}, ValueError, "count"),
        ({"version": 1.5}, TypeError, "version"),
        ({"rng": -1}, ValueError, "rng"),
        ({"store": "nowhere.sqlite"}, sweeps.LedgerError, "nowhere"),
    ],
)
def test_bad_input(ledger, change, error, named):
    with pytest.raises(error, match=named):
        sweeps.recheck(draw, **{**ledger, **change})
    with pytest.raises(ValueError, match="belongs to the function"):
        sweeps.recheck(plain, **ledger)


def test_a_function_that_moved_is_found_by_its_name(tmp_path):
    """Stored under a name, its points are another function's whose name is given as theirs."""

    def moved(i):
        return 2 * i

    ledger = {"store": tmp_path / "named.sqlite", "version": 1, "name": "old.home.plain"}
    with ThreadPoolExecutor(1) as executor:
        run = {**ledger, "executor": executor, "progress": False}
        first = sweeps.run(plain, {"i": [1, 2]}, **run)
        again = sweeps.run(moved, {"i": [1, 2]}, **run)
        assert first.attrs["function"] == "old.home.plain"
        xarray.testing.assert_identical(first, again)  # the seconds too: nothing was computed
        with pytest.raises(ValueError, match=r"belongs to the function 'old\.home\.plain'"):
            sweeps.run(plain, {"i": [1]}, **{**run, "name": None})
    assert [point.same for point in sweeps.recheck(moved, **ledger)] == [True]


@pytest.mark.parametrize(
    ("name", "error"), [(3, TypeError), ("", ValueError), ("a\nb", ValueError)]
)
def test_bad_names(ledger, name, error):
    with pytest.raises(error, match=r"name must be "):
        sweeps.recheck(draw, **ledger, name=name)
