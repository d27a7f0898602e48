"""Where clusters of fixed points exist at all distances, and where they merge."""

from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize

import replica
from figures.compared import Compared, Comparisons
from figures.shared import strokes

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Overlap gap and merging of clusters"
equation = (
    r"\text{gap of } y \text{: } \min_d \Phi(y, d) = 0 "
    r"\quad \text{any gap: } \min_d S_\mathrm{int} = 0 "
    r"\quad \text{merging: } \min_d \frac{\mathrm{d} S_\mathrm{int}}{\mathrm{d} d} = 0"
)
caption = (
    "Left: the largest self-coupling at which groups of y fixed points are missing at some mutual "
    "distance (line), from the sum over up spins at integer y (circles), and its maximum over y "
    "(dashed). Right: which distances are forbidden: below a line there are no groups of y fixed "
    "points at distance d, for y = 2, 3 and for the best y of each distance (shaded), where S_int "
    "< 0 at zero complexity. Below the dashed line S_int falls with d: its two branches are the "
    "maximum, of narrow clusters, and the minimum that parts them from extended ones; where they "
    "meet, the clusters merge."
)

CLAIMED = 1e-12  # of thresholds by sums, and for real y
GROUPS = [2.0, 3.0]
POINTS = {
    "closing": replica.overlap_gap_threshold,
    "closing, by local entropy": replica.zero_complexity_gap_threshold,
    "merging": replica.merging_threshold,
}


def gap_threshold(y: float) -> dict[str, float]:
    """Return the threshold of groups of y fixed points."""
    found = replica.overlap_gap_threshold(y)
    return {"J_D": found.J_D, "uncertainty": found.J_D_error}


def integer_gap_threshold(y: int) -> dict[str, float]:
    """Return the same from the sum over up spins."""
    found = replica.symmetric_overlap_gap_threshold(y)
    return {"J_D": found.J_D, "uncertainty": found.J_D_error}


def critical_point(point: str) -> dict[str, float]:
    """Return the threshold of one name."""
    found = POINTS[point]()
    return {"J_D": found.J_D, "uncertainty": found.J_D_error, "d": found.d}


def forbidden_below(d: float, y: float) -> float:
    """Return the J_D at which groups of y at distance d appear; y = 0 asks for the best y."""

    def excess(J_D: float) -> float:
        if y == 0:
            return float(replica.local_entropy(d, J_D).local_entropy)
        return float(replica.clusters(y, d, J_D).free_entropy)

    return float(optimize.brentq(excess, 0, 0.2, xtol=1e-6))


