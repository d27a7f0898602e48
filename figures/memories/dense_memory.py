"""How many patterns a dense memory holds: a random energy model on counts of patterns."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import dynamics
import replica
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Dense memory"
equation = (
    r"\alpha_c = \lambda m - \ln\cosh\lambda \text{ if } \tanh\lambda < m, \quad I(m) \text{ else} "
    r"\quad \varphi = \alpha + \ln\cosh\lambda \text{ or } \lambda q(\alpha)"
)
caption = (
    "A memory of exp(αN) patterns of ±1 that are weighed by exp(λ ξ·x). Left: the load α up to "
    "which one update returns a pattern from the overlap m, for four sharpnesses λ; beyond the "
    "dots (tanh λ = m) the lines run into that of infinite sharpness (black), where more patterns "
    "are nearer than the right one: sharper weights do not help. Markers: the load at which half "
    "of the memories return it, from the numbers of patterns at each overlap, N = 50 (light) to "
    "the largest size (dark); corrections are of order ln N/N on the black line, and "
    "exponentially small off it. Right: the free energy of all other patterns, less its limit of "
    "infinitely many neurons, times N/ln N, against λ: it vanishes where exponentially many "
    "patterns carry the weight, and not where they are frozen (right of the dotted lines)."
)

POINTS = ((1.0, 1.0), (0.9, 1.0), (0.6, 1.0), (1.0, 2.0), (0.98, 2.0), (0.8, 4.0), (0.4, 4.0))
SHARPNESS = (0.5, 1.0, 2.0, 4.0)
LOADS = (0.15, 0.4)
HALVINGS = 14


def half(N: int, point: int, draws: int, rng: np.random.Generator) -> float:
    """Return the load at which half of the memories return the pattern, by bisection."""
    m, lam = POINTS[point]
    low, high = 0.0, float(np.log(2))
    for _ in range(HALVINGS):
        alpha = (low + high) / 2
        found = dynamics.retrieval_probability(N, alpha, m, lam, draws, rng=rng)
        low, high = (alpha, high) if found.value >= 0.5 else (low, alpha)
    return (low + high) / 2


def free_energy(
    N: int, alpha: float, lam: float, draws: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return the free energy by counts, and its error."""
    found = dynamics.retrieval_probability(N, alpha, 1.0, lam, draws, rng=rng)
    return {"phi": found.free_energy, "error": found.free_energy_error}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Find the loads of half and the free energies, by counts, and their limits."""
    import xarray

    sizes, draws = ([50, 100, 200, 400, 800], 400) if full else ([50, 200, 800], 100)
    replicas = 6
    grid = {"N": sizes, "point": list(range(len(POINTS))), "draws": [draws]}
    load = run(half, grid, replicas=replicas)["result"].squeeze("draws", drop=True)
    lam = np.round(np.geomspace(0.25, 4, 13 if full else 7), 4)
    weights: dict[str, Any] = {"N": sizes, "alpha": LOADS, "lam": lam, "draws": [2 * draws]}
    phi = run(free_energy, weights).squeeze(["draws", "replica"], drop=True)
    m, sharp = np.array(POINTS).T
    limit = replica.dense_free_energy(np.array(LOADS)[:, None], lam)
    fine = np.linspace(0, 1, 201)
    return xarray.Dataset(
        {
            "load": load.mean("replica"),
            "load_error": load.std("replica", ddof=1) / np.sqrt(replicas) + 2.0**-HALVINGS,
            "load_limit": ("point", replica.dense_capacity(m, sharp)),
            "m": ("point", m),
            "sharpness": ("point", sharp),
            "phi": phi["phi"],
            "phi_error": phi["error"],
            "phi_limit": (("alpha", "lam"), limit.value),
            "frozen": (("alpha", "lam"), limit.frozen),
            "capacity": (("lines", "overlap"), _lines(fine)),
        },
        {"lines": list(SHARPNESS), "overlap": fine},
    )


def _lines(m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.array([replica.dense_capacity(m, lam) for lam in SHARPNESS])


def _frozen_points(data: "xarray.Dataset") -> "xarray.DataArray":
    frozen: xarray.DataArray = data["m"] <= np.tanh(data["sharpness"])
    return frozen


variables = {
    "point": "number of a pair of overlap and sharpness",
    "alpha": "load α: ln(number of patterns)/N",
    "lam": "sharpness λ",
    "lines": "sharpness λ of a line",
    "overlap": "overlap m at the start",
    "load": "load that half of the memories endure",
    "load_limit": "capacity: the limit of that load for many neurons",
    "m": "overlap m at the start of a point",
    "sharpness": "sharpness λ of a point",
    "phi": "free energy of all other patterns, per neuron",
    "phi_limit": "free energy of all other patterns, limit of many neurons",
    "frozen": "whether the nearest patterns carry the weight",
    "capacity": "capacity α_c",
}
unjudged = {
    "the theory, as a line": ("capacity",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare loads and free energies with their limits: in errors, or in units of ln N/N."""
    step = data["N"].copy(data=np.log(data["N"].values) / data["N"].values)
    off = data["load"] - data["load_limit"]
    frozen = _frozen_points(data)
    claimed = (step**2 + data["load_error"] ** 2) ** 0.5
    what = "loads that half of the memories endure, up to ln N/N"
    yield Compared("expansion", what, off / claimed, "load", claimed, "of the load")
    largest = data["N"] == data["N"].max()
    error = (data["load_error"] ** 2 + 4.0**-HALVINGS) ** 0.5
    what = "the same at the largest N where no pattern is frozen"
    off = (off / error).where(~frozen & largest)
    yield Compared("z", what, off, "load", error, "of the load", shared=False)
    off, frozen = data["phi"] - data["phi_limit"], data["frozen"]
    claimed = ((step * data["lam"]) ** 2 + data["phi_error"] ** 2) ** 0.5
    what = "free energies, up to λ ln N/N"
    yield Compared("expansion", what, off / claimed, "phi", claimed, "of the free energy")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the capacity over the overlap, and the free energies less their limits."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.0))
    left, right = figure.subplots(1, 2)
    _draw_capacity(left, data)
    _draw_free_energy(right, data)
    return figure


