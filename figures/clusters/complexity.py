"""How many clusters there are, of each local entropy."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import replica
from figures.compared import Compared, Comparisons, interpolated
from figures.shared import strokes

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Complexity of clusters of fixed points"
equation = (
    r"\Phi(y, d) = \max_S [\Sigma(S) + y S] "
    r"\quad S_\mathrm{int} = \frac{\partial \Phi}{\partial y} "
    r"\quad \Sigma = \Phi - y S_\mathrm{int}"
)
caption = (
    "Left: free entropy per replica Φ/y of groups of y fixed points at mutual distance d, for real "
    "y (lines) and from the sum over up spins, which exists for integer y (markers), at J_D = 0.1. "
    "Right: complexity Σ of the clusters of local entropy S_int, traced by y from 1 (top) to 10⁴; "
    "dots: integer y up to 12. Clusters with Σ < 0 do not exist in a typical network: the densest "
    "have at most the S_int where a curve crosses zero. Where a curve runs back, towards y = 1, no "
    "extremum of Σ + y S is seen, and the groups are not clusters."
)

DISTANCES = [0.003, 0.01, 0.03, 0.1, 0.2, 0.3]
COUPLINGS = [0.1, 0.4]
HIGHEST = 12  # integer y


def replicas(points: int) -> npt.NDArray[np.float64]:
    """Return numbers of replicas from 1 to 10^4."""
    return np.geomspace(1, 1e4, points)


def cluster_curve(J_D: float, d: float, points: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the entropies for real y."""
    states = replica.clusters(replicas(points), d, J_D)
    return {"Phi": states.free_entropy, "S": states.local_entropy, "Sigma": states.complexity}


def integer_curve(J_D: float, d: float, highest: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the entropies for integer y, and their deviation from the sum over up spins."""
    y = np.arange(2, highest + 1)
    states = replica.clusters(y, d, J_D)
    sums = [replica.integer_clusters(int(n), d, J_D) for n in y]
    Phi = np.array([groups.free_entropy for groups in sums])
    claimed = states.error + [groups.error for groups in sums]
    return {
        "Phi": Phi,
        "deviation": (states.free_entropy - Phi) / claimed,
        "S": states.local_entropy,
        "Sigma": states.complexity,
    }


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Evaluate the curves in y."""
    import xarray

    points = 150 if full else 60
    grid = {"J_D": COUPLINGS, "d": DISTANCES}
    curves = run(cluster_curve, {**grid, "points": [points]}).squeeze()
    sums = run(integer_curve, {**grid, "highest": [HIGHEST]}).squeeze()
    lines = {name: (("J_D", "d", "y"), curves[name].values) for name in ("Phi", "S", "Sigma")}
    names = ("Phi", "S", "Sigma", "deviation")
    dots = {f"integer_{name}": (("J_D", "d", "n"), sums[name].values) for name in names}
    n = np.arange(2, HIGHEST + 1)
    return xarray.Dataset({**lines, **dots}, {**grid, "y": replicas(points), "n": n})


variables = {
    "Phi": "free entropy Φ(y, d) of groups of y fixed points per neuron: of real y",
    "S": "local entropy S_int per neuron: of fixed points in one cluster",
    "Sigma": "complexity Σ per neuron: of clusters with the local entropy S_int",
    "integer_Phi": (
        "free entropy Φ(y, d) of groups of y fixed points per neuron, by the sum over up spins: "
        "of integer y"
    ),
    "integer_S": "local entropy S_int per neuron, at integer y",
    "integer_Sigma": "complexity Σ per neuron, at integer y",
    "integer_deviation": (
        "Φ by the sum over up spins and as of real y, their difference in units of the errors that "
        "both claim"
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the sums over up spins with the curves that they lie on."""
    for name, unit in (("Phi", "of Φ"), ("S", "of S_int"), ("Sigma", "of Σ")):
        dots = data[f"integer_{name}"]
        line, error = interpolated(np.log(data["y"]), data[name], np.log(data["n"]))
        off, width = (dots.copy(data=x) for x in ((dots.values - line) / error, error))
        what = f"integer y and the curves between their points, {unit}"
        yield Compared("deviation", what, off, f"integer_{name}", width, unit)
    what = "integer y by sums and as real y"
    yield Compared("deviation", what, data["integer_deviation"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw Phi against y, and the complexity against the local entropy."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.0))
    free, *complexities = figure.subplots(1, 1 + len(COUPLINGS))
    _free_entropy(free, data.sel(J_D=COUPLINGS[0]))
    for ax, J_D in zip(complexities, COUPLINGS, strict=True):
        _complexity(ax, data.sel(J_D=J_D))
        ax.set(title=f"$J_D = {J_D:g}$")
    complexities[0].set(
        ylabel="complexity $\\Sigma$", ylim=(-0.05, 0.13), xticks=[-0.03, 0, 0.03, 0.06]
    )
    complexities[-1].set_ylabel("complexity $\\Sigma$")
    complexities[-1].set(ylim=(-0.1, 0.45), xticks=[0, 0.1, 0.2])
    complexities[-1].legend(title="$d$", loc="upper right", ncols=2)
    return figure


def _free_entropy(ax: "Axes", data: "xarray.Dataset") -> None:
    ax.axhline(0, color="0.6", lw=0.7)
    for i, d in enumerate(DISTANCES):
        here = data.sel(d=d)
        ax.plot(data["y"], here["Phi"] / data["y"], color=f"C{i}", ls=strokes.DASHES[i])
        ax.plot(
            data["n"],
            here["integer_Phi"] / data["n"],
            strokes.MARKERS[i],
            color=f"C{i}",
            mfc="w",
            ms=3,
        )
    ax.set(xscale="log", xlim=(1, 100), ylim=(-0.002, 0.085), title=f"$J_D = {COUPLINGS[0]:g}$")
    ax.set(xlabel="replicas $y$", ylabel="free entropy $\\Phi/y$")


def _complexity(ax: "Axes", data: "xarray.Dataset") -> None:
    ax.axhline(0, color="0.6", lw=0.7)
    for i, d in enumerate(DISTANCES):
        here = data.sel(d=d)
        marker, dash = strokes.MARKERS[i], strokes.DASHES[i]
        ax.plot(here["S"], here["Sigma"], color=f"C{i}", ls=dash)
        ax.plot(here["integer_S"], here["integer_Sigma"], marker, color=f"C{i}", ms=3)
        ax.plot([], [], color=f"C{i}", ls=dash, marker=marker, ms=3, label=f"{d:g}")
    ax.set(xlabel="local entropy $S_\\mathrm{int}$")
