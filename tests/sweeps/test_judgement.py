"""Verdicts: comparison, extrapolation and threshold on data with a known answer."""

import matplotlib as mpl
import numpy as np
import pytest
import xarray
from scipy.special import ndtr

import replica
import sweeps
from sweeps.judging.bootstrap import gap

mpl.use("Agg")

N = [10, 20, 40, 80]


def sweep(theory, replicas=30, seed=1):
    rng = np.random.default_rng(seed)
    values = np.asarray(theory)[..., None] + 0.1 * rng.standard_normal(
        (*np.shape(theory), replicas)
    )
    return xarray.DataArray(values, dims=("N", "J_D", "replica"), coords={"N": N, "J_D": [0.5, 1]})


@pytest.fixture
def theory():
    return xarray.DataArray(
        np.divide.outer(1.0, N)[:, None] * [0.5, 1],
        dims=("N", "J_D"),
        coords={"N": N, "J_D": [0.5, 1]},
    )


def test_a_right_theory_agrees_in_every_form(theory):
    data = sweep(theory)
    comparison = sweeps.compare(theory, data)
    assert comparison.status == "agree"
    assert comparison.dof == 8
    assert comparison.chi_squared == pytest.approx(float((comparison.z**2).sum()))
    for form in (theory.values, lambda N, J_D: J_D / N, theory.transpose("J_D", "N")):
        same = sweeps.compare(form, data)
        np.testing.assert_allclose(same.z, comparison.z, rtol=1e-12)
    assert (
        sweeps.compare(lambda N, J_D: 1 / N, sweep(np.divide.outer(1, N)[:, None] * [1, 1])).dof
        == 8
    )


def test_a_wrong_theory_disagrees(theory):
    comparison = sweeps.compare(theory + 0.1, sweep(theory))
    assert comparison.status == "disagree"
    assert (comparison.z < -2).all()
    assert repr(comparison).startswith("Comparison(disagree: chi-squared")


def test_a_theory_takes_the_coordinates_that_it_names(theory):
    data = sweep(theory).sel(J_D=1)
    assert sweeps.compare(lambda N: 1 / N, data).z.identical(
        sweeps.compare(lambda N, J_D: J_D / N, data).z
    )
    with pytest.raises(TypeError, match=r"theory must be a function of coordinates .*'T'"):
        sweeps.compare(lambda T: T, data)


@pytest.mark.parametrize("J_D", [[0.1, 0.3], [0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4, 0.5]])
def test_a_theory_of_bare_arrays_is_evaluated_at_every_point(J_D):
    """On a square grid, coordinates of one dimension would give its diagonal."""
    expected = np.array([[np.exp(replica.log_expected_fixed_points(n, j)) for j in J_D] for n in N])
    coordinates = {"N": N, "J_D": J_D, "eta": 0.0}
    data = xarray.DataArray(expected, coords=coordinates, dims=("N", "J_D"))

    def count(N, J_D):
        return np.exp(replica.log_expected_fixed_points(N, J_D))

    for means in (data, data.T):
        found = sweeps.compare(count, means, 0.1 * means)
        np.testing.assert_allclose(found.z, 0, atol=1e-9)
        assert found.z.dims == means.dims
        xarray.testing.assert_allclose(sweeps.evaluate(count, means), means)
    replicas = data.expand_dims(replica=3)
    xarray.testing.assert_allclose(sweeps.evaluate(count, replicas), data)


def test_a_theory_without_names_takes_the_only_dimension(theory):
    line = theory.sel(J_D=1)
    for ufunc in (np.exp, ndtr, lambda *x: ndtr(*x)):
        found = sweeps.evaluate(ufunc, line)
        assert found.dims == ("N",)
        assert sweeps.compare(ufunc, found, 0.1 * found).chi_squared == 0
    np.testing.assert_array_equal(sweeps.evaluate(np.exp, line), np.exp(N))
    for nameless, data in ((np.exp, theory), (np.add, line), (max, theory)):
        with pytest.raises(TypeError, match="theory must name its arguments"):
            sweeps.compare(nameless, data, 0.1)


