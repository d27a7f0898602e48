"""Figures that are made side by side are those that are made one after the other."""

import os
import signal
import threading

import pytest
import xarray

import sweeps
from figures import catalogue
from figures.chapter import Chapter
from figures.gallery import Gallery, making
from figures.gallery.side_by_side import Parts, each
from sweeps.storing.lock import Lock

FIRST = '''
    """Points, slow enough for two figures to ask for them at a time."""

    import time

    import sweeps

    title = "First"
    equation = "x"
    caption = "Points."
    variables = {"x": "what is given", "result": "what is measured"}

    def measure(x, rng):
        time.sleep(0.1)
        return x + rng.standard_normal()

    def compute(run, full):
        data = sweeps.summary(run(measure, {"x": [1.0, 2.0]}, replicas=6))
        return data.assign(z=(data["result"] - data["x"]) / data["result_error"])

    def draw(data):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(2, 2))
        figure.subplots().plot(data["x"], data["result"])
        return figure
'''
SECOND = '''
    """The points of the first figure, and more."""

    import sweeps
    from PACKAGE.first import draw, measure, variables

    title = "Second"
    equation = "x"
    caption = "Points of another figure."

    def compute(run, full):
        data = sweeps.summary(run(measure, {"x": [2.0, 3.0]}, replicas=6))
        return data.assign(z=(data["result"] - data["x"]) / data["result_error"])
'''
FAILING = FIRST.replace("return x + rng", "return 1 / (x > 1) + rng")


def test_workers_begin_at_distant_figures_and_help_each_other():
    parts = Parts("abcdefg", 2)
    assert [parts.take(worker) for worker in (0, 1, 1, 0, 0, 0, 1, 1)] == [*"adebcgf", None]
    parts = Parts("ab", 3)
    assert [parts.take(worker) for worker in range(3)] == ["a", "b", None]


def _stored(folder):
    """Return what two figures stored, but for the times."""
    found = {path.stem: sweeps.load(path).drop_vars("seconds") for path in folder.glob("*.nc")}
    for data in found.values():
        del data.attrs["provenance"]
    return found


@pytest.fixture
def two(package):
    name = package("own_pair", first=FIRST, second=SECOND.replace("PACKAGE", "own_pair"))
    catalogue.add(Chapter("Pair", "What two share.", (), ("first", "second"), name))
    return "first", "second"


@pytest.mark.thorough
def test_they_are_the_same_and_share_their_ledger(two, tmp_path):
    with sweeps.Pool(2) as pool:
        gallery = Gallery(tmp_path / "beside", executor=pool, progress=False)
        made = dict(gallery.make_all(two))
        anew = Gallery(tmp_path / "beside", executor=pool, resume=False, progress=False)
        again = dict(anew.make_all(two))
    serial = Gallery(tmp_path / "after", executor=1, progress=False)
    for name in two:
        alone = serial.make(name).drop_vars("seconds")
        xarray.testing.assert_identical(made[name].drop_vars("seconds"), alone)
        xarray.testing.assert_identical(again[name].drop_vars("seconds"), alone)
        assert (tmp_path / "beside" / f"{name}.png").is_file()
    beside, after = (_stored(tmp_path / folder) for folder in ("beside", "after"))
    assert beside.keys() == after.keys() == set(two)
    for name in two:
        xarray.testing.assert_identical(beside[name], after[name])
    page = (tmp_path / "beside" / "index.html").read_text("utf-8")
    assert "Points of another figure." in page
    ledgers = sorted(path.name for path in (tmp_path / "beside" / "ledgers").glob("*.sqlite*"))
    assert len(ledgers) == 2, "one, and the one that was set aside once"
    table = sweeps.plan(
        catalogue.module("first").measure,
        {"x": [1.0, 2.0, 3.0]},
        replicas=6,
        version=1,
        store=tmp_path / "beside" / "ledgers" / "first.measure.sqlite",
        name="figures.first.measure",
    )
    assert table.missing == 0


@pytest.mark.thorough
def test_a_long_wait_for_somebody_elses_ledger_is_told(two, tmp_path, monkeypatch):
    monkeypatch.setattr(making, "_SILENT", 0.0)
    (tmp_path / "ledgers").mkdir()
    lock = Lock(tmp_path / "ledgers" / "first.measure.sqlite")
    timer = threading.Timer(1.5, lock.release)
    timer.start()
    gallery = Gallery(tmp_path, executor=1, progress=False, _waits=True)
    with pytest.warns(sweeps.SweepWarning, match=f"a figure waits: .*process {os.getpid()} on"):
        made = gallery.make("first")
    timer.join()
    assert made["result"].notnull().all()


@pytest.mark.thorough
def test_one_that_fails_is_named_and_others_are_kept(package, tmp_path):
    modules = {"good": FIRST, "bad": FAILING, "last": FIRST}
    catalogue.add(Chapter("Own", "Of one.", (), tuple(modules), package("own_bad", **modules)))
    gallery = Gallery(tmp_path / "gallery", executor=1, progress=False)
    made = gallery.make_all(["good", "bad", "last"])
    assert next(made)[0] == "good"
    with pytest.raises(sweeps.SweepError, match="6 of 12 points failed") as caught:
        next(made)
    assert any("the figure bad was made" in note for note in caught.value.__notes__)
    assert list(_stored(tmp_path / "gallery")) == ["good"]


def _suicide(name):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_is_told():
    with sweeps.Pool(1) as pool, pytest.raises(sweeps.SweepError, match=r"while x, .* was made"):
        list(each(_suicide, ["x", "y"], pool, False))
