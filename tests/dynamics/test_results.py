"""Results say what happened and what to do, and draw their own numbers."""

import dataclasses
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest

import dynamics
from networks import Asymmetric

mpl.use("Agg")

NETWORK = Asymmetric(200, 0.7).sample(rng=1)
SMALL = Asymmetric(10, 0.1).sample(rng=1)


@cache
def run():
    return dynamics.mean_field(0.5, 3, 0.5, 800, rng=1)


@cache
def limit():
    return dynamics.mean_field_limit(0.5, 3, 800, rng=1, steps=(0.5, 0.25, 0.2))


@cache
def threshold():
    return dynamics.persistence_threshold((0.3, 0.4, 0.5), 40, samples=1600, rng=1, throw=False)


@cache
def census():
    return dynamics.census(SMALL)


@cache
def relaxation():
    return dynamics.relax(NETWORK, rng=1, history=True)


def cycle():
    return dynamics.synchronous(SMALL, rng=1)


def cycles():
    return dynamics.annealed_cycles(8)


@pytest.fixture
def ax():
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


@pytest.mark.parametrize("computed", [run, limit, threshold, census, relaxation, cycle, cycles])
def test_one_way_to_ask(computed):
    """And every number of the name X_error is the error of a number X."""
    result = computed()
    assert isinstance(result.converged, bool)
    assert result.status.endswith(".")
    names = {field.name for field in dataclasses.fields(result)}
    errors = {name for name in names if "error" in name} - {"error"}
    assert {name.removesuffix("_error") for name in errors} <= names


@pytest.mark.parametrize("computed", [run, limit, threshold, census, relaxation])
def test_plots_are_labelled_and_take_axes_only(computed, ax):
    result = computed()
    assert result.plot(ax=ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    with pytest.raises(TypeError, match=r"^ax must be"):
        result.plot(ax=1)


@pytest.mark.parametrize("computed", [run, limit])
def test_a_decay_is_a_line_with_a_band(computed, ax):
    result = computed()
    result.plot(ax=ax)
    (line,), (band,) = ax.lines, ax.collections
    np.testing.assert_array_equal(line.get_xydata(), np.c_[result.t, result.unstable_fraction])
    ends = band.get_paths()[0].get_extents()
    low = (result.unstable_fraction - result.unstable_fraction_error).min()
    high = (result.unstable_fraction + result.unstable_fraction_error).max()
    np.testing.assert_allclose([ends.y0, ends.y1], [low, high])


def test_a_threshold_is_where_its_line_ends(ax):
    found = threshold()
    found.plot(ax=ax)
    plateaus, end = ax.containers
    points = np.c_[found.plateau, found.shifted]
    np.testing.assert_array_equal(plateaus.lines[0].get_xydata(), points)
    np.testing.assert_array_equal(end.lines[0].get_xydata(), [[0, found.value]])
    line = next(line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata()))
    (x0, y0), (x1, y1) = line.get_xydata()
    assert (x0, y0) == (0, found.value)
    fitted = np.polyfit(found.plateau, found.shifted, 1, w=1 / found.shifted_error)
    np.testing.assert_allclose([(y1 - y0) / x1, y0], fitted)


def test_basins_and_relaxation(ax):
    basins, relaxed = census(), relaxation()
    basins.plot(ax=ax)
    (points,) = ax.lines
    np.testing.assert_array_equal(points.get_xydata(), np.c_[basins.lengths, basins.basins / 1024])
    relaxed.plot(ax=ax)
    course, end = ax.lines[1:]
    np.testing.assert_array_equal(course.get_ydata(), relaxed.unstable_fraction)
    np.testing.assert_array_equal(end.get_xydata(), [[relaxed.sweeps, 0]])
    assert end.get_marker() == "o"
    moving = dynamics.relax(Asymmetric(50, 0.0).sample(rng=1), max_sweeps=2, rng=1, history=True)
    assert moving.plot(ax=ax).lines[-1].get_marker() == "x"
    with pytest.raises(ValueError, match=r"history=True"):
        dynamics.relax(NETWORK, rng=1).plot(ax=ax)


def test_too_few_trajectories_are_reported():
    assert run().converged, "there is no such bias without symmetry"
    with pytest.warns(UserWarning, match="raise samples to 1600"):
        few = dynamics.mean_field(0.5, 10, 0.5, 800, eta=0.5, rng=1)
    assert not few.converged
    assert "raise samples to 1600" in few.status
    assert dynamics.mean_field(0.5, 10, 0.5, 1600, eta=0.5, rng=1).converged
    assert "eta=0.5" in repr(few)


def test_a_line_that_does_not_fit_is_reported():
    assert limit().converged
    bent = dataclasses.replace(limit(), chi_squared=np.array([0.1, 50.0, 1.0, 60.0]))
    assert not bent.converged
    assert "does not fit at t = 1," in bent.status
    two = dynamics.mean_field_limit(0.5, 1, 800, rng=1, steps=(0.5, 0.25))
    assert two.converged
    assert "use three steps" in two.status


def test_a_state_is_checked_once(monkeypatch):
    """At the door of `relax`, and of every method of a network, and nowhere behind it."""
    from foundation import domains

    checked, check = [], domains.spins
    monkeypatch.setattr(domains, "spins", lambda *given: checked.append(given[0]) or check(*given))
    for couplings in ("gaussian", "binary"):
        network = Asymmetric(60, 1.0, couplings=couplings).sample(rng=1)
        for ask in (
            lambda s, at=network: dynamics.relax(at, s, rng=1),
            lambda s, at=network: dynamics.relax_many(at, [s, s], rng=1),
            lambda s, at=network: dynamics.synchronous(at, s),
            network.fields,
            network.stabilities,
            network.is_fixed_point,
        ):
            ask(np.ones(60))
            assert len(checked) == 1
            checked.clear()
