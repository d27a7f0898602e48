"""The ladder of plateaus on which learning without memory stops."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "A ladder of plateaus"
equation = (
    r"\frac{L}{T} \to \frac{e^s - 1}{4 s^2} - \frac{e^s \sin 2\sqrt{sT}}{8 s^{3/2} \sqrt T} "
    r"\quad s = -kT \quad \#\text{minima} \to 0.3825 \sqrt T"
)
caption = (
    "A point mass under the feedback k of its position, without memory: all that a network does "
    "in the first stage of learning. Left: the loss of T steps against s = -kT, exact (lines; "
    "circles: local minima), and its law for long horizons (dotted; black: its smooth part). "
    "Learning comes from the left. Middle: the number of local minima, which grows as the root of "
    "T. Right: where they lie; black: the limits of the ladder and the minimum of the smooth "
    "part. The law claims an error of e^s/(2sT)."
)

SHOWN = (40, 160, 640)


def loss(T: int, full: bool) -> dict[str, npt.NDArray[np.float64]]:
    """Return the loss over T, exact and by the law."""
    s = _grid(full)
    return {"exact": ld.memoryless_loss(s, T)[0] / T, "law": ld.plateau_loss(s, T)}


def minima(T: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the local minima, padded by nan."""
    found = ld.plateaus(T)
    padding = (0, 60 - len(found.k))
    return {
        "s": np.pad(-found.k * T, padding, constant_values=np.nan),
        "height": np.pad(found.loss / T, padding, constant_values=np.nan),
    }


def _grid(full: bool) -> npt.NDArray[np.float64]:
    return np.linspace(0.35, 4.2, 1500 if full else 400)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Evaluate losses, and find their minima."""
    import xarray

    horizons = np.unique(np.geomspace(10, 10240 if full else 2560, 31 if full else 17).astype(int))
    curves = run(loss, {"T": list(SHOWN), "full": [full]}).squeeze(["full", "replica"], drop=True)
    found = run(minima, {"T": sorted({*map(int, horizons), *SHOWN})}).squeeze("replica", drop=True)
    limits = ld.plateau_limits()
    s = found["s"].rename(s_0="minimum").transpose("T", "minimum")
    height = found["height"].rename(height_0="minimum").transpose("T", "minimum")
    at = _grid(full)
    return xarray.Dataset(
        {
            "exact": curves["exact"].rename(T="horizon", exact_0="grid"),
            "law": curves["law"].rename(T="horizon", law_0="grid"),
            "smooth": ("grid", ld.plateau_loss(at, 2, ripple=False)),
            "minimum_s": s,
            "minimum_height": height,
            "count": s.notnull().sum("minimum").astype(float),
        },
        {"grid": at},
    ).assign_attrs(
        best=limits.s,
        lowest=limits.loss,
        first=limits.first,
        last=limits.last,
        density=limits.density,
    )


variables = {
    "exact": "loss over the horizon, exact",
    "law": "loss over the horizon by the law for long horizons",
    "smooth": "loss over the horizon by the smooth part of the law",
    "minimum_s": "place s of a local minimum",
    "minimum_height": "loss over the horizon at a local minimum",
    "count": "number of local minima",
    "horizon": "horizon T, of the curves",
    "grid": "place s = -kT",
    "T": "horizon T",
    "minimum": "number of the minimum",
}

unjudged = {
    "limits of the ladder, at finite T without a claimed error": ("minimum_s", "minimum_height"),
    "the law without its ripple": ("smooth",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare losses with their law, and the number of minima with that of the ladder."""
    s = data["grid"]
    error = s.copy(data=np.exp(s.values) / (2 * s.values)) / data["horizon"]
    off = ((data["exact"] - data["law"]) / error).transpose("horizon", "grid")
    yield Compared("expansion", "loss and its law", off, "exact", error, "of L/T")
    off = (data["count"] - data.attrs["density"] * np.sqrt(data["T"])) / 1.5
    what = "number of minima and its law, within 1.5"
    yield Compared("expansion", what, off, "count", 1.5, "of a number")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw losses, and the number and the places of their minima."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.8))
    left, middle, right = figure.subplots(1, 3, width_ratios=[1.3, 0.85, 0.85])
    _draw_losses(left, data)
    T = data["T"].values
    every = np.geomspace(T.min(), T.max(), 50)
    middle.plot(every, data.attrs["density"] * np.sqrt(every), "k", lw=0.9)
    middle.plot(T, data["count"], "o", mfc="w", color="C0")
    middle.set(xscale="log", yscale="log", xlabel="horizon $T$", ylabel="local minima")
    middle.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    middle.minorticks_off()
    for name, style in (("first", "--"), ("last", "--"), ("best", "-")):
        right.axhline(data.attrs[name], color="k", ls=style, lw=0.9)
    s, height = data["minimum_s"].values, data["minimum_height"].values
    right.plot(T, s, "o", ms=2.5, mfc="w", mew=0.7, color="C0")
    lowest = np.nanargmin(height, axis=1)
    right.plot(T, s[np.arange(len(T)), lowest], "o", ms=3.5, color="C1", label="lowest minimum")
    right.set(xscale="log", xlabel="horizon $T$", ylabel="$s = -kT$", ylim=(0, 5))
    right.legend(loc="upper left")
    return figure


def _draw_losses(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, T in enumerate(data["horizon"].values):
        one, found = data.sel(horizon=T), data.sel(T=T)
        ax.plot(data["grid"], one["exact"], color=f"C{color}", lw=1, label=f"$T = {T}$")
        ax.plot(data["grid"], one["law"], ":", color=f"C{color}", lw=1)
        ax.plot(
            found["minimum_s"], found["minimum_height"], "o", ms=3.5, mfc="w", color=f"C{color}"
        )
    ax.plot(data["grid"], data["smooth"], "k", lw=0.8, label="smooth part")
    ax.set(xlabel="feedback $s = -kT$", ylabel="loss $L/T$", ylim=(0.2, 1.05))
    ax.legend(loc="upper center")
