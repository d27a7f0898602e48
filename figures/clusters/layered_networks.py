"""Pairs and dense clusters of fixed points in coupled layers."""

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

title = "Excitation between layers"
equation = (
    r"L \Phi_2 = \ln 2 + \min_\mu \Big[ -q \sum_l \mu_l "
    r"+ \ln \sum_{a, \tau} \prod_l e^{\mu_l a_l} w_l \Big] "
    r"\quad S(d) = \frac{\partial \Phi(y, d)}{\partial y} "
    r"\text{ at } \Phi = y \frac{\partial \Phi}{\partial y}"
)
caption = (
    "Do excitatory couplings between layers do for the clusters what the self-coupling does? Left: "
    "below a line some distances have no pair of fixed points (overlap gap). The distance d is "
    "that in each of L layers; dashed: only the total distance of L = 2 layers is given. Middle: "
    "upper bound S of the entropy inside the densest clusters of diameter d. Circles: two layers, "
    "J_D = 0; lines: one layer with a self-coupling J_D at which there are as many fixed points "
    "per neuron. Where S < 0, there are no such clusters. Right: entropy (1/2N) ln E[#] of ordered "
    "pairs in two layers, for differences in both layers alike, or in one of them. Lines: exact at "
    "finite N. Markers: the mean over networks whose fixed points were all enumerated, with one "
    "standard error, where more than one pair is expected; all distances share the networks, so "
    "their deviations are correlated."
)

CHAINS = {
    "L = 2": (2, "each layer"),
    "L = 3": (3, "each layer"),
    "L = ∞": (None, "each layer"),
    "L = 2, total": (2, "total"),
}
NEURONS = 8  # in each of the two layers that are enumerated
SAMPLED = {"J_D": 0.1, "lam": 0.5}
MEASURED = 1.0  # expected pairs per network, below which the mean over a sample says little
SLICES = ["both layers", "one layer"]


def gap_threshold(chain: str, J_D: float) -> float:
    """Return the coupling between layers at which the overlap gap closes."""
    L, distance = CHAINS[chain]
    return replica.layered_overlap_gap_threshold(J_D, L, distance).lam


def local_entropy(J_D: float, lam: float, d: float) -> float:
    """Return the entropy of fixed points inside the densest clusters; nan where none is found."""
    state = replica.two_layer_local_entropy(d, J_D, lam, throw=False)
    return float(np.where(state.converged, state.local_entropy, np.nan))