def _draw_capacity(ax: "Axes", data: "xarray.Dataset") -> None:
    fine = data["overlap"]
    ax.plot(fine, replica_rate(fine.values), "k", lw=1.2, label="$\\lambda = \\infty$")
    colors = {lam: f"C{i}" for i, lam in enumerate(SHARPNESS)}
    for lam, row in zip(SHARPNESS, data["capacity"], strict=True):
        ax.plot(fine, row.where(fine > np.tanh(lam)), color=colors[lam])
        ax.plot(np.tanh(lam), replica_rate(np.array([np.tanh(lam)])), ".", color=colors[lam])
    sizes = data["N"].values
    for i in data["point"].values:
        row = data.sel(point=i)
        for k, N in enumerate(sizes):
            ax.errorbar(
                float(row["m"]),
                float(row["load"].sel(N=N)),
                float(row["load_error"].sel(N=N)),
                fmt="o",
                ms=3.5,
                mfc="none",
                alpha=0.25 + 0.75 * k / (len(sizes) - 1),
                color=colors[float(row["sharpness"])],
            )
    for lam in SHARPNESS:
        ax.plot([], [], "-", color=colors[lam], label=f"$\\lambda = {lam:g}$")
    ax.set(xlabel="overlap $m$ at the start", ylabel="load $\\alpha$", ylim=(0, 0.72))
    ax.legend(loc="upper left")


def replica_rate(m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the capacity of infinite sharpness."""
    return np.asarray(replica.dense_capacity(m, 50.0))


def _draw_free_energy(ax: "Axes", data: "xarray.Dataset") -> None:
    scale = data["N"] / np.log(data["N"])
    off, error = scale * (data["phi"] - data["phi_limit"]), scale * data["phi_error"]
    for j, alpha in enumerate(data["alpha"].values):
        for k, N in enumerate(data["N"].values):
            ax.errorbar(
                data["lam"],
                off.sel(N=N, alpha=alpha),
                error.sel(N=N, alpha=alpha),
                fmt="os"[j] + "-",
                lw=0.6,
                ms=3.5,
                mfc="w",
                color=f"C{j}",
                alpha=0.25 + 0.75 * k / (data.sizes["N"] - 1),
                label=f"$\\alpha = {alpha:g}$" if data["N"].max() == N else None,
            )
        at = np.arctanh(float(replica.dense_free_energy(alpha, 50.0).overlap))
        ax.axvline(at, color=f"C{j}", ls=":", lw=0.8)
    ax.axhline(0, color="k", lw=0.6)
    ax.set(
        xlabel="sharpness $\\lambda$",
        ylabel="$(\\varphi_N - \\varphi)\\,N/\\ln N$",
        xscale="log",
    )
    ax.set_xticks([0.25, 0.5, 1, 2, 4], ["¼", "½", "1", "2", "4"])
    ax.minorticks_off()
    ax.legend(loc="lower left")
