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
    small, large = (typical_errors(networks.Layered(N, 2, 0.6, 0.5), 20) for N in (4, 8))
    assert large[0] < 0.04
    assert large[1] < 0.75 * small[1]


@pytest.mark.parametrize(
    ("ensemble", "exact_squares", "factor"),
    [
        pytest.param(lambda N: networks.Asymmetric(N, 0.5), True, 0.4, marks=pytest.mark.thorough),
        (lambda N: networks.Asymmetric(N, 0.5), False, 0.75),
        pytest.param(
            lambda N: networks.Layered(N // 2, 2, 0.3, 0.4), True, 0.5, marks=pytest.mark.thorough
        ),
    ],
)
def test_dense_tends_to_the_messages(ensemble, exact_squares, factor):
    """Over four times the neurons the error falls by 4 in theory, by 2 without the squares."""
    distance = []
    for N in (32, 128):
        pairs = [_dense_and_messages(ensemble(N), seed, exact_squares) for seed in range(3)]
        distance.append(np.mean([np.std(a.magnetisations - b.magnetisations) for a, b in pairs]))
    assert distance[1] < factor * distance[0]


def _dense_and_messages(ensemble, seed, exact_squares):
    network = ensemble.sample(seed)
    field = 0.5 * np.random.default_rng(seed).standard_normal(network.shape)
    messages = bp.belief_propagation(network, field, **(ROUNDS | {"damping": 0.3}))
    dense = bp.belief_propagation(
        network, field, exact_squares=exact_squares, tolerance=1e-6, rng=1
    )
    assert messages.converged
    return dense, messages


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
    with pytest.raises(bp.ConvergenceError, match="max_iterations") as refusal:
        bp.belief_propagation(network, 0.3, max_iterations=2, rng=1)
    marginals = bp.belief_propagation(network, 0.3, max_iterations=2, rng=1, throw=False)
    assert not marginals.converged
    assert marginals.residual > 1e-8
    assert marginals.status == str(refusal.value)
    assert "not converged" in repr(marginals)
