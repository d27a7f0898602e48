"""How many fixed points a network has: three ensembles, theory on exact enumeration."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import replica
from figures.compared import Comparisons, counted
from figures.shared import strokes
from figures.shared.samples import BATCH, entropies, panel, panel_words, pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "How many fixed points"
equation = r"E[\#] = \exp(N \Phi) \quad \Phi(J_D) = \ln 2H(-J_D) \text{ at } \eta = 0"
caption = (
    "Entropy Φ of fixed points per neuron: counts in enumerated networks (markers, one standard "
    "error, often smaller than the marker) follow the exact mean at their size (dashed), which "
    "lies above the limit N → ∞ (solid) by some 0.01 at most, the less the larger N (inset). Left: "
    "fully asymmetric networks: any self-coupling J_D > 0 makes exponentially many fixed points. "
    "Middle: symmetric couplings (η > 0) add to them; antisymmetric ones (η < 0) leave none up to "
    "a finite J_D. Right: in chains of L layers at J_D = 0.2 a coupling λ between layers adds to "
    "them, the more layers the more at small λ, most in two layers at large λ."
)

NEURONS = 18  # in the middle and right panels, all layers together
LAYERED_J_D = 0.2


def count_fixed_points(
    N: int, J_D: float, eta: float, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return the numbers of fixed points of a batch of networks."""
    return _counts(networks.Asymmetric(N, J_D, eta), rng)


