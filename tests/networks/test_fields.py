"""Fields and fixed points, against the dense matrix in float64 and against exact fractions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from networks import Asymmetric, Layered, Network

NETWORKS = [
    Asymmetric(1, 0.5),
    Asymmetric(7, 0.0),
    Asymmetric(40, 0.6, 0.7),
    Asymmetric(40, 2.0, -1.0),
    Layered(9, 1, 0.5, 0.3),
    Layered(1, 4, 0.1, 0.3),
    Layered(8, 2, 0.5, 0.0),
    Layered(10, 5, 0.5, 0.7),
]


def dense(network):
    """Return the matrix between all neurons of all layers, self-coupling included, in float64."""
    layers = np.array(network.couplings, dtype=float).reshape(-1, network.N, network.N)
    L, N = layers.shape[:2]
    J = network.J_D * np.eye(L * N)
    for l in range(L):
        J[l * N : (l + 1) * N, l * N : (l + 1) * N] += layers[l]
    return J + network.lam * (np.eye(L * N, k=N) + np.eye(L * N, k=-N) if L > 1 else 0)


def draw(network, stack, seed=1):
    return np.random.default_rng(seed).choice([-1, 1], size=(*stack, *network.shape))


@pytest.mark.parametrize("ensemble", NETWORKS, ids=repr)
@pytest.mark.parametrize("stack", [(), (1,), (200,), (4, 50), (0,)], ids=str)
def test_against_the_dense_matrix(ensemble, stack):
    network = ensemble.sample(rng=1)
    s = draw(network, stack)
    flat = s.reshape(*stack, np.prod(network.shape))
    h = (flat @ dense(network).T).reshape(s.shape)
    stable = (flat * h.reshape(flat.shape) > 0).all(axis=-1)
    assert network.fields(s).dtype == np.float32
    np.testing.assert_allclose(network.fields(s), h, atol=1e-5)
    np.testing.assert_allclose(network.stabilities(s), s * h, atol=1e-5)
    assert network.is_fixed_point(s).shape == stack
    np.testing.assert_array_equal(network.is_fixed_point(s), stable)
    np.testing.assert_array_equal(network.is_fixed_point(-s), stable)


@pytest.mark.parametrize("ensemble", NETWORKS[1:], ids=repr)
def test_both_answers_occur_among_the_states(ensemble):
    network = ensemble.sample(rng=1)
    unstable = draw(network, (200,))
    assert not network.is_fixed_point(unstable).all()
    strong = Network(network.couplings, 100.0, network.lam)
    assert strong.is_fixed_point(unstable).all()


def test_states_of_every_type():
    network = Asymmetric(6, 0.5).sample(rng=2)
    s = [1, -1, 1, 1, -1, -1]
    for state in (s, tuple(s), np.array(s, np.int8), np.array(s, float), np.array(s, np.float16)):
        np.testing.assert_array_equal(network.fields(state), network.fields(np.array(s)))


def exactly_fixed(couplings, J_D, s):
    """Decide with fractions, of the couplings as they are stored."""
    J = np.array(couplings, dtype=np.float32)
    return all(
        s[i] * sum(Fraction(float(J[i, j])) * int(s[j]) for j in range(len(s))) + Fraction(J_D) > 0
        for i in range(len(s))
    )


def one_row(*row):
    """Return couplings onto neuron 0; all other neurons follow it, safely."""
    J = np.zeros((len(row) + 1, len(row) + 1))
    J[0, 1:], J[1:, 0] = row, 100
    return J


MARGINAL = {
    "a tie": (one_row(1, -1), 0.0, False),
    "a tie with the self-coupling": (one_row(0.25, -0.75), 0.5, False),
    "just above the tie": (one_row(0.25, -0.75), np.nextafter(0.5, 1), True),
    "just below the tie": (one_row(0.25, -0.75), np.nextafter(0.5, 0), False),
    "lost in float32": (one_row(2**24, 1, -(2**24)), 0.0, True),
    "lost in float32, negative": (one_row(2**24, -1, -(2**24)), 0.0, False),
    "a tie of many": (one_row(*[2.0**-k for k in range(20)], -2 + 2.0**-19), 0.0, False),
    "a self-coupling that float32 rounds up": (one_row(-0.1), 0.1, False),
    "a sum that float32 rounds": (one_row(*[0.1] * 9, *[-0.1] * 9, 1e-9), 0.0, True),
}


@pytest.mark.parametrize("case", MARGINAL)
def test_marginal_stabilities_are_decided_exactly(case):
    couplings, J_D, expected = MARGINAL[case]
    network = Network(couplings, J_D)
    s = np.ones(len(couplings))
    assert exactly_fixed(couplings, J_D, s) == expected
    assert bool(network.is_fixed_point(s)) == expected
    assert network.is_fixed_point([s, -s, s]).tolist() == [expected] * 3


@pytest.mark.parametrize("case", MARGINAL)
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_marginal_stabilities_in_a_layer(case, layer):
    couplings, J_D, expected = MARGINAL[case]
    n = len(couplings)
    J = np.where(np.eye(n), 0, 200 * np.ones((3, n, n)))
    J[layer] = couplings
    lam = 0.5
    # what the layers next to it send is taken back by one more neuron
    opposed = np.zeros((3, n + 1, n + 1))
    opposed[:, :n, :n] = J
    opposed[:, n, :n] = 200
    opposed[layer, 0, n] = -lam * (2 if layer == 1 else 1)
    assert bool(Network(opposed, J_D, lam).is_fixed_point(np.ones((3, n + 1)))) == expected


@pytest.mark.parametrize(("sign", "expected"), [(1, True), (-1, False)])
def test_sums_whose_sign_is_wrong_in_float32(sign, expected):
    """In some order of summation 2^24 + 1 is 2^24, and the sum of 1/2 comes out as -1/2."""
    rows = itertools.permutations(sign * np.array([2.0**24, 1, -(2.0**24), -0.5]))
    networks = [Network(one_row(*row), 0.0) for row in rows]
    s = np.ones(5)
    assert any((network.stabilities(s)[0] > 0) != expected for network in networks)
    assert all(bool(network.is_fixed_point(s)) == expected for network in networks)


integers = st.integers(-3, 3)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    entries=st.lists(integers, min_size=20, max_size=20),
    exponents=st.lists(st.integers(-2, 24), min_size=20, max_size=20),
    J_D=st.integers(0, 3),
    signs=st.integers(0, 31),
)
@example(entries=[0] * 20, exponents=[0] * 20, J_D=0, signs=0)
def test_small_integers_times_powers_of_two(entries, exponents, J_D, signs):
    J = np.zeros((5, 5))
    J[~np.eye(5, dtype=bool)] = np.array(entries) * 2.0 ** np.array(exponents)
    s = np.array([1 - 2 * (signs >> i & 1) for i in range(5)])
    assert bool(Network(J, J_D).is_fixed_point(s)) == exactly_fixed(J, J_D, s)


def test_a_sum_of_hundreds_whose_sign_is_wrong_in_float32():
    """Rounding errors grow with the number of neurons, and so does the bound of what is tested."""
    rng, N, wrong = np.random.default_rng(1), 400, 0
    for _ in range(12):
        row = rng.normal(size=N - 2).astype(np.float32)
        last = np.float32(-sum(map(Fraction, row.tolist())))
        J = np.zeros((N, N))
        J[0, 1:], J[1:, 0] = [*row, last], 1  # all others follow neuron 0
        network, s = Network(J, 0.0), np.ones(N)
        stable = sum(map(Fraction, network.couplings[0].tolist())) > 0
        assert bool(network.is_fixed_point(s)) == stable
        wrong += (network.stabilities(s)[0] > 0) != stable
    assert wrong >= 2, "the test must be able to fail"
