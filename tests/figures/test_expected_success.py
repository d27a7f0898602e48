"""What single runs say about success: probabilities, thresholds and z-scores."""

import numpy as np
import pytest
import xarray
from scipy.special import ndtri
from scipy.stats import binom

from figures.message_passing import unstable_numbers
from figures.message_passing.expected_success import (
    LEVELS,
    SingleRuns,
    any_of,
    error_at,
    half,
    z_scores,
)


def left(J_D, counts, runs):
    """Return unstable neurons of runs, a number of which have none."""
    rows = [[0] * k + [1] * (runs - k) for k in counts]
    return xarray.DataArray(rows, dims=("J_D", "replica"), coords={"J_D": J_D})


@pytest.mark.parametrize("runs", [1, 4, 16])
def test_half_of_the_networks(runs):
    assert any_of(np.exp(-np.exp(half(runs))), runs) == pytest.approx(0.5, abs=1e-12)


def test_thresholds_and_their_errors():
    """From the likelihood's own law."""

    def law(x):
        return 0.6 - 40 * (x - 0.16)

    J_D, rng = np.linspace(0.1, 0.2, 7), np.random.default_rng(1)
    p = np.exp(-np.exp(law(J_D)))
    found = np.array(
        [SingleRuns.fit(left(J_D, rng.binomial(32, p), 32)).threshold(4) for _ in range(100)]
    )
    exact = 0.16 + (0.6 - half(4)) / 40
    low, value, high = found.T
    assert value.mean() == pytest.approx(exact, abs=4 * value.std() / 10)
    assert (high - low).mean() / 2 == pytest.approx(value.std(), rel=0.25)
    many = SingleRuns.fit(left(J_D, np.rint(10**4 * p).astype(int), 10**4))
    low, middle, high = many.success([exact], 4)
    assert middle[0] == pytest.approx(0.5, abs=2e-3)
    assert low < middle < high
    assert np.isnan(SingleRuns.fit(left(J_D, [0] * 7, 32)).threshold(1)).all()


@pytest.mark.parametrize("runs", [2, pytest.param(8, marks=pytest.mark.thorough)])
def test_few_runs_claim_their_error(runs):
    """Of three runs a point: errors of a Gaussian likelihood were off by over 3 in 3 to 15 %."""
    J_D, rng = np.linspace(-1, 1, 7), np.random.default_rng(1)
    p = np.exp(-np.exp(0.2 - 2 * J_D))
    exact = (0.2 - half(runs)) / 2
    laws = [SingleRuns.fit(left(J_D, rng.binomial(3, p), 3)) for _ in range(150)]
    found = [law.threshold_law(runs) for law in laws]
    z = np.array([(exact - np.interp(0, LEVELS, q)) / error_at(exact, q) for q in found])
    assert (abs(z) > 3).mean() < 0.02
    assert (abs(z) < 1).mean() == pytest.approx(0.683, abs=3 * np.sqrt(0.683 * 0.317 / len(z)))


def test_errors_of_a_normal_law_and_of_one_with_longer_tails():
    normal = 0.2 + 0.03 * LEVELS
    for value in (0.1, 0.2, 0.22, 0.3):
        assert error_at(value, normal) == pytest.approx(0.03)
    assert error_at(0.2 + 0.03 * 8, normal) == pytest.approx(0.06), "four errors off at the least"
    longer = 0.03 * np.sign(LEVELS) * LEVELS**2
    assert error_at(0.0, longer) == pytest.approx(0.03)
    assert error_at(9 * 0.03, longer) == pytest.approx(0.09), "three errors off"


def test_z_scores_of_a_known_probability():
    """Of infinitely many single runs: the binomial law alone."""
    p, networks, runs, k = 0.15, 20, 4, np.arange(21)
    z = z_scores(k, networks, np.full(21, int(p * 10**7)), 10**7, runs)
    every = 1 - (1 - p) ** runs
    exact = ndtri(binom.cdf(k - 1, networks, every) + binom.pmf(k, networks, every) / 2)
    np.testing.assert_allclose(z[2:19], exact[2:19], atol=2e-3)


def test_z_scores_know_the_error_of_the_single_runs():
    rng = np.random.default_rng(1)
    single = rng.binomial(24, 0.2, 300)
    found = rng.binomial(20, 1 - 0.8**4, 300)
    z = np.array([z_scores(k, 20, s, 24, 4) for k, s in zip(found, single, strict=True)])
    assert abs(z.mean()) < 0.2
    assert z.std() == pytest.approx(1, abs=0.15)


def test_balls_in_boxes():
    np.testing.assert_allclose(unstable_numbers._empty(3, 2), [0, 2 / 3, 1 / 3, 0])
    rng = np.random.default_rng(1)
    numbers = rng.poisson(1.0, (400, 20))
    z = [unstable_numbers.z_score((row == 0).sum(), row.sum(), 20) for row in numbers]
    assert abs(np.mean(z)) < 0.18
    assert np.std(z) == pytest.approx(1, abs=0.15)
    scattered = rng.poisson(rng.gamma(1, 1.0, (200, 20)))  # of the same mean
    z = [unstable_numbers.z_score((row == 0).sum(), row.sum(), 20) for row in scattered]
    assert np.mean(z) > 1