def test_a_theory_of_another_shape_is_refused(theory):
    with pytest.raises(ValueError, match=r"theory must have the shape \(4, 2\) .* got \(2,\)"):
        sweeps.compare(lambda N: np.ones(2), theory, 0.1)
    with pytest.raises(TypeError, match=r"theory must be a function, got 3"):
        sweeps.evaluate(3, theory)


def test_given_errors_are_exact():
    comparison = sweeps.compare([1.0, 2.0], [1.1, 1.8], [0.1, 0.1])
    np.testing.assert_allclose(comparison.z, [1, -2])
    assert comparison.p_value == pytest.approx(np.exp(-2.5))


def test_a_fitted_parameter_costs_a_degree_of_freedom():
    assert sweeps.compare([1.0, 2.0], [1.1, 1.8], [0.1, 0.1], fitted=1).dof == 1


def test_students_t_for_few_replicas():
    """Two replicas: t has the Cauchy distribution, and t = 1 the tail probability 1/4."""
    data = xarray.DataArray([[0.0, 2.0]], dims=("N", "replica"))
    assert sweeps.compare(0.0, data).z.item() == pytest.approx(0.6744897501960817)


def test_enormous_deviations_stay_finite():
    data = xarray.DataArray([[0.0, 1e-12, 2e-12] * 400], dims=("N", "replica"))
    comparison = sweeps.compare(1.0, data)
    assert np.isfinite(comparison.z).all()
    assert comparison.status == "disagree"


def test_points_without_an_error_are_left_out_and_told():
    nan = np.nan
    rows = [[1.1, 1.1], [1.0, 1.2], [nan, nan], [nan, 3.0], [1.1, 1.1]]
    data = xarray.DataArray(rows, dims=("N", "replica"))
    comparison = sweeps.compare([1.1, 1.15, nan, 1.0, 1.1 + 1e-15], data)
    assert comparison.dof == 1
    assert comparison.status == "agree"
    assert comparison.verdict.endswith("of 5 points 1 without data, 1 without an error")
    alone = sweeps.compare(1.1, data.isel(replica=[0]))
    assert alone.status == "unknown"
    assert "too few points" in alone.verdict


def test_data_without_scatter_that_differ_do_not_agree():
    data = xarray.DataArray([[0.1] * 3, [0.9, 1.0, 1.2]], dims=("N", "replica"))
    comparison = sweeps.compare([0.3, 1.0], data)
    assert comparison.status == "unknown"
    assert comparison.p_value > 0.05
    assert "1 without scatter, unlike the theory" in comparison.verdict
    assert sweeps.compare([0.1, 1.0], data).status == "agree"
    assert sweeps.compare([0.2, 9.0], data).status == "disagree"


def test_a_probability_of_almost_one_agrees_with_nothing_but_successes():
    data = xarray.DataArray([[1.0] * 4, [0, 1, 1, 0]], dims=("N", "replica"))
    assert sweeps.compare([1 - 1e-8, 0.5], data).status == "agree"


def test_a_given_error_of_zero_is_exact():
    comparison = sweeps.compare([1.0, 2.0], [1.0, 2.5], [0.1, 0.0])
    assert comparison.status == "disagree"
    assert "1 with the error 0, unlike the theory" in comparison.verdict
    assert sweeps.compare(1.0, 2.0, 0.0).status == "disagree"
    assert sweeps.compare([1.0, 2.5], [1.0, 2.5], [0.1, 0.0]).status == "agree"


