"""Symmetries, limits and identities of the counts."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import special

import replica
from replica.counts.response import response

J_D = np.array([0.0, 0.01, 0.3, 0.8, 2.0, 10.0, 40.0])
d = np.array([1e-12, 1e-6, 0.01, 0.25, 0.4])
ETA = [-1.0, -0.5, 0.0, 0.3, 1.0]


def close(a, b, rtol=1e-13, atol=1e-15):
    np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


def test_one_state():
    close(replica.fixed_point_entropy(J_D), np.log(2 * special.ndtr(J_D)), atol=1e-15)
    assert replica.fixed_point_entropy(0.0) == 0
    close(replica.fixed_point_entropy(1e-12), 1e-12 * np.sqrt(2 / np.pi))
    assert replica.fixed_point_entropy(40.0, -0.5) == pytest.approx(np.log(2), 1e-15)
    entropies = replica.fixed_point_entropy(J_D[1:5, None], np.linspace(-1, 1, 9))
    assert (np.diff(entropies, axis=0) > 0).all()
    assert (np.diff(entropies, axis=1) > 0).all()


def test_no_fixed_point():
    """Antisymmetric networks have none without self-coupling: the stabilities sum to zero."""
    assert replica.fixed_point_entropy(0.0, -1.0) == -np.inf
    assert replica.pair_entropy(0.1, 0.0, -1.0) == -np.inf
    assert (replica.log_expected_fixed_points([2, 3, 40], 0.0, -1.0) == -np.inf).all()


@pytest.mark.parametrize("eta", ETA[1:])
def test_pairs_at_the_ends_and_in_the_middle(eta):
    J = J_D[:, None]
    close(replica.pair_entropy(1 - d[3:], J, eta), replica.pair_entropy(d[3:], J, eta), 1e-12)
    close(replica.pair_entropy(1.0, J_D, eta), replica.pair_entropy(0.0, J_D, eta))
    close(replica.pair_entropy(0.0, J_D, eta), replica.fixed_point_entropy(J_D, eta), atol=5e-16)
    near = replica.pair_entropy(1e-12, J_D, eta) - replica.fixed_point_entropy(J_D, eta)
    assert (np.abs(near) < 1e-6).all()


def test_independent_pairs():
    close(replica.pair_entropy(0.5, J_D), 2 * replica.fixed_point_entropy(J_D))
    close(
        replica.franz_parisi(d, J_D[:, None]),
        replica.pair_entropy(d, J_D[:, None]) - replica.fixed_point_entropy(J_D)[:, None],
    )
    assert replica.franz_parisi([0.0, 1.0], 0.5).tolist() == [0, 0]
    potential = replica.franz_parisi(np.linspace(0, 1, 201), 0.5)
    assert np.argmax(potential) == 100


@pytest.mark.parametrize("function", [replica.fixed_point_entropy, replica.log_expected_pairs])
def test_strong_self_couplings_hold_every_state(function):
    if function is replica.fixed_point_entropy:
        close(function(40.0, ETA[1:]), np.log(2))
    else:
        k = np.arange(31)
        close(function(30, 40.0), 30 * np.log(2) + np.log(special.comb(30, k)), rtol=1e-12)


def test_layers_that_do_not_see_each_other():
    Phi = replica.fixed_point_entropy(J_D)
    close(replica.layered_entropy(J_D, 0.0), Phi)
    close(replica.layered_entropy(J_D[:, None], 0.0, [1, 2, 3, 50]), Phi[:, None] + np.zeros(4))
    close(replica.layered_entropy(J_D, 3.0, 1), Phi)


def test_long_chains():
    """The ends cost 1/L: the difference to the infinite chain is halved when L is doubled."""
    J = np.array([0.0, 0.3, 1.0])
    lam = np.array([[0.2], [1.0]])
    ends = [
        L * (replica.layered_entropy(J, lam, L) - replica.layered_entropy(J, lam))
        for L in (100, 200)
    ]
    close(ends[0], ends[1], rtol=1e-10)
    assert (np.abs(ends[0]) > 1e-4).all()
    # excitation holds the layers together, as a self-coupling does
    assert replica.layered_entropy(0.0, 1.0) > replica.layered_entropy(0.0, 0.5) > 0
    close(replica.layered_entropy(0.0, 40.0, [2, 3]), np.log(2) / np.array([2, 3]))


@pytest.mark.parametrize("J", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("eta", ETA[1:])
def test_many_neurons(J, eta):
    """(1/N) ln E[#] tends to Phi with corrections 1/N."""
    N = np.array([1000, 2000, 4000, 100_000])
    limit = replica.fixed_point_entropy(J, eta)
    correction = replica.log_expected_fixed_points(N, J, eta) - N * limit
    assert (np.abs(correction) < 3).all()
    steps = np.abs(np.diff(correction))
    if steps[0] > 1e-8:
        assert steps[1] == pytest.approx(steps[0] / 2, rel=0.02)
    if eta == 0:
        leading = J * np.exp(-(J**2) / 2) / np.sqrt(2 * np.pi) / (2 * special.ndtr(J))
        assert correction[-1] == pytest.approx(leading, rel=1e-4, abs=1e-9)


def test_many_neurons_pairs():
    for J in (0.1, 0.5):
        for N, bound in ((200, 0.02), (20_000, 3e-4)):
            k = np.array([N // 100, N // 4, N // 2])
            per_neuron = replica.log_expected_pairs(N, J)[k] / N
            np.testing.assert_allclose(per_neuron, replica.pair_entropy(k / N, J), atol=bound)


@pytest.mark.parametrize("N", [2, 3, 9, 18, 500])
def test_finite_pairs(N):
    J = np.array([0.05, 0.3, 0.6, 2.0])
    pairs = replica.log_expected_pairs(N, J)
    assert pairs.shape == (4, N + 1)
    size = N * np.log(2)  # of the terms that cancel
    close(pairs[:, 0], replica.log_expected_fixed_points(N, J), atol=3e-15 * size)
    close(pairs, pairs[:, ::-1], rtol=1e-12, atol=3e-15 * size)
    # the mean of # squared is at least the square of the mean
    second_moment = special.logsumexp(pairs, axis=1)
    assert (second_moment >= 2 * replica.log_expected_fixed_points(N, J)).all()


def test_a_layer_is_a_network():
    N = np.array([2, 5, 100])
    one = replica.log_expected_layered_fixed_points(N, 1, 0.4, 0.9)
    close(one, replica.log_expected_fixed_points(N, 0.4))
    close(replica.log_expected_layered_fixed_points(N, 4, 0.4, 0.0), 4 * one)
    limit = replica.layered_entropy(0.4, 0.3, 4)
    per_neuron = replica.log_expected_layered_fixed_points(10**6, 4, 0.4, 0.3) / (4 * 10**6)
    assert per_neuron == pytest.approx(limit, abs=1e-6)


@pytest.mark.parametrize("J", [0.0, 0.5, 3.0])
def test_weak_symmetry(J):
    """Continuous at eta = 0, with the slope a^2/2 of the extremum, a = Phi'/Phi."""
    eta = 1e-6
    mills = np.exp(-(J**2) / 2) / np.sqrt(2 * np.pi) / special.ndtr(J)
    slope = np.diff(replica.fixed_point_entropy(J, [-eta, eta])) / (2 * eta)
    np.testing.assert_allclose(slope, mills**2 / 2, rtol=1e-6, atol=1e-9)
    for function in (
        lambda eta: replica.pair_entropy(d, J, eta),
        lambda eta: replica.log_expected_fixed_points([2, 3, 18, 500], J, eta),
    ):
        left, middle, right = (function(sign * eta) for sign in (-1, 0, 1))
        np.testing.assert_allclose(left, middle, atol=1e-3)
        np.testing.assert_allclose((left + right) / 2, middle, atol=1e-8)
        assert (right >= middle).all()


@pytest.mark.parametrize("eta", [-0.8, -0.3, 0.0, 0.5, 1.0])
@pytest.mark.parametrize("J", [0.2, 0.6])
def test_the_typical_fixed_point_is_isolated(J, eta):
    """Near d = 0 the entropy falls as sqrt(d), with the threshold that the symmetry shifts."""
    args = (np.array([x]) for x in (J, eta, 1 + eta, 0.0, 1.0))
    shifted = J + eta * response(*args).a[0]
    coefficient = -np.exp(-(shifted**2) / 2) / (np.pi * special.ndtr(shifted))
    d = np.array([1e-8, 1e-10])
    measured = (replica.pair_entropy(d, J, eta) - replica.fixed_point_entropy(J, eta)) / np.sqrt(d)
    error = np.abs(measured / coefficient - 1)
    assert error[1] < 2e-3
    assert error[1] < error[0] / 5  # it is sqrt(d) ln d


def test_scalars_in_scalars_out():
    for value in (
        replica.fixed_point_entropy(0.5),
        replica.fixed_point_entropy(0, 1),
        replica.pair_entropy(0.1, 0.5),
        replica.pair_entropy(0.1, 0.5, 0.5),
        replica.franz_parisi(0.1, 0.5),
        replica.layered_entropy(0.5, 0.1),
        replica.layered_entropy(0.5, 0.1, 3),
        replica.log_expected_fixed_points(5, 0.5),
        replica.log_expected_fixed_points(5, 0.5, 0.5),
        replica.log_expected_layered_fixed_points(5, 2, 0.5, 0.1),
    ):
        assert isinstance(value, float)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (replica.fixed_point_entropy, (J_D, ETA[1:])),
        (replica.pair_entropy, ([0, 1e-9, 0.3, 1], J_D, [-0.5, 0, 1])),
        (replica.franz_parisi, ([0, 1e-9, 0.3, 1], J_D)),
        (replica.layered_entropy, (J_D, [0, 0.5, 40])),
        (replica.layered_entropy, (J_D, [0, 0.5, 40], [1, 2, 3, 10])),
        (replica.log_expected_fixed_points, ([1, 2, 3, 50], [0.0, 0.5, 3], [-0.9, 0, 0.5, 1])),
        (replica.log_expected_layered_fixed_points, ([2, 50], [1, 2, 5], J_D, [0, 1])),
    ],
)
def test_broadcasting(function, args):
    """An outer product of arguments gives the table of the single calls."""
    grid = np.ix_(*map(np.asarray, args))
    table = function(*grid)
    assert table.shape == tuple(map(len, args))
    assert function(*(np.zeros((0, 1), dtype=a.dtype) for a in grid)).shape == (0, 1)
    rng = np.random.default_rng(1)
    for _ in range(10):
        where = tuple(rng.integers(n) for n in table.shape)
        single = function(*(array.flat[i] for array, i in zip(grid, where, strict=True)))
        np.testing.assert_allclose(table[where], single, rtol=1e-14, atol=1e-16)


def test_pairs_broadcast_over_the_self_coupling():
    table = replica.log_expected_pairs(6, J_D[1:].reshape(2, 3))
    assert table.shape == (2, 3, 7)
    close(table[1, 2], replica.log_expected_pairs(6, J_D[-1]))


# (between 0 and 1e-100, the squares and reciprocals of eta = -1 run out of exponents)
couplings = st.floats(1e-100, 40) | st.sampled_from([0.0, 1e-12, 40.0])
symmetries = st.floats(-1, 1) | st.sampled_from([-1.0, 1.0, 1e-12, -1e-12, -1 + 1e-12])
distances = st.floats(0, 1) | st.floats(1e-12, 1e-3) | st.sampled_from([1e-12, 1 - 1e-12])
domain = settings(derandomize=True, deadline=None, max_examples=200)
LN2 = np.log(2) + 1e-14


@pytest.mark.thorough
@domain
@given(J=couplings, lam=couplings, eta=symmetries, L=st.integers(1, 10**5))
def test_the_domain_of_the_counts(J, lam, eta, L):
    nothing = eta == -1 and J == 0
    assert (replica.fixed_point_entropy(J, eta) == -np.inf) if nothing else True
    assert -np.inf <= replica.fixed_point_entropy(J, eta) <= LN2
    assert 0 <= replica.layered_entropy(J, lam) <= LN2
    assert -1e-15 <= replica.layered_entropy(J, lam, L) <= LN2


@domain
@example(J=0.0, eta=1.0, d=2.225073858507203e-309)
@given(J=couplings, eta=symmetries, d=distances)
def test_the_domain_of_the_pairs(J, eta, d):
    pairs, one = replica.pair_entropy(d, J, eta), replica.fixed_point_entropy(J, eta)
    h = -special.xlogy(d, d) - special.xlog1py(1 - d, -d)
    assert pairs <= np.log(2) + h + 1e-14
    if np.isfinite(one):  # a pair is less likely than one of its two
        assert pairs <= one + h + 1e-12 * (1 + abs(one))
    assert replica.franz_parisi(d, J) <= h + 1e-14


@pytest.mark.thorough
@domain
@given(N=st.integers(1, 10**5), J=couplings, eta=symmetries)
def test_the_domain_of_finite_counts(N, J, eta):
    log_E = replica.log_expected_fixed_points(N, J, eta)
    assert log_E <= N * np.log(2) * (1 + 1e-13)
    assert log_E == -np.inf if J == 0 and (N == 1 or eta == -1) else np.isfinite(log_E)
    if N > 1 and np.isfinite(log_E):
        more = replica.log_expected_fixed_points(N, J + 0.1, eta)
        assert more >= log_E - 1e-13 * abs(log_E)


@domain
@given(N=st.integers(1, 300), J=couplings)
def test_the_domain_of_finite_pairs(N, J):
    log_pairs = replica.log_expected_pairs(N, J)
    assert not np.isnan(log_pairs).any()
    log_states = N * np.log(2) + np.log(special.comb(N, np.arange(N + 1)))
    assert (log_pairs <= log_states + 1e-14 * N).all()
