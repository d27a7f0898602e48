"""Energy, motion at a temperature and recall, against plain sums and exact small networks."""

import itertools

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import bp
import dynamics
import networks
from dynamics.memories.glauber import _visit
from dynamics.relaxing.number_updates import NumberUpdates

SMALL = networks.Hebbian(5, 2).sample(rng=1)
STATES = np.array(list(itertools.product([-1, 1], repeat=5)), dtype=np.int8)


def test_energy_is_the_sum_over_pairs():
    J = SMALL.couplings.astype(float)
    exact = [-sum(J[i, j] * s[i] * s[j] for i in range(5) for j in range(i)) for s in STATES]
    np.testing.assert_allclose(dynamics.energy(SMALL, STATES), exact, atol=1e-6)
    coupled = networks.MemoryNetwork(SMALL.patterns, J, J_D=0.7)
    np.testing.assert_allclose(dynamics.energy(coupled, STATES), exact, atol=1e-6)


def test_energy_of_layers():
    J = np.tile(SMALL.couplings, (3, 1, 1))
    chain = networks.Network(J, 0.2, lam=0.4)
    s = STATES[[3, 12, 30]]
    links = 0.4 * (s[0] @ s[1] + s[1] @ s[2])
    exact = dynamics.energy(SMALL, s).sum() - links
    assert dynamics.energy(chain, s) == pytest.approx(exact, abs=1e-5)


def test_there_is_no_energy_without_symmetry():
    network = networks.Hebbian(50, 3, dilution=0.5, symmetric=False).sample(rng=1)
    with pytest.raises(ValueError, match="network must have symmetric couplings"):
        dynamics.energy(network, network.patterns)
    with pytest.raises(ValueError, match="network must have independent couplings"):
        bp.belief_propagation(networks.Hebbian(200, 3).sample(rng=1), rng=1)


@pytest.mark.parametrize("J_D", [0.0, 0.3])
def test_energy_never_rises_at_zero_temperature(J_D):
    network = networks.Hebbian(100, 31, J_D).sample(rng=1)  # no field is zero
    run = dynamics.glauber(network, T=0, sweeps=30, rng=2)
    steps = np.diff(run.energies)
    assert (steps <= 1e-6).all()
    assert network.is_fixed_point(run.state)
    # a flip lowers E by at least 2 J_D
    start = np.ones(100)
    end = dynamics.relax(network, start, rng=1)
    fall = dynamics.energy(network, start) - dynamics.energy(network, end.state)
    assert fall >= 2 * J_D * end.flips - 1e-4


@given(
    N=st.integers(2, 12),
    seed=st.integers(0, 10**6),
    J_D=st.sampled_from([0.0, 0.3, 2.0]),
    form=st.sampled_from([np.asarray, scipy.sparse.csr_array]),
)
@settings(max_examples=40, deadline=None)
def test_no_flip_at_zero_temperature_raises_the_energy(N, seed, J_D, form):
    rng = np.random.default_rng(seed)
    J = np.triu(rng.standard_normal((N, N)) * (rng.random((N, N)) < 0.6), 1)
    J = (J + J.T).astype(np.float32).astype(float)
    s = rng.choice([-1, 1], (1, N)).astype(np.int8)
    moving = NumberUpdates(networks.Network(form(J), J_D), s)
    before = -0.5 * s[0] @ J @ s[0]
    for i in rng.integers(0, N, 5 * N):
        flips = int(moving.flips[0])
        moving.visit(np.array([0]), np.array([i]))
        after = -0.5 * s[0] @ J @ s[0]
        assert after <= before - 2 * J_D * (moving.flips[0] - flips) + 1e-5
        before = after


def chance(network, s, i, T):
    """Return the probability of a flip, which the kernel must have, and make sure that it has."""
    J = network.couplings.astype(float)
    p = 1 / (1 + np.exp(2 * (s[i] * (J[i] @ s) + network.J_D) / T))
    for draw, flips in ((p - 1e-6, 1), (p + 1e-6, 0)):
        moving = NumberUpdates(network, s[None].copy())
        h, visits = moving.moving.h[0], np.array([i])
        assert _visit(moving.couplings, moving.s[0], h, visits, np.array([draw]), T) == flips
    return p


