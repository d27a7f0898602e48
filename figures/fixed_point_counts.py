"""How many fixed points a network has: three ensembles, theory on exact enumeration."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import replica
from figures.samples import BATCH, entropies, evaluated, panel, pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.catalogue import Run

title = "How many fixed points"
equation = "E[#] = exp(N Φ),  Φ(J_D) = ln 2H(−J_D)  at η = 0"
caption = (
    "Entropy Φ of fixed points per neuron. Left: fully asymmetric networks against the "
    "self-coupling J_D; middle: couplings of symmetry η; right: chains of L layers at J_D = 0.2 "
    "against the coupling λ between layers. Solid: the limit N → ∞. Dashed: the exact mean at "
    "finite N. Markers: the mean over networks whose states were all enumerated, with one standard "
    "error (often smaller than the marker)."
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

    sizes, batches = ([14, 18, 22], 20) if full else ([10, 14, 18], 8)
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
            _limits(),
        ]
    ).assign_attrs(networks=batches * BATCH)


def _partly_symmetric(data: "xarray.Dataset") -> "xarray.Dataset":
    counts = pooled(data["result"])
    exact = evaluated(replica.log_expected_fixed_points, counts, "N", "J_D", "eta")
    return entropies(counts, exact, counts["N"])


def _layered(data: "xarray.Dataset") -> "xarray.Dataset":
    counts = pooled(data["result"])
    exact = evaluated(
        lambda L, lam: replica.log_expected_layered_fixed_points(NEURONS // L, L, LAYERED_J_D, lam),
        counts,
        "L",
        "lam",
    )
    return entropies(counts, exact, NEURONS)


def _limits() -> "xarray.Dataset":
    """Return the theory for N → ∞ on fine grids."""
    import xarray

    J_D, lam, eta = np.linspace(0, 1, 101), np.linspace(0, 1, 101), np.array([-0.5, 0, 0.5, 1])
    layers = {"1": 1, "2": 2, "3": 3, "∞": None}
    layered = [replica.layered_entropy(LAYERED_J_D, lam, L) for L in layers.values()]
    return xarray.Dataset(
        {
            "limit": (("eta", "J_D"), replica.fixed_point_entropy(J_D, eta[:, None])),
            "layered_limit": (("layers", "lam"), np.array(layered)),
        },
        {"J_D": J_D, "eta": eta, "layers": list(layers), "lam": lam},
    )


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the three ensembles side by side."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.8))
    left, middle, right = figure.subplots(1, 3)

    left.plot(data["J_D"], data["limit"].sel(eta=0), "k", label="$N = \\infty$")
    for i, N in enumerate(data["asymmetric_N"].values):
        _draw_sample(left, data, "asymmetric", "J_D", {"asymmetric_N": N}, f"C{i}", f"$N = {N}$")
    left.set(xlabel="self-coupling $J_D$", ylabel="entropy of fixed points $\\Phi$")

    for i, eta in enumerate(data["symmetric_eta"].values):
        middle.plot(data["J_D"], data["limit"].sel(eta=eta), color=f"C{i}")
        label = f"$\\eta = {eta:g}$"
        _draw_sample(middle, data, "symmetric", "J_D", {"symmetric_eta": eta}, f"C{i}", label)
    middle.set(xlabel="self-coupling $J_D$", title=f"$N = {NEURONS}$")

    for i, layers in enumerate(data["layers"].values):
        if layers in ("1", "∞"):
            style = {"1": ":", "∞": "-"}[layers]
            label = "$L = 1$" if layers == "1" else "$L = \\infty$"
            right.plot(data["lam"], data["layered_limit"][i], "k", ls=style, label=label)
            continue
        right.plot(data["lam"], data["layered_limit"][i], color=f"C{i}")
        L = int(layers)
        _draw_sample(
            right,
            data,
            "layered",
            "lam",
            {"layered_L": L},
            f"C{i}",
            f"$L = {L}$, $N = {NEURONS // L}$",
        )
    right.set(xlabel="coupling between layers $\\lambda$", title=f"$J_D = {LAYERED_J_D:g}$")
    for ax in (left, middle, right):
        ax.legend()
    return figure


def _draw_sample(
    ax: "Axes",
    data: "xarray.Dataset",
    panel: str,
    x: str,
    where: dict[str, float],
    color: str,
    label: str,
) -> None:
    """Draw one row of a panel: the exact mean as a dashed line, the sample with error bars."""
    entropy, error, exact = (
        data[f"{panel}_{name}"].sel(where) for name in ("entropy", "error", "exact")
    )
    abscissa = data[f"{panel}_{x}"]
    ax.plot(abscissa, exact, color=color, ls="--", lw=0.8)
    ax.errorbar(abscissa, entropy, error, color=color, fmt="o", mfc="w", label=label)
