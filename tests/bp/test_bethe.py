"""The Bethe entropy: stationary, a generating function, and the theory's for many neurons."""

import numpy as np
import pytest

import bp
import networks
import replica
from bp.messages import bethe
from bp.messages.dense import DenseMessages

NETWORKS = [networks.Asymmetric(60, 0.4), networks.Layered(25, 3, 0.2, 0.5)]


def fixed_point(ensemble, exact_squares=False):
    """Return converged messages in a random field, in float64."""
    network = ensemble.sample(rng=1)
    rng = np.random.default_rng(2)
    state = DenseMessages(network, 1, dtype=np.float64, exact_squares=exact_squares)
    state.start_at_random(rng)
    field = 0.4 * rng.standard_normal(state.shape)
    for _ in range(1000):
        residual = state.step(field, np.zeros(1), np.ones(1), 0.6)
    assert residual < 1e-12
    return state, field


@pytest.mark.parametrize("exact_squares", [False, True])
@pytest.mark.parametrize("ensemble", NETWORKS)
def test_stationary_in_all_messages(ensemble, exact_squares):
    state, field = fixed_point(ensemble, exact_squares)
    rng = np.random.default_rng(3)
    point = {"h": state.h, "omega": state.omega, "m": state.m}

    def F(shift):
        moved = {name: point[name] + shift.get(name, 0) for name in point}
        v = 1 - moved["m"] ** 2
        return float(bethe.free_entropy(state, **moved, v=v, field=field)[0])

    for name in point:
        direction = rng.standard_normal(state.shape)
        slope = (F({name: 1e-4 * direction}) - F({name: -1e-4 * direction})) / 2e-4
        elsewhere = (F({name: 0.1 + 1e-4 * direction}) - F({name: 0.1 - 1e-4 * direction})) / 2e-4
        assert abs(slope) < 1e-8
        assert abs(elsewhere) > 1e-4, "the test must be able to fail"


@pytest.mark.parametrize("exact_squares", [False, True])
def test_derivative_in_the_field_is_the_magnetisation(exact_squares):
    network = networks.Asymmetric(30, 0.5).sample(rng=1)
    rng = np.random.default_rng(1)
    field, direction = rng.standard_normal((2, 30))

    def at(step):
        return bp.belief_propagation(
            network, field + step * direction, exact_squares=exact_squares, tolerance=1e-11, rng=1
        )

    low, middle, high = at(-1e-3), at(0), at(1e-3)
    slope = (high.free_entropy - low.free_entropy) / 2e-3
    assert slope == pytest.approx(middle.magnetisations @ direction / 30, rel=1e-5)
    entropy = middle.free_entropy - middle.magnetisations @ field / 30
    assert middle.entropy == pytest.approx(entropy, rel=1e-12)


@pytest.mark.parametrize(
    ("N", "tolerance"),
    [(100, 0.01), (400, 2.5e-3), pytest.param(1600, 6e-4, marks=pytest.mark.thorough)],
)
def test_without_field_it_is_the_entropy_of_fixed_points(N, tolerance):
    marginals = bp.belief_propagation(networks.Asymmetric(N, 0.5).sample(rng=1), rng=2)
    assert marginals.overlap < 1e-12
    exact = replica.log_expected_fixed_points(N, 0.5) / N
    assert marginals.entropy == pytest.approx(exact, abs=tolerance)
    assert marginals.entropy == pytest.approx(replica.fixed_point_entropy(0.5), abs=2 * tolerance)


def test_layers():
    network = networks.Layered(500, 3, 0.2, 0.5).sample(rng=1)
    marginals = bp.belief_propagation(network, rng=2)
    assert marginals.entropy == pytest.approx(replica.layered_entropy(0.2, 0.5, 3), abs=1e-3)
    apart = networks.Network(network.couplings, 0.2, 0.0)
    each = [networks.Network(layer, 0.2) for layer in network.couplings]
    entropies = [bp.belief_propagation(layer, rng=2).entropy for layer in each]
    assert bp.belief_propagation(apart, rng=2).entropy == pytest.approx(np.mean(entropies))
