"""Typical clusters: reference numbers, limits, stationarity, and what is refused."""

import numpy as np
import pytest

import replica
from replica.quenched import block_site, blocks, ground_state, many_replicas
from replica.quenched import local_entropy as quenched_module
from replica.quenched.block_site import Block
from replica.quenched.jump import Shape
from replica.quenched.many_replicas import Unknowns, evaluate

GAP, MERGING = 0.06009920188295, 0.07310769896961
# J_D, d, S_ann, S_max, x, q_hat, chi, chi_hat, and the three stabilities, by another quadrature
TABLE = [
    (
        0.1,
        0.2,
        0.04687599,
        0.04515667,
        4.312285,
        0.03341227,
        0.3759422,
        0.340609,
        0.5221,
        1.0175,
        1.0945,
    ),
    (
        0.1,
        0.05,
        0.01810778,
        0.01768294,
        5.384439,
        0.11318954,
        0.0412919,
        0.381096,
        0.4957,
        0.7752,
        0.9654,
    ),
    (
        0.2,
        0.4,
        0.13578189,
        0.13512339,
        6.560909,
        0.00242506,
        1.6334694,
        0.325607,
        0.5342,
        1.0216,
        1.0333,
    ),
    (
        0.3,
        0.2,
        0.14225329,
        0.14092741,
        13.953014,
        0.00940408,
        0.5767085,
        0.569049,
        0.3937,
        0.9134,
        0.9520,
    ),
    (
        0.5,
        0.3,
        0.26048532,
        0.25938018,
        32.201381,
        0.00288806,
        1.3315643,
        0.641458,
        0.3787,
        0.8990,
        0.8979,
    ),
    (
        GAP,
        0.1,
        0.01023676,
        0.00937508,
        3.845908,
        0.10075982,
        0.0995095,
        0.301872,
        0.5709,
        0.9186,
        1.0658,
    ),
    (
        MERGING,
        0.05,
        0.00823664,
        0.00793195,
        4.456671,
        0.15221355,
        0.0313219,
        0.291977,
        0.5588,
        0.7880,
        0.9785,
    ),
]


@pytest.mark.parametrize("row", TABLE)
def test_reference_numbers(row):
    state = replica.quenched_local_entropy(row[1], row[0])
    assert state.upper_bound == pytest.approx(row[2], abs=1e-8)
    assert state.local_entropy == pytest.approx(row[3], abs=1e-8)
    found = [state.x, state.q_hat, state.chi, state.chi_hat]
    np.testing.assert_allclose(found, row[4:8], rtol=5e-6)
    stabilities = [state.inner_stability, state.block_stability, state.outer_stability]
    np.testing.assert_allclose(stabilities, row[8:], atol=6e-5)
    assert state.smooth
    assert state.error < 1e-9


# J_D, d: where the spin jumps, or nearly; known to 1e-6 from grids that do not see the jump
ROUGH = [(0.1, 0.02, 0.01082569), (0.3, 0.05, 0.06705879), (0.5, 0.05, 0.09386984)]


@pytest.mark.parametrize(("J_D", "d", "S"), ROUGH)
def test_jumps(J_D, d, S):
    state = replica.quenched_local_entropy(d, J_D)
    assert state.local_entropy == pytest.approx(S, abs=1e-6)
    assert state.smooth == (J_D < 0.5)
    assert np.isinf(state.block_stability) == (J_D == 0.5)
    unknowns = Unknowns(state.q_hat, state.chi, state.chi_hat, state.x)
    finer = evaluate(d, J_D, unknowns, 24).entropy
    assert abs(finer - state.local_entropy) < state.error


