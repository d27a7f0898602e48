"""The linear field, which leads to the largest entropy of an overlap: laws of its trajectory."""

import numpy as np
import pytest

import bp
import dynamics
import networks
from bp.messages import bethe
from bp.messages.dense import DenseMessages
from bp.solving.steps import Linear, fed_back, iterate

SETTLED = [0.3, 0.4, 0.5, 0.6, 0.6, 0.605]


def settled(network, strengths, iterations, damping=0.2, rng=1):
    """Return the messages at the end of a trajectory, and its last step."""
    rng = np.random.default_rng(rng)
    messages = DenseMessages(network, 1)
    messages.start_at_random(rng)
    for strength in strengths:
        step = fed_back(strength, Linear)(messages.overlaps())
        iterate(messages, step, iterations, damping, rng)
    return messages, step


def test_its_strength_is_the_slope_of_the_entropy():
    network = networks.Asymmetric(200, 0.5).sample(rng=1)
    run = bp.focusing_trajectory(
        network, SETTLED, kind="linear", damping=0.2, iterations=200, rng=1
    )
    slope = np.diff(run.local_entropy) / np.diff((1 - run.overlap) / 2)
    assert run.converged.all()
    assert run.overlap[-1] > 0.5
    assert slope[-1] == pytest.approx(0.6025, rel=1e-3)
    np.testing.assert_allclose(run.gamma, SETTLED)


def test_is_belief_propagation_in_the_field_it_ends_in():
    network = networks.Asymmetric(200, 0.5).sample(rng=1)
    messages, step = settled(network, SETTLED, 200)
    field = step.field(messages)[0, 0].astype(float)
    alone = bp.belief_propagation(
        network, field, exact_squares=False, damping=0.2, tolerance=1e-6, rng=2
    )
    np.testing.assert_allclose(alone.magnetisations, messages.m[0, 0], atol=1e-4)
    run = bp.focusing_trajectory(
        network, SETTLED, kind="linear", damping=0.2, iterations=200, rng=1
    )
    assert run.local_entropy[-1] == bethe.entropy(messages, step.field(messages))[0]
    assert run.local_entropy[-1] == pytest.approx(alone.entropy, abs=1e-5)


def test_exact_enumeration():
    """The entropy of the fixed points that the field weights, in networks of 16 neurons."""
    deviations = []
    for seed in range(20):
        network = networks.Asymmetric(16, 1.0).sample(seed)
        messages, step = settled(network, [0.5, 1.0, 1.5], 100, damping=0.7)
        field = step.field(messages)[0, 0].astype(float)
        energies = dynamics.enumerate_fixed_points(network).astype(float) @ field
        weights = np.exp(energies)
        exact = np.log(weights.sum()) - weights @ energies / weights.sum()
        deviations.append(bethe.entropy(messages, step.field(messages))[0] - exact / 16)
    assert np.sqrt(np.mean(np.square(deviations))) < 0.03
    assert abs(np.mean(deviations)) < 0.02


def test_the_dynamics_without_couplings_has_the_same_law():
    N, J_D, strengths = 200, 0.3, np.linspace(0.3, 0.7, 6)
    options = {"kind": "linear", "damping": 0.5, "iterations": 8}
    rng = np.random.default_rng(1)
    direct = [
        bp.focusing_trajectory(
            networks.Asymmetric(N, J_D).sample(rng), strengths, rng=rng, **options
        )
        for _ in range(40)
    ]
    run = bp.focusing_dynamics(J_D, strengths, N=N, runs=40, rng=2, **options)
    for name in ("overlap", "unstable_fraction", "local_entropy"):
        samples = np.array([getattr(one, name) for one in direct])
        own = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
        error = np.hypot(own, getattr(run, f"{name}_error")) + 0.3 / N / 4  # of the diagonal
        assert np.abs((samples.mean(axis=0) - getattr(run, name)) / error).max() < 4
    assert run.overlap[-1] > 0.6
