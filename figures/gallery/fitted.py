"""A figure at another width, with all of its panels or some: for the column of a journal.

The size of the text stays. What does not fit side by side goes below, and a legend at the right of
the panels goes under them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from figures.gallery.broken import broken
from foundation import domains

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec
    from matplotlib.legend import Legend

NARROWEST, WIDEST = 2.0, 30.0  # inches, of a figure
NARROWED = 0.72  # of its width: so narrow is a panel that has another beside it, at the least
TALLEST = 0.72  # of its width, plus the labels, is a panel
AROUND = 0.5  # inches of labels around a panel
LINE = 0.16  # inches of a line of a legend
WIDE = 0.95  # of its panel: wider legends go below


@dataclass(frozen=True)
class Panel:
    """One panel as it was drawn: the axes in one cell of the grid, its place, and its size."""

    axes: "tuple[Axes, ...]"
    row: int
    column: int
    width: float
    height: float

    @property
    def face(self) -> "Axes":
        """The axes with the labels."""
        return self.axes[0]


def fit(
    figure: "Figure", width: float | None = None, panels: Sequence[int] | None = None
) -> "Figure":
    """Give a figure that was drawn another width, and leave panels out.

    Parameters
    ----------
    figure
        Panels in one grid; it is changed.
    width
        Inches, from 2 to 30; by default that of the figure, or of the panels that stay.
    panels
        Numbers of those that stay, from 1 on in the order of reading; by default all.

    Raises
    ------
    TypeError, ValueError
        If the width is outside its domain, or there is no such panel.
    """
    if width is None and panels is None:
        return figure
    for ax in [ax for ax in figure.axes if not ax.axison and not ax.has_data()]:
        ax.remove()  # a cell that was left empty
    found = _panels(figure)
    chosen = _chosen(panels, len(found))
    natural = float(figure.get_figwidth())
    if width is None:
        side = {found[k].column: found[k].width for k in chosen}
        width = natural if panels is None else min(natural, sum(side.values()))
    elif domains.real("width", width, NARROWEST, WIDEST) >= natural and panels is None:
        figure.set_size_inches(width, figure.get_figheight())
        return figure
    kept = [found[k] for k in chosen]
    for panel in found:
        if panel not in kept:
            _remove(figure, panel)
    columns = _columns(kept, width)
    _label(found, kept, columns)
    for roomless in (_outside, _too_wide):  # which ones are too wide is seen once all have places
        lines = _legends_below(figure, width, roomless)
        _arrange(figure, kept, columns, width, lines)
    broken(figure)
    return figure


def _panels(figure: "Figure") -> list[Panel]:
    """Return the panels; colour bars and insets, which have no cell, go with theirs."""
    width, height = figure.get_size_inches()
    cells: dict[tuple[int, int], tuple[list[Axes], SubplotSpec]] = {}
    for ax in figure.axes:
        if (spec := ax.get_subplotspec()) is not None:
            place = (spec.rowspan.start, spec.colspan.start)
            cells.setdefault(place, ([], spec))[0].append(ax)
    return [
        Panel(
            tuple(axes),
            row,
            column,
            float(width * _share(spec, "width")),
            float(height * _share(spec, "height")),
        )
        for (row, column), (axes, spec) in sorted(cells.items(), key=lambda cell: cell[0])
    ]


def _share(spec: "SubplotSpec", side: str) -> float:
    """Return what part of the grid a cell takes."""
    grid = spec.get_gridspec()
    if side == "width":
        ratios, span = np.asarray(grid.get_width_ratios(), float), spec.colspan
    else:
        ratios, span = np.asarray(grid.get_height_ratios(), float), spec.rowspan
    return float(ratios[span.start : span.stop].sum() / ratios.sum())


def _chosen(panels: Sequence[int] | None, count: int) -> list[int]:
    if panels is None:
        return list(range(count))
    numbers = [domains.integer("panels", number, 1, count) for number in panels]
    if not numbers or len(set(numbers)) < len(numbers):
        raise ValueError(f"panels must be one or more, each once, got {list(panels)}")
    return [number - 1 for number in sorted(numbers)]


def _remove(figure: "Figure", panel: Panel) -> None:
    """Take a panel out, and colour bars that are of no other one."""
    for ax in list(figure.axes):
        parents = getattr(ax, "_colorbar_info", {}).get("parents", ())  # nothing public tells
        if parents and all(parent in panel.axes for parent in parents):
            ax.remove()
    for ax in panel.axes:
        ax.remove()


def _columns(panels: list[Panel], width: float) -> int:
    """Return how many panels have room side by side, at most those that had."""
    had = max(sum(other.row == panel.row for other in panels) for panel in panels)
    narrowest = NARROWED * min(panel.width for panel in panels)
    return max(min(had, int(width / narrowest)), 1)


def _label(found: list[Panel], kept: list[Panel], columns: int) -> None:
    """Write labels again that a panel had from its neighbours, where those have gone."""
    for k, panel in enumerate(kept):
        ax = panel.face
        left = kept[k - 1] if k % columns else None
        if not ax.get_ylabel() and (left is None or left.row != panel.row):
            first = next(one for one in found if one.row == panel.row).face
            ax.set_ylabel(first.get_ylabel())
            if ax.yaxis_inverted() == first.yaxis_inverted() and _shared(ax, first, "y"):
                ax.tick_params(labelleft=True)
        below = kept[k + columns] if k + columns < len(kept) else None
        if not ax.get_xlabel() and (below is None or below.column != panel.column):
            last = [one for one in found if one.column == panel.column][-1].face
            ax.set_xlabel(last.get_xlabel())
            if _shared(ax, last, "x"):
                ax.tick_params(labelbottom=True)


def _shared(ax: "Axes", other: "Axes", axis: str) -> bool:
    together = ax.get_shared_x_axes() if axis == "x" else ax.get_shared_y_axes()
    return ax is not other and bool(together.joined(ax, other))


def _outside(legend: "Legend", ax: "Axes") -> bool:
    """Return whether a legend is at the right of its panel."""
    return bool(legend.get_window_extent().x0 > ax.get_window_extent().x1 - 1)


def _too_wide(legend: "Legend", ax: "Axes") -> bool:
    """Return whether a legend hides its panel, or makes the layout leave it no room."""
    return bool(legend.get_window_extent().width > WIDE * ax.get_window_extent().width)


def _legends_below(
    figure: "Figure", width: float, roomless: Callable[["Legend", "Axes"], bool]
) -> int:
    """Move legends without room, and those of the figure, into one below; return its lines."""
    figure.draw_without_rendering()
    drawn: dict[str, Any] = {}  # by label: what a legend holds has lost the markers of error bars
    for ax in figure.axes:
        handles, labels = ax.get_legend_handles_labels()
        drawn |= dict(zip(labels, handles, strict=True))
    found = list(figure.legends)
    for ax in figure.axes:
        if (legend := ax.get_legend()) is not None and roomless(legend, ax):
            found.append(legend)
            ax.legend_ = None
    if not found:
        return 0
    held: dict[str, Any] = {}
    for legend in found:
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            held[text.get_text()] = drawn.get(text.get_text(), handle)
    titles = {legend.get_title().get_text() for legend in found}
    for legend in list(figure.legends):
        legend.remove()
    longest = max(len(line) for label in held for line in label.split("\n"))
    beside = max(int(width / (0.4 + 0.07 * longest)), 1)
    below = figure.legend(list(held.values()), list(held), loc="outside lower center", ncols=beside)
    title = titles.pop() if len(titles) == 1 else ""
    below.set_title(title)
    return -(-len(held) // beside) + bool(title)


def _arrange(figure: "Figure", panels: list[Panel], columns: int, width: float, lines: int) -> None:
    """Put the panels into a new grid, each nearly in the shape it had."""
    from matplotlib.gridspec import GridSpec

    rows = -(-len(panels) // columns)
    heights = [
        max(_height(panel, width / columns) for panel in panels[row * columns :][:columns])
        for row in range(rows)
    ]
    grid = GridSpec(rows, columns, figure=figure, height_ratios=heights)
    for k, panel in enumerate(panels):
        row, column = divmod(k, columns)
        last = k == len(panels) - 1
        cell = grid[row, column:] if last else grid[row, column]
        for ax in panel.axes:
            ax.set_subplotspec(cell)
    title = figure.get_suptitle()
    if title:
        figure.suptitle(title, fontsize="medium", wrap=True)
    figure.set_size_inches(width, sum(heights) + LINE * lines + 2 * LINE * bool(title))


def _height(panel: Panel, width: float) -> float:
    """Return the height of a panel of a new width that keeps its shape within its labels."""
    shape = (panel.height - AROUND) / max(panel.width - AROUND, AROUND)
    return AROUND + min(shape, TALLEST) * (width - AROUND)