def test_the_residuals_are_derivatives():
    """Those of the entropy by its four unknowns, by differences, away from its extremum."""
    d, J_D, q_1 = 0.15, 0.2, 0.7
    point = np.array([0.03, 0.3, 0.5, 7.0])

    def entropy(k, h):
        return evaluate(d, J_D, Unknowns(*(point + h * np.eye(4)[k])), 14).entropy

    slopes = [
        np.dot([1, -8, 8, -1], [entropy(k, j * h) for j in (-2, -1, 1, 2)]) / (12 * h)
        for k, h in enumerate(1e-3 * point)
    ]
    here = evaluate(d, J_D, Unknowns(*point), 14)
    q_hat, chi, _, x = point
    overlap, field, response, *_ = here.means[1:]
    assert slopes[0] == pytest.approx(
        (response + x * overlap - (1 - q_1 + chi + x * q_1)) / 2, abs=1e-8
    )
    assert slopes[1] == pytest.approx((field - q_hat) / 2, abs=1e-8)
    assert slopes[2] == pytest.approx((overlap - q_1) / 2, abs=1e-8)
    assert slopes[3] == pytest.approx(here.residuals[3] * q_hat * q_1, abs=1e-8)


def test_no_response_is_the_mean_number():
    """At chi = chi_hat = 0 the entropy is Phi_1(x) / x."""
    mean = replica.clusters(6.0, 0.1, 0.2)
    small = evaluate(0.1, 0.2, Unknowns(float(mean.q_hat), 1e-7, 1e-7, 6.0), 14)
    assert small.entropy == pytest.approx(mean.free_entropy / 6, abs=2e-7)


FEW = [
    pytest.param(0.2, 0.1, marks=pytest.mark.thorough),
    pytest.param(0.1, 0.3, marks=pytest.mark.thorough),
    (0.3, 0.2),
]
MORE = [(0.05, 0.08), (0.2, 0.06), (0.1, 0.0731), (0.05, 0.1), (0.1, 0.1), (0.4, 0.1), (0.05, 0.2)]
MORE += [(0.1, 0.2), (0.2, 0.2), (0.4, 0.2)]


@pytest.mark.parametrize(
    ("d", "J_D"), [*FEW, *(pytest.param(*at, marks=pytest.mark.long) for at in MORE)]
)
def test_many_replicas_are_a_limit(d, J_D):
    """The distance of the local entropy from it falls as the square of 1/y."""
    limit = replica.quenched_local_entropy(d, J_D)
    states = replica.quenched_clusters([40.0, 80.0], d, J_D)
    distance = states.local_entropy - limit.local_entropy
    assert distance[0] / distance[1] == pytest.approx(4, abs=0.4)
    assert abs(distance[1]) < 1e-5
    np.testing.assert_allclose(states.m * states.y, limit.x, rtol=0.05)
    extrapolated = (4 * states.local_entropy[1] - states.local_entropy[0]) / 3
    assert extrapolated == pytest.approx(limit.local_entropy, abs=1e-7 + abs(distance[1]) / 5)


@pytest.mark.thorough
def test_one_cross_overlap_among_all():
    """At m -> 0, and the y of zero complexity; by another quadrature."""
    state = replica.quenched_clusters(8.6068291, 0.2, 0.1, m=1e-6)
    assert state.local_entropy == pytest.approx(0.0465146101, abs=1e-8)
    assert state.cross_overlap == pytest.approx(0.3371000, abs=1e-6)
    assert state.cross_q_hat == pytest.approx(0.00702621983, abs=3e-8)
    assert state.q_hat == pytest.approx(0.06299933664, abs=3e-8)
    assert state.outer_stability == pytest.approx(1.2490753, abs=1e-6)
    assert state.complexity == pytest.approx(0, abs=2e-7)


