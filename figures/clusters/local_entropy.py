"""How many fixed points the densest clusters hold, against distance."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import replica
from figures.clusters.overlap_gap import critical_point
from figures.compared import Compared, Comparisons, interpolated
from figures.shared import strokes
from replica import high_precision

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Local entropy of the densest clusters: an upper bound"
equation = (
    r"S_\mathrm{int}(d) = \frac{\partial \Phi}{\partial y} \text{ at } y^*(d) "
    r"\text{, where } \Sigma = \Phi - y S_\mathrm{int} = 0"
)
caption = (
    "Left: the best upper bound, by mean numbers, of the entropy of the fixed points in the "
    "densest clusters that exist, against their mutual distance d; thin black: h(d), all states. "
    "Dashed: the entropy of fixed points at distance d from the best free reference state, which "
    "lies inside a cluster and not at its edge. A curve ends where y* exceeds 10⁴; one around a "
    "reference starts where its extremum appears. Dots at d = 1/2: Φ(J_D), all fixed points. "
    "Right: the same at small self-couplings. Where S_int < 0 no clusters of this diameter exist: "
    "the overlap gap. It closes as the minimum touches zero (second curve); where minimum and "
    "maximum merge (fourth), narrow and extended clusters become one dense region. Crosses: the "
    "same integrals by another quadrature, to 15 digits."
)

REFERENCES = [0.1, 0.4]  # self-couplings of the dashed curves
CHECKED = [(0.1, 0.2), (0.3, 0.1), (0.01, 0.05)]  # (d, J_D) of the crosses


def distances(points: int) -> npt.NDArray[np.float64]:
    """Return distances from 10^-3 to 1/2, denser towards zero."""
    return np.unique(
        np.concatenate([np.geomspace(1e-3, 0.1, points), np.linspace(0.1, 0.4995, points)])
    )


def densest_clusters(J_D: float, points: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the curve of zero complexity of one self-coupling, nan where y* > 10^4."""
    states = replica.local_entropy(distances(points), J_D, throw=False)
    return {
        "S": np.where(states.converged, states.local_entropy, np.nan),
        "y": np.where(states.converged, states.y, np.nan),
    }


def densest_around_reference(J_D: float, points: int) -> npt.NDArray[np.float64]:
    """Return the same for reference states, nan where there are none."""
    states = replica.reference_local_entropy(distances(points), J_D, throw=False)
    return np.where(states.converged, states.local_entropy, np.nan)


