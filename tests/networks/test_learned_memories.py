"""Patterns that are learned with a margin, and patterns that are not independent."""

import numpy as np
import pytest

from networks import Hebbian, LearnedNetwork, PatternLaw, Perceptron, PseudoInverse


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize(("kappa", "J_D"), [(0.0, 0.0), (0.6, 0.0), (0.8, 0.3)])
def test_the_margin_is_reached(symmetric, kappa, J_D):
    network = Perceptron(60, 30, J_D, kappa, symmetric).sample(rng=1)
    J, x = network.couplings.astype(float), network.patterns.astype(float)
    assert network.converged
    assert "All patterns" in network.status
    stabilities = x * (x @ J.T) + J_D
    assert stabilities.min() > kappa
    assert network.margin == pytest.approx(stabilities.min(), abs=1e-5)
    assert np.array_equal(J, J.T) == symmetric
    norms = (J**2).sum(axis=1)
    np.testing.assert_allclose(norms.mean() if symmetric else norms, 1, rtol=1e-5)


def test_a_load_above_capacity_is_a_status():
    network = Perceptron(30, 120, max_sweeps=20).sample(rng=1)
    assert not network.converged
    assert network.sweeps == 20
    assert network.stored < 1
    assert "gardner_capacity" in network.status


def test_the_self_coupling_stores_more():
    """150 of 60 neurons, above 2 N: none without, all with a self-coupling (capacity 3.3 N)."""
    bare, held = (Perceptron(60, 150, J, max_sweeps=60).sample(rng=1) for J in (0.0, 0.6))
    assert not bare.converged
    assert held.converged
    assert bool(held.is_fixed_point(held.patterns).all())


def test_own_patterns_and_given_couplings():
    network = Perceptron(4, 2).store([[1, 1, 1, 1], [1, -1, 1, -1]])
    assert network.converged
    again = LearnedNetwork(network.patterns, network.couplings, kappa=2.0, sweeps=1)
    assert again.stored == 0
    with pytest.raises(ValueError, match="entries"):
        Perceptron(4, 2).store(np.zeros((2, 4)))


def test_biased_patterns_and_families():
    N, P, b, c = 4000, 12, 0.4, 0.7
    x = PatternLaw(bias=b).draw(N, P, rng=1).astype(float)
    assert abs(x.mean() - b) < 4 / np.sqrt(N * P)
    overlaps = (x @ x.T / N)[np.triu_indices(P, 1)]
    np.testing.assert_allclose(overlaps, b**2, atol=5 / np.sqrt(N))
    y = PatternLaw(bias=b, families=3, likeness=c).draw(N, P, rng=2).astype(float)
    same = (np.arange(P)[:, None] - np.arange(P)) % 3 == 0
    expected = np.where(same, c**2, (c * b) ** 2)
    np.fill_diagonal(expected, 1)
    np.testing.assert_allclose(y @ y.T / N, expected, atol=5 / np.sqrt(N))


def test_rules_with_correlated_patterns():
    law = PatternLaw(bias=0.7)
    hebb = Hebbian(300, 30, law=law).sample(rng=1)
    inverse = PseudoInverse(300, 30, law=law).sample(rng=1)
    learned = Perceptron(300, 30, law=law).sample(rng=1)
    fixed = [float(n.is_fixed_point(n.patterns).mean()) for n in (hebb, inverse, learned)]
    assert fixed == [0, 1, 1]
