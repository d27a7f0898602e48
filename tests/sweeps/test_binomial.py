"""Fractions are judged as binomial; false alarms are as rare, and deviations seen, as claimed."""

import numpy as np
import pytest
import xarray
from scipy.stats import binom, binomtest

import sweeps
from sweeps.judging import binomial
from sweeps.judging.deviations import judge
from sweeps.judging.together import Piece

KNOWN = np.array([[0] * 20, [1] * 10 + [0] * 10, [1] * 20])


def rows(values, dims=("x", "replica")):
    return xarray.DataArray(values, dims=dims)


def test_the_interval_is_that_of_clopper_and_pearson():
    for k, n in [(0, 40), (3, 40), (39, 40), (40, 40), (1, 1), (500, 1000)]:
        exact = binomtest(k, n).proportion_ci(0.9, method="exact")
        np.testing.assert_allclose(sweeps.binomial_interval(k, n, confidence=0.9), exact, atol=1e-9)


@pytest.mark.parametrize("p", [0.002, 0.1, 0.5, 0.97])
@pytest.mark.parametrize("n", [3, 20, 100])
def test_the_interval_covers_every_probability(p, n):
    k = np.arange(n + 1)
    low, high = sweeps.binomial_interval(k, n, confidence=0.8).T
    assert binom.pmf(k, n, p)[(low <= p) & (p <= high)].sum() >= 0.8


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ((3, 2), "successes must be 0 to 2 trials, got 3"),
        ((0.5, 2), "successes must be whole numbers, got 0.5"),
        ((0, 0), "trials must be >= 1, got 0"),
        (([0, 1], [1, 2, 3]), "trials must have the shape"),
    ],
)
def test_bad_counts(arguments, match):
    with pytest.raises(ValueError, match=match):
        sweeps.binomial_interval(*arguments)


def test_none_of_forty_is_no_certainty():
    data = xarray.Dataset({"found": (("x", "replica"), [[False] * 40, [True] * 40])})
    means = sweeps.summary(data)
    assert means["found"].values.tolist() == [0, 1]
    assert (means["found_error"] > 0.01).all()
    np.testing.assert_allclose(
        [means["found_low"], means["found_high"]],
        sweeps.binomial_interval([0, 40], 40, confidence=0.6827).T,
    )
    with pytest.raises(ValueError, match="'found_low', which is the name for the lower end"):
        sweeps.summary(data.assign(found_low=1))


@pytest.mark.parametrize("dtype", [bool, int, float])
def test_what_contradicts_every_success_disagrees(dtype):
    comparison = sweeps.compare([0.1, 0.6, 1.1], rows(KNOWN.astype(dtype)))
    assert comparison.status == "disagree"
    assert "1 with a theory that is no probability" in comparison.verdict
    assert sweeps.compare([0.1, 0.6, 1.1], [0, 10, 20], trials=20).z.values.tolist() == list(
        comparison.z.values
    )
    assert sweeps.compare([0.1, 0.6, 1.0], rows(KNOWN.astype(dtype))).status == "agree"
    assert sweeps.compare([0.5, 0.6, 1.0], rows(KNOWN.astype(dtype))).status == "disagree"
    assert sweeps.compare([0.1, 0.6, 0.6], rows(KNOWN.astype(dtype))).status == "disagree"


def test_rounding_does_not_make_a_probability_impossible():
    assert sweeps.compare([1 + 1e-15, 0.5], [20, 10], trials=20).status == "agree"


def test_counts_that_happen_to_be_small_can_be_told_apart():
    counts = rows(np.array([[0, 1, 1, 0, 1, 1, 0, 1]]))
    assert sweeps.compare(1.1, counts).status == "disagree"
    assert sweeps.compare(1.1, counts, successes=False).status != "disagree"
    with pytest.raises(ValueError, match="successes must be 0 or 1"):
        sweeps.compare(1.1, counts + 1, successes=True)


def test_scores_are_normal_in_the_tails_too():
    z = binomial.scores([0, 1, 400], [1000, 1, 1000], [0.9, 1e-4, 0.4])
    assert z[0] < -60  # no double holds its probability
    assert 3.8 < z[1] < 4
    assert abs(z[2]) < 0.05


def disagreements(k, n, p):
    """Return in which part of the rows k of successes the probability p is refused."""
    z = binomial.scores(k, n, p)
    mean, variance = binomial.moments(n, p)
    found = [judge(row, [Piece(x**2, mean, variance, 1, 1) for x in row]) for row in z]
    return np.mean([not one.agrees for one in found])


@pytest.mark.parametrize(("n", "p"), [(20, 0.5), (40, 0.03), (8, 0.9), (500, 0.2)])
def test_true_probabilities_are_rarely_refused(n, p):
    count = 4000
    rate = disagreements(np.random.default_rng(1).binomial(n, p, (count, 12)), n, p)
    assert rate <= binom.ppf(0.999, count, 0.003) / count


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
def test_the_power_of_fractions_is_what_is_claimed(p):
    rng = np.random.default_rng(2)
    power = sweeps.compare([p] * 4, [round(60 * p)] * 4, trials=60).points["power"].values[0]
    other = p + power if p + power <= 1 else p - power
    k = rng.binomial(60, [other, p, p, p], (1000, 4))
    assert disagreements(k, 60, p) > 0.93
    smaller = p + np.sign(other - p) * power / 2
    assert disagreements(rng.binomial(60, [smaller, p, p, p], (1000, 4)), 60, p) < 0.7
