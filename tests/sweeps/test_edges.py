"""What seldom happens: nothing to tell versions or signatures by, many failures, odd data."""

import importlib.metadata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray

import sweeps
from sweeps.running.progress import Progress
from sweeps.running.session import Session
from sweeps.storing import evaluation
from sweeps.storing.point import Point


@pytest.fixture
def options(tmp_path):
    with ThreadPoolExecutor(1) as executor:
        yield {"store": tmp_path / "ledger", "version": 1, "executor": executor}


def test_of_many_failures_the_first_are_told(options):
    def inverse(N):
        return 1 / (N - N)

    with pytest.warns(sweeps.SweepWarning) as told:
        sweeps.run(inverse, {"N": range(7)}, progress=False, **options)
    lines = str(told[0].message).splitlines()
    assert lines[0].startswith("7 of 7 points failed")
    assert lines[1:6] == [
        f"  N={N}, replica 0: ZeroDivisionError: division by zero" for N in range(5)
    ]
    assert lines[6:] == ["  ... and 2 more"]


def test_a_function_that_does_not_tell_its_arguments_is_called(options):
    with pytest.warns(sweeps.SweepWarning, match="TypeError: max"):
        sweeps.run(max, {"N": [1]}, progress=False, **options)


def test_a_point_that_is_known_is_not_asked_for_again(options):
    calls = []

    def counted(N):
        calls.append(N)
        return N

    points = [Point({"N": 1}), Point({"N": 2})]
    progress = Progress("counted", 4, show=False)
    with Session(counted, ["N"], rng=0, name=None, stale="warn", **options) as session:
        for _ in range(2):
            session.evaluate(points, progress)
    assert calls == [1, 2]
    assert (progress.stored, progress.computed) == (2, 2)


def test_without_git_there_is_no_commit(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sweeps.provenance()["git"] is None


def test_versions_of_what_is_not_installed(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert set(sweeps.provenance()["libraries"].values()) == {None}
    versions = evaluation.library_versions.__wrapped__()
    assert versions.startswith("python 3")
    assert "," not in versions


def test_strings_have_no_mean(options):
    def named(N, rng):
        return {"name": f"{N} spins", "m": rng.random()}

    data = sweeps.run(named, {"N": [1, 2]}, replicas=3, progress=False, **options)
    data["shape"] = ("N", [0.5, 0.25])
    assert set(sweeps.summary(data).data_vars) == {"m", "m_error", "failed", "seconds"}


def test_errors_of_replicas_are_not_given():
    data = xarray.DataArray([[1.0, 2.0]], dims=("N", "replica"))
    with pytest.raises(ValueError, match="errors must not be given for data with the dimension"):
        sweeps.compare([1.5], data, [0.1])


def test_a_fit_that_crosses_beyond_the_data_is_not_reached():
    """The last fraction is above the level by chance; the curve through all of them is not."""
    found = sweeps.threshold([0, 1, 2, 3], [60, 120, 230, 401], 800, rng=1)
    assert "not reached: the fit crosses 0.5 only at x = 3.0" in repr(found)
    assert not found.converged
    with pytest.raises(ValueError, match=r"x must have one dimension, got shape \(1, 2\)"):
        sweeps.threshold([[0, 1]], [0, 1], 1)
    np.testing.assert_array_less(found.at(3.0), 0.5)
