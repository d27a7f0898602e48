"""What the figures of contrastive learning share, and two of them in full."""

import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import contrastive_ode as ode
import sweeps
from contrastive_ode.tasks import demonstration
from figures.contrastive import contrastive_allostery, contrastive_attractors, contrastive_runs
from figures.gallery import Gallery
from figures.gallery.verdict import parse


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


@pytest.mark.long
@pytest.mark.parametrize("name", ["contrastive_short_time", "contrastive_amplitude"])
def test_figures_agree(name, tmp_path):
    data = Gallery(tmp_path, progress=False).make(name)
    assert all(check.agrees for check in parse(data.attrs["checks"]))
    assert (tmp_path / f"{name}.png").is_file()
