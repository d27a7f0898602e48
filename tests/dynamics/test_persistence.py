"""Where activity persists: the extrapolation length, the law of plateaus, and refusals."""

import re

import mpmath as mp
import numpy as np
import pytest
from scipy.stats import norm

from dynamics import PersistenceThreshold, boundary_shift, mean_field, persistence_threshold


def test_shift_of_certain_and_of_rare_visits():
    siegmund = -mp.zeta(0.5) / mp.sqrt(2 * mp.pi)
    assert boundary_shift(1.0) == pytest.approx(float(siegmund), rel=1e-10)
    # to the next order, visits at given times are late by the mean of a normal step's excess
    for p in (1e-3, 1e-5, 1e-7, 1e-10, 1e-100, 5e-324):
        assert boundary_shift(p) * np.sqrt(2 * p) == pytest.approx(1, abs=max(p, 1e-9))


@pytest.mark.parametrize("p", [1.0, 0.5, 0.2])
def test_shift_of_walks_on_a_grid(p):
    """The stationary density of absorbed walks with a source far away, x + l there (Milne)."""

    def extrapolated(h, low=-10.0, high=8.0):
        x = np.arange(low + h / 2, high, h)
        step = norm.pdf(x[:, None] - x) * h * np.where(x < 0, 1 - p, 1.0)
        far = np.stack([norm.sf(high - x), x * norm.sf(high - x) + norm.pdf(high - x)], axis=1)
        constant, rising = np.linalg.solve(np.eye(len(x)) - step, far)[-1]
        return (x[-1] - rising) / (constant - 1)

    coarse, fine = extrapolated(0.04), extrapolated(0.02)
    assert boundary_shift(p) == pytest.approx((4 * fine - coarse) / 3, abs=1e-4)


@pytest.mark.thorough
def test_orders_and_steps_have_one_threshold():
    """Their plateaus are far from one another, and differ by the shift of the boundary only."""
    couplings = (0.5, 0.57, 0.64)
    sudden = persistence_threshold(couplings, 120, samples=24000, rng=1)
    slow = persistence_threshold(couplings, 120, 0.5, 24000, order="random", rng=2)
    assert sudden.converged
    assert slow.converged
    assert (sudden.plateau > 1.2 * slow.plateau).all()
    assert (np.diff(sudden.plateau) < 0).all()
    z = (sudden.shifted - slow.shifted) / np.hypot(sudden.shifted_error, slow.shifted_error)
    assert np.abs(z).max() < 4
    assert abs(sudden.value - slow.value) < 4 * np.hypot(sudden.error, slow.error)
    assert max(sudden.error, slow.error) < 0.04
    assert "from 3 plateaus" in repr(sudden)


def test_activity_dies_above_it():
    """Near 1 / t at the threshold (a bit faster in 6000 histories), and faster beyond."""
    threshold = persistence_threshold((0.5, 0.57, 0.64), 120, samples=24000, rng=3)
    exponents = []
    for J_D in (threshold.value - 0.15, threshold.value, threshold.value + 0.15):
        u = mean_field(J_D, 96, 1.0, 48000, order="synchronous", rng=4).unstable_fraction
        exponents.append(np.log2(u[24:48].mean() / u[48:96].mean()))
    assert exponents[0] < 0.5
    assert 0.8 < exponents[1] < 2
    assert exponents[2] > 2


def test_no_plateau():
    dying = {"J_D": (0.5, 0.6, 1.2), "t_max": 60, "samples": 16000, "rng": 1}
    with pytest.raises(RuntimeError, match=r"no plateau at J_D = .* raise t_max or samples"):
        persistence_threshold(**dying)
    result = persistence_threshold(**dying, throw=False)
    assert isinstance(result, PersistenceThreshold)
    assert not result.converged
    assert (result.flips_per_neuron[:2] > 1).all()
    dead = persistence_threshold((3, 4, 5), 40, samples=800, rng=1, throw=False)
    assert np.isnan([dead.value, dead.error, dead.slope]).all()
    assert not dead.converged
    assert "J_D = 4 (no activity left)" in dead.status


def test_a_plateau_that_is_not_reached_drifts_too_little_to_be_noticed():
    """A run of few flips per neuron: its drift is small, its threshold is off by many errors."""
    short = {"J_D": (0.6, 0.65, 0.7), "t_max": 120, "samples": 16000, "rng": 1, "order": "random"}
    result = persistence_threshold(**short, throw=False)
    assert (np.abs(result.drift) < 5).all()
    assert 0.3 < result.flips_per_neuron[-1] < 1
    assert not result.converged
    with pytest.raises(RuntimeError, match=r"J_D = 0.7 \(only 0.* flips per neuron\); raise t_max"):
        persistence_threshold(**short)
    run = mean_field(0.6, 120, 1.0, 16000, order="random", rng=2)
    made = run.activity[60:].sum() * 2  # counted, in the second half
    assert result.flips_per_neuron[0] == pytest.approx(made, rel=0.1)


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("J_D", (0.5, 0.6), ValueError, "J_D must be at least three different numbers"),
        ("J_D", (0.5, 0.5, 0.5), ValueError, "J_D must be at least three different numbers"),
        ("J_D", (0.5, -0.6, 1), ValueError, "J_D must be a finite number >= 0, got -0.6"),
        ("t_max", 20, ValueError, "t_max must be a finite number >= 40, got 20"),
        ("order", "permutation", ValueError, "order must be one of synchronous, random"),
        ("dt", 0.5, ValueError, "dt must be 1 for synchronous updates, got 0.5"),
        ("samples", 10, ValueError, "samples must be an integer in [800, 1000000000], got 10"),
        ("rng", -1, ValueError, "rng must be"),
        ("J_D", (0.5, 0.6, 1e300), ValueError, "J_D must be at most 1e+30, got 1e+300"),
        ("t_max", 1e300, ValueError, "t_max must be at most 10000 steps dt"),
        ("throw", 1, TypeError, "throw must be True or False, got 1"),
    ],
)
def test_refused(name, value, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        persistence_threshold(**{name: value})


@pytest.mark.parametrize("p", [0, -0.1, 1.1, np.nan])
def test_shift_refused(p):
    with pytest.raises(ValueError, match=r"^p must be"):
        boundary_shift(p)
