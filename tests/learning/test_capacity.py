"""The search for a capacity, its error, and when there is none."""

import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

import learning

MODULE = sys.modules["learning.associative.capacity"]


def recalls(monkeypatch, function):
    """Let chains recall what a function of the number of pairs and a generator says."""

    def recalled(N, L, P, protocol, epochs, rng):
        bit = function(P, rng)
        return bit, bit / 2, bit - 0.1, bit / 4

    monkeypatch.setattr(MODULE, "recalled", recalled)


def test_a_level_that_chance_reaches_is_no_capacity():
    """A single unit is right half of the time, however many pairs there are."""
    given = {"level": 0.3, "score": "exact", "epochs": 1, "max_load": 32}
    with pytest.raises(learning.ConvergenceError, match="at 32 pairs; raise max_load"):
        learning.capacity(1, 2, rng=1, **given)
    found = learning.capacity(1, 2, rng=1, throw=False, **given)
    assert not found.converged
    assert np.isnan([found.P, found.error, found.alpha]).all()
    assert found.status == "The recall still reaches the level at 32 pairs; raise max_load."
    assert found.tried.tolist() == [4, 8, 16, 32]
    found.plot(ax=Figure().add_subplot())


def test_a_largest_load_below_the_first_is_kept_to(monkeypatch):
    recalls(monkeypatch, lambda P, rng: 1.0)
    found = learning.capacity(100, 2, max_load=0.1, throw=False, rng=1)
    assert found.tried.tolist() == [10]


def test_less_than_one_step_is_said(monkeypatch):
    recalls(monkeypatch, lambda P, rng: 0.5)
    found = learning.capacity(100, 2, level=0.9, step=0.05, samples=2, rng=1)
    assert found.converged
    assert "less than one step" in found.status
    assert pytest.approx(5 * 0.1 / 0.5) == found.P
    assert found.error == pytest.approx(5 / np.sqrt(12))


def test_the_error_of_a_capacity_is_its_scatter(monkeypatch):
    """Of recalls that fall linearly, with noise; and where they need not, the interval's width."""
    recalls(monkeypatch, lambda P, rng: 1 - P / 200 + 0.01 * rng.normal())
    found = [
        learning.capacity(100, 2, level=0.8, step=0.04, samples=6, rng=seed) for seed in range(200)
    ]
    P, error = np.transpose([(one.P, one.error) for one in found])
    assert P.mean() == pytest.approx(40, abs=1)
    interpolation = 4 / np.sqrt(12)
    assert (error > interpolation).all()
    assert P.std() == pytest.approx(np.sqrt(np.mean(error**2) - interpolation**2), rel=0.15)
    one = found[0]
    assert one.alpha_error == one.error / 100
    assert one.bit_error.mean() == pytest.approx(0.01 / np.sqrt(6), rel=0.5)
    np.testing.assert_allclose(one.exact_error, one.bit_error / 2)
    np.testing.assert_allclose(one.bit_last_error, one.bit_error)
    np.testing.assert_allclose(one.exact_last_error, one.bit_error / 4)


def test_one_sample_tells_no_error(monkeypatch):
    recalls(monkeypatch, lambda P, rng: 1 - P / 200)
    found = learning.capacity(100, 2, level=0.8, rng=1)
    assert np.isnan([found.error, found.alpha_error, *found.bit_error]).all()
    assert found.converged
    assert "between two neighbouring loads" in found.status


@pytest.mark.parametrize("score", ["bit", "exact"])
def test_plot(monkeypatch, score):
    recalls(monkeypatch, lambda P, rng: 1 - P / 200 + 0.01 * rng.normal())
    found = learning.capacity(100, 2, level=0.6, score="bit", samples=4, rng=1)
    if score == "exact":
        found = learning.capacity(100, 2, level=0.3, score="exact", samples=4, rng=1)
    ax = Figure().add_subplot()
    assert found.plot(ax=ax) is ax
    best, last, crossing = ax.containers
    for container, name in ((best, score), (last, f"{score}_last")):
        line, _, bars = container
        np.testing.assert_array_equal(line.get_xdata(), found.tried)
        np.testing.assert_array_equal(line.get_ydata(), getattr(found, name))
        ends = [np.ptp(segment[:, 1]) for segment in bars[0].get_segments()]
        np.testing.assert_allclose(ends, 2 * getattr(found, f"{name}_error"))
    assert (crossing[0].get_xdata()[0], crossing[0].get_ydata()[0]) == (found.P, found.level)
    assert np.ptp(crossing[2][0].get_segments()[0][:, 0]) == pytest.approx(2 * found.error)
    assert ax.get_legend() is not None


def test_errors_are_carried_through_the_interpolation():
    """Against small changes of both recalls."""
    rng = np.random.default_rng(1)
    tables = {3: rng.normal(0.83, 0.02, (5, 4)), 4: rng.normal(0.74, 0.05, (5, 4))}

    def crossing(shifts):
        search = MODULE.Search(lambda steps: tables[steps] + shifts[steps], 0, 0.8)
        for steps in tables:
            search.tried[steps] = search.recalls(steps)
        return search.crossing(3, 4)

    here, error = crossing({3: 0.0, 4: 0.0})
    changes = [1 / 12]
    for steps, table in tables.items():
        moved = [crossing({3: 0.0, 4: 0.0, steps: h})[0] for h in (-1e-6, 1e-6)]
        changes.append((np.diff(moved)[0] / 2e-6) ** 2 * table[:, 0].var(ddof=1) / 5)
    assert 3 < here < 4
    assert error == pytest.approx(np.sqrt(sum(changes)), rel=1e-6)
