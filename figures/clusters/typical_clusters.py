"""The densest clusters of a typical network, below the bound by mean numbers."""

from typing import TYPE_CHECKING

import numpy as np

import replica
from figures.clusters.overlap_gap import critical_point
from figures.compared import Compared, Comparisons
from figures.shared import strokes

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Typical clusters, and why the thresholds stay"
equation = (
    r"S_{\mathrm{max}} = \lim_{y \to \infty} \frac{\Phi_{\mathrm{q}}}{y} "
    r"\le \min_y \frac{\Phi_1}{y} \quad V(q_0) = \frac{\partial \Phi}{\partial m} (m = 1)"
)
caption = (
    "Above, left: the densest clusters of a typical network have very nearly the entropy that mean "
    "numbers allow at the most (dashed), at all diameters d; crosses: typical groups of 40 and 80 "
    "fixed points, extrapolated to infinitely many, by another quadrature. Right: the difference "
    "of the two against the square of the slope of the bound, near the minimum at the gap "
    "threshold and the turning point at the merging one. It vanishes with the slope, and "
    "extrapolated to zero it does so at the distances of the thresholds, which stay. Below, left: "
    "what groups gain by a cross overlap q₀, in units of the overlap q₁. Where the curve is "
    "negative, groups stay independent and their mean number is typical: at both thresholds; at d "
    "= 0.05, J_D = 0.1 it is positive at the end. Right: the largest eigenvalue of the typical "
    "theory (colours; finite ones). Where it is above one (line in the scale) a further step of "
    "replica symmetry breaking would lower the entropy a little more. Below the dashed line, to "
    "the grid, the spin of a site jumps with its fields and the eigenvalue of groups of a block, "
    "which diverges towards it, is left out; above the solid line, which ends at J_D = 0.4811, "
    "independent groups at the bound are unstable already; in the blank corner the bound falls "
    "with d. Single darkest cells at the dashed line belong to that divergence. The thresholds of "
    "the gap thus stay."
)

VERSION = 2  # of `densest_clusters`: 1 had another quadrature
CHECKED = [(0.1, 0.2), (0.1, 0.3), (0.3, 0.2)]  # (d, J_D) of the crosses
NEAR = {"closing": [0.0165, 0.0175, 0.019, 0.021], "merging": [0.0066, 0.0072, 0.008, 0.009]}
# of the distance from a threshold: the slope of the bound goes as the first and the second
POWER = {"closing": 2, "merging": 4}


def densest_clusters(d: float, J_D: float) -> dict[str, float]:
    """Return the entropy of typical clusters and its bound, nan where it is not found."""
    state = replica.quenched_local_entropy(d, J_D, throw=False)
    return {"S": state.local_entropy, "bound": state.upper_bound, "smooth": float(state.smooth)}


def many_groups(d: float, J_D: float) -> dict[str, float]:
    """Return the entropy extrapolated from finite groups, and its deviation."""
    y = np.array([20.0, 40.0, 80.0])
    S = replica.quenched_clusters(y, d, J_D).local_entropy
    once = (4 * S[1:] - S[:-1]) / 3  # without the part that falls as the square of 1/y
    limit = float(replica.quenched_local_entropy(d, J_D).local_entropy)
    return {
        "S": float(once[1]),
        "limit": limit,
        "off": float(S[2] - limit),
        "ratio": float((S[1] - limit) / (S[2] - limit)),
        "deviation": float((once[1] - limit) / (once[1] - once[0])),
    }


def near_threshold(d: float, J_D: float) -> dict[str, float]:
    """Return how far the bound is, and its slope."""
    state = replica.quenched_local_entropy(d, J_D)
    step = 1e-3 * d
    far, near = replica.local_entropy([d + step, d - step], J_D).local_entropy
    return {
        "difference": state.upper_bound - state.local_entropy,
        "slope": float(far - near) / (2 * step),
    }


def eigenvalues(d: float, J_D: float) -> dict[str, float]:
    """Return the largest finite one of a typical network, and the sign of the determinant."""
    state = replica.quenched_local_entropy(d, J_D, throw=False)
    found = np.array([state.inner_stability, state.block_stability, state.outer_stability])
    largest = found[np.isfinite(found)].max() if state.converged else np.nan
    return {"largest": float(largest), "smooth": float(state.smooth and state.converged)}


