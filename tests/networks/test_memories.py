"""Stored patterns: couplings against plain loops, and what cannot be stored."""

import re

import numpy as np
import pytest

from networks import Hebbian, MemoryNetwork, PseudoInverse


def plain(patterns, dilution=1.0):
    N = patterns.shape[1]
    J = np.zeros((N, N))
    for i in range(N):
        for j in range(N):
            if i != j:
                J[i, j] = sum(float(x[i]) * float(x[j]) for x in patterns) / (dilution * N)
    return J


def test_the_rule_of_hebb():
    network = Hebbian(7, 3, J_D=0.25).sample(rng=1)
    assert network.patterns.shape == (3, 7)
    assert set(np.unique(network.patterns)) == {-1, 1}
    np.testing.assert_allclose(network.couplings, plain(network.patterns), atol=1e-7)
    field = plain(network.patterns) @ network.patterns[0] + 0.25 * network.patterns[0]
    np.testing.assert_allclose(network.fields(network.patterns[0]), field, atol=1e-6)


def test_many_patterns_are_added_in_blocks():
    network = Hebbian(5, 1500).sample(rng=1)
    np.testing.assert_allclose(network.couplings, plain(network.patterns), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("symmetric", [True, False])
def test_dilution(symmetric):
    ensemble = Hebbian(400, 3, dilution=0.3, symmetric=symmetric)  # an odd sum is never zero
    network = ensemble.sample(rng=1)
    J, full = network.couplings, plain(network.patterns[:, :20], 0.3 * 400 / 20)
    there = J != 0
    assert np.array_equal(J, J.T) == symmetric
    pairs = 400 * 399
    both = np.sum(there & there.T) / pairs
    assert abs(there.sum() / pairs - 0.3) < 4 * (0.3 * 0.7 * 2 / pairs) ** 0.5
    assert abs(both - (0.3 if symmetric else 0.09)) < 0.01
    np.testing.assert_allclose(J[:20, :20][there[:20, :20]], full[there[:20, :20]], rtol=1e-6)
    assert ensemble.alpha == pytest.approx(3 / 120)


def test_the_pseudo_inverse_is_the_projection_without_its_diagonal():
    network = PseudoInverse(40, 25).sample(rng=1)
    x = network.patterns.T.astype(float)
    projection = x @ np.linalg.pinv(x)
    diagonal = np.diag(projection)
    np.testing.assert_allclose(network.couplings, projection - np.diag(diagonal), atol=1e-6)
    np.testing.assert_array_equal(network.couplings, network.couplings.T)
    stabilities = network.stabilities(network.patterns)
    np.testing.assert_allclose(stabilities, np.tile(1 - diagonal, (25, 1)), atol=1e-5)


def test_overlaps():
    network = Hebbian(31, 4).sample(rng=1)
    states = network.patterns[[2, 0]]
    exact = states.astype(float) @ network.patterns.T / 31
    np.testing.assert_allclose(network.overlaps(states), exact, atol=1e-7)
    assert network.overlaps(states[0]).shape == (4,)
    assert network.overlaps(states[0])[2] == 1


def test_same_seed_same_network_and_own_patterns():
    ensemble = Hebbian(9, 2, dilution=0.5)
    first, second = (ensemble.sample(rng=3) for _ in range(2))
    np.testing.assert_array_equal(first.couplings, second.couplings)
    own = Hebbian(9, 2).store(first.patterns)
    np.testing.assert_allclose(own.couplings, plain(first.patterns), atol=1e-7)
    with pytest.raises(ValueError, match="read-only"):
        own.patterns[0, 0] = 1


ONES = np.ones((2, 5))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Hebbian(5, 2).store(0 * ONES), "patterns must have entries +1 or -1, got 0.0"),
        (lambda: Hebbian(5, 3).store(ONES), "patterns must have shape (3, 5), got (2, 5)"),
        (lambda: Hebbian(4, 2).store(ONES), "patterns must have the last dimensions (4,)"),
        (lambda: Hebbian(5, 2, dilution=0.0), "dilution must be in (0, 1], got 0"),
        (lambda: Hebbian(5, 2, dilution=1.1), "dilution must be a number in [0, 1]"),
        (lambda: Hebbian(5, 0), "P must be an integer >= 1, got 0"),
        (lambda: PseudoInverse(5, 6), "P must be an integer in [1, 5], got 6"),
        (lambda: PseudoInverse(5, 2).store(ONES), "patterns must be linearly independent"),
        (lambda: MemoryNetwork(ONES, np.zeros((2, 5, 5))), "couplings must have shape (N, N)"),
        (lambda: MemoryNetwork(ONES[:0], np.zeros((5, 5))), "patterns must have shape (P, 5)"),
    ],
)
def test_what_cannot_be_stored(make, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        make()
