"""The page of a gallery: what it says, and how it looks in a browser."""

import functools
import itertools
import json
import re
import shutil
from html.parser import HTMLParser
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pytest
import xarray

import sweeps
from figures import catalogue
from figures.gallery import page
from figures.gallery.page import write_page
from figures.gallery.verdict import Check
from figures.gallery.written import dump

AGREE = Check("z", ("z",), 3, 1.0, 0, 0.5, True)
WRONG = Check("deviation", ("deviation",), 2, 3.0, 1, None, False)
EMPTY = Check("z", (), 0, 0.0, 0, None, True, "the limit")
HOSTILE = "<script>alert('&amp;')</script>"


def store(folder, name, *, checks=(AGREE,), full=False, **texts):
    """Write a figure as the gallery does, with numbers that mean nothing."""
    module = catalogue.load(name)
    attributes = {
        "figure": name,
        "title": module.title,
        "caption": module.caption,
        "equation": module.equation,
        "checks": dump(checks),
        "command": f"steering figure {name} --seed 0",
        "networks": 400,
    }
    data = xarray.Dataset({"z": ("N", [1.0, 0.5])}, {"N": [10, 20]}, {**attributes, **texts})
    data.assign_attrs(provenance=provenance(full)).to_netcdf(
        folder / f"{name}.nc", engine="h5netcdf"
    )


@functools.cache
def provenance(full):
    parameters = {"full": full, "version": 1, "J_D": np.linspace(0, 1, 11), "end": ["low", "high"]}
    return json.dumps(sweeps.provenance(parameters=parameters, seed=0, command="c"))


def rewrite(path, without=(), **attributes):
    """Change the attributes of a figure."""
    data = sweeps.load(path).assign_attrs(attributes)
    data.attrs = {name: value for name, value in data.attrs.items() if name not in without}
    data.to_netcdf(path, engine="h5netcdf")


@pytest.fixture
def written(tmp_path):
    """Write the page of a folder and return its text."""

    def write():
        return write_page(tmp_path).read_text(encoding="utf-8")

    return write