@pytest.mark.parametrize(
    ("y", "d", "J_D"), [(6.0, 0.1, 0.1), pytest.param(20.0, 0.2, 0.3, marks=pytest.mark.thorough)]
)
def test_blocks_are_stationary(y, d, J_D):
    """The entropy of groups has no slope in any of its four unknowns, and S is that by y."""
    state = replica.quenched_clusters(y, d, J_D)
    point = np.array([state.q_hat, state.cross_overlap, state.cross_q_hat, state.m])

    def Phi(point, y=y):
        block = Block(*point.tolist())
        return blocks.free_entropy(y, d, block, block_site.block_site(y, d, J_D, block, 1.5))

    for k in range(4):
        h = 1e-3 * point[k] * np.eye(4)[k] * (1 if k != 1 else 0.1)
        slope = (
            8 * (Phi(point + h) - Phi(point - h)) - Phi(point + 2 * h) + Phi(point - 2 * h)
        ) / 12
        assert abs(slope) < 1e-9
    h = 1e-3 * y
    change = (Phi(point, y + h) - Phi(point, y - h)) / (2 * h)
    assert state.local_entropy == pytest.approx(change, abs=1e-6)


def test_at_m_one_it_is_the_mean_number():
    mean = replica.clusters(5.0, 0.1, 0.1)
    for q_0 in (0.2, 0.6):
        block = Block(float(mean.q_hat), q_0, 0.3 * float(mean.q_hat), 1.0)
        sums = block_site.block_site(5.0, 0.1, 0.1, block, 1.5)
        found = blocks.free_entropy(5.0, 0.1, block, sums)
        assert found == pytest.approx(mean.free_entropy, abs=1e-12)
        assert blocks.local_entropy(5.0, 0.1, block, sums) == pytest.approx(
            mean.local_entropy, abs=1e-12
        )
        assert sums.inner == pytest.approx(mean.inner_stability, abs=1e-12)


@pytest.mark.thorough
@pytest.mark.parametrize(("d", "J_D"), [(0.05, 0.1), (0.1, 0.3)])
def test_condensation(d, J_D):
    """Just above it the best m is just below one, and the mean number too large."""
    groups = replica.condensation(d, J_D)
    assert groups.m == 1
    assert groups.free_entropy == pytest.approx(
        replica.clusters(groups.y, d, J_D).free_entropy, abs=1e-8
    )
    potential = replica.cross_overlap_potential(
        groups.cross_overlap / (1 - 2 * d) * np.array([0.99, 1, 1.01]), groups.y, d, J_D
    )
    assert potential[1] == pytest.approx(0, abs=1e-8)
    assert potential[1] > max(potential[0], potential[2])
    above = replica.quenched_clusters(1.01 * groups.y, d, J_D)
    assert 0.9 < above.m < 1
    assert above.free_entropy < replica.clusters(1.01 * groups.y, d, J_D).free_entropy
    below = replica.quenched_clusters(0.99 * groups.y, d, J_D, throw=False)
    assert not below.converged
    assert "condensation" in below.status
    assert groups.y < replica.local_entropy(d, J_D).y


@pytest.mark.thorough
def test_groups_condense_continuously_where_independent_ones_are_unstable():
    groups = replica.condensation(0.2, 0.1)
    assert groups.cross_overlap == 0
    assert groups.outer_stability == pytest.approx(1, abs=1e-9)
    below = replica.cross_overlap_potential([0.01, 0.05], groups.y - 0.1, 0.2, 0.1)
    above = replica.cross_overlap_potential([0.01, 0.05], groups.y + 0.1, 0.2, 0.1)
    assert (below < 0).all()
    assert (above > 0).all()


@pytest.mark.thorough
def test_the_thresholds_survive():
    """There the slope vanishes, and no cross overlap pays; for contrast, a point where one does."""
    for at in ((4.659988415, 0.01586445468, GAP), (7.587205255, 0.005652972800, MERGING)):
        assert (replica.cross_overlap_potential([0.5, 0.96], *at) < 0).all()
    y = float(replica.local_entropy(0.05, 0.1).y)
    at = replica.cross_overlap_potential([0.3, 0.96], y, 0.05, 0.1)
    np.testing.assert_allclose(at, [-0.0005, 0.0012], atol=1e-5)
    d = np.array([0.02, 0.03])
    state = replica.quenched_local_entropy(d, GAP)
    h = 1e-5
    slope = (
        replica.local_entropy(d + h, GAP).local_entropy
        - replica.local_entropy(d - h, GAP).local_entropy
    ) / (2 * h)
    ratio = (state.upper_bound - state.local_entropy) / slope**2
    np.testing.assert_allclose(ratio, [0.0029, 0.0059], atol=1e-4)


