"""The atlas where there are no scripts: all panels, with the sliders where they start."""

from typing import TYPE_CHECKING

import numpy as np

from figures.atlas.overlays import SIZES, Overlay, overlays
from figures.atlas.panels import GREY, PANELS, SLIDERS, TICKS, Line, Panel

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LETTERS = {"<var>": "$", "</var>": "$", "<sub>": "$_", "</sub>": "$"}
MARKERS = {"o": "o", "s": "s", "d": "D"}


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw every panel where its sliders start, or at the tabulated values next to that."""
    from matplotlib.figure import Figure

    state = start(data)
    figure = Figure(figsize=(7.2, 8.4))
    over = overlays()
    for ax, panel in zip(figure.subplots(3, 2).flat, PANELS, strict=True):
        for line in panel.lines:
            _line(ax, data, panel, line, state)
        for one in over:
            if one.panel == panel.name and shown(one, state):
                _overlay(ax, one)
        _frame(ax, panel, state)
    return figure


def start(data: "xarray.Dataset") -> dict[str, float]:
    """Return the values at which the sliders start."""
    axes = {**{str(name): axis.values for name, axis in data.coords.items()}, "size": SIZES}
    found = {}
    for slider in SLIDERS:
        axis = np.asarray(axes[slider.name])
        found[slider.name] = float(axis[np.abs(axis - slider.start).argmin()])
    return found


def shown(overlay: Overlay, state: dict[str, float]) -> bool:
    """Return whether the sliders have the values of an overlay."""
    return all(abs(state[name] - value) < 1e-9 for name, value in overlay.when.items())


def _line(
    ax: "Axes", data: "xarray.Dataset", panel: Panel, line: Line, state: dict[str, float]
) -> None:
    table = data[line.table]
    places = {**state, **dict(line.fixed)}
    at = {str(dim): places[str(dim)] for dim in table.dims if dim != panel.x}
    curve = table.sel(at, method="nearest") if at else table
    if panel.log.startswith("x"):
        curve = curve.where(curve[panel.x] > 0)
    width = 0.9 if line.color == GREY else 1.3
    style = "--" if line.dash else "-"
    label = line.label.format(**{name: f"{value:g}" for name, value in state.items()})
    ax.plot(curve[panel.x], curve, style, color=line.color, lw=width, label=label)
    if panel.gap and panel.gap[0] == line.table and not line.fixed:
        ax.fill_between(
            curve[panel.x], 0, 1, where=np.asarray(curve < 0), color="0.92", lw=0,
            transform=ax.get_xaxis_transform(),
        )  # fmt: skip


def _overlay(ax: "Axes", one: Overlay) -> None:
    if one.low is None or one.high is None:
        ax.plot(one.x, one.y, color=one.color, lw=0.8)
        return
    errors = np.subtract(one.y, one.low), np.subtract(one.high, one.y)
    ax.errorbar(
        one.x, one.y, errors, fmt=MARKERS[one.marker], color=one.color, label=one.label,
        mfc="w", ms=3.5, elinewidth=0.8, capsize=0,
    )  # fmt: skip


def _frame(ax: "Axes", panel: Panel, state: dict[str, float]) -> None:
    ax.set(
        xlabel=_math(panel.x_label),
        ylabel=_math(panel.y_label),
        title=panel.title.replace("*", "$"),
    )
    ax.set(xscale="log" if "x" in panel.log else "linear", ylim=panel.range)
    ax.set_yscale("log" if "y" in panel.log else "linear")
    if "x" in panel.log:
        low, high = ax.get_xlim()
        ticks = [tick for tick in TICKS[panel.x] if low <= tick <= high]
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
    if not panel.range:
        ax.axhline(0, color=GREY, lw=0.7, zorder=0)
    if panel.x == "J_D":
        ax.set_xlim(0, 1)
        ax.axvline(state["J_D"], color="k", lw=0.9)
    ax.legend(loc="best")


def _math(label: str) -> str:
    """Return a label of the page for matplotlib."""
    for tag, letter in LETTERS.items():
        label = label.replace(tag, letter)
    return label.replace("$$", "").replace("#", r"\#" if "$#" in label else "#")
