"""What the figures of the dynamics compute, on sweeps with known numbers."""

import numpy as np
import pytest
import xarray

import sweeps
from figures import activity_decay, attractor_census, catalogue, persistence, relaxation_layered
from figures import relaxation_threshold as threshold
from figures.verdict import verdict


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


@pytest.mark.parametrize(
    ("exponents", "bracket"),
    [
        ([0.0, 0.1, 0.5, 0.9, 1.5, 2, 3, np.inf], [0.5, 0.8]),
        ([0.0, 0.2, 0.24, 0.9, 1.1, 2, 3, 4], [0.4, 0.8]),
        ([0.5] * 8, [0, np.inf]),
    ],
)
def test_bracket_of_persistence(exponents, bracket):
    J_D = [0.1 * k for k in range(4, 12)]
    error = np.where(np.isfinite(exponents), 0.04, 0)
    found = xarray.Dataset(
        {
            "exponent": (("J_D", "replica"), np.array(exponents)[:, None]),
            "exponent_error": (("J_D", "replica"), error[:, None]),
            "late": (("J_D", "replica"), np.zeros((8, 1))),
        },
        {"J_D": J_D},
    )
    result = persistence.persistence(lambda *a, **k: found, False)
    np.testing.assert_allclose(result["persistence"], bracket)


def test_tails_of_live_and_dead_activity():
    rng = np.random.default_rng(1)
    alive = persistence.tail(0.2, 16, 0.5, 4000, rng)
    assert abs(alive["exponent"]) < 0.2 + 3 * alive["exponent_error"]
    dead = persistence.tail(9.0, 8, 0.5, 800, rng)
    assert (dead["exponent"], dead["late"]) == (np.inf, 0)


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
        persistence=("end", [0.6, np.inf])
    )
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
    assert "agree" in verdict(data)
    wrong = activity_decay._compared(simulated + 0.02, theory)
    assert "DISAGREE" in verdict(wrong)


def test_counts_of_the_census():
    found = attractor_census.count(6, 0.3, "synchronous", np.random.default_rng(1))
    assert found["cycles"].shape == (attractor_census.BATCH, 3)
    assert ((found["basin"] >= 0) & (found["basin"] <= 1)).all()
    assert (found["length"] >= 1).all()
    one = attractor_census._exact(8, np.array([0.0]))
    np.testing.assert_allclose(one[0, 0], 1)


def test_layers_settle(tmp_path):
    rng = np.random.default_rng(1)
    found = relaxation_layered.settle_layers(20, 2, 0.0, 5.0, 50, rng)
    assert np.isfinite(found).any()


@pytest.mark.long
@pytest.mark.parametrize("name", ["activity_decay", "attractor_census"])
def test_figures_agree(name, tmp_path):
    data = catalogue.load(name).compute(small_run(tmp_path), False)
    assert "agree:" in verdict(data)
