"""All fixed points of a small network: against all states one by one, and the exact means."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import replica
from dynamics import enumerate_fixed_points, pair_distances
from networks import Asymmetric, Layered, Network

SMALL = [
    Asymmetric(1, 0.0),
    Asymmetric(1, 0.5),
    Asymmetric(2, 0.3),
    Asymmetric(7, 0.0, 1.0),
    Asymmetric(12, 0.0),
    Asymmetric(12, 0.6),
    Asymmetric(11, 0.4, 0.5),
    Asymmetric(11, 0.9, -1.0),
    Layered(6, 2, 0.3, 0.4),
    Layered(4, 3, 0.5, 0.2),
    Layered(1, 5, 0.0, 0.2),
    Layered(9, 1, 0.5, 0.7),
]


def as_rows(states):
    return [tuple(s.ravel()) for s in states]


@pytest.mark.parametrize("ensemble", SMALL, ids=repr)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_against_all_states_one_by_one(plain, ensemble, seed):
    network = ensemble.sample(rng=seed)
    found = enumerate_fixed_points(network)
    assert found.dtype == np.int8
    assert found.shape[1:] == network.shape
    assert set(as_rows(found)) == set(as_rows(plain.fixed_points(network)))
    assert network.is_fixed_point(found).all()


@pytest.mark.parametrize(
    "ensemble", [*SMALL, Asymmetric(20, 0.5), Asymmetric(21, 0.4, 0.5), Layered(7, 3, 0.3, 0.3)]
)
def test_each_once_in_order_and_with_its_mirror_image(ensemble):
    network = ensemble.sample(rng=4)
    found = enumerate_fixed_points(network)
    rows = as_rows(found)
    assert len(set(rows)) == len(rows)
    assert set(rows) == set(as_rows(-found))
    assert rows == sorted(rows)
    assert network.is_fixed_point(found).all()


def test_more_than_one_block_of_states():
    """A network of 20 whose last eight neurons follow the first twelve, which are free of them."""
    small = Asymmetric(12, 0.5).sample(rng=5)
    J = np.zeros((20, 20))
    J[:12, :12] = small.couplings
    for i in range(12, 20):
        J[i, i - 12] = 5.0 * (-1) ** i
    twelve = enumerate_fixed_points(small)
    twenty = enumerate_fixed_points(Network(J, 0.5))
    follow = twelve[:, :8] * np.array([1, -1] * 4)
    assert len(twelve) > 2
    assert set(as_rows(twenty)) == set(as_rows(np.hstack([twelve, follow])))


def test_strong_self_couplings_hold_every_state():
    found = enumerate_fixed_points(Asymmetric(10, 50.0).sample(rng=6))
    assert found.shape == (2**10, 10)
    assert len(np.unique(found, axis=0)) == 2**10
    assert enumerate_fixed_points(Asymmetric(19, 50.0).sample(rng=6)).shape == (2**19, 19)


def test_two_neurons_by_hand():
    def states(*couplings, J_D=0.0):
        J = np.array([[0, couplings[0]], [couplings[1], 0]])
        return enumerate_fixed_points(Network(J, J_D)).tolist()

    assert states(1, 1) == [[-1, -1], [1, 1]]
    assert sorted(states(-1, -1)) == [[-1, 1], [1, -1]]
    assert states(1, -1) == []
    assert states(1, -1, J_D=1) == []  # a tie is not stable
    assert len(states(1, -1, J_D=1.001)) == 4


@pytest.mark.thorough
@settings(derandomize=True, deadline=None, max_examples=60)
@given(N=st.integers(1, 8), J_D=st.floats(0, 2), eta=st.floats(-1, 1), seed=st.integers(0, 2**32))
def test_agrees_with_the_test_of_a_fixed_point(N, J_D, eta, seed):
    network = Asymmetric(N, J_D, eta).sample(seed)
    states = 2 * (np.arange(2**N)[:, None] >> np.arange(N)[::-1] & 1) - 1
    stable = states[network.is_fixed_point(states)]
    assert as_rows(enumerate_fixed_points(network)) == as_rows(stable)


def test_distances_by_hand():
    states = [[1, 1, 1], [1, 1, -1], [-1, -1, -1]]
    assert pair_distances(states).tolist() == [3, 2, 2, 2]
    assert pair_distances(np.ones((0, 4))).tolist() == [0] * 5
    assert pair_distances(np.ones((2, 2, 3))).tolist() == [4, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "shape",
    [
        (1, 1),
        (60, 9),
        (30, 3, 4),
        (1500, 26),
        (200, 1),
        (3000, 13),
        pytest.param((5000, 2, 8), marks=pytest.mark.thorough),
    ],
)
def test_distances_against_every_pair(shape):
    states = np.random.default_rng(7).choice([-1, 1], size=shape)
    flat = states.reshape(len(states), -1)
    distances = np.concatenate([(flat != s).sum(axis=1) for s in flat])
    expected = np.bincount(distances, minlength=flat.shape[1] + 1)
    pairs = pair_distances(states)
    assert pairs.dtype == np.int64
    np.testing.assert_array_equal(pairs, expected)
    assert pairs.sum() == len(states) ** 2


def assert_mean(samples, expected):
    """Within four standard errors, of the sample where it is large enough to tell."""
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    z = (samples.mean(axis=0) - expected) / error
    assert (np.abs(z) < 4).all(), f"z = {z}"


@pytest.mark.parametrize(
    "eta", [-0.5, 0.0, *(pytest.param(x, marks=pytest.mark.thorough) for x in (0.5, 1.0))]
)
@pytest.mark.parametrize(
    "J_D",
    [
        pytest.param(0.0, marks=pytest.mark.thorough),
        0.3,
        pytest.param(0.6, marks=pytest.mark.thorough),
    ],
)
def test_exact_means(J_D, eta):
    """The counts at any symmetry; without symmetry the pairs at every distance too."""
    N, replicas = 18, 320
    rng = np.random.default_rng([round(10 * J_D), round(2 + 2 * eta)])
    found = [enumerate_fixed_points(Asymmetric(N, J_D, eta).sample(rng)) for _ in range(replicas)]
    counts = np.array([len(states) for states in found])
    assert_mean(counts, np.exp(replica.log_expected_fixed_points(N, J_D, eta)))
    if eta == 0:
        expected = np.exp(replica.log_expected_pairs(N, J_D))
        pairs = np.array([pair_distances(states) for states in found])
        many = expected > 0.5
        assert_mean(pairs[:, many], expected[many])
        assert not pairs[:, expected == 0].any()


@pytest.mark.parametrize(
    ("N", "L", "J_D", "lam"),
    [
        (8, 2, 0.3, 0.4),
        pytest.param(6, 3, 0.0, 0.5, marks=pytest.mark.thorough),
        pytest.param(6, 3, 0.5, 0.2, marks=pytest.mark.thorough),
        (4, 4, 0.2, 1),
    ],
)
def test_exact_means_of_layers(N, L, J_D, lam):
    rng = np.random.default_rng([N, L])
    ensemble = Layered(N, L, J_D, lam)
    counts = np.array([len(enumerate_fixed_points(ensemble.sample(rng))) for _ in range(400)])
    assert_mean(counts, np.exp(replica.log_expected_layered_fixed_points(N, L, J_D, lam)))


@pytest.mark.parametrize(
    ("network", "error", "message"),
    [
        (Asymmetric(27, 0.5).sample(rng=1), ValueError, "at most 26 neurons to enumerate, got 27"),
        (Layered(9, 3, 0.5, 0.1).sample(rng=1), ValueError, "at most 26 neurons"),
        (Asymmetric(5, 0.5), TypeError, "a networks.Network, got Asymmetric(N=5"),
        (np.zeros((2, 2)), TypeError, "a networks.Network, got array"),
        (None, TypeError, "got None"),
    ],
)
def test_what_cannot_be_enumerated(network, error, message):
    with pytest.raises(error, match=f"^network must .*{re.escape(message)}"):
        enumerate_fixed_points(network)


@pytest.mark.parametrize(
    ("states", "error", "message"),
    [
        ([1, -1], ValueError, "shape (number of states, ...), got (2,)"),
        (1, ValueError, "got ()"),
        ([[1, 0]], ValueError, "entries +1 or -1, got 0"),
        ([[1, float("nan")]], ValueError, "got nan"),
        ([["+"]], TypeError, "+1 and -1"),
        ([[]], ValueError, "got (1, 0)"),
        ([[1, 1], [1]], TypeError, "got a ragged sequence"),
    ],
)
def test_what_has_no_distances(states, error, message):
    with pytest.raises(error, match=f"^fixed_points must .*{re.escape(message)}"):
        pair_distances(states)