def unstable_from(J_D: float) -> dict[str, float]:
    """Return where independent groups become unstable at the bound, by two searches."""
    limit = replica.cluster_stability_limit(J_D)
    again = float(replica.local_entropy(limit.d, J_D).outer_stability)
    step = 1e-3 * limit.d
    near = replica.local_entropy(limit.d + np.array([-step, step]), J_D).outer_stability
    off = (again - 1) / float(near[1] - near[0]) * 2 * step
    return {"d": limit.d, "deviation": off / limit.d_error}


def potential(y: float, d: float, J_D: float, ratio: float) -> float:
    """Return what groups gain by a cross overlap."""
    return float(replica.cross_overlap_potential(ratio, y, d, J_D))


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Evaluate the curves, the neighbourhood of the thresholds, and the potentials."""
    import xarray

    J_D, points = [0.1, 0.2, 0.3, 0.5], 24 if full else 8
    d = np.geomspace(0.02, 0.45, points).tolist()
    curves = run(densest_clusters, {"J_D": J_D, "d": d}).squeeze()
    checks = [run(many_groups, {"d": [d], "J_D": [J_D]}).squeeze() for d, J_D in CHECKED]
    critical = run(critical_point, {"point": list(NEAR)}).squeeze()
    at = {name: float(critical["J_D"].sel(point=name)) for name in NEAR}
    near = [
        run(near_threshold, {"d": NEAR[name], "J_D": [at[name]]}).squeeze("J_D") for name in NEAR
    ]
    difference, slope = (
        np.array([x[name].values.ravel() for x in near]) for name in ("difference", "slope")
    )
    ratio = np.linspace(0.05, 0.98, 24 if full else 8).tolist()
    places = [_lowest(name, at[name]) for name in NEAR]
    places.append((float(replica.local_entropy(0.05, 0.1).y), 0.05, 0.1))
    V = np.array([_potentials(run, place, ratio) for place in places])
    J_plane = np.geomspace(0.02, 1, 16 if full else 6).tolist()
    d_plane = np.geomspace(0.01, 0.45, 14 if full else 6).tolist()
    plane = run(eigenvalues, {"J_D": J_plane, "d": d_plane}).squeeze()
    J_limit = [*np.linspace(0.02, 0.46, 12 if full else 5).tolist(), 0.47]
    limit = run(unstable_from, {"J_D": J_limit}).squeeze()
    return xarray.Dataset(
        {
            "S": (("J_D", "d"), curves["S"].transpose("J_D", "d").values),
            "bound": (("J_D", "d"), curves["bound"].transpose("J_D", "d").values),
            "S_checked": ("checked", [float(check["S"]) for check in checks]),
            "limit_checked": ("checked", [float(check["limit"]) for check in checks]),
            "off_checked": ("checked", [float(check["off"]) for check in checks]),
            "ratio_checked": ("checked", [float(check["ratio"]) for check in checks]),
            "d_checked": ("checked", [d for d, _ in CHECKED]),
            "J_D_checked": ("checked", [J_D for _, J_D in CHECKED]),
            "deviation": ("checked", [float(check["deviation"]) for check in checks]),
            "difference": (("threshold", "near"), difference),
            "slope": (("threshold", "near"), slope),
            "d_near": (("threshold", "near"), [NEAR[name] for name in NEAR]),
            "d_threshold": ("threshold", [float(critical["d"].sel(point=x)) for x in NEAR]),
            "V": (("place", "ratio"), V),
            "largest": (("J_plane", "d_plane"), plane["largest"].transpose("J_D", "d").values),
            "smooth": (("J_plane", "d_plane"), plane["smooth"].transpose("J_D", "d").values),
            "d_limit": ("J_limit", limit["d"].values),
            "limit_deviation": ("J_limit", limit["deviation"].values),
        },
        {
            "J_D": J_D,
            "d": d,
            "threshold": list(NEAR),
            "ratio": ratio,
            "place": [*NEAR, "contrast"],
            "J_plane": J_plane,
            "d_plane": d_plane,
            "J_limit": J_limit,
        },
    )


def _lowest(name: str, J_D: float) -> tuple[float, float, float]:
    """Return y, d and J_D of the place at which the slope of the bound vanishes."""
    find = {"closing": replica.overlap_gap_threshold, "merging": replica.merging_threshold}[name]
    place = find()
    return place.y, place.d, J_D


def _potentials(run: "Run", place: tuple[float, float, float], ratio: list[float]) -> np.ndarray:
    y, d, J_D = place
    return run(potential, {"y": [y], "d": [d], "J_D": [J_D], "ratio": ratio})[
        "result"
    ].values.ravel()


variables = {
    "S": "local entropy per neuron of the densest clusters of a typical network",
    "bound": "upper bound of that local entropy by mean numbers",
    "S_checked": (
        "local entropy of typical groups of 40 and 80 fixed points, extrapolated to infinitely many"
    ),
    "limit_checked": "local entropy of typical clusters, of infinitely many fixed points",
    "off_checked": "local entropy of groups of 80 minus that of infinitely many",
    "ratio_checked": "factor from groups of 80 to groups of 40, of what is left to infinitely many",
    "deviation": (
        "local entropy extrapolated and in the limit, their difference in units of the claimed "
        "error: of the last step of the extrapolation"
    ),
    "difference": "upper bound minus the local entropy of typical clusters",
    "slope": "slope of the upper bound in d",
    "d_near": "Hamming distance d per neuron, near the threshold",
    "d_threshold": "Hamming distance d per neuron at which the threshold is reached",
    "V": "potential V(q_0), by which groups gain at a cross overlap",
    "largest": "largest finite eigenvalue of the typical theory: above 1 it is unstable",
    "smooth": "whether the spins change smoothly with their fields: 1 if so",
    "d_limit": "Hamming distance d at which independent groups become unstable",
    "limit_deviation": (
        "d at which independent groups become unstable by two searches, their difference in "
        "units of the claimed error"
    ),
    "threshold": "threshold",
    "ratio": "cross overlap q_0 in units of the overlap q_1",
    "place": (
        "point in the plane of d and J_D: closing and merging of clusters, and one in contrast"
    ),
    "J_plane": "self-coupling J_D, of the plane",
    "d_plane": "Hamming distance d per neuron, of the plane",
    "J_limit": "self-coupling J_D, of the limit of stability",
}

unjudged = {
    "the crosses: judged by the errors that they claim, which are too small to be seen": (
        "S_checked",
        "d_checked",
    ),
    "the slopes, which place the points: judged is where the difference vanishes": ("slope",),
    "the solid line: judged by what its two searches claim, too little to be seen": ("d_limit",),
    "the plane: a map of one computation, whose points are those of the curves": (
        "largest",
        "smooth",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the limit with many groups, extrapolated zeros with thresholds, signs, searches."""
    what = "groups extrapolated to infinitely many, and the limit of infinitely many"
    yield Compared("deviation", what, data["deviation"])
    above = data["S"] > data["bound"] * (1 + 1e-9)
    yield Compared("mismatch", "typical clusters below their bound", above.astype(float))
    what = "the distance at which the difference vanishes, extrapolated, and that of the threshold"
    zeros = np.array([_zero(data.sel(threshold=name)) for name in data["threshold"].values])
    off = data["d_threshold"].copy(data=(zeros[:, 0] - data["d_threshold"]) / zeros[:, 1])
    yield Compared("deviation", what, off)
    positive = (data["V"] > 0).any("ratio")
    wrong = positive.copy(data=(positive.values != [False, False, True]).astype(float))
    yield Compared("mismatch", "the signs of the potentials", wrong)
    what = "the distance from which independent groups are unstable, by two searches"
    yield Compared("deviation", what, data["limit_deviation"])


