"""The atlas: its tables are the theory, and its page draws them, in a browser."""

import base64
import json
import re

import numpy as np
import pytest
from scipy import special

import dynamics
import networks
import replica
from figures import catalogue
from figures.atlas import page, picture
from figures.atlas.overlays import overlays
from figures.atlas.panels import PANELS, SLIDERS
from figures.gallery import Gallery, stored


@pytest.fixture(scope="module")
def data():
    return stored.load("atlas")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """Draw the atlas into a folder, once."""
    folder = tmp_path_factory.mktemp("atlas")
    Gallery(folder, progress=False).redraw("atlas")
    return folder


def some(count=3):
    """Return a few places of an axis, the first and the last among them."""
    return lambda axis: np.unique(np.linspace(0, axis.size - 1, count).astype(int))


# the tables


def test_counts_are_those_of_theory(data):
    for i in some()(data["eta"]):
        eta = float(data["eta"][i])
        expected = replica.fixed_point_entropy(data["J_D"].values, eta)
        np.testing.assert_allclose(data["count_limit"][i], expected, rtol=1e-12, atol=1e-14)
        for N in data["N"].values[some()(data["N"])]:
            expected = replica.log_expected_fixed_points(N, data["J_D"].values, eta) / N
            found = data["count_exact"].sel(eta=eta, N=N)
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    closed = special.log_ndtr(data["J_D"]) + np.log(2)
    np.testing.assert_allclose(data["count_limit"].sel(eta=0), closed, atol=1e-13)


def test_groups_are_those_of_theory(data):
    for J_D in data["J_D"].values[some()(data["J_D"])]:
        d = data["d"].values[some()(data["d"])]
        for y in data["y"].values[some(2)(data["y"])]:
            expected = replica.clusters(y, d, J_D)
            found = data["groups"].sel(y=y, J_D=J_D, d=d)
            np.testing.assert_allclose(found, expected.free_entropy, atol=1e-9)
        np.testing.assert_allclose(
            data["typical"].sel(J_D=J_D, d=d), replica.franz_parisi(d, J_D), atol=1e-13
        )
    for J_D in (0.05, 0.3):
        expected = replica.local_entropy(d[:2], J_D).local_entropy
        np.testing.assert_allclose(data["densest"].sel(J_D=J_D, d=d[:2]), expected, atol=1e-9)


def test_layers_are_those_of_theory(data):
    d = data["d"].values[some()(data["d"])]
    for J_D in data["J_D"].values[some()(data["J_D"])]:
        for lam in data["lam"].values[some()(data["lam"])]:
            for name, L in (("two_layers", 2), ("layers", None)):
                expected = replica.layered_pair_entropy(d, J_D, lam, L)
                found = data[name].sel(J_D=J_D, lam=lam, d=d)
                np.testing.assert_allclose(found, expected, atol=1e-9)


def test_thresholds_are_those_of_theory(data):
    for y in data["y"].values[:2]:
        expected = replica.overlap_gap_threshold(y).J_D
        assert float(data["gap_threshold"].sel(y=y)) == pytest.approx(expected, abs=1e-10)
    # arXiv and the README: where the gap closes, and where clusters merge
    assert float(data["closing"]) == pytest.approx(0.0600992, abs=1e-7)
    assert float(data["merging"]) == pytest.approx(0.0731077, abs=1e-7)


def test_relaxation_is_that_of_a_large_network(data):
    """The table of infinitely many neurons, against networks of a few thousand."""
    rows = [
        dynamics.relax(
            networks.Asymmetric(3000, 0.3).sample(seed), max_sweeps=3, rng=seed, history=True
        ).unstable_fraction[:4]
        for seed in range(4)
    ]
    mean, error = np.mean(rows, 0), np.std(rows, 0, ddof=1) / 2
    off = data["unstable"].sel(J_D=0.3).values[:4] - mean
    allowed = 5 * np.hypot(error, data["unstable_error"].sel(J_D=0.3).values[:4]) + 1 / 3000
    assert np.all(np.abs(off) < allowed)


