"""The phase diagram joins what the other figures find, without changing it."""

import mpmath
import numpy as np
import pytest
import xarray

from figures.gallery import stored
from figures.whole import phase_diagram, phase_planes, thresholds
from replica import high_precision


def test_fixed_points_appear_where_their_entropy_vanishes():
    assert phase_planes.appearance(0.0) == phase_planes.appearance(0.7) == 0
    for eta in (-1.0, -0.4, -0.01):
        J_D = phase_planes.appearance(eta)
        with mpmath.workdps(30):
            below, above = (high_precision.fixed_point_entropy(J_D + x, eta) for x in (-1e-9, 1e-9))
        assert below < 0 < above


def test_couplings_of_two_layers_in_polar_coordinates():
    assert phase_planes.couplings(0.0, 0.7) == (0.7, 0.0)
    J_D, lam = phase_planes.couplings(1.0, 0.7)
    assert (J_D, lam) == (0.0, pytest.approx(0.7 * phase_planes.LAMBDA))
    J_D, lam = phase_planes.couplings(0.5, 0.7)
    assert lam / J_D == pytest.approx(phase_planes.LAMBDA)
    assert J_D**2 + (lam / phase_planes.LAMBDA) ** 2 == pytest.approx(0.49)


def test_batches_settle_where_they_must():
    # symmetric couplings have an energy; the opposite has none, nor a fixed point
    assert phase_planes.settle_symmetric(40, 0.0, 1.0, 500, np.random.default_rng(1)) == 10
    assert phase_planes.settle_symmetric(40, 0.0, -1.0, 50, np.random.default_rng(1)) == 0
    assert phase_planes.settle_layers(20, 0.3, 3.0, 100, np.random.default_rng(1)) == 10


def test_thresholds_of_a_known_law():
    x = np.linspace(0, 1, 21)
    settled = 10 / (1 + np.exp(-(x - [[0.3], [0.7]]) / 0.02))
    counts = np.broadcast_to(settled.round().astype(int), (5, 2, 21))
    data = xarray.Dataset(
        {"result": (("replica", "eta", "J_D"), counts)}, {"eta": [0.0, 1.0], "J_D": x}
    )
    found = phase_planes._thresholds(data, "eta", "J_D")
    np.testing.assert_allclose(found[:, 1], [0.3, 0.7], atol=0.005)
    assert (found[:, 0] < found[:, 1]).all()


def test_the_rise_of_an_accuracy():
    data = xarray.Dataset(
        {
            "one_test": (("lam_in", "J_D"), [[0.1, 0.1, 0.5, 0.9, 0.9]]),
            "one_test_error": (("lam_in", "J_D"), [[0.04] * 5]),
        },
        {"lam_in": [2.0], "J_D": [0.0, 0.1, 0.2, 0.3, 0.4]},
        {"H": 400},
    )
    (mark,) = thresholds.learned(data)
    assert (mark.low, mark.value, mark.high) == pytest.approx((0.19, 0.2, 0.21))
    assert thresholds.crossing(data["J_D"].values, np.ones(5), 0.5) == 0
    assert thresholds.crossing(data["J_D"].values, np.zeros(5), 0.5) == 0.4


def test_numbers_have_the_digits_of_their_intervals():
    assert phase_diagram._numbers(0.148, 0.162, 0.17645) == ("0.162", "0.148 to 0.176")
    assert phase_diagram._numbers(0.8133, 0.8145, 0.8155) == ("0.8145", "0.8133 to 0.8155")
    assert phase_diagram._numbers(0.06, 0.06, 0.06) == ("0.0600", "0.0600 to 0.0600")
    assert phase_diagram._numbers(0.06, 0.06 + 3e-10, 0.06 + 6e-10) == ("0.060000", "± 3e-10")


def test_thresholds_without_a_bound_are_left_out():
    bounds = [(0.1, 0.2, 0.3), (0.1, 0.2, np.inf), (-np.inf, 0.2, 0.3), (np.nan,) * 3]
    marks = [thresholds.Mark("row", N, *ends, "source") for N, ends in enumerate(bounds)]
    assert thresholds.columns(marks)["mark_N"].values.tolist() == [0]


def test_the_table_is_that_of_the_figures_it_joins():
    data, gap = stored.load("phase_diagram"), stored.load("overlap_gap")
    header, rows = phase_diagram.table(data)
    assert header[:3] == ("from here on", "N", "J_D")
    assert {len(row) for row in rows} == {len(header)}
    closing = float(gap["point_J_D"].sel(point="closing"))
    assert float(rows[0][2]) == pytest.approx(closing, abs=1e-6)
    sources = {row[-1] for row in rows}
    assert sources == {
        "overlap_gap",
        "focusing_success",
        "learning_transition",
        "relaxation_threshold",
        "persistence",
    }
