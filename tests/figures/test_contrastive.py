"""What the figures of contrastive learning share, and two of them in full."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import contrastive_ode as ode
import sweeps
from contrastive_ode.tasks import demonstration, ecology
from figures.contrastive import (
    contrastive_allostery,
    contrastive_attractors,
    contrastive_runs,
    contrastive_short_time,
)
from figures.gallery import Gallery
from figures.gallery.making import VERSION, _version
from figures.gallery.written import parse


def test_gradient_deviation_sees_a_wrong_gradient(monkeypatch):
    made = demonstration("lag", rng=0)
    assert contrastive_runs.gradient_deviation(made, made.w) <= 1
    right = ode.gradient

    def wrong(*arguments):
        found = right(*arguments)
        return ode.Update(found.dw * 1.001, found.costs)

    monkeypatch.setattr(ode, "gradient", wrong)
    assert contrastive_runs.gradient_deviation(made, made.w) > 10


def test_learning_keeps_the_course_of_a_training():
    found = contrastive_runs.learn("lag", 0, 50, "forward", np.random.default_rng(0))
    assert found["loss"].shape == found["alignment"].shape == (contrastive_runs.POINTS,)
    assert np.isfinite(found["loss"]).sum() == 50
    assert found["best"][0] == np.nanmin(found["loss"])
    assert not np.array_equal(found["before"], found["after"])


def test_packings_of_different_numbers_of_contacts():
    """The full figure trains three of them; what one lacks is nan."""
    sizes = {demonstration("allostery", rng=seed).w.size for seed in range(3)}
    assert len(sizes) > 1

    def run(function, grid):
        options = {"version": 1, "progress": False, "executor": ThreadPoolExecutor(1)}
        with tempfile.TemporaryDirectory() as folder, options["executor"]:
            short = {**grid, "iterations": [2]}
            return sweeps.run(function, short, store=f"{folder}/runs.sqlite", **options)

    data = contrastive_allostery.compute(run, True)
    assert data.sizes["seed"] == 3
    assert np.isfinite(data["output"]).all()
    assert (np.abs(data["change"]) > 0).any()


def test_stored_ends_are_the_same_attractors():
    """Through the table of numbers and back."""
    point = ode.Attractor("fixed point", *(np.full(32, 0.1),) * 3)
    cycle = ode.Attractor("limit cycle", *(np.full(32, 0.2),) * 3, period=3.0)
    table = contrastive_attractors._listed(ode.merge([point, cycle, point]))
    assert table["reached"].values[:2].tolist() == [2, 1]
    assert [contrastive_attractors.KINDS[int(k)] for k in table["kind"].values[:2]] == [
        "fixed point",
        "limit cycle",
    ]
    assert table["period"].values[1] == 3.0
    assert int(table["found"]) == 2


@pytest.mark.thorough
def test_ends_are_held_against_other_computations():
    """A cycle of another period does not close; a fixed point that is off is seen."""
    made = demonstration("ecology", rng=0)
    states = ecology.random_states(32, 12, rng=0)
    found = {a.kind: a for a in ode.catalogue(made.model, made.w, states)}
    cycle, point = found["limit cycle"], found["fixed point"]
    assert contrastive_attractors._closes(made.model, made.w, cycle) < 1
    longer = replace(cycle, period=cycle.period * (1 + 1e-8))
    assert contrastive_attractors._closes(made.model, made.w, longer) > 10
    alpha, D = made.model.unpack(made.w)["alpha"], 1e-6
    exact = contrastive_attractors._exact(point.mean, alpha, D)
    assert np.abs(exact - point.mean).max() <= point.mean_error.max() < 1e-10
    again = contrastive_attractors._exact(point.mean + 1e-7, alpha, D)
    np.testing.assert_array_equal(again, exact)
    assert np.isnan(contrastive_attractors._closes(made.model, made.w, point))


def test_a_figure_has_a_version_of_its_own():
    """So that what another method of settling stored is not taken for this one's."""
    assert _version(contrastive_attractors.settle_batch) == contrastive_attractors.VERSION
    assert _version(contrastive_short_time.linear_means) == VERSION


@pytest.mark.long
@pytest.mark.parametrize("name", ["contrastive_short_time", "contrastive_amplitude"])
def test_figures_agree(name, tmp_path):
    data = Gallery(tmp_path, progress=False).make(name)
    assert all(check.agrees for check in parse(data.attrs["checks"]))
    assert (tmp_path / f"{name}.png").is_file()