def rates(network, T):
    """Return the matrix of transitions, visits at random, from the probabilities of flips."""
    W = np.zeros((32, 32))
    for a, s in enumerate(STATES):
        for i in range(5):
            W[a, a ^ (1 << (4 - i))] = chance(network, s, i, T) / 5
    return W + np.diag(1 - W.sum(axis=1))


def test_detailed_balance():
    T = 0.7
    weights = np.exp(-dynamics.energy(SMALL, STATES) / T)
    flow = weights[:, None] * rates(SMALL, T)
    np.testing.assert_allclose(flow, flow.T, rtol=1e-5, atol=1e-7)
    coupled = networks.Network(SMALL.couplings, J_D=0.5)
    flow = weights[:, None] * rates(coupled, T)
    assert abs(flow - flow.T).max() > 0.01  # a self-coupling has no such law


def test_means_are_those_of_the_exact_weights():
    T = 0.9
    energies = dynamics.energy(SMALL, STATES)
    weights = np.exp(-energies / T)
    exact = weights @ energies / weights.sum() / 5
    run = dynamics.glauber(SMALL, T, sweeps=8000, rng=3)
    assert run.converged, run.status
    assert 0 < run.energy_error < 0.01
    assert abs(run.energy - exact) < 4 * run.energy_error


def test_zero_temperature_is_relaxation():
    network = networks.Hebbian(101, 10, J_D=0.1).sample(rng=1)
    start = network.patterns[0].copy()
    start[:20] *= -1
    run = dynamics.glauber(network, 0.0, start, sweeps=20, order="fixed", rng=1)
    end = dynamics.relax(network, start, order="fixed", rng=1)
    np.testing.assert_array_equal(run.state, end.state)
    assert run.flips == end.flips
    assert run.overlaps[-1] == start.astype(int) @ end.state / 101
    np.testing.assert_array_equal(run.mean[run.mean**2 == 1], end.state[run.mean**2 == 1])


def test_a_course_of_temperatures_is_no_stationary_run():
    network = networks.Hebbian(200, 5).sample(rng=1)
    run = dynamics.glauber(network, np.linspace(1.5, 0.1, 200), sweeps=200, burn_in=0, rng=1)
    assert not run.converged
    assert "drift" in run.status
    assert "add sweeps" in dynamics.glauber(network, 0.1, sweeps=4, rng=1).status
    with pytest.raises(ValueError, match=r"T must be a number or have shape \(4,\), one a sweep"):
        dynamics.glauber(network, [1, 2], sweeps=4)
    with pytest.raises(ValueError, match=r"T must be a finite number >= 0, got -0\.1"):
        dynamics.glauber(network, -0.1)


def test_recall():
    network = networks.Hebbian(301, 6).sample(rng=1)
    recall = dynamics.recall(network, [0.0, 0.2, 1.0], trials=8, rng=2)
    assert recall.overlaps.shape == (3, 8)
    np.testing.assert_array_equal(recall.overlaps[[0, 2]], [[1.0] * 8, [-1.0] * 8])
    np.testing.assert_array_equal(recall.fraction, [1, 1, 0])
    assert 0.2 < recall.radius < 1
    assert recall.converged
    assert (recall.fraction_error > 0).all()
    assert np.isnan(dynamics.recall(network, 0.1, trials=2, rng=2).radius)
    many = networks.Hebbian(301, 300).sample(rng=1)
    lost = dynamics.recall(many, 0.0, trials=4, max_sweeps=1, rng=2)
    assert lost.fraction == [0]
    assert "above capacity" in lost.status
    slow = dynamics.recall(network, 0.1, trials=4, max_sweeps=0, recalled_at=0.8, rng=2)
    assert "raise max_sweeps" in slow.status
    with pytest.raises(TypeError, match="network must be of the type MemoryNetwork"):
        dynamics.recall(networks.Asymmetric(5, 0.1).sample(rng=1), 0.1)
