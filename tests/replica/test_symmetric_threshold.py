"""The overlap gap at any symmetry: against pairs minimised by scipy, and against scans."""

import re

import numpy as np
import pytest
from scipy import optimize

import replica
from replica import rarest_groups, symmetric_overlap_gap_threshold


def rarest_pair(J_D, eta):
    """Return the least entropy of pairs, over the logarithm of the distance."""
    found = optimize.minimize_scalar(
        lambda log_d: replica.pair_entropy(np.exp(log_d), J_D, eta),
        bounds=(np.log(1e-4), np.log(0.3)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return found.fun, np.exp(found.x)


@pytest.mark.parametrize("eta", [pytest.param(0.0, marks=pytest.mark.thorough), 0.07])
def test_pairs(eta):
    threshold = symmetric_overlap_gap_threshold(2, eta)
    J_D = optimize.brentq(lambda J_D: rarest_pair(J_D, eta)[0], 0, 0.2, xtol=1e-13)
    assert abs(threshold.J_D - J_D) < 1e-10
    assert threshold.d == pytest.approx(rarest_pair(J_D, eta)[1], rel=1e-4)
    assert threshold.J_D_error < 1e-10
    assert (threshold.y, threshold.eta) == (2, eta)


@pytest.mark.parametrize("y", [3, pytest.param(5, marks=pytest.mark.thorough)])
def test_without_symmetry_it_is_the_threshold_of_real_numbers(y):
    asymmetric = replica.overlap_gap_threshold(y)
    symmetric = symmetric_overlap_gap_threshold(y)
    tolerance = 1e-9 + asymmetric.J_D_error + symmetric.J_D_error
    assert abs(symmetric.J_D - asymmetric.J_D) < tolerance


@pytest.mark.parametrize(
    ("y", "eta"),
    [
        (6, 0.2),
        pytest.param(12, 0.1, marks=pytest.mark.long),
        pytest.param(50, 0.05, marks=pytest.mark.long),
    ],
)
def test_both_sides_of_the_threshold(y, eta):
    """Its definition, on a scan over all distances."""
    threshold = symmetric_overlap_gap_threshold(y, eta)
    distances = np.geomspace(1e-4, 0.5, 30)
    distances = np.append(distances, threshold.d * np.linspace(0.9, 1.1, 11))
    below, above = (
        [replica.integer_clusters(y, d, threshold.J_D + shift, eta).free_entropy for d in distances]
        for shift in (-1e-4, 1e-4)
    )
    assert min(below) < 0 < min(above)


@pytest.mark.parametrize(
    "eta",
    [
        pytest.param(0.0, marks=pytest.mark.thorough),
        pytest.param(0.1, marks=pytest.mark.long),
        0.4,
        pytest.param(1.0, marks=pytest.mark.thorough),
    ],
)
def test_one_minimum_over_the_distances(eta):
    for y, J_D in ((3, 0.0), (6, 0.2)):
        scan = [replica.integer_clusters(y, d, J_D, eta) for d in np.geomspace(1e-4, 0.5, 25)]
        falls = np.array([groups.slope_d < 0 for groups in scan])
        assert (np.diff(falls.astype(int)) == -1).sum() == 0 or (falls[:-1] & ~falls[1:]).sum() == 1
        rarest = rarest_groups(y, J_D, eta)
        assert rarest.free_entropy <= min(groups.free_entropy for groups in scan)
        assert abs(rarest.slope_d) < 1e-5


@pytest.mark.thorough
def test_the_gap_closes():
    """The threshold falls with the symmetry, and there is none above some 0.23."""
    thresholds = [symmetric_overlap_gap_threshold(9, eta).J_D for eta in (0.0, 0.2, 0.2299)]
    assert (np.diff(thresholds) < 0).all()
    assert 0 < thresholds[-1] < 1e-4
    for y, eta in ((2, 0.13), (9, 0.23), (50, 0.2), (6, 1.0)):
        with pytest.raises(
            ValueError, match=f"^eta={eta} has no threshold for groups of {y}: even"
        ):
            symmetric_overlap_gap_threshold(y, eta)


def test_beyond_the_smallest_distance():
    sentence = r"^At y=2, J_D=3, eta=0 the groups are rarest beyond d=.*; try a smaller J_D\.$"
    with pytest.raises(replica.ConvergenceError, match=sentence):
        rarest_groups(2, 3.0)
    state = rarest_groups(2, 3.0, throw=False)
    assert (state.converged, state.y, state.J_D, state.eta) == (False, 2, 3.0, 0.0)
    assert np.isnan([state.d, state.free_entropy, state.error]).all()
    assert re.match(sentence, state.status)


@pytest.mark.parametrize(
    ("y", "eta", "error"),
    [
        (1, 0.1, ValueError),
        (51, 0.1, ValueError),
        (2.0, 0.1, TypeError),
        (2, -0.1, ValueError),
        (2, 1.5, ValueError),
        (2, "0", TypeError),
    ],
)
def test_refused(y, eta, error):
    with pytest.raises(error, match=r"^(y|eta) must be .*got"):
        symmetric_overlap_gap_threshold(y, eta)
