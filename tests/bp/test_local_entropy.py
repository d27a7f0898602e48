"""The fixed points around a state: a Legendre transform, its limits, and exact enumeration."""

import numpy as np
import pytest

import bp
import dynamics
import networks


@pytest.mark.parametrize(
    "ensemble",
    [
        networks.Asymmetric(400, 0.4),
        pytest.param(networks.Layered(150, 3, 0.2, 0.5), marks=pytest.mark.thorough),
    ],
)
def test_slope_is_twice_the_field(ensemble):
    network = ensemble.sample(rng=1)
    state = bp.focusing(network, bp.pseudo_reinforcement(), runs=4, restarts=2, rng=1).state
    fields = np.linspace(0.7, 1.5, 17)
    around = bp.local_entropy(network, state, fields, tolerance=3e-6)
    slope = np.diff(around.entropy) / np.diff(around.distance)
    np.testing.assert_allclose(slope, fields[1:] + fields[:-1], rtol=5e-3)
    assert (np.diff(around.distance) < 0).all()
    assert (around.entropy > 0).all()
    h = -around.distance * np.log(around.distance) - (1 - around.distance) * np.log(
        1 - around.distance
    )
    assert (around.entropy < h).all(), "there are no more states than that"
    assert (around.overlap > 1 - 4 * around.distance).all()


def test_without_field_it_is_all_fixed_points():
    network = networks.Asymmetric(300, 0.5).sample(rng=1)
    around = bp.local_entropy(network, np.ones(300), [0.0], tolerance=1e-5)
    everywhere = bp.belief_propagation(network, exact_squares=False, rng=1)
    assert around.distance[0] == pytest.approx(0.5, abs=1e-4)
    assert around.entropy[0] == pytest.approx(everywhere.entropy, abs=1e-5)


def test_is_belief_propagation_in_that_field():
    network = networks.Asymmetric(200, 0.5).sample(rng=1)
    state = np.random.default_rng(1).choice([-1, 1], 200)
    around = bp.local_entropy(network, state, [0.5], tolerance=1e-6)
    exact = bp.belief_propagation(network, 0.5 * state, exact_squares=False, rng=1)
    assert around.entropy[0] == pytest.approx(exact.entropy, abs=1e-5)
    distance = np.mean(1 - state * exact.magnetisations) / 2
    assert around.distance[0] == pytest.approx(distance, abs=1e-5)


def test_exact_enumeration():
    deviations = []
    for seed in range(20):
        network = networks.Asymmetric(16, 1.0).sample(seed)
        states = dynamics.enumerate_fixed_points(network).astype(float)
        overlaps = states @ states[0]
        weights = np.exp(0.4 * overlaps)
        exact = np.log(weights.sum()) / 16 - 0.4 * weights @ overlaps / weights.sum() / 16
        around = bp.local_entropy(network, states[0].astype(int), [0.4], throw=False)
        deviations.append(around.entropy[0] - exact)
    assert np.sqrt(np.mean(np.square(deviations))) < 0.03
    assert abs(np.mean(deviations)) < 0.02


def test_that_it_did_not_converge_is_said():
    network = networks.Asymmetric(50, 0.5).sample(rng=1)
    with pytest.raises(
        RuntimeError, match=r"^At field = 0.3: The residual is .* raise max_iterations"
    ):
        bp.local_entropy(network, np.ones(50), [0.3, 1], max_iterations=2)
    around = bp.local_entropy(network, np.ones(50), [0.3, 1], max_iterations=2, throw=False)
    assert not around.converged.any()
    assert "2 of 2 not converged" in repr(around)
    assert all("after 2 iterations, the maximum; raise" in status for status in around.status)
