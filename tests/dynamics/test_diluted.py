"""Recall in infinite diluted memories, against closed forms and networks."""

import numpy as np
import pytest
from scipy.special import erf
from scipy.stats import norm

import dynamics
import networks


@pytest.mark.parametrize(("alpha", "m"), [(0.3, 0.5), (0.6, 0.9), (0.8, 0.9)])
def test_without_self_coupling_it_is_the_map_of_the_overlap(alpha, m):
    found = dynamics.diluted_recall(alpha, m, steps=10, samples=100_000, rng=1)
    exact = [m]
    for _ in range(10):
        exact.append(erf(exact[-1] / np.sqrt(2 * alpha)))
    # errors of a step add up in the next ones, as its slope says
    assert (abs(found.overlap - exact) < 5 * np.sqrt(11) * found.error).all()


def test_the_first_two_steps_with_self_coupling():
    alpha, m, J_D = 0.4, 0.6, 0.3
    found = dynamics.diluted_recall(alpha, m, J_D, steps=1, samples=400_000, rng=1)
    root = np.sqrt(2 * alpha)
    first = ((1 + m) * erf((m + J_D) / root) + (1 - m) * erf((m - J_D) / root)) / 2
    assert abs(found.overlap[1] - first) < 4 * found.error[1]
    flips = ((1 + m) * norm.cdf(-(m + J_D) / alpha**0.5)) / 2
    flips += (1 - m) * norm.cdf((m - J_D) / alpha**0.5) / 2
    assert abs(found.flips[0] - flips) < 4 * 0.5 / np.sqrt(400_000)


def test_a_strong_self_coupling_freezes():
    found = dynamics.diluted_recall(0.3, 0.4, J_D=9.0, steps=5, samples=1000, rng=1)
    np.testing.assert_array_equal(found.overlap, found.overlap[0])
    assert not found.flips.any()
    assert found.converged


def test_at_a_temperature():
    """The map is the mean of tanh over the noise, which quadrature gives."""
    alpha, m, T = 0.2, 0.7, 0.5
    found = dynamics.diluted_recall(alpha, m, T=T, steps=1, samples=400_000, rng=1)
    z, w = np.polynomial.hermite_e.hermegauss(80)
    exact = w @ np.tanh((m + np.sqrt(alpha) * z) / T) / w.sum()
    assert abs(found.overlap[1] - exact) < 4 * found.error[1]


@pytest.mark.parametrize(("m", "J_D"), [(0.5, 0.0), (0.5, 0.2), (1.0, 0.5)])
def test_networks(m, J_D):
    alpha, N, K, steps = 0.31, 10_000, 100, 4
    exact = dynamics.diluted_recall(alpha, m, J_D, steps=steps, samples=100_000, rng=1).overlap
    memory = networks.Hebbian(N, 31, J_D, dilution=K / N, symmetric=False).sample(rng=2)
    rng, rows = np.random.default_rng(3), []
    for pattern in memory.patterns[:12]:
        s = pattern.copy()
        s[rng.permutation(N)[: round(N * (1 - m) / 2)]] *= -1
        row = [m]
        for _ in range(steps):
            s = np.where(memory.stabilities(s) > 0, s, -s).astype(np.int8)
            row.append(float(pattern.astype(int) @ s / N))
        rows.append(row)
    error = np.std(rows, axis=0) / np.sqrt(12)
    # of order 1/K, and K/N for what comes back to its sender
    assert (abs(np.mean(rows, axis=0) - exact) < 4 * error + 1 / K + K / N).all()


def test_what_is_said():
    slow = dynamics.diluted_recall(0.9, 1.0, steps=8, rng=1)
    assert not slow.converged
    assert "raise steps" in slow.status
    with pytest.raises(ValueError, match="alpha must be > 0, got 0"):
        dynamics.diluted_recall(0.0, 0.5)
    with pytest.raises(ValueError, match=r"T must be a finite number >= 0, got -0\.1"):
        dynamics.diluted_recall(0.1, 0.5, T=-0.1)
