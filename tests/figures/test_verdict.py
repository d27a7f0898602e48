"""The verdict sees what is wrong, and that something was checked at all."""

import numpy as np
import pytest
import xarray

from figures.gallery.verdict import verdict


@pytest.mark.parametrize(("offset", "word"), [(0.0, "agree"), (6.0, "DISAGREE")])
def test_verdict_sees_one_wrong_mean_among_many(offset, word):
    z = np.random.default_rng(1).normal(size=(10, 10))
    z[3, 3] = offset
    z[0, 0] = np.nan
    data = xarray.Dataset({"counts_z": (("x", "y"), z), "other": 1e9})
    assert f" {word}: of 99 means" in verdict(data)


@pytest.mark.parametrize(("largest", "word"), [(0.9, "agree"), (1.1, "DISAGREE")])
def test_verdict_sees_one_deviation_beyond_its_error(largest, word):
    data = xarray.Dataset({"deviation": ("x", [0.1, -largest, np.nan])})
    assert f" {word}: of 2 values" in verdict(data)


def test_verdict_sees_one_mismatch():
    counts = np.zeros(5)
    assert "agree: 5 checks" in verdict(xarray.Dataset({"state_mismatch": ("x", counts)}))
    counts[2] = 3
    found = verdict(xarray.Dataset({"state_mismatch": ("x", counts), "z": 0.1}))
    assert "theory and simulation agree" in found
    assert "DISAGREE: 1 of 5 checks find differences, 3 in all" in found


@pytest.mark.parametrize("kind", ["z", "deviation", "mismatch"])
def test_what_is_infinite_disagrees(kind):
    assert "DISAGREE" in verdict(xarray.Dataset({kind: ("x", [0.0, -np.inf, np.nan])}))


@pytest.mark.parametrize("data", [{"entropy": 1.0, "lazy": 2.0}, {"z": np.nan}])
def test_a_figure_without_a_check_is_refused(data):
    with pytest.raises(ValueError, match="data must have numbers called z"):
        verdict(xarray.Dataset(data))
