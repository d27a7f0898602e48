"""Where the activity of infinitely many neurons persists."""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
from figures.compared import Compared, Comparisons
from figures.shared import strokes

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Persistence of activity"
equation = (
    r"J_D + 2 \ell(p) \sqrt{pu} = J_\mathrm{a} + O(u) "
    r"\quad \ell(1) = 0.5826 \quad \ell(p \to 0) = \frac{1}{\sqrt{2p}}"
)
caption = (
    "Infinitely many neurons, fully asymmetric couplings: activity lasts below a self-coupling "
    "J_a(∞), on which three orders of updates agree, and dies above it. Left: unstable fraction "
    "after t synchronous updates, averaged over intervals of a factor 1.4; dashed: the plateaus "
    "predicted from the threshold on the right, to leading order; dotted: 1/t, the law at the "
    "threshold. Right: plateaus u of three orders of updates, whose values of u differ by the "
    "factor that ℓ(p) says: J_D plus the shift of the boundary at which neurons flip. At u = 0 it "
    "is J_a(∞), the self-coupling above which activity dies; straight lines: fits; crosses, "
    "shifted sideways: their ends, with one standard error."
)

CASES = (("synchronous", 1.0), ("random", 1.0), ("random", 0.5))
PLATEAUS = (0.5, 0.54, 0.58, 0.62, 0.66, 0.7)
LOWER = (0.42, 0.46, 0.5, 0.54, 0.58, 0.62)  # of short runs: two flips per neuron or more
NAMES = ("J_D", "plateau", "plateau_error", "drift", "shifted", "shifted_error", "value", "error")