class Text(HTMLParser):
    """All text of a page, with the tags that enclose it."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.words, self.links = [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data):
        self.words.append(data)


def text(source):
    return " ".join(" ".join(Text(source).words).split())


def test_figures_stand_in_their_chapters(written, tmp_path):
    store(tmp_path, "relaxation", checks=(AGREE, EMPTY))
    store(tmp_path, "pair_distances", checks=(AGREE, WRONG), full=True)
    store(tmp_path, "symmetry", checks=())
    source = written()
    articles = re.findall(r'<article id="(\w+)"', source)
    assert articles == ["pair_distances", "relaxation", "symmetry"]
    told = text(source)
    assert f"3 of {len(catalogue.names())} figures" in told
    assert "✓ 1 agree ✗ 1 DISAGREE – 1 not judged" in told
    assert "theory against simulation: 2 agree two computations: 0 agree, 1 DISAGREE" in told
    assert "1 of full size 2 of quick size" in told
    titles = [chapter.title for chapter in catalogue.chapters()]
    shown = [t for t in titles if f">{t}</h2>" in source]
    assert shown == ["How many fixed points", "Relaxation", "Learning by steering"]
    assert "✓ theory and simulation agree : of 3 means" in told
    assert "✗ two computations DISAGREE : the largest of 2 differences" in told
    assert "– theory and simulation not judged : the limit: no numbers to compare" in told
    assert "J_D 0, 0.1, 0.2, …, 1 (11 values) networks 400 seed 0" in told
    assert "end low, high" not in told


def test_texts_of_figures_cannot_become_tags(written, tmp_path):
    texts = dict.fromkeys(("title", "caption", "equation", "command", "networks"), HOSTILE)
    store(tmp_path, "relaxation", **texts)
    (tmp_path / f"{HOSTILE.replace('/', '')}.nc").touch()
    source = written()
    found = Text(source)
    assert "script" not in found.tags
    assert "".join(found.words).count("alert(") == 7, "nothing is dropped either"


def test_files_that_cannot_be_shown_are_named(written, tmp_path):
    store(tmp_path, "relaxation")
    whole = (tmp_path / "relaxation.nc").read_bytes()
    (tmp_path / "persistence.nc").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "symmetry.nc").write_bytes(b"")
    (tmp_path / "overlap_gap.nc").write_bytes(whole)
    (tmp_path / "mine.nc").write_bytes(whole)
    xarray.Dataset({"x": 1.0}).to_netcdf(tmp_path / "complexity.nc", engine="h5netcdf")
    store(tmp_path, "pair_distances", checks=())
    rewrite(tmp_path / "pair_distances.nc", checks="all is well")
    source = written()
    told = text(source)
    assert f"1 of {len(catalogue.names())} figures" in told
    assert re.search(r"persistence\.nc is not shown: it cannot be read as NetCDF", told)
    assert re.search(r"symmetry\.nc is not shown: it cannot be read as NetCDF", told)
    assert "overlap_gap.nc is not shown: it holds the figure 'relaxation'" in told
    assert "complexity.nc is not shown: it is not a figure of the gallery, it lacks figure" in told
    assert "pair_distances.nc is not shown: its checks cannot be read" in told
    assert "mine.nc : there is no figure of this name" in told
    assert "There is no picture relaxation.png." in told
    assert not re.search(r'<img src="relaxation', source)
    assert str(tmp_path) not in source


def test_galleries_of_the_past_are_judged_again(written, tmp_path):
    """Their verdict is a sentence, and their equation is no LaTeX."""
    for name, z in (("relaxation", [1.0, 0.5]), ("pair_distances", [9.0, 0.0])):
        store(tmp_path, name, equation="Φ = ln 2H(−J_D)")
        data = sweeps.load(tmp_path / f"{name}.nc").assign(z=("N", z))
        data.to_netcdf(tmp_path / f"{name}.nc", engine="h5netcdf")
        rewrite(tmp_path / f"{name}.nc", ["checks"], verdict="theory and simulation agree: by far")
    source = written()
    told = text(source)
    assert "✓ 1 agree ✗ 1 DISAGREE" in told
    assert "✓ theory and simulation agree : of 2 means" in told
    assert "✗ theory and simulation DISAGREE : of 2 means" in told
    assert "by far" not in told
    assert "2H" not in source
    assert source.count("<mi>sign</mi>") == 1


def test_damaged_provenance_is_told(written, tmp_path):
    store(tmp_path, "relaxation")
    for wrong in ("{", "[]", json.dumps({"parameters": {}})):
        rewrite(tmp_path / "relaxation.nc", provenance=wrong)
        assert "relaxation.nc is not shown: its provenance cannot be read" in text(written())


def test_a_module_may_offer_a_table(written, tmp_path, monkeypatch):
    store(tmp_path, "relaxation")
    assert '<table class="numbers">' not in written()

    def table(data):
        return ("N", "z"), [(str(z["N"].item()), f"{z:.1f} < J_D") for z in data["z"]]

    monkeypatch.setattr(catalogue, "load", lambda name: SimpleNamespace(table=table))
    found = re.search(r'<table class="numbers">.*?</table>', written(), re.DOTALL)[0]
    assert Text(found).tags.count("th") == 2
    assert text(found) == "N z 10 1.0 < J D 20 0.5 < J D"

    monkeypatch.setattr(catalogue, "load", lambda name: SimpleNamespace(table=lambda d: d["gone"]))
    assert "relaxation.nc is not shown: its table cannot be made: KeyError" in text(written())


def test_names_of_figures_are_links_to_those_on_the_page(written, tmp_path):
    store(
        tmp_path, "relaxation", caption="As relaxation (figure symmetry), pair_distances, my_own."
    )
    store(tmp_path, "pair_distances", caption="As in figure relaxation.")
    links = Text(written()).links
    assert links.count("#pair_distances") == links.count("#relaxation") == 2  # with the contents
    assert "#symmetry" not in links


def test_links_to_the_theory_never_leave_the_checkout(written, tmp_path, monkeypatch):
    store(tmp_path, "local_entropy")
    outside = written()
    assert "docs/theory/clusters.md, docs/theory/typical.md" in text(outside)
    assert not any("theory" in link for link in Text(outside).links)

    theory = tmp_path / "docs" / "theory"
    theory.mkdir(parents=True)
    (theory / "clusters.md").touch()
    monkeypatch.setattr(page, "CHECKOUT", tmp_path)
    folder = tmp_path / "deep" / "gallery"
    folder.mkdir(parents=True)
    store(folder, "local_entropy")
    links = [link for link in Text(write_page(folder).read_text()).links if "theory" in link]
    assert links == ["../../docs/theory/clusters.md"]
    assert (folder / links[0]).resolve() == theory / "clusters.md"


def test_theory_pages_of_all_chapters_exist():
    pages = {p for chapter in catalogue.chapters() for p in chapter.theory}
    assert pages <= {path.stem for path in (page.CHECKOUT / "docs/theory").glob("*.md")}


def test_every_figure_is_in_one_chapter():
    modules = {
        path.stem
        for path in page.HERE.parent.rglob("*.py")
        if re.search(r"^def compute\(", path.read_text("utf-8"), re.MULTILINE)
    }
    assert sorted(catalogue.names()) == sorted(modules)


# in a browser


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All figures of the catalogue, with wide pictures and one long table."""
    folder = tmp_path_factory.mktemp("gallery")
    picture = folder / "picture.png"
    matplotlib.image.imsave(picture, np.ones((600, 2000, 3)))
    for name in catalogue.names():
        store(folder, name, checks=(AGREE, WRONG) if name == "symmetry" else (AGREE,))
        shutil.copy(picture, folder / f"{name}.png")
    (folder / "odd.nc").touch()
    (folder / "persistence.nc").write_bytes(b"")
    wide = (tuple(f"column {i}" for i in range(20)), [("0.123",) * 20])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "tabulate", {"overlap_gap": lambda data: wide}.get)
        return write_page(folder)