def test_a_theory_that_is_nan_where_there_are_data_is_refused():
    with pytest.raises(ValueError, match="a number where there are data, got nan at 1 points"):
        sweeps.compare([1.0, np.nan, np.nan], [1.0, 2.0, np.nan], [0.1, 0.1, 0.1])


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([1.0], [1.0]), ValueError, "errors must be given"),
        (([1.0], [1.0], [-0.1]), ValueError, "errors must be >= 0"),
        (([1.0], [1.0, 2.0], [0.1, 0.1]), ValueError, "theory must have the shape"),
        (([1.0, 2.0], [1.0, 2.0], [0.1]), ValueError, "errors must have the shape"),
        ((["a"], [1.0], [0.1]), TypeError, "theory must be an array of real numbers"),
        (([1.0], ["a"], [0.1]), TypeError, "data must be an array of real numbers"),
    ],
)
def test_bad_comparisons(arguments, error, match):
    with pytest.raises(error, match=match):
        sweeps.compare(*arguments)


def test_other_labels_are_refused(theory):
    with pytest.raises(ValueError, match="coordinates of the data"):
        sweeps.compare(theory.assign_coords(N=[1, 2, 3, 4]), sweep(theory))
    with pytest.raises(ValueError, match="theory must have the dimensions"):
        sweeps.compare(theory.rename(J_D="lam"), sweep(theory))


def test_trials_have_the_labels_of_the_data():
    N, J_D = {"N": [10, 20]}, {"J_D": [0.1, 0.2]}
    k = xarray.DataArray([[5, 50], [5, 50]], {**N, **J_D}, dims=("N", "J_D"))
    n = xarray.DataArray([10, 100], J_D, dims="J_D").broadcast_like(k).transpose("J_D", "N")
    assert (sweeps.compare(0.5, k, trials=n).points["data"] == 0.5).all()
    with pytest.raises(ValueError, match="trials must have the coordinates of the data"):
        sweeps.compare(0.5, k, trials=n.isel(J_D=[1, 0]))


def test_what_is_infinite_is_not_left_out():
    replicas = xarray.DataArray([[1.0, np.inf, 3.0], [1.0, 2.0, 3.0]], dims=("N", "replica"))
    with pytest.raises(ValueError, match="data must be finite, got inf at 1 replicas"):
        sweeps.compare(2.0, replicas)
    with pytest.raises(ValueError, match="errors must be finite"):
        sweeps.compare(2.0, [1.0, 2.0], errors=[np.inf, 1.0])


def test_extrapolation_is_exact_on_exact_data():
    sizes = np.array([10, 20, 40])
    fit = sweeps.extrapolate(sizes, 0.7 - 2 / sizes**0.5, 0.01 * np.ones(3), power=0.5)
    assert fit.limit == pytest.approx(0.7, abs=1e-12)
    assert fit.coefficients[1] == pytest.approx(-2)
    assert fit.at(0.01) == pytest.approx(0.5)
    assert fit.converged
    assert fit.status == "The values follow the fit."
    assert fit.status not in repr(fit)
    assert fit.dof == 1


def test_the_wrong_power_is_a_poor_fit():
    sizes = np.array([10, 20, 40, 80])
    fit = sweeps.extrapolate(sizes, 0.7 - 2 / sizes**0.5, 0.001 * np.ones(4), power=2)
    assert not fit.converged
    assert "do not follow the fit (p = " in repr(fit)
    untested = sweeps.extrapolate(sizes[:2], [1, 2], [1, 1])
    assert untested.converged
    assert untested.status.endswith("is not tested; add sizes.")


def test_the_error_is_that_of_the_normal_equations():
    sizes, errors = np.array([10.0, 20.0, 50.0]), np.array([0.1, 0.2, 0.1])
    fit = sweeps.extrapolate(sizes, [1.0, 1.1, 1.3], errors)
    design = np.stack([np.ones(3), 1 / sizes], axis=1) / errors[:, None]
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(design.T @ design), rtol=1e-10)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([10, 20], [1, 2], [1]), ValueError, "one length, got 2, 2, 1"),
        (([10, 0], [1, 2], [1, 1]), ValueError, "N must be > 0, got 0"),
        (([10, 20], [1, 2], [1, 0]), ValueError, "errors must be > 0, got 0"),
        (([10, 20], [1, np.nan], [1, 1]), ValueError, "values must be finite, got nan"),
        (([10, 20], [1, 2], [1, 1], -1), ValueError, "power must be > 0, got -1"),
        (([10, 20, 30], [1, 2, 3], [1, 1, 1], (1, 1)), ValueError, "power must have distinct"),
        (([10, 10], [1, 2], [1, 1]), ValueError, "N must have at least 2 different sizes"),
        (([], [], []), (TypeError, ValueError), "N must"),
        (([10, 20], [1, 2], [1, 1], "one"), TypeError, "power must be an array of real numbers"),
    ],
)
def test_bad_extrapolations(arguments, error, match):
    with pytest.raises(error, match=match):
        sweeps.extrapolate(*arguments)


