"""What the figures of the dynamics compute, on sweeps with known numbers."""

import numpy as np
import pytest
import xarray
from scipy.stats import beta

import sweeps
from figures import catalogue
from figures.gallery.verdict import judge
from figures.relaxation import activity_decay, attractor_census, persistence, relaxation_layered
from figures.relaxation import relaxation_threshold as threshold
from figures.shared import fractions


def agree(data):
    """Tell whether all checks of a figure do."""
    return all(check.agrees for check in judge(data))


def small_run(tmp_path):
    """Return a `run` that stores nothing that is kept, in this process."""
    from concurrent.futures import ThreadPoolExecutor

    def run(function, grid, **options):
        store = tmp_path / f"{function.__name__}.sqlite"
        executor = ThreadPoolExecutor(1)
        options.setdefault("replicas", 1)
        return sweeps.run(
            function, grid, store=store, version=1, progress=False, executor=executor, **options
        )

    return run


def test_plateaus_of_all_orders(tmp_path, monkeypatch):
    """On numbers that obey the law: the figure finds what they were made from."""
    generator = np.random.default_rng(1)

    def measured(order, dt, t_max, samples, rng):
        u, error = np.array([0.1, 0.06, 0.03, 0.01]), np.full(4, 0.002)
        shifted = 0.8 + 0.1 * u + error * generator.standard_normal(4)
        return dict.fromkeys(persistence.NAMES, u) | {
            "shifted": shifted,
            "shifted_error": error,
            "value": 0.8 + 0.002 * generator.standard_normal(),
            "error": 0.002,
        }

    def decaying(J_D, t_max, samples, rng):
        return 1 / (1 + np.arange(t_max + 1))

    monkeypatch.setattr(persistence, "threshold", measured)
    monkeypatch.setattr(persistence, "decay", decaying)
    data = persistence.compute(small_run(tmp_path), False)
    assert float(data["mean"]) == pytest.approx(0.8, abs=4 * float(data["mean_error"]))
    assert agree(data)
    assert len(persistence.draw(data).axes) == 2


@pytest.mark.parametrize("order", threshold.ORDERS)
def test_batches_settle_above_the_threshold_only(order):
    rng = np.random.default_rng(1)
    assert np.isfinite(threshold.settle(100, 1.5, order, "gaussian", 100, rng)).all()
    assert not np.isfinite(threshold.settle(100, 0.0, order, "binary", 3, rng)).all()


def test_windows_hold_their_guess_and_no_negative_number():
    for N in (64, 128, 4096, 32768):
        for order in threshold.ORDERS:
            J_D = threshold.window(N, order, 1000)
            assert min(J_D) >= 0
            assert sorted(J_D) == J_D
            assert len(J_D) >= 4


def test_thresholds_are_found_and_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(threshold, "BATCH", 4)
    run = small_run(tmp_path)
    rows = [
        threshold._case(run, order, kind, 64, [20, 60], 2)
        for order, kind in [("permutation", "gaussian"), ("permutation", "binary")]
    ]
    data = xarray.concat(rows, "case", join="outer", fill_value=np.nan).assign(
        infinite=0.8, infinite_error=0.01
    )
    none = ("T", "case"), np.full((2, 2), np.nan)
    line = ("T", "line"), np.full((2, 3), 0.4)
    data = data.assign(law=none, law_error=none, line_size=("line", [64, 70, 80]), line_J_D=line)
    low, value, high = data["threshold"].sel(T=60).isel(case=0).values
    assert low <= value <= high or np.isnan(value)
    figure = threshold.draw(data.assign_attrs(longest=60))
    assert len(figure.axes) == 3


def test_comparison_is_with_the_largest_size():
    t = np.arange(11)
    line = 0.5 * np.exp(-t / 10)
    rng = np.random.default_rng(1)
    samples = line + 0.01 * rng.standard_normal((2, 20, 11))
    samples[0] += 1  # the small network may be off
    simulated = xarray.DataArray(samples, {"N": [10, 100]}, ("N", "replica", "t"))
    theory = xarray.Dataset({"theory": ("t", line), "theory_error": ("t", np.full(11, 1e-4))})
    data = activity_decay._compared(simulated, theory)
    assert agree(data)
    wrong = activity_decay._compared(simulated + 0.02, theory)
    assert not agree(wrong)


def test_counts_of_the_census():
    found = attractor_census.count(6, 0.3, "synchronous", np.random.default_rng(1))
    assert found["cycles"].shape == (attractor_census.BATCH, 3)
    assert ((found["basin"] >= 0) & (found["basin"] <= 1)).all()
    assert (found["length"] >= 1).all()
    one = attractor_census._exact(8, np.array([0.0]))
    np.testing.assert_allclose(one[0, 0], 1)


def test_layers_settle_when_they_hold_each_other():
    rng = np.random.default_rng(1)
    held = relaxation_layered.settle_layers(20, 2, 0.0, 5.0, 50, rng)
    loose = relaxation_layered.settle_layers(60, 2, 0.0, 0.0, 50, rng)
    assert np.isfinite(held).mean() > 0.8
    assert not np.isfinite(loose).any()
    both = relaxation_layered.settle_layers(60, 1, 1.2, 0.0, 50, rng)
    assert (both[np.isfinite(both)] >= 1).all()
    assert np.isfinite(both).all()


def test_figure_of_layers(tmp_path, monkeypatch):
    """Drawn from fractions that rise with the coupling: thresholds lie between their sizes' own."""

    def settling(N, L, J_D, lam, max_sweeps, rng):
        settles = rng.random(10) < 1 / (1 + np.exp(-20 * (lam - N / 100)))
        return np.where(settles, 3.0, np.inf)

    def settling_alone(N, J_D, max_sweeps, rng):
        return rng.random(10) < 1 / (1 + np.exp(-20 * (J_D - N / 500)))

    def freezing(lam, t_max, samples, rng):
        return {"freezing": 0.8 - 0.5 * lam, "freezing_error": 0.01}

    monkeypatch.setattr(relaxation_layered, "settle_layers", settling)
    monkeypatch.setattr(relaxation_layered, "settle_layer", settling_alone)
    monkeypatch.setattr(relaxation_layered, "freezing", freezing)
    data = relaxation_layered.compute(small_run(tmp_path), False)
    found = data["threshold"].sel(bound="value").values
    np.testing.assert_allclose(found[0], 0.5, atol=0.1)
    np.testing.assert_allclose(found[1], 1.0, atol=0.1)
    assert len(relaxation_layered.draw(data).axes) == 3


@pytest.mark.long
@pytest.mark.parametrize("name", ["activity_decay", "attractor_census"])
def test_figures_agree(name, tmp_path):
    data = catalogue.load(name).compute(small_run(tmp_path), False)
    assert agree(data)


def test_intervals_and_bounds_of_fractions():
    """Clopper and Pearson, by the quantiles of the beta distribution."""
    counts = np.array([[0, 3], [7, 10]])
    ends = fractions.intervals(counts, 10)
    low = beta.ppf(0.16, counts, 11 - counts)
    high = beta.ppf(0.84, counts + 1, 10 - counts)
    np.testing.assert_allclose(ends[..., 0], np.nan_to_num(low))
    np.testing.assert_allclose(ends[..., 1], np.where(counts == 10, 1, high))
    rising = fractions.fit([0, 1, 2, 3], [0, 3, 7, 10], 10)
    assert fractions.bounds(rising) == (rising.interval[0], rising.value, rising.interval[1])
    assert np.isnan(fractions.bounds(fractions.fit([0, 1, 2], [0, 0, 0], 10))).all()