def again_by_mpmath(d: float, J_D: float) -> dict[str, float]:
    """Return the local entropy at zero complexity by mpmath, and its deviation."""
    state = replica.local_entropy(d, J_D)
    again = high_precision.clusters(state.y, d, J_D, digits=15)
    deviation = float(abs(again.local_entropy - state.local_entropy)) / state.error
    return {"S": float(again.local_entropy), "deviation": deviation}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Evaluate the curves, and the thresholds between them."""
    import xarray

    points, crosses = (80, CHECKED) if full else (16, CHECKED[:2])
    critical = run(critical_point, {"point": ["closing", "merging"]})["J_D"].values
    J_ogp, J_mono = critical.ravel().tolist()
    wide = [0.0, 0.05, 0.1, 0.2, 0.4, 0.8]
    narrow = [0.045, J_ogp, (J_ogp + J_mono) / 2, J_mono, 0.085]
    curves = run(densest_clusters, {"J_D": [*wide, *narrow], "points": [points]})["S"].squeeze()
    reference = run(densest_around_reference, {"J_D": REFERENCES, "points": [points // 2]})
    checks = [run(again_by_mpmath, {"d": [d], "J_D": [J_D]}).squeeze() for d, J_D in crosses]
    return xarray.Dataset(
        {
            "S_wide": (("J_D", "d"), curves.values[: len(wide)]),
            "S_narrow": (("J_D_narrow", "d"), curves.values[len(wide) :]),
            "S_reference": (("J_D_reference", "d_reference"), reference["result"].values.squeeze()),
            "S_checked": ("checked", [float(check["S"]) for check in checks]),
            "d_checked": ("checked", [d for d, _ in crosses]),
            "J_D_checked": ("checked", [J_D for _, J_D in crosses]),
            "deviation": ("checked", [float(check["deviation"]) for check in checks]),
        },
        {
            "J_D": wide,
            "J_D_narrow": narrow,
            "J_D_reference": REFERENCES,
            "d": distances(points),
            "d_reference": distances(points // 2),
        },
    )


variables = {
    "S_wide": (
        "local entropy S_int per neuron of the densest clusters: an upper bound by mean numbers"
    ),
    "S_narrow": (
        "local entropy S_int per neuron of the densest clusters, at small self-couplings: an "
        "upper bound by mean numbers"
    ),
    "S_reference": (
        "local entropy per neuron at distance d from the best reference state: it lies inside a "
        "cluster"
    ),
    "S": "local entropy S_int per neuron of the densest clusters",
    "S_checked": "local entropy S_int per neuron, by another quadrature: to 15 digits",
    "deviation": "local entropy by two quadratures, their difference in units of the claimed error",
    "J_D_narrow": "self-coupling J_D, of the curves near the thresholds",
    "J_D_reference": "self-coupling J_D, of the curves around reference states",
    "d_reference": "Hamming distance d per neuron from the reference state",
}

unjudged = {
    "theory alone: the same solver as of the curves that are checked": ("S_narrow", "S_reference"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the crosses with the curves that they lie on."""
    crosses = data["S_checked"]
    found = []
    for J_D, d in zip(data["J_D_checked"].values, data["d_checked"].values, strict=True):
        curve = data["S_wide"].sel(J_D=J_D).dropna("d")
        found.append(interpolated(np.log(curve["d"]), curve, np.log(d)))
    line, error = (crosses.copy(data=column) for column in np.array(found).T)
    what = "crosses, and the curves between their points"
    yield Compared(
        "deviation", what, (crosses - line) / error, "S_checked", error, "of the entropy"
    )
    yield Compared("deviation", "crosses by another quadrature, at their points", data["deviation"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw all distances, and small ones at small self-couplings."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.2))
    wide, narrow = figure.subplots(1, 2)
    _wide(wide, data)
    _narrow(narrow, data)
    return figure


def _wide(ax: "Axes", data: "xarray.Dataset") -> None:
    from scipy.special import entr

    d = np.linspace(0, 0.19, 200)  # above is the legend
    ax.plot(d, entr(d) + entr(1 - d), "k", lw=0.6)
    ax.annotate("$h(d)$", (0.12, 0.42), fontsize=8, ha="right")
    for i, J_D in enumerate(data["J_D"].values):
        ax.plot(data["d"], data["S_wide"].sel(J_D=J_D), color=f"C{i}")
        end = float(replica.fixed_point_entropy(J_D))
        ax.plot(0.5, end, "o", color=f"C{i}", ms=3, clip_on=False)
        ax.annotate(f"  {J_D:g}", (0.5, end), va="center", fontsize=7.5, annotation_clip=False)
        if J_D in data["J_D_reference"]:
            reference = data["S_reference"].sel(J_D_reference=J_D)
            ax.plot(data["d_reference"], reference, color=f"C{i}", ls="--")
    ax.plot([], [], "0.4", label="the densest clusters")
    ax.plot([], [], "0.4", ls="--", label="around a reference")
    ax.plot(data["d_checked"], data["S_checked"], "kx", label="another quadrature")
    ax.legend(loc="upper right", bbox_to_anchor=(1.0, 1.04))
    ax.annotate("  $J_D$", (0.5, 0.52), fontsize=8, annotation_clip=False)
    ax.set(xlabel="distance $d$", ylabel="local entropy $S_\\mathrm{int}$")
    ax.set(xlim=(0, 0.5), ylim=(-0.04, 0.6))


def _narrow(ax: "Axes", data: "xarray.Dataset") -> None:
    ax.axhline(0, color="0.6", lw=0.7)
    for i, J_D in enumerate(data["J_D_narrow"].values):
        name = {1: "  gap closes", 3: "  merging"}.get(i, "")
        curve = data["S_narrow"].sel(J_D_narrow=J_D)
        dash = strokes.DASHES[i]
        ax.plot(data["d"], curve, color=f"C{i}", ls=dash, label=f"{J_D:.4f}{name}")
    ax.legend(title="$J_D$", loc="upper left", handlelength=2.4)
    ax.set(xscale="log", xlabel="distance $d$", xlim=(1e-3, 0.1), ylim=(-0.004, 0.018))
    ax.set_ylabel("local entropy $S_\\mathrm{int}$")
