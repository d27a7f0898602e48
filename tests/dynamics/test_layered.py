"""Chains of infinite layers: against large chains that are updated in the same way."""

import re

import numpy as np
import pytest

from dynamics import layered_mean_field, mean_field, persistence_threshold
from networks import Layered


def simulate(L, J_D, lam, dt, steps, N, chains, rng):
    """Return unstable fractions of each layer, agreements and overlaps with the start."""
    unstable = np.empty((chains, L, steps + 1))
    agreement = np.empty((chains, L - 1, steps + 1))
    kept = np.empty((chains, L, steps + 1))
    for run in range(chains):
        network = Layered(N, L, J_D, lam).sample(rng)
        s = start = rng.choice([-1, 1], size=(L, N)).astype(np.int8)
        for k in range(steps + 1):
            wrong = network.stabilities(s) <= 0
            unstable[run, :, k] = wrong.mean(axis=1)
            agreement[run, :, k] = (s[1:] * s[:-1]).mean(axis=1)
            kept[run, :, k] = (s * start).mean(axis=1)
            s = np.where(wrong & (rng.random((L, N)) < -np.expm1(-dt)), -s, s)
    return unstable, agreement, kept


def largest(samples, mean, error):
    own = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    return np.abs((samples.mean(axis=0) - mean) / np.maximum(np.hypot(own, error), 1e-12)).max()


def held_against(L, J_D, lam, dt, steps, N, chains, samples, most):
    rng = np.random.default_rng(1)
    unstable, agreement, kept = simulate(L, J_D, lam, dt, steps, N, chains, rng)
    run = layered_mean_field(L, J_D, lam, steps * dt, dt, samples, rng=rng)
    layers, error = run.unstable_fraction_layers, run.unstable_fraction_layers_error
    assert largest(unstable, layers, error) < most
    assert largest(unstable.mean(axis=1), run.unstable_fraction, run.unstable_fraction_error) < most
    assert largest(agreement, run.agreement, run.agreement_error) < most
    start, error = run.correlation[..., 0], run.correlation_error[..., 0]
    assert largest(kept, start, error) < most


@pytest.mark.parametrize(("L", "J_D", "lam"), [(2, 0.0, 0.8), (3, 0.3, 0.5)])
def test_chains_updated_in_the_same_steps(L, J_D, lam):
    held_against(L, J_D, lam, 0.5, 10, 600, 16, 16000, 4.7)


@pytest.mark.long
@pytest.mark.parametrize(("L", "J_D", "lam"), [(2, 0.0, 0.8), (2, 0.3, 0.5), (3, 0.0, 1.0)])
def test_large_chains(L, J_D, lam):
    """Up to t = 60, N = 8000: the mean over layers, at times apart."""
    rng = np.random.default_rng(2)
    unstable, agreement, _ = simulate(L, J_D, lam, 1.0, 60, 8000, 8, rng)
    run = layered_mean_field(L, J_D, lam, 60, 1.0, 200000, rng=rng)
    assert largest(unstable.mean(axis=1), run.unstable_fraction, run.unstable_fraction_error) < 3.5
    assert largest(agreement, run.agreement, run.agreement_error) < 3.5


def test_layers_on_their_own():
    """Exact in law: at lam = 0 each layer is a network without the others."""
    chain = layered_mean_field(3, 0.4, 0.0, 10, 0.5, 16000, rng=1)
    single = mean_field(0.4, 10, 0.5, 48000, rng=2)
    error = np.hypot(chain.unstable_fraction_error, single.unstable_fraction_error)
    z = (chain.unstable_fraction - single.unstable_fraction) / error
    assert np.abs(z).max() < 4.5
    assert np.abs(chain.agreement / chain.agreement_error).max() < 5.5


def test_the_first_instant():
    """Exact: a neuron is held by itself and a neighbour, which agrees half of the time."""
    from scipy.stats import norm

    run = layered_mean_field(2, 0.3, 0.5, 1, 1.0, 80000, rng=1)
    exact = (norm.sf(0.8) + norm.sf(-0.2)) / 2
    assert abs(run.unstable_fraction[0] - exact) < 4.5 * run.unstable_fraction_error[0]


def test_thresholds_of_two_layers():
    """With a weak coupling, that of single layers; a stronger one leaves less to do."""
    given = {"t_max": 60, "samples": 8000, "throw": False}
    single = persistence_threshold((0.4, 0.5, 0.6), dt=1.0, order="random", rng=1, **given)
    weak = persistence_threshold((0.4, 0.5, 0.6), lam=1e-9, rng=2, **given)
    assert abs(single.value - weak.value) < 4 * np.hypot(single.error, weak.error) + 0.02
    strong = persistence_threshold((0.0, 0.1, 0.2), lam=0.7, rng=3, **given)
    assert 0.45 < strong.value < 0.62


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("L", 0, ValueError, "got 0"),
        ("J_D", -1, ValueError, "got -1"),
        ("lam", -1, ValueError, "got -1"),
        ("dt", 2, ValueError, "got 2"),
        ("samples", 10, ValueError, "got 10"),
        ("order", "synchronous", ValueError, "got 'synchronous'"),
        ("rng", "x", TypeError, "got 'x'"),
    ],
)
def test_refused(name, value, error, message):
    given = {"L": 2, "J_D": 0.3, "lam": 0.5, "t_max": 2, name: value}
    with pytest.raises(error, match=f"^{name} must .*{re.escape(message)}"):
        layered_mean_field(**given)


def test_two_layers_have_no_synchronous_threshold():
    with pytest.raises(ValueError, match=r"^order must .*got 'synchronous'"):
        persistence_threshold(lam=0.5, order="synchronous")
