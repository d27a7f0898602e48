"""What a point keeps of itself until it is done."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

import sweeps
from sweeps.storing.point import Point

STEPS = 5


def walk(start, stops, rng, scratch):
    """Add random numbers; be interrupted at the first attempt, in the way that `stops` says."""
    kept = scratch / "walk.npz"
    step, x, attempts = 0, float(start), 1
    steps = rng.random(STEPS)
    if kept.is_file():
        with np.load(kept) as found:
            step, x, attempts = int(found["step"]), float(found["x"]), int(found["attempts"]) + 1
    while step < STEPS:
        x, step = x + steps[step], step + 1
        np.savez(kept, step=step, x=x, attempts=attempts)
        if step == 3 and attempts == 1:
            if stops == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if stops == "failed":
                raise MemoryError
    return {"x": x, "attempts": attempts}


@pytest.fixture
def ledger(tmp_path):
    return {"store": tmp_path / "ledger", "version": 1, "progress": False, "executor": 1}


def unfinished(tmp_path):
    return sorted(tmp_path.glob("ledger*.unfinished/*/*"))


def test_a_worker_that_dies_loses_only_what_it_did_not_keep(ledger, tmp_path):
    killed = sweeps.run(walk, {"start": [1], "stops": ["killed"]}, **ledger)
    assert killed["attempts"].item() == 2
    assert not (tmp_path / "ledger.unfinished").exists()
    # the generator is that of the point: the same draws, computed here without a stop
    rng = Point({"start": 1, "stops": "killed"}).generator(0)
    assert killed["x"].item() == pytest.approx(1 + rng.random(STEPS).sum())


def test_a_point_that_failed_goes_on(ledger, tmp_path):
    grid = {"start": [0], "stops": ["failed", "never"]}
    with pytest.warns(sweeps.SweepWarning, match="1 of 2 points failed"):
        first = sweeps.run(walk, grid, **ledger)
    assert len(unfinished(tmp_path)) == 1
    again = sweeps.run(walk, grid, **ledger)
    assert again["attempts"].values.ravel().tolist() == [2, 1]
    assert again["x"].sel(stops="never") == first["x"].sel(stops="never")
    assert not unfinished(tmp_path)


def test_what_is_set_aside_takes_its_unfinished_points_along(ledger, tmp_path):
    grid = {"start": [0], "stops": ["failed"]}
    for resume in (True, False):
        with pytest.warns(sweeps.SweepWarning, match="1 of 1 points failed"):
            sweeps.run(walk, grid, resume=resume, **ledger)
    old, new = sorted(path.parents[1].name for path in unfinished(tmp_path))
    assert old.startswith("ledger-20")
    assert new == "ledger.unfinished"


def test_folders_are_of_one_point_seed_version_and_code(ledger, tmp_path):
    def folder(i, scratch):
        (scratch / "here").touch()
        raise MemoryError(i)

    def other(i, scratch):
        (scratch / "here").touch()
        raise MemoryError(-i)

    runs = [
        (folder, {"replicas": 2}),
        (folder, {"rng": 1}),
        (folder, {"version": 2}),
        (other, {}),
    ]
    for number, (function, changes) in enumerate(runs):
        with pytest.warns(sweeps.SweepWarning, match="failed"):
            sweeps.run(function, {"i": [0, 1]}, name="walk", **ledger | changes)
        assert len(unfinished(tmp_path)) == 4 + 2 * number


def test_what_is_computed_again_begins_anew(ledger, tmp_path):
    sweeps.run(walk, {"start": [0], "stops": ["never"]}, **ledger)
    own = {key: ledger[key] for key in ("store", "version")}
    assert [one.same for one in sweeps.recheck(walk, **own)] == [True]
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]


def test_a_parameter_of_this_name_is_a_parameter(ledger):
    def text(scratch):
        return scratch

    data = sweeps.run(text, {"scratch": ["a"]}, **ledger)
    assert data["result"].item() == "a"


def test_the_folder_is_an_absolute_path(ledger, tmp_path, monkeypatch):
    def place(i, scratch):
        return str(scratch)

    monkeypatch.chdir(tmp_path)
    data = sweeps.run(place, {"i": [0]}, **ledger | {"store": "ledger"})
    found = Path(data["result"].item())
    assert found.parent == tmp_path / "ledger.unfinished"
