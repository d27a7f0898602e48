"""Figures for a paper: at the width of its column, some of the panels, the numbers as tables."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.command import main
from figures.gallery import draw, export, stored, tables, to_csv, to_dataframe
from figures.gallery.broken import broken
from figures.gallery.fitted import fit


@pytest.fixture(autouse=True)
def _room_is_made_for_labels():
    with matplotlib.rc_context({"figure.constrained_layout.use": True}):
        yield


def grid(rows=1, columns=3):
    """Draw panels with their numbers as titles, and labels at the left and below only."""
    figure = Figure(figsize=(2.4 * columns, 2.8 * rows))
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for number, ax in enumerate(axes.ravel(), start=1):
        ax.plot([0, 1], label="line")
        ax.set_title(str(number))
    for row in axes:
        row[0].set_ylabel("y")
    for ax in axes[-1]:
        ax.set_xlabel("x")
    return figure


def boxes(figure):
    figure.draw_without_rendering()
    return {ax.get_title(): ax.get_position() for ax in figure.axes}


def test_panels_without_room_go_below_each_other():
    figure = fit(grid(), 3.4)
    assert figure.get_figwidth() == 3.4
    found = boxes(figure)
    assert found["1"].y0 > found["2"].y1 > found["2"].y0 > found["3"].y1
    assert found["1"].width > 0.6
    assert [ax.get_ylabel() for ax in figure.axes] == ["y"] * 3
    assert all(ax.yaxis.get_tick_params()["labelleft"] for ax in figure.axes)


def test_some_panels_keep_their_order_and_get_the_labels_they_need():
    figure = fit(grid(2, 3), panels=[5, 3])
    assert [ax.get_title() for ax in figure.axes] == ["3", "5"]
    assert figure.get_figwidth() == pytest.approx(4.8)
    assert [ax.get_xlabel() for ax in figure.axes] == ["x", "x"]
    assert figure.axes[0].get_ylabel() == "y"


def test_a_colour_bar_goes_with_its_panels():
    figure = Figure(figsize=(7, 2.8))
    left, right = figure.subplots(1, 2)
    image = right.imshow(np.eye(2))
    figure.colorbar(image, ax=right)
    left.twinx()
    assert len(fit(figure, panels=[1]).axes) == 2


def test_legends_beside_panels_go_below():
    figure = grid()
    figure.axes[2].legend(loc="upper left", bbox_to_anchor=(1.02, 1))
    fit(figure, 3.4)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert figure.axes[2].get_legend() is None
    assert [text.get_text() for text in legend.get_texts()] == ["line"]
    assert legend.get_window_extent().y1 < min(ax.get_window_extent().y0 for ax in figure.axes)


def test_a_figure_that_nothing_is_asked_of_stays_as_it_is():
    figure = grid(1, 5)
    before = boxes(figure)
    assert fit(figure) is figure
    for title, box in boxes(figure).items():  # a second layout moves by a tenth of a point
        assert box.bounds == pytest.approx(before[title].bounds, abs=1e-3)
    assert figure.get_size_inches().tolist() == [12, 2.8]


def test_a_wider_figure_is_the_figure():
    figure = fit(grid(), 10.0)
    assert tuple(figure.get_size_inches()) == (10.0, 2.8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 1.0}, r"width must be a number in \[2, 30\], got 1.0"),
        ({"panels": [4]}, r"panels must be an integer in \[1, 3\], got 4"),
        ({"panels": []}, r"panels must be one or more, each once, got \[\]"),
        ({"panels": [1, 1]}, r"panels must be one or more, each once, got \[1, 1\]"),
    ],
)
def test_what_cannot_be_drawn_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit(grid(), **arguments)


def test_files_are_the_same_again(tmp_path):
    paths = export("persistence", tmp_path, formats=["pdf", "svg"], width=3.4, panels=[1])
    first = [path.read_bytes() for path in paths]
    assert [path.name for path in paths] == ["persistence.pdf", "persistence.svg"]
    assert first[0].startswith(b"%PDF")
    assert b"<text" in first[1], "text stays text"
    export("persistence", tmp_path, formats=["pdf", "svg"], width=3.4, panels=[1])
    assert [path.read_bytes() for path in paths] == first


def test_tables_hold_every_number(tmp_path):
    data = xarray.Dataset(
        {
            "mean": (("N", "J_D"), [[1.0, 2.0], [3.0, np.nan]]),
            "error": (("J_D", "N"), [[0.1, 0.2], [0.3, np.nan]]),
            "value": 0.5,
        },
        {"N": [10, 20], "J_D": [0.1, 0.2]},
    )
    paths = to_csv("persistence", tmp_path, data)
    names = ["persistence.N.J_D.csv", "persistence.csv", "persistence.columns.csv"]
    assert [path.name for path in paths] == names
    table = pd.read_csv(paths[0])
    assert table.values.tolist() == [[10, 0.1, 1, 0.1], [10, 0.2, 2, 0.3], [20, 0.1, 3, 0.2]]
    assert list(table) == ["N", "J_D", "mean", "error"]
    assert pd.read_csv(paths[1]).values.tolist() == [[0.5]]
    columns = pd.read_csv(paths[2])
    assert columns["table"].tolist() == [names[0]] * 4 + [names[1]]
    assert columns["column"].tolist() == ["N", "J_D", "mean", "error", "value"]
    assert columns.loc[1, ["long_name", "units"]].tolist() == ["self-coupling J_D", 1]


def test_axes_without_coordinates_are_described_too(tmp_path):
    data = xarray.Dataset({"value": ("case", [0.5, 0.6]), "mean": ("some", [1.0, 2.0])})
    columns = pd.read_csv(to_csv("persistence", tmp_path, data)[-1], index_col="column")
    assert columns.loc["some", "description"] == "Number along the axis some: from 0 on."
    assert columns.loc["case", "description"].startswith("Order of updates, counted from 0: sync")


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("relaxation", 5100),
        pytest.param("equilibration_time", 1500, marks=pytest.mark.thorough),
        ("phase_diagram", 400),
    ],
)
def test_no_table_is_a_product_of_unrelated_axes(name, most, tmp_path):
    """The product of all axes of these figures has from ten million points to 10^14."""
    data = stored.load(name)
    made = tables(name)
    for axes, table in made.items():
        own = [data.sizes[axis] for axis in axes.split(".") if axis]
        assert len(table) <= np.prod(own) <= most
        assert set(table.attrs) == set(table)
    values = {column for table in made.values() for column in table}
    assert values >= set(map(str, data.variables))
    for variable, numbers in data.data_vars.items():
        if numbers.dtype.kind == "f":
            column = to_dataframe(name, variable)[variable]
            assert column.notnull().sum() == numbers.notnull().sum()
            assert np.isclose(column.abs().sum(), float(abs(numbers).sum()), rtol=1e-12) or (
                np.isinf(column).any()
            )


def test_a_table_is_found_by_a_variable():
    table = to_dataframe("relaxation", "settled")
    assert {"N", "J_D", "settled"} <= set(table)
    one = stored.load("relaxation")["settled"].sel(N=200)
    assert table["settled"][table["N"] == 200].tolist() == one.values.tolist()
    with pytest.raises(ValueError, match=r"variable must be one of .* did you mean 'settled'"):
        to_dataframe("relaxation", "setled")


def test_draw_takes_what_is_stored():
    figure = draw("persistence", panels=[2])
    assert len(figure.axes) == 1
    assert draw("persistence", stored.load("persistence")).get_figwidth() > figure.get_figwidth()


@pytest.mark.thorough
def test_from_the_command_line(tmp_path, capsys):
    options = ["--redraw", "--output", str(tmp_path), "--width", "86mm", "--csv"]
    main(["figure", "persistence", *options])
    names = {path.name for path in (tmp_path / "paper").iterdir()}
    assert {"persistence.pdf", "persistence.csv"} <= names
    assert "persistence.pdf" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--width", "86"], "must be a number with its unit, as in 3.4in, 8.6cm or 86mm, got 86"),
        (["--width", "1in"], "--width must be a number in [2, 30], got 1.0"),
        (["--format", "eps"], "--format must be one of pdf, svg, png, got 'eps'"),
        (["--panels", "1,x"], "must be whole numbers with commas between them, got 1,x"),
    ],
)
def test_options_are_refused_before_anything_is_computed(options, message, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["figure", "persistence", "--output", str(tmp_path), *options])
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_label_without_room_is_broken_outside_formulas():
    figure = fit(grid(2, 2), 3.4)
    figure.axes[0].set_xlabel("a label of many words with a formula $a = b + c$ that is long")
    figure.axes[0].set_ylabel("fraction")
    broken(figure)
    lines = figure.axes[0].get_xlabel().split("\n")
    assert len(lines) > 1
    assert any("$a = b + c$" in line for line in lines)
    figure.draw_without_rendering()
    wide = figure.axes[0].xaxis.label.get_window_extent().width
    assert wide <= 1.3 * figure.axes[0].get_window_extent().width
    assert figure.axes[0].get_ylabel() == "fraction"


def test_words_under_an_axis_are_turned_where_they_overlap():
    figure = Figure(figsize=(1.5, 2))
    ax = figure.subplots()
    ax.plot([0, 1, 2])
    ax.set_xticks([0, 1, 2], ["one thing", "another", "a third"])
    broken(figure)
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {90}


def test_colours_do_not_depend_on_where_the_figure_is_saved():
    figure = draw("benchmarks_learning", width=3.4)
    colours = {
        colour
        for line in figure.findobj(Line2D)
        for colour in (line.get_color(), line.get_markeredgecolor(), line.get_markerfacecolor())
    }
    assert colours
    assert not [colour for colour in colours if str(colour)[:1] == "C"]


def test_a_legend_below_keeps_the_markers_of_error_bars():
    figure = Figure(figsize=(5, 2.5))
    ax, empty = figure.subplots(1, 2)
    ax.errorbar([0, 1], [1, 2], [0.1, 0.2], fmt="s", label="measured")
    ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1))
    empty.set_axis_off()
    fit(figure, 3.4)
    (legend,) = figure.legends
    assert len(figure.axes) == 1
    assert "s" in [line.get_marker() for line in legend.findobj(Line2D)]