def threshold(
    order: str, dt: float, t_max: int, samples: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the threshold from one order of updates, with its plateaus."""
    couplings = PLATEAUS if t_max >= 300 else LOWER
    found = dynamics.persistence_threshold(
        couplings, t_max, dt, samples, order=order, rng=rng, throw=False
    )
    return {name: np.asarray(getattr(found, name), dtype=float) for name in NAMES}


def decay(
    J_D: float, t_max: int, samples: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return the unstable fraction after each synchronous update."""
    run = dynamics.mean_field(J_D, t_max, 1.0, samples, order="synchronous", rng=rng)
    return run.unstable_fraction


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Measure plateaus, extrapolate them, and follow activity on both sides of the threshold."""
    import xarray

    t_max, samples = (400, 400000) if full else (120, 32000)
    rows = [
        run(
            threshold,
            {"order": [order], "dt": [dt], "t_max": [t_max], "samples": [round(samples * dt)]},
        )
        for order, dt in CASES
    ]
    measured = xarray.concat([_plain(row) for row in rows], "case")
    weights = measured["error"] ** -2.0
    mean = float((weights * measured["value"]).sum() / weights.sum())
    mean_error = float(weights.sum() ** -0.5)
    apart = np.sqrt(measured["error"] ** 2 - mean_error**2)  # the mean moves with each of them
    grid = {"J_D": [0.5, 0.6, 0.7, 0.76, 0.815, 0.86, 0.95], "t_max": [t_max]}
    decays = run(decay, {**grid, "samples": [2 * samples]})["result"].squeeze(drop=True)
    return measured.assign(
        decay=(("self_coupling", "t"), decays.transpose("J_D", ...).values),
        value_z=(measured["value"] - mean) / apart,
        mean=mean,
        mean_error=mean_error,
    ).assign_coords(self_coupling=grid["J_D"], t=np.arange(t_max + 1))


def _plain(row: "xarray.Dataset") -> "xarray.Dataset":
    """Return the plateaus along `point`, without the coordinates of the sweep."""
    import xarray

    row = row.squeeze(drop=True)
    return xarray.Dataset(
        {name: (("point",)[: row[name].ndim], row[name].values) for name in NAMES}
    )


variables = {
    "plateau": "fraction of unstable neurons on the plateau",
    "drift": "drift of the plateau in standard errors",
    "shifted": "self-coupling plus the shift of the boundary at which neurons flip",
    "value": "self-coupling J_a(∞) above which activity dies: the end of the fit at no activity",
    "error": "self-coupling J_a(∞), one standard error",
    "decay": "fraction of unstable neurons after t synchronous updates",
    "value_z": "J_a(∞) by an order of updates, deviation from the mean of all in standard errors",
    "mean": "weighted mean of J_a(∞) over the orders of updates",
    "self_coupling": "self-coupling J_D, of the decays",
    "t": "time in synchronous updates",
    "case": (
        "order of updates, counted from 0: synchronous, all in random order (dt = 1), half of "
        "them at a time (dt = 1/2)"
    ),
}

unjudged = {
    "what the thresholds are fitted to": ("decay", "plateau", "shifted", "shifted_error"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the threshold of each order of updates with the mean of all."""
    apart = (data["error"] ** 2 - data["mean_error"] ** 2) ** 0.5  # the mean moves with each
    off = (data["value"] - data["mean"]) / apart
    what = "the threshold by three orders of updates"
    yield Compared("twin", what, off, "value", apart, "of J_D", shared=True)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the decay of activity, and the threshold."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.8, 3.1))
    left, right = figure.subplots(1, 2)
    _draw_decay(left, data)
    for color, (order, dt) in enumerate(CASES):
        one = data.isel(case=color)
        label = "synchronous" if order == "synchronous" else f"random, $dt = {dt:g}$"
        u, y, error = (one[name].values for name in ("plateau", "shifted", "shifted_error"))
        right.errorbar(u, y, error, fmt="os^"[color], mfc="w", color=f"C{color}", label=label)
        value, width = float(one["value"]), float(one["error"])
        slope = np.sum((y - value) * u / error**2) / np.sum(u**2 / error**2)
        x = np.array([0, u.max()])
        right.plot(x, value + slope * x, color=f"C{color}", lw=0.8)
        right.errorbar([-0.001 * (color + 1)], [value], [width], fmt="x", color=f"C{color}")
    mean, spread = float(data["mean"]), float(data["mean_error"])
    label = f"$J_a = {mean:.4f} \\pm {spread:.1g}$"
    right.axhline(mean, color="0.5", lw=0.8, ls="--", label=label)
    right.set(xlabel="plateau $u$", ylabel="$J_D + 2\\,\\ell(p)\\,\\sqrt{pu}$")
    low, high = right.get_ylim()
    right.set_ylim(low - 0.45 * (high - low), high)
    right.legend(loc="lower left")
    return figure


def _draw_decay(ax: "Axes", data: "xarray.Dataset") -> None:
    t = data["t"].values
    edges = np.unique(np.geomspace(1, t[-1] + 1, 2 * int(np.log2(t[-1]))).round().astype(int))
    centres = np.sqrt(edges[:-1] * (edges[1:] - 1.0))
    for color, J_D in enumerate(data["self_coupling"].values):
        one = data["decay"].sel(self_coupling=J_D).values
        means = np.array([one[a:b].mean() for a, b in pairwise(edges)])
        alive = means > 0
        style = f"{strokes.MARKERS[color % len(strokes.MARKERS)]}-"
        ax.plot(centres[alive], means[alive], style, ms=3, mfc="w", lw=0.7, color=f"C{color}")
        ax.plot([], [], style, mfc="w", ms=3, color=f"C{color}", label=f"{J_D:g}")
        shift = float(data["mean"]) - J_D
        if shift > 0.02:
            plateau = (shift / (2 * dynamics.boundary_shift(1.0))) ** 2
            ax.plot(t[[len(t) // 3, -1]], [plateau] * 2, "--", color=f"C{color}", lw=1)
    ax.plot(t[8:], 0.3 / t[8:], "k:", lw=0.9, label="$1/t$")
    ax.plot([], [], "0.4", ls="--", lw=1, label="plateau")
    ax.set(xlabel="updates $t$", ylabel="unstable fraction $u$", xscale="log", yscale="log")
    ax.set_ylim(1e-4, 0.5)
    ax.legend(loc="lower left", title="$J_D$", ncols=2, fontsize=6.5, columnspacing=1)
