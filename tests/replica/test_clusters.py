"""Clusters of fixed points: against their twins, closed forms, sums and differences."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import replica
from replica import high_precision
from replica.groups import cluster, quadrature_error

ENTROPIES = ("free_entropy", "local_entropy", "complexity")


def entropies(state):
    return np.array([getattr(state, name) for name in ENTROPIES])


# y, d, J_D
QUICK = [(2.5, 0.3, 0.0)]
THOROUGH = [(1.0, 0.2, 0.1), (1.5, 0.45, 2.0)]
SLOW = [
    (20.0, 0.4, 0.05),
    (1.5, 0.001, 0.1),
    (2.0, 0.1, 0.3),
    (3.3, 0.02, 0.06),
    (7.0, 0.005, 0.07),
    (12.5, 0.001, 0.0),
    (50.0, 0.01, 0.1),
    (80.0, 0.2, 1.0),
    (200.0, 0.001, 0.0),
    (200.0, 0.45, 1.5),
    # where the error was once estimated fifty times too small
    (266.6056, 0.0104, 1.0161),
    (375.0709, 0.0293, 1.7081),
]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "point",
    [
        *QUICK,
        *THOROUGH,
        *(pytest.param(point, marks=pytest.mark.long) for point in SLOW),
    ],
)
def test_twins(point):
    state = replica.clusters(*point)
    twin = high_precision.clusters(*point, digits=12)
    difference = np.abs([float(x) for x in twin - entropies(state)])
    assert (difference < 1e-10).all()
    assert (difference < state.error).all()
    # and no more than what the sums may lose by rounding, of y^1.5 terms: a few of order one, and
    # the bias ln(H_+ / H_-) / 2, about z^2 / 8d where d is small, and cut at 30
    y, d, _ = point
    terms = y**1.5 * (10 + min(30, 1 / (8 * d)))
    assert state.error < 2e-13 + 2 * np.finfo(float).eps * terms


@pytest.mark.parametrize("J_D", [0.0, 1e-3, 0.06, 0.3, 1.0, 2.5, 5.0])
def test_pairs_are_known_in_closed_form(J_D):
    d = np.array([1e-4, 1e-3, 0.01, 0.05, 0.2, 0.4, 0.49, 0.4999])
    state = replica.clusters(2, d, J_D)
    np.testing.assert_allclose(state.free_entropy, replica.pair_entropy(d, J_D), atol=1e-12)
    assert (np.abs(state.free_entropy - replica.pair_entropy(d, J_D)) < state.error).all()


@pytest.mark.parametrize("y", range(3, 13))
def test_integer_groups_are_a_sum_over_up_spins(y):
    for d, J_D in [(0.003, 0.05), (0.1, 0.0), (0.02, 1.5)]:
        state = cluster.solve(y, d, J_D)
        summed = replica.integer_clusters(y, d, J_D)
        assert state.free_entropy == pytest.approx(summed.free_entropy, abs=1e-11)
        assert state.slope_d == pytest.approx(summed.slope_d, rel=1e-8)
        assert state.slope_J_D == pytest.approx(summed.slope_J_D, rel=1e-8)


@pytest.mark.parametrize("y", [1.02, 2.0, 4.7, 60.0, 2000.0])
@pytest.mark.parametrize(("d", "J_D"), [(0.003, 0.05), (0.2, 0.3), (0.4, 1.0)])
def test_derivatives_are_differences(y, d, J_D):
    state, h = cluster.solve(y, d, J_D), 1e-4

    def slope(name, value, step):
        point = {"y": y, "d": d, "J_D": J_D}
        values = [
            cluster.solve(**{**point, name: value + k * step}).free_entropy for k in (-2, -1, 1, 2)
        ]
        return np.dot([1, -8, 8, -1], values) / (12 * step)

    size = max(1, abs(state.free_entropy))
    assert state.local_entropy == pytest.approx(slope("y", y, h * y), abs=1e-9 * size)
    assert state.slope_d == pytest.approx(slope("d", d, h * d), rel=1e-8, abs=1e-9 * size / d)
    assert state.slope_J_D == pytest.approx(slope("J_D", J_D, h), rel=1e-8, abs=1e-9 * size)


def test_one_replica():
    d, J_D = np.array([1e-4, 0.01, 0.3, 0.4999])[:, None], np.array([0, 0.06, 0.5, 3, 5])
    one = replica.clusters(1, d, J_D)
    single = np.broadcast_to(replica.fixed_point_entropy(J_D), one.free_entropy.shape)
    np.testing.assert_allclose(one.free_entropy, single, atol=5e-14)
    near = replica.clusters(1 + 1e-6, d, J_D)
    np.testing.assert_allclose(near.free_entropy, single + 1e-6 * one.local_entropy, atol=1e-11)


@pytest.mark.parametrize("y", [1.7, 5.0, 40.0])
def test_independent_replicas(y):
    """At d = 1/2 they are; the rest is of second order in the overlap."""
    for J_D in (0.0, 0.3, 2.0):
        near, nearer = (
            replica.clusters(y, d, J_D).free_entropy - y * replica.fixed_point_entropy(J_D)
            for d in (0.4997, 0.4999)
        )
        assert abs(nearer) < 1e-8 * y * y
        assert near / nearer == pytest.approx(9, rel=0.05)


@pytest.mark.parametrize(("y", "d", "J_D"), [(1.3, 0.01, 0.0), (6, 0.2, 0.3), (3000, 0.05, 1.0)])
def test_the_complexity_is_what_the_local_entropy_leaves(y, d, J_D):
    state = replica.clusters(y, d, J_D)
    rest = state.free_entropy - y * state.local_entropy
    assert state.complexity == pytest.approx(rest, abs=state.error)


def test_the_complexity_falls_where_it_is_negative():
    """It is positive for one replica, and its zero is the only one."""
    y = np.geomspace(1, 1e4, 13)[:, None]
    for d in (1e-3, 0.1, 0.45):
        complexity = replica.clusters(y, d, [0.0, 0.06, 0.3, 1.0]).complexity
        assert (complexity[0] > 0).all()
        assert (np.diff(complexity, axis=0)[complexity[1:] < 0] < 0).all()
        assert ((np.diff(np.sign(complexity), axis=0) != 0).sum(axis=0) <= 1).all()


def finer_site(y, d, J_D, state):
    """Return the site at its extremum, on a grid that shares no nodes with those of the solver."""
    overlap = 1 - 2 * d
    field = cluster.common_field(overlap, d, J_D, 0.23 * min(0.05, y**-0.5))
    site, found = cluster._extremum(field, y, overlap, d, 1.1 * state.q_hat)
    assert found
    return site


def finer(y, d, J_D, state):
    """Return the entropies on that grid."""
    return cluster._entropies(finer_site(y, d, J_D, state), 1 - 2 * d, 1)


CORNERS = [(y, d, J_D) for y in (1.0, 30.0, 1e4) for d in (1e-4, 0.4999) for J_D in (0.0, 0.1, 5.0)]


@pytest.mark.parametrize("point", CORNERS)
def test_the_corners_of_the_domain(point):
    state = replica.clusters(*point)
    assert state.converged
    assert abs(state.residual) < 1e-13
    assert state.error < 2e-8
    assert (np.abs(finer(*point, state) - entropies(state)) < state.error).all()


@example(y=1.0, d=1e-4, J_D=4.0)
@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    y=st.floats(0, np.log(1000)).map(np.exp),
    d=st.floats(np.log(1e-4), np.log(0.4999)).map(np.exp),
    J_D=st.sampled_from([0.0, 1e-6]) | st.floats(0, 5),
)
def test_the_error_is_no_underestimate(y, d, J_D):
    point = float(y), float(np.clip(d, 1e-4, 0.4999)), J_D
    state = replica.clusters(*point)
    assert state.error < 1e-9
    # the reference has rounding errors of its own: 2.3e-14 apart at y = 1, d = 1e-4, J_D = 4
    apart = np.abs(finer(*point, state) - entropies(state))
    reference_error = quadrature_error.rounding(finer_site(*point, state))
    assert (apart < state.error + reference_error).all()


# y, d, J_D, where the first grid is so coarse that its error is not rounding
COARSE = [
    (266.6056, 0.0104, 1.0161),
    (375.0709, 0.0293, 1.7081),
    (255.0, 0.0071, 0.54),
    (173.9, 0.0365, 1.42),
    (737.0, 0.0136, 0.69),
    (260.5, 0.1023, 2.38),
]


@pytest.mark.parametrize("point", COARSE)
def test_the_error_of_a_coarse_grid(point):
    """Told from coarser grids still: no less than it is, nor the difference to the next of them.

    Where the error falls regularly it is the square of that difference; half as many digits are
    trusted, so that the estimate is about the geometric mean.
    """
    y, d, J_D = point
    field = cluster.common_field(1 - 2 * d, d, J_D, min(0.05, y**-0.5))
    site, _ = cluster._extremum(field, y, 1 - 2 * d, d, cluster._guess(y, 1 - 2 * d))
    fine, half, quarter = (cluster._entropies(site, 1 - 2 * d, coarse) for coarse in (1, 2, 4))
    error = np.abs(fine - finer(*point, replica.clusters(*point)))
    estimate = quadrature_error.extrapolated(fine, half, quarter)
    rounding = quadrature_error.rounding(site)
    assert (error > 15 * rounding).any()
    assert (error < estimate + rounding).all()
    assert (estimate < 2 * np.sqrt(np.abs(fine - half) * error)).any()


GOOD = {"y": 3.0, "d": 0.1, "J_D": 0.3}
BAD = [
    ("y", 0.99, ValueError, "a number in [1, 10000], got 0.99"),
    ("y", 10001, ValueError, "got 10001"),
    ("d", 0.0, ValueError, "a number in [0.0001, 0.4999], got 0"),
    ("d", 0.5, ValueError, "got 0.5"),
    ("J_D", -0.1, ValueError, "a number in [0, 5], got -0.1"),
    ("J_D", 5.1, ValueError, "got 5.1"),
    ("y", float("nan"), ValueError, "got nan"),
    ("d", [0.1, float("inf")], ValueError, "got inf"),
    ("J_D", "0.5", TypeError, "got '0.5'"),
    ("y", True, TypeError, "got True"),
    ("d", 1j, TypeError, "got 1j"),
]
FUNCTIONS = [
    replica.clusters,
    replica.local_entropy,
    replica.reference_clusters,
    replica.reference_local_entropy,
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("name", "value", "error", "message"), BAD)
def test_refused(function, name, value, error, message):
    arguments = dict(GOOD) if "local" not in function.__name__ else {"d": 0.1, "J_D": 0.3}
    if name in arguments:
        with pytest.raises(error, match=rf"^{name} must be .*{re.escape(message)}"):
            function(**{**arguments, name: value})


@pytest.mark.parametrize("function", [replica.clusters, replica.reference_clusters])
def test_broadcasting(function):
    y, d, J_D = np.ix_([2.0, 7.5], [0.1, 0.3], [0.3, 1.0])
    table = function(y, d, J_D)
    assert table.free_entropy.shape == table.y.shape == table.error.shape == (2, 2, 2)
    assert "shape (2, 2, 2), converged" in repr(table)
    single = function(7.5, 0.1, 1.0)
    assert isinstance(single.free_entropy, float)
    assert (table.y[1, 0, 1], table.d[1, 0, 1], table.J_D[1, 0, 1]) == (7.5, 0.1, 1.0)
    np.testing.assert_array_equal(entropies(table)[:, 1, 0, 1], entropies(single))
    assert function(np.zeros((0, 1)), 0.1, 0.3).free_entropy.shape == (0, 1)
    with pytest.raises(ValueError, match="shape"):
        function([2, 3], [0.1, 0.2, 0.3], 0.1)


def test_an_extremum_that_is_not_found(monkeypatch):
    """It raises, or says so: here the search may take one step only."""
    monkeypatch.setattr(cluster, "_ITERATIONS", 1)
    sentence = (
        r"^No extremum was found in 1 steps \(.*\) at y=3, d=0\.1, J_D=0\.3; try a smaller y\.$"
    )
    with pytest.raises(replica.ConvergenceError, match=sentence):
        replica.clusters(3.0, 0.1, 0.3)
    single = replica.clusters(3.0, 0.1, 0.3, throw=False)
    assert single.converged is False
    assert re.match(sentence, single.status)
    assert repr(single).endswith(f"{single.status})")
    several = replica.clusters([2.0, 3.0], 0.1, 0.3, throw=False)
    assert several.status.tolist()[1] == single.status
    assert repr(several) == "ClusterState(shape (2,), 2 of 2 not converged: see status)"


def test_an_error_that_is_too_large(monkeypatch):
    monkeypatch.setattr(cluster, "_TOLERATED", 0.0)
    sentence = r"^The extremum was found to an error of .*e-1. only at y=3, .*; try a smaller y\.$"
    with pytest.raises(replica.ConvergenceError, match=sentence):
        replica.clusters(3.0, 0.1, 0.3)


def test_zero_complexity():
    d, J_D = np.array([[1e-3], [0.02], [0.3]]), np.array([0.0, 0.06, 0.3])
    state = replica.local_entropy(d, J_D)
    assert state.y.shape == (3, 3)
    assert (np.abs(state.complexity) <= state.error).all()
    assert (np.abs(state.local_entropy - state.free_entropy / state.y) <= state.error).all()
    there = replica.clusters(state.y, d, J_D)
    np.testing.assert_allclose(there.local_entropy, state.local_entropy, atol=1e-12)
    # no set of states within a distance d is larger than a ball
    ball = -d * np.log(d) - (1 - d) * np.log(1 - d)
    assert (state.local_entropy < ball).all()
    # raising the self-coupling admits denser clusters
    assert (np.diff(state.local_entropy, axis=1) > 0).all()


def test_no_zero_of_the_complexity():
    """What is missing is y*, not the extremum."""
    sentence = (
        r"^No number of replicas y in \[1, 10000\] has zero complexity: .* at y=10000, d=0\.1, "
        r"J_D=3, where it is 0\.6.*; there may be one at a smaller self-coupling"
    )
    with pytest.raises(replica.ConvergenceError, match=sentence):
        replica.local_entropy([0.1, 0.2], 3.0)
    state = replica.local_entropy([0.01, 0.1], [0.06, 3.0], throw=False)
    assert state.converged.tolist() == [True, False]
    assert state.y[1] == 1e4
    assert state.complexity[1] > 0
    assert state.status[0] == "The number of replicas of zero complexity was found."
    assert re.match(sentence, state.status[1])
    assert "1 of 2 not converged: see status" in repr(state)


def test_an_extremum_that_is_missing_on_the_way(monkeypatch):
    monkeypatch.setattr(cluster, "_TOLERATED", 0.0)
    for J_D in (0.3, 3.0):
        state = replica.local_entropy(0.1, J_D, throw=False)
        assert not state.converged
        assert "a solution is missing. The extremum was found to an error of" in state.status
