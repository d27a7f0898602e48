"""Belief propagation against exact enumeration, and the dense iteration against the messages."""

import numpy as np
import pytest

import bp
import dynamics
import networks

ROUNDS = {"method": "messages", "tolerance": 1e-6, "throw": False, "rng": 1}


def errors(ensemble, seed):
    """Return the errors of the free entropy and of the magnetisations on one small network."""
    network = ensemble.sample(seed)
    field = 0.5 * np.random.default_rng(seed).standard_normal(network.shape)
    states = dynamics.enumerate_fixed_points(network).astype(float)
    if len(states) == 0:
        return None
    weights = np.exp((states * field).reshape(len(states), -1).sum(axis=1))
    exact = np.tensordot(weights, states, axes=1) / weights.sum()
    marginals = bp.belief_propagation(network, field, **ROUNDS)
    deviation = marginals.free_entropy - np.log(weights.sum()) / field.size
    return deviation, np.sqrt(np.mean((marginals.magnetisations - exact) ** 2))


def typical_errors(ensemble, samples):
    found = [e for e in (errors(ensemble, seed) for seed in range(samples)) if e is not None]
    deviations, distances = np.array(found).T
    return np.sqrt(np.mean(deviations**2)), np.mean(distances)


def test_exact_enumeration():
    sizes = (8, 12, 16)
    entropy, magnetisations = np.array(
        [typical_errors(networks.Asymmetric(N, 0.8), 30) for N in sizes]
    ).T
    # measured: 0.042, 0.018, 0.013 and 0.14, 0.10, 0.08
    assert (entropy < [0.07, 0.035, 0.025]).all()
    assert (magnetisations < [0.2, 0.15, 0.11]).all()
    assert magnetisations[2] < 0.8 * magnetisations[0]


@pytest.mark.long
def test_exact_enumeration_of_larger_networks():
    entropy, magnetisations = typical_errors(networks.Asymmetric(20, 0.8), 40)
    assert entropy < 0.02
    assert magnetisations < 0.09


def test_exact_enumeration_of_layers():
    entropy, magnetisations = typical_errors(networks.Layered(6, 2, 0.5, 0.5), 20)
    assert entropy < 0.06
    assert magnetisations < 0.2


@pytest.mark.parametrize(
    "ensemble",
    [lambda N: networks.Asymmetric(N, 0.5), lambda N: networks.Layered(N // 2, 2, 0.3, 0.4)],
)
def test_dense_tends_to_the_messages(ensemble):
    distance = []
    for N in (24, 96):
        network = ensemble(N).sample(rng=1)
        field = 0.5 * np.random.default_rng(1).standard_normal(network.shape)
        messages = bp.belief_propagation(network, field, **ROUNDS)
        dense = bp.belief_propagation(network, field, tolerance=1e-6, rng=1)
        assert messages.converged
        distance.append(np.std(dense.magnetisations - messages.magnetisations))
        assert dense.entropy == pytest.approx(messages.entropy, abs=0.5 / N)
    assert distance[1] < 0.6 * distance[0]


@pytest.mark.parametrize("method", ["dense", "messages"])
def test_reversing_the_field_reverses_the_magnetisations(method):
    network = networks.Asymmetric(30, 0.5).sample(rng=1)
    field = np.random.default_rng(1).standard_normal(30)
    up, down = (
        bp.belief_propagation(network, sign * field, method=method, rng=1) for sign in (1, -1)
    )
    np.testing.assert_allclose(up.magnetisations, -down.magnetisations, atol=1e-6)
    np.testing.assert_allclose(np.tanh(up.fields), up.magnetisations, atol=1e-12)


def test_that_it_did_not_converge_is_said():
    network = networks.Asymmetric(50, 0.5).sample(rng=1)
    with pytest.raises(RuntimeError, match="max_iterations"):
        bp.belief_propagation(network, 0.3, max_iterations=2, rng=1)
    marginals = bp.belief_propagation(network, 0.3, max_iterations=2, rng=1, throw=False)
    assert not marginals.converged
    assert marginals.residual > 1e-8
    assert "residual" in repr(marginals)
