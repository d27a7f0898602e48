"""What the figures of the dynamics compute, on sweeps with known numbers."""

import numpy as np
import pytest
import xarray
from scipy.stats import beta

import networks
import sweeps
from figures import catalogue
from figures.gallery.verdict import judge
from figures.graded import freezing_universality as freezing
from figures.relaxation import (
    activity_decay,
    attractor_census,
    cycle_transition,
    persistence,
    relaxation_layered,
)
from figures.relaxation import relaxation_threshold as threshold
from figures.shared import fractions, lattice


def agree(data, figure=None):
    """Tell whether all checks of a figure do."""
    compared = None if figure is None else figure.compared(data)
    return all(check.agrees for check in judge(data, compared))


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


def test_cycles_of_census_and_sample():
    rng = np.random.default_rng(1)
    found = cycle_transition.census(6, 1.0, rng)
    np.testing.assert_array_equal(found["short"], 1)  # symmetric couplings have no longer ones
    assert found["pairs"].shape == (cycle_transition.BATCH,)
    found = cycle_transition.sample(12, 0.0, rng)
    assert found["parts"].sum() == pytest.approx(1)
    assert found["short"].mean() == pytest.approx(found["parts"][0])
    assert found["short"].mean() < 0.7


@pytest.mark.parametrize("center", [0.33, 0.4])
def test_sizes_cross_where_they_were_made_to(tmp_path, monkeypatch, center):
    def short(N, eta, rng):
        return rng.binomial(200, 1 / (1 + np.exp(-N / 3 * (eta - center))), 10) / 200

    def census(N, eta, rng):
        return {"short": short(N, eta, rng), "pairs": rng.poisson(np.exp(0.2 * N), 10) + 0.0}

    def sample(N, eta, rng):
        return {"short": short(N, eta, rng), "parts": np.full(5, 0.2)}

    def entropy(N, eta):
        return 0.2

    monkeypatch.setattr(cycle_transition, "census", census)
    monkeypatch.setattr(cycle_transition, "sample", sample)
    monkeypatch.setattr(cycle_transition, "entropy", entropy)
    data = cycle_transition.compute(small_run(tmp_path), False)
    off = (data["crossing"] - center) / data["crossing_error"]
    assert abs(off).max() < 3.5
    assert float(data["crossing_error"][-1]) < 0.01
    assert agree(data, cycle_transition)
    assert not agree(data.assign(exact=data["exact"] + 0.03), cycle_transition)
    assert len(cycle_transition.draw(data).axes) == 3


def test_thresholds_of_four_dynamics(tmp_path, monkeypatch):
    """On numbers that obey the law: found are the thresholds that they were made from."""
    ends = dict.fromkeys(freezing.SIZES, 0.8145)

    def measured(mode, J_D, N, t_max, rng):
        J_D = lattice.on_lattice(J_D, N) if mode == "visits" else J_D
        root = (ends[mode] - J_D) / freezing.SHIFT[mode] + 0.002 * rng.standard_normal()
        return {"activity": root**2, "coupling": J_D}

    monkeypatch.setattr(freezing, "activity", measured)
    data = freezing.compute(small_run(tmp_path), False)
    assert (abs(data["value"] - 0.8145) < 4 * data["error"]).all()
    assert (data["error"] < 0.01).all()
    assert agree(data, freezing)
    assert len(freezing.draw(data).axes) == 2
    ends["inertia"] = 0.78
    (tmp_path / "other").mkdir()
    assert not agree(freezing.compute(small_run(tmp_path / "other"), False), freezing)


@pytest.mark.parametrize(("J_D", "other"), [(0.46, 0.41), (0.55, 0.6), (0.74, 0.3)])
def test_one_bit_couplings_tell_self_couplings_by_the_lattice(J_D, other):
    """Fields are odd eighths: the same neurons are unstable while none of them is passed."""
    N, rng = 64, np.random.default_rng(1)
    s = rng.choice(np.int8([-1, 1]), size=(40, N))
    unstable = {
        value: networks.Asymmetric(N, value, couplings="binary").sample(2).stabilities(s) <= 0
        for value in (J_D, other, float(lattice.on_lattice(J_D, N)))
    }
    first, different, middle = unstable.values()
    assert (first == middle).all()
    cells = {float(lattice.on_lattice(value, N)) for value in (J_D, other)}
    assert (first == different).all() == (len(cells) == 1)


@pytest.mark.parametrize("mode", freezing.SIZES)
def test_activities_of_small_networks(mode):
    """Near the law at J_D = 0.3, to leading order: 0.25 ... 0.78."""
    rng = np.random.default_rng(1)
    N = 4000 if mode == "steps" else 500
    found = freezing.activity(mode, 0.3, N, 60, rng)
    assert 0.3 <= found["coupling"] < 0.32
    expected = ((0.8145 - 0.3) / freezing.SHIFT[mode]) ** 2
    assert found["activity"] == pytest.approx(expected, rel=0.25)


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