# what the page holds


def test_the_page_holds_the_tables(data):
    held = page.contents(data)
    for name, table in held["tables"].items():
        values = np.frombuffer(base64.b64decode(table["values"]), "<f4")
        assert table["dims"] == list(data[name].dims)
        np.testing.assert_allclose(values, data[name].values.ravel(), rtol=1e-7, equal_nan=True)
        for dim in table["dims"]:
            assert held["axes"][dim] == data[dim].values.tolist()


def test_panels_name_what_there_is(data):
    axes = {*map(str, data.coords), "size"}
    assert {slider.name for slider in SLIDERS} <= axes
    for panel in PANELS:
        assert set(panel.sliders) <= {slider.name for slider in SLIDERS}
        assert set(panel.figures) <= set(catalogue.names())
        for line in panel.lines:
            assert panel.x in data[line.table].dims
            free = set(data[line.table].dims) - {panel.x, *dict(line.fixed)}
            assert free <= {"J_D", *panel.sliders}
    names = {panel.name for panel in PANELS}
    assert {one.panel for one in overlays()} == names - {"layers"}


def test_overlays_are_what_the_figures_hold():
    counts = stored.load("fixed_point_counts")
    (found,) = (one for one in overlays() if one.when == {"eta": 0.0, "N": 14.0})
    row = counts.sel(asymmetric_N=14)
    np.testing.assert_array_equal(found.y, row["asymmetric_entropy"])
    error = row["asymmetric_error"].values
    np.testing.assert_allclose(np.subtract(found.high, found.y), error, rtol=1e-9)
    focusing = stored.load("focusing_success")
    (found,) = (
        one for one in overlays() if one.label == "focusing, N = 2000" and one.panel == "finding"
    )
    case = np.flatnonzero(focusing["N"].values == 2000)[0]
    expected = focusing["found"].sel(algorithm="focusing")[case] / focusing["networks"][case]
    np.testing.assert_allclose(found.y, expected)


def test_relaxing_networks_lie_on_their_table(data):
    """Where the largest networks have not begun to settle; a shift by one sweep would be seen."""
    found = [one for one in overlays() if one.panel == "relaxation" and one.label == "N = 1600"]
    assert len(found) == 11
    seen = 0
    for one in found:
        if one.when["J_D"] > 0.5:
            continue
        table = data.sel(J_D=one.when["J_D"], method="nearest").sel(t=one.x)
        error = np.hypot(np.subtract(one.high, one.y), table["unstable_error"].values)
        assert np.all(np.abs(one.y - table["unstable"].values) < 5 * error)
        seen += abs(one.y[0] - float(data["unstable"].sel(J_D=one.when["J_D"], t=2))) > 5 * error[0]
    assert seen >= 3


def test_the_page_is_small_and_alone(gallery):
    size = (gallery / "atlas.html").stat().st_size + (gallery / "index.html").stat().st_size
    assert size < 1.5e6, "with the figures of the gallery it stays below 3 MB"
    source = (gallery / "atlas.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", source)
    assert "Permission is hereby granted" in source, "the licence of uPlot"
    tables = re.search(r'<script type="application/json" id="tables">(.*?)</script>', source)[1]
    assert json.loads(tables)["panels"][0]["name"] == "counts"
    index = (gallery / "index.html").read_text(encoding="utf-8")
    assert index.count('href="atlas.html"') == 2


# in a browser


def values(shown, panel, line):
    """Return what is drawn of a curve."""
    script = "([panel, line]) => atlas.plots.find((p) => p.panel.name === panel).chart.data[line]"
    return np.array(shown.page.evaluate(script, [panel, line + 1]), dtype=float)


def move(shown, name, value, data):
    """Move a slider as a hand does, and tell the page."""
    place = int(np.abs(data[name].values - value).argmin())
    shown.page.locator(f"#slider-{name}").fill(str(place))
    return float(data[name][place])


