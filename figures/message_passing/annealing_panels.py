"""Panels of what is missing to the upper bound, in a linear field: its parts, and its time."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

MARKERS = "osD"  # of sizes
GREYS = ("0.6", "0.3", "0")  # of sizes: colours are distances


def draw_parts(axes: "list[Axes]", data: "xarray.Dataset") -> None:
    """Draw the deviations from the upper bound at one T, and the typical clusters between."""
    T = _common(data)
    shown = data.sel(T=T)
    for ax, J_D in zip(axes, data["J_D"].values, strict=True):
        here = shown.sel(J_D=J_D)
        _draw_breaking(ax, here)
        for k, size in enumerate(data["size"].values):
            for leg in ("down", "up"):
                one = here.sel(size=size, leg=leg)
                ax.errorbar(
                    data["distance"] * (1 + 0.03 * (k - 1)),
                    one["annealed"],
                    one["annealed_error"],
                    fmt=MARKERS[k],
                    color=GREYS[k],
                    mfc="w" if leg == "down" else GREYS[k],
                    ms=3,
                    label=f"{size}" if leg == "up" else None,
                )
        ax.set(xlabel="distance $d$", xlim=(0, 0.43))
        ax.set_title(f"$J_D = {J_D:g}$, $T = {T}$")
    lowest = float((shown["annealed"] - shown["annealed_error"]).min())
    axes[1].sharey(axes[0])
    axes[0].set_ylim(1.1 * lowest, 0.0002)
    for ax in axes[:2]:
        ax.set_ylabel("deviation from the upper bound")
    axes[0].legend(title="$N$", loc="lower right")


def draw_slowness(ax: "Axes", data: "xarray.Dataset", distances: npt.NDArray[np.float64]) -> None:
    """Draw what is missing to typical clusters, against the number of iterations."""
    J_D, T = data["J_D"].values[0], data["T"].values
    for i, d in enumerate(distances):
        here = data.sel(leg="up", distance=d, J_D=J_D)
        for k, N in enumerate(data["size"].values):
            one = here.sel(size=N)
            missing, shift = one["typical"] - one["annealed"], 1 + 0.06 * (k - 1)
            style, error = f"C{i + 2}{MARKERS[k]}-", one["annealed_error"]
            ax.errorbar(T * shift, missing, error, fmt=style, ms=3)
        ends = (here["typical"] - here["annealed"]).isel(T=-1).dropna("size")
        at = float(T[-1]), float(ends[0])
        ax.annotate(f"$d = {d:g}$", at, (8, 0), textcoords="offset points", va="center")
    ax.set(xscale="log", yscale="log", xlabel="iterations $T$", title=f"$J_D = {J_D:g}$")
    ax.set_xlim(0.8 * T[0], 4 * T[-1])
    ax.set_xticks(T, [f"{t}" for t in T])
    ax.set_yticks([0.0005, 0.001, 0.002, 0.004], ["0.0005", "0.001", "0.002", "0.004"])
    ax.minorticks_off()
    ax.set_ylabel("deviation from typical clusters")


def _draw_breaking(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw typical clusters, and shade what is missing to them."""
    from scipy.interpolate import CubicSpline

    d = data["distance"].values
    fine = np.geomspace(d[0], d[-1], 60)
    line = CubicSpline(np.log(d), data["typical"])(np.log(fine))
    ax.fill_between(fine, line, 0, color="0.85", lw=0)
    ax.plot(fine, line, color="k")
    ax.text(0.2, line.min() / 2, "replica symmetry\nbreaking", ha="center", va="center")


def _common(data: "xarray.Dataset") -> int:
    """Return the most iterations that there are of every size and coupling."""
    known = (data["annealed_count"] > 1).any(["leg", "distance"]).all(["size", "J_D"])
    return int(data["T"][known].max())