def count_pairs(N: int, J_D: float, lam: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return the numbers of ordered pairs at the distances (k, k) and (0, k) of two layers."""
    ensemble = networks.Layered(N, 2, J_D, lam)
    return np.array([_pairs(ensemble.sample(rng)) for _ in range(BATCH)])


def _pairs(network: networks.Network) -> npt.NDArray[np.int64]:
    N = network.N
    states = dynamics.enumerate_fixed_points(network).astype(np.int64)
    k = [(N - s @ s.T) // 2 for s in np.moveaxis(states, 1, 0)]
    table = np.bincount((k[0] * (N + 1) + k[1]).ravel(), minlength=(N + 1) ** 2)
    table = table.reshape(N + 1, N + 1)
    return np.array([np.diagonal(table), (table[0] + table[:, 0]) / 2])


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Find thresholds and clusters, and enumerate pairs."""
    import xarray

    return xarray.merge([gaps(run, full), _clusters(run, full), _sample(run, full)]).assign_attrs(
        networks=_batches(full) * BATCH
    )


def gaps(run: "Run", full: bool) -> "xarray.Dataset":
    """Return the thresholds, up to the self-coupling at which uncoupled layers have no gap."""
    import xarray

    lines = []
    for distance in ("each layer", "total"):
        chains = [name for name, chain in CHAINS.items() if chain[1] == distance]
        end = _uncoupled_threshold(distance)
        # the lines end like a square root
        fraction = 1 - np.linspace(1, 0, 17 if full else 5)[:-1] ** 2
        J_D = end * fraction
        found = run(gap_threshold, {"chain": chains, "J_D": J_D.tolist()})["result"].values[..., 0]
        lam = np.hstack([found, np.zeros((len(chains), 1))])
        lines.append(
            xarray.Dataset(
                {"lam": (("chain", "point"), lam), "J_D": ("point", np.append(J_D, end))},
                {"chain": chains},
            )
        )
    both = xarray.concat(
        [line.set_coords([]).broadcast_like(line["lam"]) for line in lines], "chain"
    )
    return panel("gap", both)


def _uncoupled_threshold(distance: str) -> float:
    """Return the self-coupling at which pairs of uncoupled layers have no gap any more."""
    from scipy.optimize import brentq

    entropy = replica.pair_entropy if distance == "each layer" else _total
    d = np.geomspace(0.005, 0.2, 2000)
    return float(brentq(lambda J_D: entropy(d, J_D).min(), 0, 0.2))


def _total(d: npt.ArrayLike, J_D: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return replica.total_distance_pair_entropy(d, J_D, 0.0)


def _clusters(run: "Run", full: bool) -> "xarray.Dataset":
    """Return local entropies of two layers, and of one that has as many fixed points."""
    import xarray
    from scipy.optimize import brentq

    couplings = [0.3, 0.4, 0.5] if full else [0.35, 0.5]
    d = np.geomspace(0.005, 0.45, 24) if full else np.geomspace(0.01, 0.4, 4)
    fine = np.geomspace(d[0], d[-1], 60)
    alone = [
        brentq(
            lambda J, lam=lam: replica.fixed_point_entropy(J) - replica.layered_entropy(0, lam, 2),
            0,
            1,
        )
        for lam in couplings
    ]
    coupled = run(local_entropy, {"J_D": [0.0], "lam": couplings, "d": d.tolist()})
    single = replica.local_entropy(fine, np.array(alone)[:, None])
    return xarray.Dataset(
        {
            "coupled": (("lam", "d"), coupled["result"].values[0, :, :, 0]),
            "single": (("lam", "d_single"), single.local_entropy),
            "alone": ("lam", alone),
        },
        {"lam": couplings, "d": d, "d_single": fine},
    )


def _batches(full: bool) -> int:
    return 40 if full else 4


def _sample(run: "Run", full: bool) -> "xarray.Dataset":
    """Return sample and exact mean of pairs along two lines of distances."""
    import xarray

    grid = {"N": [NEURONS]} | {name: [value] for name, value in SAMPLED.items()}
    data = run(count_pairs, grid, replicas=_batches(full))["result"]
    k = np.arange(NEURONS + 1)
    counts = pooled(data.rename(result_1="slice", result_2="k")).squeeze(list(grid), drop=True)
    counts = counts.assign_coords(slice=SLICES, k=k)
    exact = xarray.DataArray(
        [
            [np.exp(replica.log_expected_layered_pairs(NEURONS, pair, **SAMPLED)) for pair in pairs]
            for pairs in (zip(k, k, strict=True), zip(0 * k, k, strict=True))
        ],
        {"slice": SLICES, "k": k},
        ("slice", "k"),
    )
    sample = entropies(counts, exact, 2 * NEURONS)
    measured = sample.where(exact > MEASURED)
    # the pairs (k, k) and (N-k, N-k) are the same ones, and (0, 0) is in both lines
    alike = (measured["slice"] == SLICES[0]) & (measured["k"] <= NEURONS // 2)
    z = measured["z"].where(alike | ((measured["slice"] == SLICES[1]) & (measured["k"] > 0)))
    return panel("pairs", measured.assign(exact=sample["exact"], z=z))


variables = {
    **panel_words("pairs_", "ordered pairs of fixed points of two layers"),
    "gap_chain": "chain, and the distance that is given: in each of L layers, or the total one",
    "gap_lam": "coupling λ between layers at which the overlap gap closes",
    "gap_J_D": "self-coupling J_D of the points of the threshold",
    "coupled": (
        "local entropy per neuron of the densest clusters of two coupled layers: an upper bound "
        "by mean numbers, at J_D = 0"
    ),
    "single": (
        "local entropy per neuron of the densest clusters of one layer: an upper bound by mean "
        "numbers, at a self-coupling with as many fixed points per neuron as the two layers"
    ),
    "alone": "self-coupling J_D of one layer with as many fixed points per neuron as two layers",
    "d_single": "Hamming distance d per neuron, of the curves of one layer",
    "pairs_slice": "layers in which the states of a pair differ: both alike, or one of them",
    "pairs_k": "number k of neurons of such a layer in which the states differ",
}

unjudged = {
    "two ensembles side by side, not two computations of one": ("alone", "coupled", "single"),
    "theory alone": ("gap_J_D", "gap_lam"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the mean numbers of pairs with the exact ones."""
    yield counted(data, "pairs_", 2 * NEURONS, "pairs at each distance", data["pairs_exact"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw thresholds, clusters and pairs side by side."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.8))
    left, middle, right = figure.subplots(1, 3)
    _draw_gaps(left, data)
    _draw_clusters(middle, data)
    _draw_pairs(right, data)
    return figure


def _draw_gaps(ax: "Axes", data: "xarray.Dataset") -> None:
    for i, chain in enumerate(data["gap_chain"].values):
        total = CHAINS[chain][1] == "total"
        row = data.sel(gap_chain=chain)
        label = "$L = 2$, total" if total else f"${chain}$".replace("∞", "\\infty")
        ax.plot(
            row["gap_J_D"],
            row["gap_lam"],
            color="C0" if total else f"C{i}",
            ls=strokes.DASHES[i],
            label=label,
        )
    ax.set(xlabel="self-coupling $J_D$", ylabel="coupling between layers $\\lambda$")
    ax.set_ylim(0, 1.4 * float(data["gap_lam"].max()))
    ax.text(0.05, 0.08, "overlap gap", transform=ax.transAxes)
    ax.legend(loc="upper right", handlelength=2.4)


def _draw_clusters(ax: "Axes", data: "xarray.Dataset") -> None:
    ax.axhline(0, color="0.6", lw=0.8)
    for i, lam in enumerate(data["lam"].values):
        row = data.sel(lam=lam)
        ax.plot(
            row["d"],
            row["coupled"],
            strokes.MARKERS[i],
            color=f"C{i}",
            mfc="w",
            label=f"$\\lambda = {lam:g}$, $J_D = 0$",
        )
        label = f"one layer, $J_D = {float(row['alone']):.3f}$"
        ax.plot(row["d_single"], row["single"], color=f"C{i}", ls=strokes.DASHES[i], label=label)
    ax.set(xscale="log", xlabel="diameter $d$", ylabel="local entropy $S$")
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.25 * (high - low))
    ax.legend(loc="upper left", handlelength=2.4)


def _draw_pairs(ax: "Axes", data: "xarray.Dataset") -> None:
    for i, line in enumerate(data["pairs_slice"].values):
        row = data.sel(pairs_slice=line)
        total = row["pairs_k"] / NEURONS / (1 if i == 0 else 2)
        ax.plot(total, row["pairs_exact"], f"C{i}", lw=0.8)
        ax.errorbar(
            total,
            row["pairs_entropy"],
            row["pairs_error"],
            color=f"C{i}",
            fmt=strokes.MARKERS[i],
            mfc="w",
            label=line,
        )
    ax.plot([], [], "0.4", lw=0.8, label="exact mean")
    ax.set(
        xlabel="total distance per neuron",
        ylabel="entropy of pairs",
        title=f"$N = {NEURONS}$, $J_D = {SAMPLED['J_D']:g}$, $\\lambda = {SAMPLED['lam']:g}$",
    )
    ax.legend(loc="lower right", title="differences in", title_fontsize=7.5)