def test_sliders_move_what_is_drawn(show, gallery, data):
    shown = show(gallery / "atlas.html")
    start = picture.start(data)
    for J_D, y, lam, eta in ((start["J_D"], 4, 0.2, 0), (0.3, 2, 0.4, 0.5), (0.9, 20, 0.0, -0.5)):
        J_D, y = move(shown, "J_D", J_D, data), move(shown, "y", y, data)
        lam, eta = move(shown, "lam", lam, data), move(shown, "eta", eta, data)
        expected = {
            ("counts", 1): data["count_limit"].sel(eta=eta),
            ("counts", 2): data["count_exact"].sel(eta=eta, N=start["N"]),
            ("groups", 0): data["groups"].sel(y=y, J_D=J_D),
            ("groups", 1): data["typical"].sel(J_D=J_D),
            ("densest", 0): data["densest"].sel(J_D=J_D),
            ("layers", 0): data["groups"].sel(y=2, J_D=J_D),
            ("layers", 1): data["two_layers"].sel(J_D=J_D, lam=lam),
            ("layers", 2): data["layers"].sel(J_D=J_D, lam=lam),
            ("relaxation", 0): data["unstable"].sel(J_D=J_D)[1:],
        }
        for (panel, line), curve in expected.items():
            np.testing.assert_allclose(values(shown, panel, line), curve, rtol=1e-6, atol=1e-9)
    assert shown.complaints == []
    assert {url.partition(":")[0] for url in shown.asked} <= {"file", "data"}
    assert [url for url in shown.asked if not url.startswith("data:")] == [
        (gallery / "atlas.html").as_uri()
    ], "the picture is for those without scripts"


def test_the_gap_is_told_and_closes(show, gallery, data):
    shown = show(gallery / "atlas.html")
    told = shown.page.locator("#densest .told")
    for J_D, gap in ((0.03, True), (0.06, True), (0.065, False), (0.3, False)):
        move(shown, "J_D", J_D, data)
        assert told.inner_text().startswith("No clusters at" if gap else "There are clusters")
    move(shown, "J_D", 0.9, data)
    assert "smaller self-couplings only" in told.inner_text()
    move(shown, "y", 2, data)
    told = shown.page.locator("#groups .told")
    threshold = float(data["gap_threshold"].sel(y=2))
    for J_D in data["J_D"].values[:12]:
        move(shown, "J_D", J_D, data)
        assert told.inner_text().startswith("No groups of 2" if threshold > J_D else "There are")


def ink(shown, panel):
    """Return how many pixels of a plot are not white."""
    script = """(panel) => {
      const { ctx, bbox } = atlas.plots.find((p) => p.panel.name === panel).chart;
      const { data } = ctx.getImageData(bbox.left, bbox.top, bbox.width, bbox.height);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) count += data[i] > 0;
      return count;
    }"""
    return shown.page.evaluate(script, panel)


def test_stored_simulations_lie_where_sliders_meet_them(show, gallery, data):
    shown = show(gallery / "atlas.html")
    legend = shown.page.locator("#relaxation .legend")
    move(shown, "J_D", 0.05, data)
    assert legend.locator("li").count() == 1
    bare = ink(shown, "relaxation")
    move(shown, "J_D", 0.3, data)
    assert "N = 1600" in legend.inner_text()
    assert ink(shown, "relaxation") > bare + 200
    legend = shown.page.locator("#counts .legend")
    assert "enumerated" in legend.inner_text()
    move(shown, "N", 100, data)
    assert "enumerated" not in legend.inner_text()
    assert "N = 100, exact" in legend.inner_text()


def test_hovering_reads_values_in_all_plots_against_distance(show, gallery, data):
    shown = show(gallery / "atlas.html")
    over = shown.page.locator("#groups .u-over")
    box = over.bounding_box()
    over.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    texts = {}
    for panel in ("groups", "densest", "layers"):
        texts[panel] = shown.page.locator(f"#{panel} .told").inner_text()
    d = float(texts["groups"].removeprefix("At d = ").rstrip(":"))
    place = int(np.abs(data["d"].values - d).argmin())
    assert d == pytest.approx(float(data["d"][place]), rel=1e-3)
    assert len(set(texts.values())) == 1, "they are linked"
    start = picture.start(data)
    read = shown.page.locator("#densest .legend output").first.inner_text().replace("−", "-")
    expected = float(data["densest"].sel(J_D=start["J_D"])[place])
    assert float(read) == pytest.approx(expected, rel=1e-3)