def look(show, probe, file, width, scheme):
    """Show a page and measure it; return what was measured, and all that was asked of a network."""
    shown = show(file, width, scheme)
    found = shown.page.evaluate(probe)
    return found | {"asked": shown.asked, "complaints": shown.complaints}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_page_in_a_browser(show, probe, whole, width, scheme):
    found = look(show, probe, whole, width, scheme)
    assert found["complaints"] == []
    assert {url.partition(":")[0] for url in found["asked"]} <= {"file", "data"}
    assert found["width"][1] == width
    assert found["width"][0] <= width
    assert found["outside"] == []
    assert found["texts"] > 1000
    assert found["faint"] == []
    assert (found["ground"] < 0.1) == (scheme == "dark")
    assert len(found["images"]) == len(catalogue.names()) - 1
    assert all(natural == 2000 and shown > 300 for natural, shown in found["images"])
    assert all(len(alternative) > 40 for alternative in found["alternatives"])
    assert found["headings"][0] == 1
    assert found["headings"].count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(found["headings"]))
    assert found["language"] == "en"
    assert found["dead"] == []
    assert found["twice"] == []


def test_the_probe_sees_what_is_wrong(show, probe, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><h2 style='color: #999'>faint</h2><p style='width: 99rem'>wide</p>"
        "<img src='http://127.0.0.1:9/far.png'><a href='#x'>dead</a><script>nothing()</script>"
    )
    found = look(show, probe, bad, 360, "light")
    assert found["width"][0] > 360
    assert found["outside"] == ["P wide"]
    assert len(found["faint"]) == 1
    assert found["images"][0][0] == 0
    assert found["dead"] == ["A dead"]
    assert "http://127.0.0.1:9/far.png" in found["asked"]
    assert len(found["complaints"]) >= 2