X = np.linspace(0, 1, 11)


def test_threshold_of_exact_fractions():
    p = 1 / (1 + np.exp(-20 * (X - 0.43)))
    found = sweeps.threshold(X, np.round(100_000 * p), 100_000, rng=1)
    assert found.converged
    assert found.value == pytest.approx(0.43, abs=1e-3)
    assert found.slope == pytest.approx(20, rel=1e-2)
    assert found.interval[0] < 0.43 < found.interval[1]
    assert found.status == "The data bracket the threshold."
    assert found.p_value > 0.5
    np.testing.assert_allclose(found.at(X), p, atol=1e-3)
    mirrored = sweeps.threshold(-X, np.round(100_000 * p), 100_000, rng=1)
    assert mirrored.value == pytest.approx(-found.value)


@pytest.mark.parametrize("x_order", [1, -1])
@pytest.mark.parametrize("complement", [False, True])
def test_separated_counts_give_the_gap(x_order, complement):
    successes = np.where((X > 0.45) != complement, 20, 0)
    found = sweeps.threshold(X[::x_order], successes[::x_order], 20, rng=1)
    assert found.converged
    assert found.value == pytest.approx(0.45)
    assert found.interval == pytest.approx((0.4, 0.5))


@pytest.mark.parametrize(
    ("successes", "match"),
    [
        (np.zeros(11), "all fractions are below 0.5 in .0, 1., the largest is 0"),
        (np.full(11, 20), "all fractions are above 0.5"),
        (np.arange(11) // 2, "all fractions are below"),
        ([9, 11] * 5 + [9], "no clear trend"),
    ],
)
def test_a_threshold_that_was_not_reached_says_so(successes, match):
    found = sweeps.threshold(X, successes, 20, rng=1)
    assert not found.converged
    assert np.isnan(found.value)
    assert np.isnan([found.error, *found.interval]).all()
    with pytest.raises(ValueError, match=f"not reached: .*{match}"):
        raise ValueError(repr(found))


def test_an_interval_that_leaves_the_data_is_open():
    found = sweeps.threshold(X, [0, 0, 1, 1, 2, 3, 5, 6, 8, 9, 11], 20, rng=1)
    assert found.converged
    assert found.interval[1] == np.inf
    assert found.error < 0.1, "nearer than the end of the data"
    assert found.status == ("The interval is open on the high side; extend x there or add trials.")
    assert found.status in repr(found)


def test_the_error_is_half_of_the_interval_of_one_standard_deviation():
    """By the delta method: the standard error of ln(odds) at the threshold over the slope."""
    x = np.linspace(-1, 1, 21)
    p = 1 / (1 + np.exp(-4 * x))
    found = sweeps.threshold(x, np.round(1000 * p), 1000, confidence=0.6827, bootstrap=9999, rng=1)
    information = (1000 * p * (1 - p)).sum()
    assert found.error == pytest.approx(1 / (4 * information**0.5), rel=0.05)
    assert found.error == pytest.approx(np.diff(found.interval).item() / 2, rel=1e-3)


def test_an_error_is_infinite_where_the_data_end():
    found = sweeps.threshold([0, 1, 2], [0, 8, 11], 20, confidence=0.5, rng=1)
    assert found.converged
    assert found.error == np.inf


def test_one_success_more_or_less_moves_the_gap():
    """P(X >= 6) for 6 of 6 at 0.5 is 1/64 < 0.02: enough; P(X > 6) would be 0, P(X >= 5) 7/64."""
    x = np.array([0.0, 1.0, 2.0, 3.0])
    n = np.full(4, 6.0)
    complete = np.array([0.0, 0.0, 6.0, 6.0])
    assert gap(x, complete, n, 0.5, 0.02) == (1.0, 2.0)
    assert gap(x, complete, n, 0.5, 1 / 64 - 1e-9) == (0.0, 3.0)
    nearly = np.array([0.0, 1.0, 5.0, 6.0])
    assert gap(x, nearly, n, 0.5, 0.02) == (0.0, 3.0)
    assert gap(x, nearly, n, 0.5, 7 / 64 + 1e-9) == (1.0, 2.0)
    assert gap(x, 6 - nearly, n, 0.5, 0.02) == (0.0, 3.0), "falling"


def test_a_curve_that_is_not_logistic_is_told():
    found = sweeps.threshold(X, [0, 0, 0, 300, 300, 300, 300, 700, 1000, 1000, 1000], 1000, rng=1)
    assert "does not fit" in found.status


@pytest.mark.parametrize(
    ("arguments", "options", "error", "match"),
    [
        (([0, 1], [1, 2], [1, 2, 3]), {}, ValueError, "one length, got 2, 2, 3"),
        (([0, 1], [1, 3], 2), {}, ValueError, "successes must be between 0 and trials, got 3"),
        (([0, 1], [-1, 0], 2), {}, ValueError, "got -1"),
        (([0, 1], [0.5, 1], 2), {}, ValueError, "successes must be whole numbers, got 0.5"),
        (([0, 1], [0, 0], 0), {}, ValueError, r"trials must be in \[1, 2\^53\], got 0"),
        (([0, 1], [0, 0], 1e300), {}, ValueError, r"trials must be in \[1, 2\^53\], got 1e"),
        (([0, 1], [0, 0], [[1], [1, 2]]), {}, TypeError, "trials must be an array of real numbers"),
        (([0, 1], [0, 1], 1), {"level": "half"}, TypeError, "level must be a number strictly"),
        (([1, 1], [0, 1], 2), {}, ValueError, "x must have at least two different values"),
        (([0, np.inf], [0, 1], 2), {}, ValueError, "x must be finite"),
        (([0, 1], [0, 1], 2), {"level": 1}, ValueError, "level must be a number strictly"),
        (([0, 1], [0, 1], 2), {"level": "half"}, TypeError, "level must be"),
        (([0, 1], [0, 1], 2), {"confidence": 95}, ValueError, "confidence must be"),
        (([0, 1], [0, 1], 2), {"bootstrap": 10}, ValueError, "bootstrap must be an integer >= 100"),
        (([0, 1], [0, 1], 2), {"rng": 1.5}, TypeError, "rng must be"),
    ],
)
def test_bad_thresholds(arguments, options, error, match):
    with pytest.raises(error, match=match):
        sweeps.threshold(*arguments, **options)


def test_drawings(theory):
    import matplotlib.pyplot as plt

    comparison = sweeps.compare(theory, sweep(theory))
    axes = comparison.plot()
    assert axes.get_xlabel() == "N"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["J_D = 0.5", "J_D = 1.0"]
    assert sweeps.plot_comparison(comparison, x="J_D").get_xlabel() == "J_D"
    with pytest.raises(ValueError, match="x must be one of N, J_D"):
        sweeps.plot_comparison(comparison, x="T")
    sweeps.compare(1.0, 1.1, 0.1).plot(ax=axes)
    fit = sweeps.extrapolate(N, [1.0, 1.1, 1.2, 1.2], [0.1] * 4, power=0.5)
    assert fit.plot().get_xlabel() == "1/N^0.5"
    for successes in (np.arange(11), np.zeros(11)):
        found = sweeps.threshold(X, successes, 11, rng=1)
        assert found.plot().get_title() == repr(found)
    plt.close("all")