def test_a_click_against_the_self_coupling_moves_its_slider(show, gallery, data):
    shown = show(gallery / "atlas.html")
    over = shown.page.locator("#finding .u-over")
    box = over.bounding_box()
    over.click(position={"x": 0.6 * box["width"], "y": box["height"] / 2})
    J_D = data["J_D"].values
    expected = J_D[np.abs(J_D - 0.6 * J_D[-1]).argmin()]
    assert J_D[shown.page.evaluate("atlas.state.J_D")] == pytest.approx(expected, abs=0.051)
    assert int(shown.page.locator("#slider-J_D").input_value()) == shown.page.evaluate(
        "atlas.state.J_D"
    )


def test_the_keyboard_moves_sliders_and_reads_values(show, gallery, data):
    shown = show(gallery / "atlas.html")
    before = shown.page.evaluate("atlas.state.J_D")
    shown.page.locator("#slider-J_D").focus()
    shown.page.keyboard.press("ArrowRight")
    assert shown.page.evaluate("atlas.state.J_D") == before + 1
    shown.page.locator("#groups .plot").focus()
    shown.page.keyboard.press("Home")
    shown.page.keyboard.press("ArrowRight")
    told = shown.page.locator("#groups .told").inner_text()
    assert float(told.removeprefix("At d = ").rstrip(":")) == pytest.approx(
        float(data["d"][1]), rel=1e-3
    )
    shown.page.keyboard.press("Escape")
    assert "At d" not in shown.page.locator("#groups .told").inner_text()


def test_a_finger_reads_values_and_moves_the_self_coupling(show, gallery):
    shown = show(gallery / "atlas.html", width=360)
    over = shown.page.locator("#groups .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    shown.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert shown.page.locator("#groups .told").inner_text().startswith("At d = ")
    shown.page.locator(".places button").nth(1).tap()
    assert shown.page.locator("#slider-J_D").get_attribute("aria-valuetext") == "0.075"


def test_the_address_keeps_what_is_seen(show, gallery, data):
    shown = show(gallery / "atlas.html")
    move(shown, "J_D", 0.3, data)
    move(shown, "y", 10, data)
    fragment = "#" + shown.page.evaluate("location.hash").lstrip("#")
    again = show(gallery / "atlas.html", fragment=fragment)
    assert again.page.locator("#slider-J_D").get_attribute("aria-valuetext") == "0.3"
    assert again.page.locator("#slider-y").get_attribute("aria-valuetext") == "10"
    wrong = show(gallery / "atlas.html", fragment="#J_D=NaN&nothing=3&y=</script>")
    assert wrong.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_it_fits_and_can_be_read(show, gallery, probe, width, scheme):
    shown = show(gallery / "atlas.html", width, scheme)
    found = shown.page.evaluate(probe)
    assert found["width"] == [width, width], "no scrolling sideways"
    assert found["outside"] == []
    assert found["faint"] == []
    assert found["twice"] == []
    assert found["headings"] == [1] + [2] * len(PANELS)
    lefts = shown.page.evaluate(
        "atlas.plots.map((p) => p.chart.over.getBoundingClientRect().left "
        "- p.section.getBoundingClientRect().left)"
    )
    assert np.ptp(lefts) < 1, "ordinates stand below each other"
    assert shown.complaints == []


def test_without_scripts_there_is_the_picture(show, gallery):
    shown = show(gallery / "atlas.html", scripts=False)
    image = shown.page.locator("noscript img")
    assert image.is_visible()
    assert (gallery / "atlas.png").as_uri() in shown.asked
    assert not shown.page.locator("#atlas").is_visible()
    assert "scripts, which are off" in shown.page.locator("body").inner_text()
