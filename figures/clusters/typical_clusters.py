"""The densest clusters of a typical network, below the bound by mean numbers."""

from typing import TYPE_CHECKING

import numpy as np

import replica
from figures.clusters.overlap_gap import critical_point
from figures.compared import Compared, Comparisons

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
    "Left: entropy of the densest clusters of a typical network against their diameter d (lines), "
    "and its upper bound by mean numbers (dashed); crosses: typical groups of 40 and 80 fixed "
    "points, extrapolated to infinitely many, by another quadrature. Middle: the difference of the "
    "two against the square of the slope of the bound, near the minimum at the gap threshold and "
    "the turning point at the merging one: it vanishes with the slope, so that both thresholds "
    "stay. Right: what groups gain by a cross overlap q₀, in units of the overlap q₁. Where the "
    "curve is negative, groups stay independent and their mean number is typical: at both "
    "thresholds; at d = 0.05, J_D = 0.1 it is positive at the end."
)

CHECKED = [(0.1, 0.2), (0.1, 0.3), (0.3, 0.2)]  # (d, J_D) of the crosses
NEAR = {"closing": [0.0175, 0.02, 0.025, 0.03], "merging": [0.009, 0.01, 0.015, 0.02]}


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
    return {"S": float(once[1]), "deviation": float((once[1] - limit) / (once[1] - once[0]))}


def near_threshold(d: float, J_D: float) -> dict[str, float]:
    """Return how far the bound is, and its slope."""
    state = replica.quenched_local_entropy(d, J_D)
    step = 1e-3 * d
    far, near = replica.local_entropy([d + step, d - step], J_D).local_entropy
    return {
        "difference": state.upper_bound - state.local_entropy,
        "slope": float(far - near) / (2 * step),
    }


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
    order = np.argsort(np.abs(slope), axis=1)
    rising = np.diff(np.take_along_axis(difference, order, axis=1), axis=1) > 0
    ratio = np.linspace(0.05, 0.98, 24 if full else 8).tolist()
    places = [_lowest(name, at[name]) for name in NEAR]
    places.append((float(replica.local_entropy(0.05, 0.1).y), 0.05, 0.1))
    V = np.array([_potentials(run, place, ratio) for place in places])
    positive = (V > 0).any(axis=1)
    return xarray.Dataset(
        {
            "S": (("J_D", "d"), curves["S"].transpose("J_D", "d").values),
            "bound": (("J_D", "d"), curves["bound"].transpose("J_D", "d").values),
            "S_checked": ("checked", [float(check["S"]) for check in checks]),
            "d_checked": ("checked", [d for d, _ in CHECKED]),
            "deviation": ("checked", [float(check["deviation"]) for check in checks]),
            "difference": (("threshold", "near"), difference),
            "slope": (("threshold", "near"), slope),
            "order_mismatch": (("threshold", "pair"), (~rising).astype(float)),
            "V": (("place", "ratio"), V),
            "sign_mismatch": ("place", (positive != [False, False, True]).astype(float)),
        },
        {"J_D": J_D, "d": d, "threshold": list(NEAR), "ratio": ratio, "place": [*NEAR, "contrast"]},
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


unjudged = {
    "the crosses: judged by the errors that they claim, which are too small to be seen": (
        "S_checked",
        "d_checked",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the limit with many groups; and orders and signs with what they should be."""
    what = "groups extrapolated to infinitely many, and the limit of infinitely many"
    yield Compared("deviation", what, data["deviation"])
    above = data["S"] > data["bound"] * (1 + 1e-9)
    yield Compared("mismatch", "typical clusters below their bound", above.astype(float))
    order = np.argsort(np.abs(data["slope"].values), axis=1)
    rises = np.diff(np.take_along_axis(data["difference"].values, order, axis=1), axis=1) > 0
    falls = data["order_mismatch"].copy(data=(~rises).astype(float))
    yield Compared("mismatch", "the difference grows with the slope of the bound", falls)
    positive = (data["V"] > 0).any("ratio").values
    wrong = data["sign_mismatch"].copy(data=(positive != [False, False, True]).astype(float))
    yield Compared("mismatch", "the signs of the potentials", wrong)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the curves, the differences near the thresholds, and the potentials."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.0))
    curves, near, gains = figure.subplots(1, 3)
    _curves(curves, data)
    for name, marker in zip(data["threshold"].values, "os", strict=True):
        here = data.sel(threshold=name)
        near.plot(here["slope"] ** 2, here["difference"], marker + "-", mfc="w", label=str(name))
    near.set(xlabel="$(dS_\\mathrm{ann}/dd)^2$", ylabel="$S_\\mathrm{ann} - S_\\max$")
    near.set(xlim=(0, None), ylim=(0, None))
    near.legend()
    gains.axhline(0, color="0.6", lw=0.7)
    for name in data["place"].values:
        label = "$d = 0.05, J_D = 0.1$" if name == "contrast" else str(name)
        gains.plot(data["ratio"], data["V"].sel(place=name), label=label)
    gains.set(xlabel="cross overlap $q_0/q_1$", ylabel="potential $V$")
    gains.legend()
    return figure


def _curves(ax: "Axes", data: "xarray.Dataset") -> None:
    for i, J_D in enumerate(data["J_D"].values):
        here = data.sel(J_D=J_D)
        ax.plot(data["d"], here["S"], color=f"C{i}", label=f"{J_D:g}")
        ax.plot(data["d"], here["bound"], color=f"C{i}", ls="--", lw=0.8)
    ax.plot(data["d_checked"], data["S_checked"], "kx")
    ax.set(xlabel="distance $d$", ylabel="local entropy", xlim=(0, 0.45), ylim=(0, None))
    ax.legend(title="$J_D$", loc="upper left")
