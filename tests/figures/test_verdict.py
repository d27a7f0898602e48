"""The verdict sees what is wrong, and that something was checked at all; it is data."""

import json

import numpy as np
import pytest
import xarray

from figures.compared import Compared
from figures.gallery.verdict import Check, judge, sorts
from figures.gallery.written import dump, parse


def only(data):
    """Return the one check of some variables."""
    (check,) = judge(xarray.Dataset(data))
    return check


@pytest.mark.parametrize(("offset", "agrees"), [(0.0, True), (6.0, False)])
def test_verdict_sees_one_wrong_mean_among_many(offset, agrees):
    z = np.random.default_rng(1).normal(size=(10, 10))
    z[3, 3] = offset
    z[0, 0] = np.nan
    check = only({"counts_z": (("x", "y"), z), "other": 1e9})
    assert (check.kind, check.variables, check.values) == ("z", ("counts_z",), 99)
    assert check.agrees == agrees
    assert check.largest == np.nanmax(np.abs(z))
    assert check.beyond == np.sum(np.abs(z) > 2)


def test_chance_is_that_of_the_largest_of_all():
    assert only({"z": ("x", [0.0, 1.96])}).chance == pytest.approx(0.1, abs=1e-4)
    assert only({"z": ("x", np.zeros(9))}).chance == 1


@pytest.mark.parametrize(("largest", "agrees"), [(1.0, True), (1.1, False)])
def test_verdict_sees_one_deviation_beyond_its_error(largest, agrees):
    check = only({"deviation": ("x", [0.1, -largest, np.nan])})
    assert (check.values, check.largest, check.agrees) == (2, largest, agrees)
    assert (check.beyond, check.chance) == (int(not agrees), None)


def test_verdict_sees_one_mismatch():
    counts = np.zeros(5)
    assert only({"state_mismatch": ("x", counts)}).agrees
    counts[2] = 3
    z, mismatch = judge(xarray.Dataset({"state_mismatch": ("x", counts), "z": 0.1}))
    assert z.agrees
    assert (mismatch.agrees, mismatch.beyond, mismatch.largest) == (False, 1, 3)


@pytest.mark.parametrize("kind", ["z", "deviation", "mismatch"])
def test_what_is_infinite_disagrees(kind):
    check = only({kind: ("x", [0.0, -np.inf, np.nan])})
    assert not check.agrees
    assert parse(dump([check])) == (check,)
    json.loads(dump([check]), parse_constant=pytest.fail)  # strict JSON has no infinity


@pytest.mark.parametrize("data", [{"entropy": 1.0, "lazy": 2.0}, {"z": np.nan}])
def test_a_figure_without_a_check_is_refused(data):
    with pytest.raises(ValueError, match="data must have numbers called z"):
        judge(xarray.Dataset(data))


def test_a_comparison_without_numbers_is_told():
    empty = Compared("z", "the limit", xarray.DataArray([np.nan, np.nan], dims="x"))
    full = Compared("deviation", "the rest", xarray.DataArray([0.5], dims="x"))
    checks = parse(dump(judge(xarray.Dataset(), [empty, full])))
    assert [str(check) for check in checks][:1] == [
        "theory and simulation not judged: the limit: no numbers to compare"
    ]
    assert [check.values for check in checks] == [0, 1]
    assert sorts(checks) == {"two computations": "agree"}
    with pytest.raises(ValueError, match=r"^data must have numbers"):
        judge(xarray.Dataset(), [empty])


def test_checks_are_said_last():
    data = {"a_z": ("x", [1.0, 2.5]), "deviation": 0.25, "mismatch": ("k", [0, 2, 1])}
    checks = parse(dump(judge(xarray.Dataset(data))))
    assert list(map(str, checks)) == [
        "theory and simulation agree: of 2 means the one furthest from its exact value is 2.5 "
        "standard errors off, and 50% are more than 2 off (chance of a larger deviation: at most "
        "0.025)",
        "two computations agree: the difference is 0.25 times the error that is claimed",
        "exact second computations DISAGREE: 2 of 3 checks find differences, the worst 2",
    ]


DAMAGED = ["", "agree", "[1]", "[{}]", '[{"kind": "z"}]', "null"]


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_checks_are_refused(text):
    with pytest.raises(ValueError, match="its checks cannot be read"):
        parse(text)


@pytest.mark.parametrize("change", [{"kind": "y"}, {"values": "two"}, {"chance": None}, {"new": 1}])
def test_checks_that_cannot_be_said_are_refused(change):
    fields = {"kind": "z", "variables": ["z"], "values": 2, "largest": 1.0, "beyond": 0}
    fields |= {"chance": 0.5, "agrees": True}
    assert parse(json.dumps([fields])) == (Check(**fields | {"variables": ("z",)}),)
    with pytest.raises(ValueError, match="its checks cannot be read"):
        parse(json.dumps([fields | change]))
