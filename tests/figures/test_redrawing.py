"""Stored results are drawn by several workers as by one, and a picture is laid out once."""

import threading
from concurrent.futures import Future

import matplotlib
import numpy as np
import pytest
import xarray
from loky.process_executor import TerminatedWorkerError
from matplotlib.figure import Figure

import sweeps
from figures.command import main
from figures.gallery import Gallery, redrawing, stored
from figures.gallery.picture import PNG, STYLE, save

NAMES = ["overlap_gap", "pair_distances"]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.thorough
def test_the_number_of_workers_changes_no_byte(tmp_path):
    for name in NAMES:
        data = Gallery(tmp_path / "alone", progress=False).redraw(name)
    with sweeps.Pool(1) as pool:
        one = list(Gallery(tmp_path / "one", executor=pool).redraw_all(NAMES))
    two = list(Gallery(tmp_path / "two", executor=2).redraw_all(NAMES))
    assert one == two
    assert [entry.name for entry in two] == NAMES
    assert two[-1].caption == data.attrs["caption"]
    assert contents(tmp_path / "one") == contents(tmp_path / "two") == contents(tmp_path / "alone")
    assert len(contents(tmp_path / "two")) == 2 * len(NAMES) + 1


@pytest.mark.thorough
def test_a_figure_that_cannot_be_drawn_is_named_and_others_are_on_the_page(tmp_path):
    (tmp_path / "pair_distances.png").mkdir()
    drawn = Gallery(tmp_path, executor=1).redraw_all(NAMES)
    assert next(drawn).name == "overlap_gap"
    with pytest.raises(IsADirectoryError) as caught:
        next(drawn)
    assert any("the figure pair_distances was drawn" in note for note in caught.value.__notes__)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'src="overlap_gap.png"' in page
    with pytest.raises(ValueError, match="figure must be one of"):
        list(Gallery(tmp_path).redraw_all(["overlap_gap", "nope"]))


def test_a_worker_that_dies_is_told_with_the_figure():
    broken = Future()
    broken.set_exception(TerminatedWorkerError("SIGKILL"))
    with pytest.raises(sweeps.SweepError, match="while deep_linear, or a figure after it"):
        redrawing.result("deep_linear", broken)


@pytest.mark.thorough
def test_a_chapter_is_redrawn_from_the_command_line(tmp_path, capsys):
    main(["reproduce", "counts", "--redraw", "--jobs", "1", "--output", str(tmp_path)])
    out = capsys.readouterr().out
    assert out.startswith("fixed_point_counts: theory and simulation agree: ")
    assert "\npair_distances: theory and simulation agree: " in out
    assert "against simulation: 2 of 2 figures agree" in out
    assert (tmp_path / "index.html").is_file()


def test_a_text_that_changed_is_written_into_the_copy_alone(tmp_path):
    held = stored.load("pair_distances")
    data = held.copy().assign_attrs(caption="another", title="", rounds=7)
    data["J_D"].attrs["description"] = "Of today."
    stored.renew("pair_distances", held, data, tmp_path / "copy.nc")
    copy = sweeps.load(tmp_path / "copy.nc")
    assert copy.attrs["caption"] == "another"
    assert copy.attrs["title"] == ""
    assert "rounds" not in copy.attrs, "a number is no word"
    assert copy["J_D"].attrs["description"] == "Of today."
    np.testing.assert_array_equal(copy["J_D"], data["J_D"])
    assert "caption" not in stored.load("pair_distances").attrs


def test_a_picture_laid_out_once_is_the_same(tmp_path):
    def drawn():
        figure = Figure(figsize=(4, 2))
        left, right = figure.subplots(1, 2)
        left.semilogy([1, 2, 3], [1e-3, 1, 1e4], label="a line")
        left.legend(bbox_to_anchor=(1, 1), title="$J_D$")
        left.inset_axes((0.2, 0.6, 0.3, 0.3)).plot([1, 2e5])
        left.twinx().plot([1e-5, 2e-5])
        right.set(xlabel="$J_D$", ylabel="long label of this axis", title="title")
        figure.colorbar(right.imshow(np.eye(3)), ax=right)
        return figure

    with matplotlib.rc_context(fname=STYLE):
        plain, once = tmp_path / "plain.png", tmp_path / "once.png"
        drawn().savefig(plain, pil_kwargs=PNG)
        save(drawn(), once)
        assert plain.read_bytes() == once.read_bytes()
        with matplotlib.rc_context({"figure.constrained_layout.use": False}):
            drawn().savefig(plain, pil_kwargs=PNG)
            save(drawn(), once)
        assert plain.read_bytes() == once.read_bytes()


def test_a_figure_is_drawn_while_the_next_one_is_computed(tmp_path, monkeypatch):
    second, drawn = threading.Event(), []

    def compute(gallery, name):
        if name == "b":
            second.set()
        return xarray.Dataset(attrs={"name": name})

    def draw(name, folder, data):
        assert second.wait(30), "the second one waits for this picture"
        if name == "a":
            raise ValueError("no such colour")
        drawn.append((name, folder, data.attrs["name"]))

    monkeypatch.setattr(Gallery, "_computed", compute)
    monkeypatch.setattr("figures.gallery.picture.write", draw)
    made = Gallery(tmp_path, full=True, progress=False).make_all(["a", "b", "c"])
    assert [next(made)[0] for _ in range(3)] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="no such colour") as caught:
        next(made)
    assert any("the figure a was drawn" in note for note in caught.value.__notes__)
    assert drawn == [(name, tmp_path, name) for name in "bc"]
    assert (tmp_path / "index.html").is_file()