def _zero(near: "xarray.Dataset") -> tuple[float, float]:
    """Return the distance at which the difference vanishes, and its error, by inverse polynomials.

    A root of the difference is nearly linear in the distance from the threshold.
    """
    root = near["difference"].values ** (1 / POWER[str(near["threshold"].values)])
    d = near["d_near"].values
    fewer, found = (float(np.polyfit(root[:k], d[:k], k - 1)[-1]) for k in (len(d) - 1, len(d)))
    return found, abs(found - fewer)


def table(data: "xarray.Dataset") -> tuple[list[str], list[list[str]]]:
    """Return finitely many groups against the limit: the crosses in numbers."""
    header = ["d", "J_D", "S_max", "S at y = 80, minus S_max", "y = 40: times", "extrapolated: off"]
    rows = []
    for i in np.lexsort((data["d_checked"], data["J_D_checked"])):
        at = data.isel(checked=i)
        off = float(at["S_checked"] - at["limit_checked"])
        rows.append(
            [
                f"{float(at['d_checked']):g}",
                f"{float(at['J_D_checked']):g}",
                f"{float(at['limit_checked']):.10f}",
                f"{float(at['off_checked']):.2e}",
                f"{float(at['ratio_checked']):.2f}",
                f"{off:.1e}",
            ]
        )
    return header, rows


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the curves, the differences near the thresholds, the potentials, and the plane."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 5.6))
    (curves, near), (gains, plane) = figure.subplots(2, 2)
    _curves(curves, data)
    for name, marker in zip(data["threshold"].values, "os", strict=True):
        here = data.sel(threshold=name)
        near.plot(here["slope"] ** 2, here["difference"], marker + "-", mfc="w", label=str(name))
    near.set(xlabel="$(dS_\\mathrm{ann}/dd)^2$", ylabel="$S_\\mathrm{ann} - S_\\max$")
    near.set(xlim=(0, None), ylim=(0, None))
    near.legend()
    gains.axhline(0, color="0.6", lw=0.7)
    for name, dash in zip(data["place"].values, strokes.DASHES, strict=False):
        label = "$d = 0.05, J_D = 0.1$" if name == "contrast" else str(name)
        gains.plot(data["ratio"], data["V"].sel(place=name), ls=dash, label=label)
    gains.set(xlabel="cross overlap $q_0/q_1$", ylabel="potential $V$")
    gains.legend(handlelength=2.4)
    _plane(figure, plane, data)
    return figure