def turning(d: float) -> float:
    """Return the J_D above which the local entropy grows with distance at d; nan for all."""

    def slope(J_D: float) -> float:
        step = 1e-3  # of ln d
        near, far = replica.local_entropy(d * np.exp([-step, step]), J_D).local_entropy
        return float(far - near) / (2 * step)

    return float(optimize.brentq(slope, 0, 0.2, xtol=1e-6)) if slope(0) < 0 else np.nan


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Evaluate thresholds against y, and against the distance."""
    import xarray

    n = list(range(2, 21 if full else 7))
    y = sorted({*np.geomspace(1.01, 100, 60 if full else 12).tolist(), *map(float, n)})
    d = np.geomspace(1e-3, 0.45, 80 if full else 24).tolist()
    line = run(gap_threshold, {"y": y}).squeeze()
    same = line.sel(y=[float(k) for k in n])
    sums = run(integer_gap_threshold, {"y": n}).squeeze()
    points = run(critical_point, {"point": list(POINTS)}).squeeze()
    forbidden = run(forbidden_below, {"d": d, "y": [0.0, *GROUPS]}).squeeze()
    claimed = same["uncertainty"].values + sums["uncertainty"].values
    both = (points["J_D"][0] - points["J_D"][1]) / points["uncertainty"][:2].sum()
    return xarray.Dataset(
        {
            "J_ogp": ("y", line["J_D"].values),
            "integer_J_ogp": ("n", sums["J_D"].values),
            "integer_deviation": ("n", (same["J_D"].values - sums["J_D"].values) / claimed),
            "point_J_D": ("point", points["J_D"].values),
            "point_uncertainty": ("point", points["uncertainty"].values),
            "point_d": ("point", points["d"].values),
            "closing_deviation": ((), float(both)),
            "forbidden_below": (("groups", "d"), forbidden["result"].values.T),
            "turning": ("d", run(turning, {"d": d})["result"].values.squeeze()),
        },
        {
            "y": y,
            "n": n,
            "d": d,
            "groups": [0.0, *GROUPS],
            "point": list(POINTS),
        },
    )


variables = {
    "J_ogp": "self-coupling J_ogp(y) at which the gap of groups of y closes: for real y",
    "integer_J_ogp": (
        "self-coupling J_ogp(y) at which the gap of groups of y closes, by the sum over up "
        "spins: for integer y"
    ),
    "integer_deviation": (
        "J_ogp(y) by two solvers, their difference in units of the errors that both claim"
    ),
    "point_J_D": "self-coupling J_D of the threshold",
    "point_uncertainty": "numerical error that the solver claims for the threshold",
    "point_d": "Hamming distance d per neuron at which the threshold is reached",
    "closing_deviation": (
        "J_ogp by two conditions, their difference in units of the errors that both claim"
    ),
    "forbidden_below": "self-coupling below which there are no groups at distance d",
    "turning": (
        "self-coupling above which the local entropy grows with the distance at d: nan if it "
        "does at all"
    ),
    "groups": "number of replicas y of the groups: 0 stands for the best y of each distance",
    "point": "threshold",
}

unjudged = {
    "theory alone: the conditions whose extremes are the thresholds that are checked": (
        "forbidden_below",
        "point_d",
        "turning",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare thresholds by sums with those for real y, and the maximum with where S touches 0."""
    off = (data["integer_J_ogp"] - data["J_ogp"].sel(y=data["n"].astype(float)).values) / CLAIMED
    what = "integer y by sums and as real y"
    yield Compared("deviation", what, off, "integer_J_ogp", CLAIMED, "of J_D")
    yield Compared("deviation", f"{what}, in their own errors", data["integer_deviation"])
    claimed = float(data["point_uncertainty"][:2].sum())
    off = (data["point_J_D"].isel(point=[0]) - float(data["point_J_D"][1])) / claimed
    what = "where the gap closes, by two conditions"
    yield Compared("deviation", what, off, "point_J_D", claimed, "of J_D")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the thresholds against y, and the plane of distance and self-coupling."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.0))
    thresholds, plane = figure.subplots(1, 2)
    _thresholds(thresholds, data)
    _plane(plane, data)
    return figure


def _thresholds(ax: "Axes", data: "xarray.Dataset") -> None:
    closing = float(data["point_J_D"].sel(point="closing"))
    ax.plot(data["y"], data["J_ogp"], label="real $y$")
    ax.plot(data["n"], data["integer_J_ogp"], "o", mfc="w", label="integer $y$, by sum")
    ax.axhline(closing, color="k", ls="--", lw=0.8, label=f"maximum, {closing:.7f}")
    ax.set(xscale="log", xlabel="replicas $y$", ylabel="gap threshold $J_\\mathrm{ogp}(y)$")
    ax.set(xlim=(1, 100), ylim=(0, 0.068))
    ax.legend(loc="lower center")


def _plane(ax: "Axes", data: "xarray.Dataset") -> None:
    forbidden = data["forbidden_below"]
    for i, y in enumerate(GROUPS):
        dash = strokes.DASHES[2 + i]
        ax.plot(data["d"], forbidden.sel(groups=y), color=f"C{i}", ls=dash, label=f"$y = {y:g}$")
    ax.plot(data["d"], forbidden.sel(groups=0.0), "k", label="best $y$")
    ax.fill_between(data["d"], 0, forbidden.sel(groups=0.0), color="0.88", lw=0)
    ax.plot(data["d"], data["turning"], "k--", lw=0.8, label="$dS_\\mathrm{int}/dd = 0$")
    for name in ("closing", "merging"):
        point = data.sel(point=name)
        J_D, d = float(point["point_J_D"]), float(point["point_d"])
        ax.plot(d, J_D, "ko")
        ax.annotate(f"{name} {J_D:.4f}", (1.1 * d, J_D + 0.002), fontsize=7.5)
    ax.set(xscale="log", xlabel="distance $d$", ylim=(0, 0.1), xlim=(1e-3, 0.45))
    ax.set_ylabel("self-coupling $J_D$")
    ax.legend(loc="upper right")
