"""Points that share networks deviate together: no false alarm from it, and nothing hidden by it."""

import numpy as np
import pytest
import xarray
from scipy.stats import binom

import sweeps
from sweeps.judging.deviations import judge
from sweeps.judging.together import alone, paired

COUNT = 1500
MOST = binom.ppf(0.999, COUNT, 0.003) / COUNT  # of disagreements with true theories


def sample(rng, points, replicas, correlation, off=0.0, count=None):
    """Return normal variables whose points are correlated, the first of them off the theory."""
    shape = (1 if count is None else count, points, replicas)
    common = rng.normal(size=(shape[0], 1, replicas))
    values = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * rng.normal(size=shape)
    values[:, 0] += off
    if count is None:
        return xarray.DataArray(values[0], dims=("k", "replica"))
    return xarray.DataArray(values, dims=("sample", "k", "replica"))


def rate(data, shared):
    """Return in which part of the samples the theory that all means are 0 is refused."""
    z = sweeps.compare(0.0, data).z.values
    pieces = [
        [paired(*one)] if shared else [alone(one[0])] for one in zip(z, data.values, strict=True)
    ]
    return np.mean([not judge(*one).agrees for one in zip(z, pieces, strict=True)])


@pytest.mark.parametrize("replicas", [6, 12, pytest.param(100, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.98])
def test_shared_networks_raise_no_alarm(replicas, correlation):
    rng = np.random.default_rng(3)
    assert rate(sample(rng, 10, replicas, correlation, 0.0, COUNT), shared=True) <= MOST


def test_points_that_move_together_are_refused_if_they_are_taken_as_independent():
    """The reason for `shared`: one deviation is not forty."""
    data = sample(np.random.default_rng(4), 40, 100, 0.98, 0.0, 400)
    assert rate(data, shared=False) > 0.02
    assert rate(data, shared=True) <= 0.01


@pytest.mark.parametrize(("replicas", "correlation"), [(8, 0.0), (100, 0.0), (100, 0.9)])
def test_the_power_is_what_is_claimed(replicas, correlation):
    rng = np.random.default_rng(5)
    one = sweeps.compare(0.0, sample(rng, 5, replicas, correlation))
    power = float((one.points["power"] / one.points["error"])[0]) / np.sqrt(replicas)
    seen = rate(sample(rng, 5, replicas, correlation, power, 500), shared=False)
    assert seen > 0.9
    assert rate(sample(rng, 5, replicas, correlation, 0.4 * power, 500), shared=False) < 0.6


def test_correlated_points_show_what_none_of_them_does_alone():
    """Two points that always move together, and do not here."""
    rng = np.random.default_rng(6)
    data = sample(rng, 2, 200, 0.9999)
    data[1] += 0.02
    data = data - data.mean()
    assert np.abs(sweeps.compare(0.0, data).z).max() < 1
    assert sweeps.compare(0.0, data, shared="k").status == "disagree"


def test_points_that_determine_each_other_count_once():
    rng = np.random.default_rng(7)
    one = sample(rng, 3, 100, 0.0)
    twice = xarray.concat([one, -one], "k")
    alone = sweeps.compare(0.0, one, shared="k")
    both = sweeps.compare(0.0, twice, shared="k")
    assert both.p_value == pytest.approx(alone.p_value, rel=1e-6)


def test_groups_are_told_from_each_other():
    rng = np.random.default_rng(8)
    data = xarray.concat([sample(rng, 4, 50, 0.95) for _ in range(6)], "N")
    found = sweeps.compare(0.0, data, shared=["k"])
    assert found.status == "agree"
    assert found.dof == 24
    order = sweeps.compare(0.0, data.transpose("k", "replica", "N"), shared="k")
    assert order.p_value == pytest.approx(found.p_value)


def test_a_large_share_beyond_two_disagrees():
    z = np.where(np.arange(40) % 4 == 0, 2.3, 0.0)
    found = sweeps.compare(np.zeros(40), z, np.ones(40))
    assert found.p_value > 0.05
    assert np.abs(found.z).max() < 3
    assert found.status == "disagree"
    assert "10 of 40 beyond 2" in found.verdict


@pytest.mark.parametrize("replicas", [5, 60])
def test_true_theories_are_rarely_refused(replicas):
    data = sample(np.random.default_rng(9), 20, replicas, 0.0, 0.0, COUNT)
    assert rate(data, shared=False) <= MOST


@pytest.mark.parametrize(
    ("data", "options", "match"),
    [
        (sample(np.random.default_rng(0), 2, 5, 0.0), {"shared": "x"}, "shared must be dimensions"),
        (xarray.DataArray([1.0], dims="k"), {"errors": [1.0], "shared": "k"}, "must not be given"),
        (xarray.DataArray([1.0], dims="k"), {"errors": [1.0], "trials": 3}, "errors must not"),
    ],
)
def test_bad_groups(data, options, match):
    with pytest.raises(ValueError, match=match):
        sweeps.compare(0.0, data, **options)


def test_equal_replicas_are_judged_by_how_rare_others_must_be():
    """None of 10,000 replicas at the far end, of which theory needs a hundredth part."""
    seldom = np.zeros((2, 10_000))
    seldom[1, ::100] = 5
    data = xarray.DataArray(seldom, dims=("x", "replica"))
    assert sweeps.compare([0.05, 0.05], data).status == "disagree"
    few = data.isel(replica=slice(101))
    assert sweeps.compare([0.01, 0.1], few).status == "agree"
    assert sweeps.compare([0.05, 0.1], few).status in ("agree", "doubtful")


def test_two_replicas_cannot_tell_how_points_depend_on_each_other():
    """All points deviate by the same: that is one deviation."""
    data = xarray.DataArray(np.tile([1.0, 1.1], (50, 1)), dims=("k", "replica"))
    assert sweeps.compare(0.5, data).status == "disagree"
    assert sweeps.compare(0.5, data, shared="k").status == "agree"


def shared_successes(p, replicas, points, rng):
    """Return successes of points of which most are decided by the same number of a replica."""
    own = rng.random((points, replicas))
    alike = rng.random((points, 1)) < 0.9
    return xarray.DataArray(
        np.where(alike, rng.random((1, replicas)), own) < p, dims=("k", "replica")
    )


def test_shared_successes_without_scatter_are_judged():
    none = xarray.DataArray(np.zeros((50, 11), bool), dims=("k", "replica"))
    found = sweeps.compare(0.5, none, shared="k")
    assert found.status == "disagree"
    assert found.dof == 50
    assert sweeps.compare(0.02, none, shared="k").status == "agree"


@pytest.mark.thorough
@pytest.mark.parametrize(("p", "replicas"), [(0.02, 12), (0.1, 20), (0.5, 8)])
def test_shared_successes_raise_no_alarm(p, replicas):
    rng = np.random.default_rng(6)
    data = [shared_successes(p, replicas, 10, rng) for _ in range(300)]
    wrong = [sweeps.compare(p, one, shared="k").status == "disagree" for one in data]
    assert np.mean(wrong) <= binom.ppf(0.999, 300, 0.003) / 300
