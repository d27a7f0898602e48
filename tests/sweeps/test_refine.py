"""Adaptive refinement through the ledger."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import sweeps

pytest.importorskip("adaptive")


def step(x, y, width):
    return np.tanh((x**2 + y**2 - 0.5) / width)


@pytest.fixture
def options(tmp_path):
    with ThreadPoolExecutor(2) as executor:
        yield {
            "store": tmp_path / "ledger",
            "version": 1,
            "executor": executor,
            "progress": False,
        }


SQUARE = {"x": (0.0, 1.0), "y": (0.0, 1.0)}


def test_points_gather_at_the_boundary(options):
    data = sweeps.refine(step, SQUARE, points=120, fixed={"width": 0.02}, **options)
    assert dict(data.sizes) == {"point": 120, "replica": 1}
    assert data["width"] == 0.02
    near = np.abs(np.hypot(data["x"], data["y"]) - np.sqrt(0.5)) < 0.1
    assert near.mean() > 0.4  # the strip is 22 % of the square
    np.testing.assert_array_equal(data["result"][:, 0], step(data["x"], data["y"], 0.02))


def test_a_refinement_goes_on_where_it_was(options):
    calls = []

    def counted(x, rng):
        calls.append(x)
        return {"m": np.tanh(20 * (x - 0.3)), "noise": rng.random()}

    arguments = {"bounds": {"x": (0, 1)}, "variable": "m", "replicas": 2}
    first = sweeps.refine(counted, **arguments, points=12, **options)
    assert len(calls) == 2 * 16
    more = sweeps.refine(counted, **arguments, points=30, **options)
    assert len(calls) == 2 * 32
    assert set(first["x"].values) <= set(more["x"].values)
    again = sweeps.refine(counted, **arguments, points=30, **options)
    assert len(calls) == 2 * 32
    assert again.identical(more)
    grid = {"x": more["x"].values[:3]}
    sweeps.run(counted, grid, replicas=2, **options)
    assert len(calls) == 2 * 32


def test_a_failed_point_ends_the_refinement(options):
    def fragile(x):
        return 1 / (x - 1)

    with pytest.raises(sweeps.SweepError, match=r"x=1\.0.*ZeroDivisionError"):
        sweeps.refine(fragile, {"x": (0, 1)}, points=4, **options)
    options["version"] = 2
    with pytest.raises(sweeps.SweepError, match="variable 'm' must be a finite number"):
        sweeps.refine(step, SQUARE, points=4, fixed={"width": 1}, variable="m", **options)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"bounds": {}}, ValueError, "bounds must have at least one parameter"),
        ({"bounds": 3}, TypeError, "bounds must map"),
        ({"bounds": {"x": (1, 0)}}, ValueError, "low < high"),
        ({"bounds": {"x": (0, 1, 2)}}, ValueError, "low < high"),
        (
            {"bounds": {"x": ("a", "b")}},
            TypeError,
            r"bounds\['x'\] must be an array of real numbers",
        ),
        ({"points": 0}, ValueError, "points must be an integer >= 1"),
        ({"batch": 0}, ValueError, "batch must be an integer >= 1"),
        ({"replicas": 0}, ValueError, "replicas must be an integer >= 1"),
        ({"fixed": {"x": 1}}, ValueError, "fixed must not hold varied parameters, got x"),
        ({"fixed": {"z": 1}}, TypeError, "function must take the parameters"),
    ],
)
def test_bad_arguments(options, change, error, match):
    def function(x):
        return x

    arguments = {"bounds": {"x": (0, 1)}, "points": 3, **change}
    with pytest.raises(error, match=match):
        sweeps.refine(function, **arguments, **options)
    assert not options["store"].exists()
