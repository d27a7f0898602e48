"""Deep linear networks: from rich to lazy, and what depth does."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
import sweeps
from figures.compared import Compared, Comparisons, student

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Deep linear networks, from rich to lazy"
equation = (
    r"\dot o = 2 c (s - o) \quad \dot c = 2 o (s - o) \quad \to \quad "
    r"o = \frac{2 s c_0 T (r + c_0 T)}{2 c_0 (c_0 + r T) + (s^2 - c_0^2)(1 - T^2)} "
    r"\quad T = \tanh r t \quad r = \sqrt{s^2 + c_0^2}"
)
caption = (
    "How linear networks learn a map with modes of strengths s. First three panels: two layers of "
    "N neurons from random weights of mean square c_0, small (rich: mode by mode, in steps), "
    "middle and large (lazy: all at once). Lines: theory for N → ∞; circles: means over initial "
    "weights, by the exact map of their Gram matrix at a vanishing rate, at three sizes N, and "
    "extrapolated in 1/N (one standard error, mostly smaller than the circle). At any N a mode "
    "that has been learned waits for the weaker ones, to which it is tied by about 1/N, and the "
    "theory does not: late networks part from it by more than their scatter, and their limit does "
    "not. Shades: one standard deviation of single networks of 100 neurons. Last panel: when a "
    "mode has reached half of its strength, times the depth, from aligned and balanced weights; "
    "crosses: matrices, lines: the quadrature, dashed: its limit for infinite depth."
)

VERSION = 2  # of `wide`: 1 was left with an error in the rate
STRENGTHS = (3.0, 2.0, 1.2, 0.6)
SCALES = {0.01: 6.0, 0.3: 3.0, 3.0: 0.8}  # c_0, and until when it is followed
SMALLER, LARGE = (1000, 3000, 10_000), (10_000, 30_000, 100_000)
SMALL, A0 = 100, 0.1
LOOKS, BATCH = 40, 10
DEPTHS = (2, 3, 5, 10, 20)
CLAIMED = 5  # an extrapolation to vanishing rate leaves at most this part of its last step


def wide(c0: float, N: int, rate: float, rng: np.random.Generator) -> dict[str, Floats]:
    """Return the strengths of all modes at the looks, mean over a batch, at a vanishing rate."""
    regression, d = ld.Regression(np.diag(STRENGTHS)), len(STRENGTHS)
    at = looks(c0, rate)
    modes, left = np.zeros((2, LOOKS, d))
    for _ in range(BATCH):
        gram = c0 * ld.initial_gram(N, 0, d, d, rng=rng)
        fine, middle, coarse = (
            ld.regression_flow(regression, gram, k * rate, int(at[-1]) // k).modes[at // k]
            for k in (1, 2, 4)
        )
        first = 2 * fine - middle
        second = (4 * first - (2 * middle - coarse)) / 3
        modes += second / BATCH
        left += abs(second - first) / CLAIMED / BATCH
    return {"modes": modes, "left": left}


def looks(c0: float, rate: float) -> npt.NDArray[np.int64]:
    """Return the steps that are kept, multiples of four."""
    return 4 * np.linspace(0, SCALES[c0] / rate / 4, LOOKS + 1).round().astype(np.int64)[1:]


def half_times(depth: int, rate: float) -> Floats:
    """Return depth x rate x steps until each mode of a network of matrices is half learned."""
    regression = ld.Regression(np.diag(STRENGTHS))
    steps = int(1.3 * ld.mode_time(STRENGTHS[-1], A0, depth) / depth / rate) + 2
    layers = ld.aligned_layers(regression, A0, depth, rng=depth)
    modes = ld.train_layers(regression, layers, rate, steps).modes
    half = np.array(STRENGTHS) / 2
    after = np.argmax(modes >= half, axis=0)
    low, high = (np.take_along_axis(modes, (after - k)[None], 0)[0] for k in (1, 0))
    return np.asarray(depth * rate * (after - (high - half) / (high - low)))


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Follow networks, and integrate."""
    import xarray

    rate, sizes, batches = (1e-3, LARGE, 60) if full else (2e-3, SMALLER, 8)
    grid = {"c0": list(SCALES), "rate": [rate]}
    large, small = (
        run(wide, grid | {"N": list(N)}, replicas=batches)
        .squeeze("rate", drop=True)
        .rename(modes_0="look", modes_1="mode", left_0="look", left_1="mode")
        for N in (sizes, [SMALL])
    )
    limit, error = _extrapolated(large["modes"])
    few = small["modes"].squeeze("N", drop=True)
    theory = np.array(
        [
            ld.wide_two_layer(np.array(STRENGTHS), c0, looks(c0, rate)[:, None] * rate)
            for c0 in SCALES
        ]
    )
    halved = {}
    for pace in (1, 2):
        found = run(half_times, {"depth": list(DEPTHS), "rate": [pace * rate]})
        halved[pace] = found["result"].squeeze(["rate", "replica"], drop=True)
    half, step = 2 * halved[1] - halved[2], abs(halved[2] - halved[1])
    exact = [ld.mode_time(STRENGTHS, A0, depth) for depth in (*DEPTHS, np.inf)]
    return xarray.Dataset(
        {
            "time": (("c0", "look"), np.array([looks(c0, rate) * rate for c0 in SCALES])),
            "mean": limit,
            "error": np.hypot(error, large["left"].mean("replica").max("N")),
            "spread": few.std("replica", ddof=1) * np.sqrt(BATCH),
            "small": few.mean("replica"),
            "theory": (("c0", "look", "mode"), theory),
            "half": half.rename(result_0="mode"),
            "half_error": step.rename(result_0="mode") / CLAIMED,
            "quadrature": (("depth", "mode"), np.array(exact[:-1])),
            "limit": ("mode", exact[-1]),
        },
        {"mode": list(STRENGTHS)},
    ).assign_attrs(N=sizes, batches=batches)