def count_layered_fixed_points(
    L: int, lam: float, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return the numbers of fixed points of a batch of chains."""
    return _counts(networks.Layered(NEURONS // L, L, LAYERED_J_D, lam), rng)


def _counts(
    ensemble: networks.Asymmetric | networks.Layered, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    return np.array(
        [len(dynamics.enumerate_fixed_points(ensemble.sample(rng))) for _ in range(BATCH)]
    )


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Enumerate the three ensembles, and evaluate their theory."""
    import xarray

    sizes, batches = ([14, 18, 22], 20) if full else ([10, 14, 18], 5)
    J_D, few_J_D = [0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0], [0.0, 0.3, 0.6, 1.0]
    asymmetric = run(count_fixed_points, {"N": sizes, "J_D": J_D, "eta": [0.0]}, replicas=batches)
    symmetric = run(
        count_fixed_points,
        {"N": [NEURONS], "J_D": few_J_D, "eta": [-0.5, 0.5, 1.0]},
        replicas=batches,
    )
    layered = run(
        count_layered_fixed_points,
        {"L": [2, 3], "lam": [0.0, 0.25, 0.5, 0.75, 1.0]},
        replicas=batches,
    )
    return xarray.merge(
        [
            panel("asymmetric", _partly_symmetric(asymmetric).squeeze("eta", drop=True)),
            panel("symmetric", _partly_symmetric(symmetric).squeeze("N", drop=True)),
            panel("layered", _layered(layered)),
            _curves(sizes),
        ]
    ).assign_attrs(networks=batches * BATCH)


def _partly_symmetric(data: "xarray.Dataset") -> "xarray.Dataset":
    counts = pooled(data["result"])
    return entropies(
        counts,
        lambda N, J_D, eta: np.exp(replica.log_expected_fixed_points(N, J_D, eta)),
        counts["N"],
    )


def _layered(data: "xarray.Dataset") -> "xarray.Dataset":
    def expected(L: npt.ArrayLike, lam: npt.ArrayLike) -> npt.NDArray[np.float64]:
        N = NEURONS // np.asarray(L)
        return np.exp(replica.log_expected_layered_fixed_points(N, L, LAYERED_J_D, lam))

    return entropies(pooled(data["result"]), expected, NEURONS)


def _curves(sizes: list[int]) -> "xarray.Dataset":
    """Return the theory on fine grids, exact and for N → ∞."""
    import xarray

    J_D, lam = np.linspace(0, 1, 101), np.linspace(0, 1, 101)
    eta = np.array([-0.5, 0.0, 0.5, 1.0])
    N, L = np.array(sizes)[:, None], np.array([2, 3])[:, None]
    chains = {"1": 1, "2": 2, "3": 3, "∞": None}
    return xarray.Dataset(
        {
            "limit": (("eta", "J_D"), replica.fixed_point_entropy(J_D, eta[:, None])),
            "asymmetric_curve": (
                ("asymmetric_N", "J_D"),
                replica.log_expected_fixed_points(N, J_D) / N,
            ),
            "symmetric_curve": (
                ("symmetric_eta", "J_D"),
                replica.log_expected_fixed_points(NEURONS, J_D, eta[eta != 0, None]) / NEURONS,
            ),
            "layered_limit": (
                ("layers", "lam"),
                np.array([replica.layered_entropy(LAYERED_J_D, lam, n) for n in chains.values()]),
            ),
            "layered_curve": (
                ("layered_L", "lam"),
                replica.log_expected_layered_fixed_points(NEURONS // L, L, LAYERED_J_D, lam)
                / NEURONS,
            ),
        },
        {"J_D": J_D, "eta": eta, "layers": list(chains), "lam": lam},
    )


variables = {
    **panel_words("asymmetric_", "fixed points of fully asymmetric networks", "N", "J_D"),
    **panel_words("symmetric_", "fixed points of partly symmetric networks", "J_D", "eta"),
    **panel_words("layered_", "fixed points of chains of layers", "L", "lam"),
    "limit": "entropy per neuron of fixed points, N → ∞",
    "asymmetric_curve": (
        "entropy per neuron of fixed points of fully asymmetric networks, exact, on a fine grid: "
        "logarithm of the exact mean number, over N"
    ),
    "symmetric_curve": (
        "entropy per neuron of fixed points of partly symmetric networks, exact, on a fine grid: "
        "logarithm of the exact mean number, over N"
    ),
    "layered_limit": "entropy per neuron of fixed points of chains of layers, N → ∞",
    "layered_curve": (
        "entropy per neuron of fixed points of chains of layers, exact, on a fine grid: "
        "logarithm of the exact mean number, over the neurons of all layers"
    ),
    "layers": "number of layers, as text: 1, 2, 3 or ∞",
}

unjudged = {
    "the limit N → ∞, which finite N need not meet": ("layered_limit", "limit"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the mean numbers of fixed points with the exact ones."""
    for name, x, neurons in (
        ("asymmetric", "J_D", data["asymmetric_N"]),
        ("symmetric", "J_D", NEURONS),
        ("layered", "lam", NEURONS),
    ):
        at = data[f"{name}_{x}"]
        line = data[f"{name}_curve"].sel({x: at}, method="nearest").drop_vars(x)
        yield counted(data, f"{name}_", neurons, f"{name} networks", line, shared=False)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the three ensembles side by side."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.8))
    left, middle, right = figure.subplots(1, 3)
    _draw_asymmetric(left, data)
    _draw_symmetric(middle, data)
    _draw_layered(right, data)
    for ax in (middle, right):
        ax.legend()
    return figure


def _draw_asymmetric(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the entropies, and what finite size adds to the limit in an inset."""
    limit = data["limit"].sel(eta=0)
    inset = ax.inset_axes((0.62, 0.1, 0.36, 0.34))
    ax.plot(data["J_D"], limit, "k", label="$N = \\infty$")
    inset.axhline(0, color="k")
    for i, N in enumerate(data["asymmetric_N"].values):
        row = data.sel(asymmetric_N=N)
        offset = limit.sel(J_D=row["asymmetric_J_D"].values, method="nearest").values
        _draw_sample(ax, row, "asymmetric", "J_D", i, f"$N = {N}$")
        inset.plot(row["J_D"], row["asymmetric_curve"] - limit, f"C{i}--", lw=0.8)
        inset.errorbar(
            row["asymmetric_J_D"],
            row["asymmetric_entropy"] - offset,
            row["asymmetric_error"],
            color=f"C{i}",
            fmt=strokes.MARKERS[i],
            ms=2,
            capsize=0,
        )
    inset.set_title("minus the limit", fontsize=7, pad=2)
    inset.tick_params(labelsize=6)
    _draw_keys(ax, ("exact",))
    ax.set(xlabel="self-coupling $J_D$", ylabel="entropy of fixed points $\\Phi$")
    ax.legend(loc="upper left")


def _draw_symmetric(ax: "Axes", data: "xarray.Dataset") -> None:
    for i, eta in enumerate(data["symmetric_eta"].values):
        ax.plot(data["J_D"], data["limit"].sel(eta=eta), color=f"C{i}")
        row = data.sel(symmetric_eta=eta)
        _draw_sample(ax, row, "symmetric", "J_D", i, f"$\\eta = {eta:g}$")
    _draw_keys(ax)
    ax.set(xlabel="self-coupling $J_D$", title=f"$N = {NEURONS}$")


def _draw_layered(ax: "Axes", data: "xarray.Dataset") -> None:
    limits = data["layered_limit"]
    ax.plot(data["lam"], limits.sel(layers="1"), "k:", label="$L = 1$")
    ax.plot(data["lam"], limits.sel(layers="∞"), "k", label="$L = \\infty$")
    for i, L in enumerate(data["layered_L"].values):
        limit = limits.sel(layers=str(L))
        ax.plot(data["lam"], limit, color=f"C{i}")
        end = float(data["lam"][-1]), float(limit[-1])
        ax.annotate(f"$L = {L}$", end, (2, -2), textcoords="offset points", fontsize=6.5)
        label = f"$L = {L}$, $N = {NEURONS // L}$"
        _draw_sample(ax, data.sel(layered_L=L), "layered", "lam", i, label)
    _draw_keys(ax)
    ax.set(xlabel="coupling between layers $\\lambda$", title=f"$J_D = {LAYERED_J_D:g}$")


def _draw_keys(ax: "Axes", names: tuple[str, ...] = ("limit", "exact")) -> None:
    """Say in the legend what lines of any colour are."""
    if "limit" in names:
        ax.plot([], [], color="0.4", label="$N \\to \\infty$")
    ax.plot([], [], color="0.4", ls="--", lw=0.8, label="exact at this $N$")


def _draw_sample(
    ax: "Axes", row: "xarray.Dataset", panel: str, x: str, number: int, label: str
) -> None:
    """Draw one row of a panel: the exact mean as a dashed line, the sample with error bars."""
    color = f"C{number}"
    ax.plot(row[x], row[f"{panel}_curve"], color=color, ls="--", lw=0.8)
    ax.errorbar(
        row[f"{panel}_{x}"],
        row[f"{panel}_entropy"],
        row[f"{panel}_error"],
        color=color,
        fmt=strokes.MARKERS[number],
        mfc="w",
        label=label,
    )
