"""Dense memories: closed forms against maxima found by search, counts and real patterns."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize

import dynamics
import networks
import replica

Q = np.linspace(0, 1, 200_001)[:-1]
RATES = {
    "binary": ((1 + Q) * np.log1p(Q) + (1 - Q) * np.log1p(-Q)) / 2,
    "sphere": -np.log(1 - Q**2) / 2,
}


@given(
    patterns=st.sampled_from(["binary", "sphere"]),
    alpha=st.floats(0, 0.69),
    lam=st.floats(0.01, 8),
)
@settings(max_examples=60, deadline=None)
def test_free_energy_is_the_largest_of_what_there_is(patterns, alpha, lam):
    exponents = alpha - RATES[patterns] + lam * Q
    there = RATES[patterns] <= alpha
    best = np.argmax(np.where(there, exponents, -np.inf))
    found = replica.dense_free_energy(alpha, lam, patterns)
    assert found.value == pytest.approx(exponents[best], abs=2e-4)
    assert abs(found.overlap - Q[best]) < 1e-2
    m = replica.dense_basin(alpha, lam, patterns)
    if np.isfinite(m):
        assert replica.dense_capacity(m, lam, patterns) == pytest.approx(alpha, abs=1e-9)
    else:
        assert replica.dense_capacity(1.0, lam, patterns) < alpha


@pytest.mark.parametrize("patterns", ["binary", "sphere"])
def test_the_transition_is_where_the_typical_pattern_is_the_nearest_one(patterns):
    typical = replica.dense_free_energy(30.0, 1.3, patterns).overlap  # many patterns
    edge = np.interp(typical, Q, RATES[patterns])
    below, above = replica.dense_free_energy([edge - 1e-4, edge + 1e-4], 1.3, patterns).frozen
    assert below
    assert not above


def test_limits_of_the_capacity():
    lam = np.array([0.3, 1.0, 5.0, 60.0])
    np.testing.assert_allclose(
        replica.dense_capacity(1.0, lam), np.log(2) - np.log1p(np.exp(-2 * lam)), rtol=1e-14
    )
    far = 1e6
    sphere = replica.dense_capacity(1.0, far, "sphere")
    assert sphere == pytest.approx((1 + np.log(far)) / 2, abs=1e-6)
    assert replica.dense_capacity(0.5, [9.0, 90.0]) == pytest.approx([0.13081203594113694] * 2)
    # enumeration: that many of all 2^400 patterns are nearer than an overlap of 0.5
    log = optimize.brentq(lambda q: np.interp(q, Q, RATES["binary"]) - 0.2, 0, 1)
    assert replica.dense_basin(0.2, 50.0) == pytest.approx(log, abs=1e-6)


def test_the_sphere_by_quadrature():
    for N, known in ((50, 0.37900), (400, 0.37763), (3200, 0.37745)):
        peak = N * (0.6180 + np.log(1 - 0.6180**2) / 2)  # near the largest exponent

        def weight(q, tilt, N=N, peak=peak):
            return np.exp(N * tilt * q + (N - 3) / 2 * np.log1p(-q * q) - tilt * peak)

        top, norm = (integrate.quad(weight, -1, 1, (t,), points=[0.618 * t])[0] for t in (1, 0))
        assert (np.log(top / norm) + peak) / N == pytest.approx(known, abs=6e-6)
    limit = replica.dense_free_energy(0.9, 1.0, "sphere").value - 0.9
    assert limit == pytest.approx(0.37743, abs=6e-6)


HALF = [  # load at which half of the memories keep the pattern, nearest on a grid of 0.005
    (1.0, 1.0, [0.5662, 0.5662, 0.5662, 0.5662]),
    (0.8, 1.0, [0.3762, 0.3712, 0.3662, 0.3662]),
    (0.6, 4.0, [0.2177, 0.2077, 0.2027, 0.1977]),
]


@pytest.mark.parametrize(("m", "lam", "known"), HALF)
def test_capacity_by_counts(m, lam, known):
    at = replica.dense_capacity(m, lam)
    assert at == pytest.approx(known[-1], abs=0.0051)
    for N, expected in zip((50, 100, 200, 400), known, strict=True):
        grid = at + 0.005 * np.arange(-1, 8)
        found = [dynamics.retrieval_probability(N, a, m, lam, draws=500, rng=1).value for a in grid]
        assert grid[np.abs(np.array(found) - 0.5).argmin()] == pytest.approx(expected, abs=6e-5)


def test_free_energy_by_counts():
    sizes = (50, 100, 200, 400, 800)

    def off(m, lam):
        alpha = replica.dense_capacity(m, lam) + 0.04
        theory = replica.dense_free_energy(alpha, lam).value
        runs = [dynamics.retrieval_probability(N, alpha, m, lam, 1000, rng=1) for N in sizes]
        return np.array([(run.free_energy - theory, run.free_energy_error) for run in runs]).T

    annealed, error = off(0.8, 1.0)
    known = [-0.0036, -0.0009, -0.0001, -0.00001]
    assert (abs(annealed[:4] - known) < 4 * error[:4] + 2e-4).all()  # the load is not known
    assert abs(annealed[4]) < 1e-6
    frozen, error = off(0.6, 4.0)
    known = [-0.191, -0.108, -0.059, -0.036, -0.021]
    assert (abs(frozen - known) < 4 * np.hypot(error, error) + 5e-3).all()
    assert (abs(frozen) < 3 * np.log(sizes) / sizes).all()


def test_counts_are_those_of_real_patterns():
    N, alpha, lam = 24, 0.35, 1.0
    weights = []
    for seed in range(150):
        memory = networks.Dense(N, alpha, lam).sample(seed)
        start = memory.patterns[0].copy()
        start[:3] *= -1
        _, p = memory.update(start)
        weights.append(p[0])
    counts = dynamics.retrieval_probability(N, alpha, 0.75, lam, draws=20000, rng=1)
    error = np.std(weights) / np.sqrt(150)
    assert abs(np.mean(weights) - counts.weight) < 4 * error
    assert abs(np.mean(np.array(weights) > 0.5) - counts.value) < 4 * 0.5 / np.sqrt(150)


@pytest.mark.long
@pytest.mark.parametrize(("lam", "known"), [(1.0, (1.0, 0.83, 0.5)), (3.0, (1.0, 1.0, 0.75))])
def test_real_patterns_with_signs(lam, known):
    for alpha, fraction in zip((0.3, 0.35, 0.4), known, strict=True):
        back = []
        for seed in range(40):
            memory = networks.Dense(32, alpha, lam).sample(seed)
            start = memory.patterns[0].copy()
            start[:3] *= -1
            back.append(dynamics.retrieve(memory, start, updates=4).overlap == 1)
        p = (40 * np.mean(back) + 12 * fraction) / 52
        assert abs(np.mean(back) - fraction) < 3 * np.sqrt(p * (1 - p) * (1 / 40 + 1 / 12)) + 0.02


def test_the_error_falls_as_the_theory_says():
    m, lam, alpha = 1.0, 1.0, 0.4
    rate = lam * m - replica.dense_free_energy(alpha, lam).value
    lost = [1 - dynamics.retrieval_probability(N, alpha, m, lam, 4000, rng=1).weight
            for N in (40, 80)]  # fmt: skip
    assert np.log(lost[0] / lost[1]) / 40 == pytest.approx(rate, abs=0.01)


def test_one_update_by_hand():
    x = np.array([[1, 1, -1], [-1, 1, 1]])
    memory = networks.DenseMemory(x, 0.7)
    after, weights = memory.update([1, 1, 1])
    np.testing.assert_allclose(weights, [0.5, 0.5])
    np.testing.assert_array_equal(after, [1, 1, 1])  # zero sums: both outer ones stay
    real = networks.DenseMemory(x * [0.5, 1.0, 2.0], 0.3)
    start = np.array([0.2, -1.0, 1.5])
    after, weights = real.update(start)
    p = np.exp(0.3 * real.patterns @ start)
    np.testing.assert_allclose(weights, p / p.sum(), rtol=1e-6)
    np.testing.assert_allclose(after, p @ real.patterns / p.sum(), rtol=1e-5)


def test_sphere_above_and_below_capacity():
    found = {}
    for alpha in (0.2, 0.6):
        memory = networks.Dense(20, alpha, 0.7, "sphere").sample(rng=1)
        np.testing.assert_allclose(np.linalg.norm(memory.patterns, axis=1), np.sqrt(20), rtol=1e-5)
        found[alpha] = dynamics.retrieve(memory, memory.patterns[3], updates=20)
    assert replica.dense_capacity(1.0, 0.7, "sphere") == pytest.approx(0.4936, abs=1e-4)
    assert (found[0.2].pattern, round(found[0.2].overlap, 2), found[0.2].converged) == (3, 1, True)
    assert found[0.6].weight < 0.1
    assert "above capacity" in found[0.6].status


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: networks.Dense(100, 0.3, 1.0), "alpha must be at most 0.162 for N = 100, got 0.3"),
        (lambda: networks.Dense(10, -0.1, 1.0), "alpha must be a finite number >= 0, got -0.1"),
        (lambda: networks.DenseMemory([1.0, 2.0], 1.0), "patterns must have shape (P, N)"),
        (lambda: dynamics.retrieve(networks.Dense(3, 0.1, 1.0).sample(1), [1, 0, 1]),
         "start must have entries +1 or -1, got 0"),
        (lambda: replica.dense_capacity(1.1, 1.0), "overlap must be a number in [0, 1], got 1.1"),
        (lambda: replica.dense_basin(0.1, -1.0), "sharpness must be a finite number >= 0"),
    ],
)  # fmt: skip
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        call()
