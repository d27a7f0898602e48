"""The panels of the figure `focusing_success`."""

from typing import TYPE_CHECKING

import numpy as np

from figures.shared import fractions, strokes

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = {"focusing": "C0", "repaired": "C3", "reinforcement": "C1"}
MARKERS = {"focusing": "o", "repaired": "^", "reinforcement": "s"}
ARROW = 0.02  # length of an arrow in J_D


def figure(data: "xarray.Dataset", labels: dict[str, str]) -> "Figure":
    """Draw the fractions of the algorithms that are predicted, and the thresholds of all."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MultipleLocator

    drawn = Figure(figsize=(7.2, 6.0))
    above, below = drawn.subplots(2, 2)
    sizes = data.isel(case=data["effort"].values == data.attrs["effort"])
    for ax, name in zip(above, data["predicted"].values, strict=True):
        _draw_fractions(ax, sizes.sel(algorithm=name, predicted=name))
        ax.set(title=labels[str(name)], xlabel="self-coupling $J_D$", ylim=(-0.03, 1.03))
    above[0].set_ylabel("fraction solved")
    above[0].set_xlim(0, None)
    above[0].xaxis.set_major_locator(MultipleLocator(0.05))
    above[1].sharex(above[0])
    above[0].legend(loc="upper left", title="$N$")
    _draw_sizes(below[0], data, sizes, labels)
    _draw_efforts(below[1], data)
    below[1].sharey(below[0])
    return drawn


def _draw_fractions(ax: "Axes", sizes: "xarray.Dataset") -> None:
    """Draw the fractions at one effort, with what is predicted."""
    from matplotlib import colormaps

    for k in range(sizes.sizes["case"]):
        one, color = sizes.isel(case=k), colormaps["viridis_r"](0.1 + 0.9 * k / sizes.sizes["case"])
        marker = strokes.MARKERS[k % len(strokes.MARKERS)]
        fraction = one["found"].values / one["networks"].values
        fractions.draw_fractions(
            ax, one["J_D"], fraction, one["interval"].values, color, f"{int(one['N'])}", marker
        )
        low, value, high = one["expected"].values
        ax.plot(one["J_D_fit"], value, color=color)
        ax.fill_between(one["J_D_fit"], low, high, color=color, alpha=0.15, lw=0)


def _draw_sizes(
    ax: "Axes", data: "xarray.Dataset", sizes: "xarray.Dataset", labels: dict[str, str]
) -> None:
    """Draw the thresholds against N."""
    N = sizes["N"].values
    for shift, name in zip((1, 0.95, 1.05), labels, strict=True):
        bars = sizes["threshold"].sel(algorithm=name).values.T
        _draw_thresholds(ax, shift * N, bars, name, labels[name])
    for name in data["predicted"].values:
        one = sizes.sel(predicted=name)
        _draw_line(ax, N, one["expected_threshold"], name)
        shown = (data["line_N"] > N.min() / 1.2) & (data["line_N"] < 4.2 * N.max())
        bound = data["poisson_threshold"].sel(predicted=name).isel(line_N=shown, bound=1)
        ax.plot(bound["line_N"], bound, color=COLORS[str(name)], ls="--", lw=0.9)
    _draw_transitions(ax, data)
    ax.set(xlabel="neurons $N$", ylabel="threshold $J_f$")
    ax.set_title(f"one effort: {sizes['effort'].values[0]} iterations")
    ax.set_xticks(N, [f"{n}" for n in N], rotation=45)
    ax.minorticks_off()
    ax.legend(loc="lower left", ncols=2, columnspacing=1.0)


def _draw_efforts(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the thresholds of one size against the effort."""
    efforts = data["effort"].values
    N = data["N"].values[efforts != efforts[0]][0]
    cases = data.isel(case=data["N"].values == N).sortby("effort")
    for shift, name in zip((1, 0.94, 1.06), data["algorithm"].values, strict=True):
        bars = cases["threshold"].sel(algorithm=name).values.T
        _draw_thresholds(ax, shift * cases["effort"].values, bars, str(name))
    for name in data["predicted"].values:
        line = data["effort_threshold"].sel(predicted=name)
        _draw_line(ax, data["line_effort"].values, line, name)
    _draw_transitions(ax, data)
    ax.plot([], [], color="0.4", label="by single runs")
    ax.plot([], [], color="0.4", ls="--", lw=0.9, label="by Poisson numbers")
    ax.plot([], [], color="0.6", ls=":", lw=0.8, label="gap closes, clusters merge")
    ax.legend(loc="upper left")
    ax.set(xlabel="iterations of all runs", title=f"$N = {N}$")


def _draw_line(ax: "Axes", x: np.ndarray, line: "xarray.DataArray", name: str) -> None:
    low, value, high = line.transpose("bound", ...).values
    ax.plot(x, value, color=COLORS[str(name)])
    ax.fill_between(x, low, high, color=COLORS[str(name)], alpha=0.15, lw=0)


def _draw_thresholds(
    ax: "Axes", x: np.ndarray, bars: np.ndarray, name: str, label: str | None = None
) -> None:
    """Draw thresholds with their intervals; an open end is an arrow."""
    low, value, high = bars
    color = COLORS[name]
    fractions.draw_bounds(ax, x, bars, MARKERS[name], color, label)
    for end, sign in ((low, -1), (high, 1)):
        arrow = np.isfinite(value) & ~np.isfinite(end)
        ax.errorbar(
            x[arrow],
            value[arrow],
            np.full(arrow.sum(), ARROW),
            lolims=sign > 0,
            uplims=sign < 0,
            fmt="none",
            color=color,
            lw=0.8,
        )


def _draw_transitions(ax: "Axes", data: "xarray.Dataset") -> None:
    for value in data["transition"].values:
        ax.axhline(value, color="0.6", lw=0.8, ls=":")
    ax.set(xscale="log", ylim=(0, None))
