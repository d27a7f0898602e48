"""The logistic fit is at the maximum of the penalised likelihood, however hard that is to reach."""

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize
from scipy.special import expit

import sweeps
from sweeps.judging import logistic


def penalised(theta, x, successes, trials):
    """Return the logarithm of likelihood and penalty, by the matrix of information itself."""
    z = theta[0] + theta[1] * x
    p, q = expit(z), expit(-z)
    design = np.stack([np.ones_like(x), x])
    information = (design * (trials * p * q)) @ design.T
    likelihood = -successes @ np.logaddexp(0, -z) - (trials - successes) @ np.logaddexp(0, z)
    return likelihood + 0.5 * np.linalg.slogdet(information)[1]


def steep(gap, trials, partial):
    """Return a transition at 0, between two points at a small distance: there only some succeed."""
    right = np.linspace(gap, 1.65, 9)
    x = np.array([*-right[::-1], 0, *right])
    return x, np.where(x < 0, 0, np.where(x > 0, trials, partial)), np.full(len(x), trials)


CASES = {
    "ordinary": ([-1, -0.5, 0, 0.5, 1], [1, 3, 9, 18, 20], [20] * 5),
    "two trials": ([-1, 1], [1, 1], [1, 1]),
    "one trial a point": (
        [-0.527, -0.493, -0.476, -0.378, -0.079, 2.425],
        [0, 0, 0, 1, 1, 0],
        [1] * 6,
    ),
    "an outlier": ([-0.943, -0.441, 1.384], [1, 1, 1], [1, 1, 1]),
    "steep": steep(0.01, 100, 81),
    "steeper": steep(0.003, 1000, 2),
    "steepest": steep(0.003, 100_000, 99_999),
    "a step": steep(0.01, 10_000, 10_000),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_fit_is_the_maximum(case):
    x, successes, trials = (np.array(part, dtype=float) for part in case)
    a, b = (float(value) for value in logistic.fit(x, successes, trials))
    found = penalised((a, b), x, successes, trials)
    with np.errstate(all="ignore"):
        best = max(
            -minimize(
                lambda theta: -penalised(theta, x, successes, trials),
                (a * scale, b * scale),
                method="Nelder-Mead",
                options={"maxiter": 4000, "maxfev": 4000, "xatol": 1e-10, "fatol": 1e-12},
            ).fun
            for scale in (0.5, 1.0, 1.5)
        )
    assert found > best - 1e-7 * (1 + abs(best))


def test_a_data_set_does_not_depend_on_its_company():
    x, successes, trials = (np.array(part, dtype=float) for part in CASES["steeper"])
    gentle = np.round(trials / (1 + np.exp(-2 * x)))
    together = logistic.fit(x, np.stack([gentle, successes]), trials)
    for m, one in enumerate((gentle, successes)):
        alone = np.array(logistic.fit(x, one, trials))
        np.testing.assert_allclose(alone, [v[m] for v in together], rtol=1e-6, atol=1e-12)


def test_a_threshold_of_a_steep_transition_is_in_its_gap():
    found = sweeps.threshold(*steep(0.003, 1000, 200), rng=1)
    assert found.converged
    assert 0 < found.value < 0.003
    assert found.at(0.0) == pytest.approx(0.2, rel=0.1)


def test_what_is_left_of_three_points_is_one_degree_of_freedom():
    """Where less than one success, or failure, is expected, a point says nothing of the curve."""
    n, p = np.full(5, 100.0), np.array([0.001, 0.2, 0.5, 0.8, 0.999])
    k = np.array([3.0, 25, 50, 80, 97])
    assert logistic.goodness(k, n, p) == pytest.approx(stats.chi2.sf(25 / 16, 1))
    assert np.isnan(logistic.goodness(k[:3], n[:3], p[:3]))