def _plane(figure: "Figure", ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw where the typical theory is stable."""
    at = data["J_plane"], data["d_plane"]
    colours = ax.pcolormesh(
        *at, data["largest"].T, cmap="cividis_r", vmin=0.75, vmax=1.25, shading="nearest"
    )
    jumps = data["smooth"].where(np.isfinite(data["largest"]))
    ax.contour(*at, jumps.T, [0.5], colors="k", linestyles="dashed", linewidths=1)
    ax.plot(data["J_limit"], data["d_limit"], "k-", lw=1, label="independent groups unstable above")
    ax.set(xscale="log", yscale="log", xlabel="self-coupling $J_D$", ylabel="distance $d$")
    ax.plot([], [], "k--", lw=1, label="spins jump below")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)
    bar = figure.colorbar(colours, ax=ax, label="largest eigenvalue", extend="both")
    bar.ax.axhline(1, color="k", lw=1)


def _curves(ax: "Axes", data: "xarray.Dataset") -> None:
    for i, J_D in enumerate(data["J_D"].values):
        here = data.sel(J_D=J_D)
        ax.plot(data["d"], here["S"], "k", label=None if i else "typical clusters")
        ax.plot(data["d"], here["bound"], "C1--", lw=1, label=None if i else "their upper bound")
        end = float(here["bound"][-1])
        label = f" $J_D = {J_D:g}$" if i == 0 else f" {J_D:g}"
        ax.annotate(label, (0.45, end), va="center", fontsize=7.5, annotation_clip=False)
    checked = "groups of 40 and 80, to ∞"
    ax.plot(data["d_checked"], data["S_checked"], "kx", label=checked)
    ax.set(xlabel="distance $d$", ylabel="local entropy", xlim=(0, 0.45))
    ax.set_ylim(0, 1.45 * float(data["bound"].max()))
    ax.legend(loc="upper left")