def _extrapolated(
    modes: "xarray.DataArray",
) -> tuple["xarray.DataArray", "xarray.DataArray"]:
    """Return means for N → ∞, and their errors."""
    mean, error = modes.mean("replica"), modes.std("replica", ddof=1)
    error /= np.sqrt(modes.sizes["replica"])
    limit, limit_error = (mean.isel(N=0, drop=True).copy() for _ in range(2))
    for key in np.ndindex(limit.shape):
        at = dict(zip(limit.dims, key, strict=True))
        one = sweeps.extrapolate(mean["N"], mean.isel(at), error.isel(at))
        limit[at], limit_error[at] = one.limit, one.error
    return limit, limit_error


variables = {
    "time": "time of learning: steps times rate",
    "mean": "strength of a mode, mean over initial weights: taken to N → ∞ in 1/N",
    "error": "strength of a mode, one standard error: of the networks and of the rate",
    "spread": "strength of a mode, standard deviation over networks of 100 neurons",
    "small": "strength of a mode, mean over networks of 100 neurons",
    "theory": "strength of a mode, N → ∞",
    "half": "depth times rate times steps until a mode has half of its strength, of matrices",
    "half_error": "the same, error that the extrapolation to a vanishing rate claims",
    "quadrature": "depth times time until a mode has half of its strength, by an integral",
    "limit": "depth times time until a mode has half of its strength, for infinite depth",
    "c0": "mean square c_0 of the initial weights",
    "mode": "strength s of the mode",
    "depth": "number of layers",
    "look": "number of the look, from 0 on",
}

unjudged = {
    "the spread of small networks, of which there is no theory": ("spread", "small"),
    "a limit that matrices only approach": ("limit",),
    "the abscissa of three panels": ("time",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare networks with the closed form, and half times of matrices with integrals."""
    off = student((data["mean"] - data["theory"]) / data["error"], data.attrs["batches"])
    what = "strengths of modes, taken to N → ∞"
    yield Compared("z", what, off, "mean", data["error"], "of a strength", shared=True)
    off = (data["half"] - data["quadrature"]) / data["half_error"]
    what = "half times of matrices and the quadrature"
    error = data["half_error"]
    yield Compared("expansion", what, off, "half", error, "of depth x rate x steps")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw modes over time from small to large weights, and half times against depth."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.8))
    panels = figure.subplots(2, 2).ravel()
    for ax, c0, word in zip(panels, data["c0"].values, ("rich", "", "lazy"), strict=False):
        _draw_modes(ax, data.sel(c0=c0))
        ax.set_title(f"$c_0 = {c0:g}$" + (f" ({word})" if word else ""))
    panels[0].plot([], [], "ko", mfc="w", label="networks, $N \\to \\infty$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
    ax = panels[3]
    for color, (s, shape) in enumerate(zip(data["mode"].values, "x+1|", strict=True)):
        one = data.sel(mode=s)
        ax.plot(one["depth"], one["quadrature"], color=f"C{color}", label=f"$s = {s:g}$")
        ax.plot(one["depth"], one["half"], shape, ms=6, color=f"C{color}")
        ax.axhline(float(one["limit"]), color=f"C{color}", ls="--", lw=0.8)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="depth $L$",
        ylabel="$L \\times$ rate $\\times$ steps to half",
    )
    ax.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    ax.set_xticks([int(depth) for depth in data["depth"].values])
    ax.set_xticklabels([f"{depth}" for depth in data["depth"].values])
    ax.minorticks_off()
    return figure


def _draw_modes(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, s in enumerate(data["mode"].values):
        one = data.sel(mode=s)
        low, high = one["small"] - one["spread"], one["small"] + one["spread"]
        ax.fill_between(one["time"], low, high, color=f"C{color}", alpha=0.2, lw=0)
        ax.plot(one["time"], one["theory"], color=f"C{color}", label=f"$s = {s:g}$")
        some = one.isel(look=slice(color % 4, None, 4))
        ax.errorbar(
            some["time"], some["mean"], some["error"], fmt="o", ms=3, mfc="w", color=f"C{color}"
        )
    ax.set(xlabel="rate $\\times$ steps", ylabel="strength of a mode", ylim=(-0.15, None))