# d, J_D, S and chi: at the edges of the domain, where another quadrature finds them stationary
EDGES = [
    (0.005, 0.3, 0.015027058113, 0.00052431242),
    pytest.param(0.01, 1.0, 0.031591640198, 0.0015676471, marks=pytest.mark.thorough),
    (0.007, 0.7, 0.022975586909, 0.00062911972),
    (0.48, 1.0, 0.510355679014, 12.244727),
    (0.1, 0.001, -0.021961738228, 0.056552742),
]


@pytest.mark.parametrize(("d", "J_D", "S", "chi"), EDGES)
def test_few_evaluations(d, J_D, S, chi, monkeypatch):
    """The search starts close by, and needs few steps on the last grid."""
    calls = []

    def count(*arguments):
        calls.append(arguments[-1])
        return evaluate(*arguments)

    monkeypatch.setattr(many_replicas, "evaluate", count)
    state = replica.quenched_local_entropy(d, J_D)
    assert len(calls) < 50  # 38 or 40, by the last bits of a library
    assert calls.count(10) < 10
    assert state.residual < 1e-10
    assert state.local_entropy == pytest.approx(S, abs=1e-12)
    assert state.chi == pytest.approx(chi, rel=1e-7)
    assert state.local_entropy < state.upper_bound


def test_without_a_bound_there_is_no_search():
    state = replica.quenched_local_entropy(0.005, 1.0, throw=False)
    assert not state.converged
    assert "upper bound, which is missing" in state.status


@pytest.mark.parametrize("function", [replica.quenched_local_entropy, replica.condensation])
def test_where_the_bound_falls_there_is_none(function):
    with pytest.raises(replica.ConvergenceError, match=r"falls with d at d=0\.01, J_D=0\.06"):
        function(0.01, 0.06)
    state = function([0.01, 0.05], 0.06, throw=False)
    assert state.converged.tolist() == [False, True]
    assert np.isnan(state.local_entropy[0])
    assert "not converged" in repr(state)


def test_where_the_bound_falls_there_are_no_groups():
    state = replica.quenched_clusters(8.0, 0.01, 0.06, throw=False)
    assert not state.converged
    assert np.isnan(state.local_entropy)
    assert "falls with d" in state.status


def test_a_search_that_fails(monkeypatch):
    monkeypatch.setattr(quenched_module, "_FLAT", 0.0)
    state = replica.quenched_local_entropy(0.2, 0.1, throw=False)
    assert not state.converged
    assert np.isnan(state.local_entropy)
    assert "try a larger d" in state.status


@pytest.mark.parametrize("m", [0, -0.1, 1.01, np.inf])
def test_blocks_have_a_parameter(m):
    with pytest.raises(ValueError, match=r"^m must be"):
        replica.quenched_clusters(8.0, 0.1, 0.1, m=m)


def test_the_average_of_a_gaussian_is_known():
    """With no response W is ln M, whose integral at x = 1 is that of one fixed point."""
    J_D, d, q_hat = 0.3, 0.1, 0.05
    fields = ground_state.Fields(q_hat, 1 - 2 * d, 1.0)
    log_I, means = ground_state.averages(fields, Shape(J_D, np.sqrt(2 * d), 1e-12, 1e-12), 14)
    assert log_I == pytest.approx(replica.fixed_point_entropy(J_D) + q_hat / 2, abs=1e-9)
    assert means[0] == 1
