"""Intervals hold the known truth as often as they say: 95 %, checked between 90 and 98 %."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.special import expit

import sweeps

REPETITIONS = 500


def coverage(inside):
    return np.mean(list(inside))


@pytest.mark.parametrize("power", [1.0, 2 / 3, (1.0, 2.0)])
def test_extrapolation(power):
    rng = np.random.default_rng(1)
    N = np.array([50, 100, 200, 400, 800])
    truth = 0.7 - sum(2.0 / N**p for p in np.atleast_1d(power))
    errors = np.linspace(0.004, 0.01, len(N))

    def holds():
        fit = sweeps.extrapolate(N, truth + errors * rng.standard_normal(len(N)), errors, power)
        low, high = fit.interval()
        return low <= 0.7 <= high

    assert 0.90 <= coverage(holds() for _ in range(REPETITIONS)) <= 0.98


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("points", "trials", "slope", "level"),
    [
        (9, 20, 12, 0.5),
        (9, 100, 15, 0.5),
        (21, 10, 15, 0.5),
        (7, 50, -10, 0.3),
    ],
)
def test_threshold(points, trials, slope, level):
    rng = np.random.default_rng(2)
    x = np.linspace(0, 1, points)
    truth = 0.47
    p = expit(slope * (x - truth) + np.log(level / (1 - level)))

    def holds():
        found = sweeps.threshold(
            x, rng.binomial(trials, p), trials, level=level, bootstrap=399, rng=rng
        )
        return found.converged and found.interval[0] <= truth <= found.interval[1]

    assert 0.90 <= coverage(holds() for _ in range(REPETITIONS)) <= 0.98


@pytest.mark.thorough
@pytest.mark.parametrize("slope", [100, 1000])
def test_threshold_of_a_transition_narrower_than_the_spacing(slope):
    """The interval then covers the gap: it may only be too wide."""
    rng = np.random.default_rng(3)
    x = np.linspace(0, 1, 9)

    def holds():
        truth = rng.uniform(0.4, 0.6)
        successes = rng.binomial(20, expit(slope * (x - truth)))
        low, high = sweeps.threshold(x, successes, 20, bootstrap=100, rng=rng).interval
        return low <= truth <= high and high - low < 0.3

    assert coverage(holds() for _ in range(REPETITIONS)) >= 0.95


@pytest.mark.thorough
def test_means_of_a_sweep(tmp_path):
    def normal(i, rng):
        return 3.0 + rng.standard_normal()

    with ThreadPoolExecutor(1) as executor:
        data = sweeps.run(
            normal,
            {"i": range(REPETITIONS)},
            store=tmp_path / "ledger",
            version=1,
            replicas=20,
            executor=executor,
            progress=False,
        )
    means = sweeps.summary(data)
    inside = np.abs(means["result"] - 3.0) <= 1.96 * means["result_error"]
    assert 0.90 <= inside.mean() <= 0.98


@pytest.mark.thorough
@pytest.mark.parametrize("replicas", [3, 100])
def test_p_values_of_a_comparison_are_uniform(replicas):
    import xarray

    rng = np.random.default_rng(4)

    def p_value():
        values = xarray.DataArray(2 + rng.standard_normal((12, replicas)), dims=("N", "replica"))
        return sweeps.compare(2.0, values).p_value

    p = np.array([p_value() for _ in range(300)])
    assert 0.90 <= np.mean(p > 0.05) <= 0.98
    assert 0.43 <= np.mean(p > 0.5) <= 0.57
