"""The self-couplings at which the overlap gap closes, and at which clusters merge."""

import numpy as np
import pytest
from scipy import optimize

import replica
from replica.groups import cluster


@pytest.fixture(scope="module")
def gap():
    return replica.overlap_gap_threshold()


@pytest.fixture(scope="module")
def merging():
    return replica.merging_threshold()


@pytest.mark.thorough
def test_two_ways_to_the_largest_gap(gap):
    other = replica.zero_complexity_gap_threshold()
    assert abs(gap.J_D - other.J_D) <= gap.J_D_error + other.J_D_error + 1e-14
    assert gap.d == pytest.approx(other.d, rel=1e-5)
    assert gap.y == pytest.approx(other.y, rel=1e-5)
    state = replica.clusters(gap.y, gap.d, gap.J_D)
    assert abs(state.free_entropy) < 1e-13
    assert abs(state.local_entropy) < 1e-8
    assert abs(state.complexity) < 1e-7


def test_the_gap_of_pairs_from_their_closed_form():
    def least(J_D):
        found = optimize.minimize_scalar(
            lambda log_d: replica.pair_entropy(np.exp(log_d), J_D),
            bounds=np.log([1e-3, 0.2]),
            method="bounded",
            options={"xatol": 1e-8},
        )
        return found.fun

    threshold = replica.overlap_gap_threshold(2)
    exact = optimize.brentq(least, 0.01, 0.1, xtol=1e-14)
    assert abs(threshold.J_D - exact) < 1e-13
    assert threshold.J_D_error < 1e-12
    assert threshold.y == 2


@pytest.mark.thorough
@pytest.mark.parametrize(
    "y",
    [
        1.01,
        3.0,
        100.0,
    ],
)
def test_the_gap_of_groups(y, gap):
    """Just below it groups are missing at some distance, just above at none."""
    threshold = replica.overlap_gap_threshold(y)
    assert threshold.J_D < gap.J_D
    d = threshold.d * np.linspace(0.9, 1.1, 21)
    below, above = (
        replica.clusters(y, d, threshold.J_D * (1 + change)).free_entropy
        for change in (-1e-6, 1e-6)
    )
    assert below.min() < 0 < above.min()
    far = replica.clusters(y, np.geomspace(1e-4, 0.4999, 40), threshold.J_D).free_entropy
    assert far.min() > -threshold.J_D_error


@pytest.mark.parametrize("near", [0.9, pytest.param(1.1, marks=pytest.mark.thorough)])
def test_the_largest_gap_is_a_maximum_over_the_replicas(near, gap):
    threshold = replica.overlap_gap_threshold(near * gap.y)
    assert 1e-6 < gap.J_D - threshold.J_D < 1e-3


@pytest.mark.thorough
def test_clusters_merge(merging):
    d = merging.d * np.geomspace(0.7, 1.4, 25)
    below, above = (
        np.diff(replica.local_entropy(d, merging.J_D + change).local_entropy)
        for change in (-1e-4, 1e-4)
    )
    assert (below < 0).any()
    assert (above > 0).all()
    everywhere = replica.local_entropy(np.geomspace(1e-3, 0.4, 30), merging.J_D + 1e-4)
    assert (np.diff(everywhere.local_entropy) > 0).all()
    at_small_distance = replica.local_entropy(np.geomspace(1e-3, 0.05, 30), 0.065).local_entropy
    turns = np.flatnonzero(np.diff(np.sign(np.diff(at_small_distance))))
    assert len(turns) == 2  # a maximum and a minimum beyond it


@pytest.mark.thorough
def test_the_merging_by_differences_of_the_local_entropy(merging):
    """At the threshold the first two derivatives vanish, on a curve that is only looked up."""
    h = 0.02
    log_d = np.log(merging.d) + h * np.arange(-2, 3)
    S = replica.local_entropy(np.exp(log_d), merging.J_D).local_entropy
    first, third = np.dot([1, -8, 0, 8, -1], S) / 12, np.dot([-1, 2, 0, -2, 1], S) / 2
    assert abs(first) < 1e-3 * abs(third)


@pytest.mark.parametrize(
    "threshold",
    [
        lambda: replica.overlap_gap_threshold(3.3),
        pytest.param(replica.zero_complexity_gap_threshold, marks=pytest.mark.long),
        pytest.param(replica.merging_threshold, marks=pytest.mark.long),
    ],
)
def test_errors_cover_another_grid(threshold, monkeypatch):
    first = threshold()
    field = cluster.common_field
    monkeypatch.setattr(cluster, "common_field", lambda q, d, J, step: field(q, d, J, 0.43 * step))
    second = threshold()
    assert first.J_D_error < 1e-10
    assert abs(first.J_D - second.J_D) <= first.J_D_error


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (1.0, ValueError, r"y must be a number in \[1.01, 100\], got 1"),
        (101, ValueError, "got 101"),
        (float("nan"), ValueError, "got nan"),
        ("2", TypeError, "got '2'"),
        ([2, 3], TypeError, "y must be a single number"),
    ],
)
def test_refused(y, error, message):
    with pytest.raises(error, match=message):
        replica.overlap_gap_threshold(y)
