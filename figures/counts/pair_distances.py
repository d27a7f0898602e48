"""How many pairs of fixed points lie at each distance: theory on exact enumeration."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import replica
from figures.compared import Comparisons, counted
from figures.shared import strokes
from figures.shared.samples import BATCH, entropies, panel_words, pooled, smooth_binomial

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Pairs of fixed points"
equation = (
    r"E[\#(d)] = \exp(N \Phi_2) "
    r"\quad \Phi_2(d) = \ln 2 + h(d) + (1 - d) \ln P_2(1 - 2d) + d \ln P_2(2d - 1)"
)
caption = (
    "Entropy Φ₂ of pairs of fixed points at Hamming distance d = k/N per neuron. Near d = 0 the "
    "limit N → ∞ (black) falls below Φ₂(0) = Φ (dotted) like −√d: the typical fixed point is "
    "isolated. Networks of these sizes are too small to show that dip, but follow the exact mean "
    "at their own N (dashed) at all distances. Markers: mean over networks whose fixed points were "
    "all enumerated, with one standard error, where more than one pair is expected; insets: their "
    "difference from the exact mean. All distances share the same networks, so the markers of a "
    "curve deviate together. Both are Φ₂ = (1/N) ln(E[#]/C(N,k)) + h(d), of ordered pairs: the "
    "binomial coefficient, which differs from exp(N h) by a power of N, is replaced by its limit."
)

MEASURED = 1.0  # expected pairs per network, below which the mean over a sample says little


def count_pairs(N: int, J_D: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return the numbers of ordered pairs at all distances 0..N, for a batch of networks."""
    ensemble = networks.Asymmetric(N, J_D)
    return np.array(
        [
            dynamics.pair_distances(dynamics.enumerate_fixed_points(ensemble.sample(rng)))
            for _ in range(BATCH)
        ]
    )


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Enumerate pairs, and evaluate their theory."""
    import xarray

    sizes, batches = ([14, 20], 100) if full else ([10, 18], 8)
    J_D = [0.2, 0.5, 0.8]
    samples = [_sample(run, N, J_D, batches) for N in sizes]
    d = np.concatenate([[0], np.geomspace(1e-6, 0.01, 30), np.linspace(0.011, 0.5, 150)])
    d = np.unique(np.concatenate([d, 1 - d]))
    limit = replica.pair_entropy(d, np.array(J_D)[:, None])
    return (
        xarray.concat(samples, "N", join="outer", fill_value=np.nan)
        .assign(
            limit=(("J_D", "d"), limit),
            single=("J_D", replica.fixed_point_entropy(J_D)),
            d=d,
        )
        .assign_attrs(networks=batches * BATCH)
    )


def _sample(run: "Run", N: int, J_D: list[float], batches: int) -> "xarray.Dataset":
    """Return sample and exact mean for one size, over J_D and the number k of differing neurons."""
    import xarray

    data = run(count_pairs, {"N": [N], "J_D": J_D}, replicas=batches)
    pairs = pooled(data["result"].rename(result_1="k")).squeeze("N")
    pairs = pairs.assign_coords(k=np.arange(N + 1))
    exact = xarray.DataArray(
        np.exp(replica.log_expected_pairs(N, J_D)),
        {"J_D": J_D, "k": pairs["k"].values},
        ("J_D", "k"),
    )
    sample = entropies(pairs, exact, N)
    measured = sample.where(exact > MEASURED)
    shift = xarray.DataArray(smooth_binomial(N), dims="k")
    # the pairs at k and at N - k are the same ones, with one state reversed
    z = measured["z"].where(sample["k"] <= N // 2)
    return sample.assign(
        entropy=measured["entropy"] + shift,
        exact=sample["exact"] + shift,
        error=measured["error"],
        z=z,
    )


variables = {
    **panel_words("", "ordered pairs of fixed points"),
    "entropy": (
        "entropy per neuron of ordered pairs of fixed points: of their mean number over "
        "networks, with the binomial coefficient replaced by its limit"
    ),
    "exact": (
        "entropy per neuron of ordered pairs of fixed points, exact: of their exact mean number, "
        "with the binomial coefficient replaced by its limit"
    ),
    "k": "number k of neurons in which the two states differ",
    "limit": "entropy per neuron of pairs of fixed points, N → ∞",
    "single": "entropy per neuron of fixed points, N → ∞: the value of pairs at distance 0",
}

unjudged = {
    "the limit N → ∞, which finite N need not meet": ("limit", "single"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the mean numbers of pairs with the exact ones."""
    yield counted(data, "", data["N"], "pairs at each distance", data["exact"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw a panel for each self-coupling."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.5))
    axes = figure.subplots(1, data.sizes["J_D"])
    for ax, J_D in zip(axes, data["J_D"].values, strict=True):
        here = data.sel(J_D=J_D)
        inset = ax.inset_axes((0.33, 0.24, 0.38, 0.26))
        ax.axhline(float(here["single"]), color="0.4", ls=":", lw=0.9, label="single ones, $\\Phi$")
        ax.plot(here["d"], here["limit"], "k", label="$N = \\infty$")
        inset.axhline(0, color="0.4", ls="--", lw=0.8)
        for i, N in enumerate(data["N"].values):
            size = here.sel(N=N)
            ax.plot(size["k"] / N, size["exact"], color=f"C{i}", ls="--", lw=0.8)
            _draw_sample(ax, size, size["entropy"], i, 4)
            _draw_sample(inset, size, 1e3 * (size["entropy"] - size["exact"]), i, 2.5, 1e3)
        ax.plot([], [], color="0.4", ls="--", lw=0.8, label="exact at this $N$")
        ax.set(xlabel="distance $d$", title=f"$J_D = {J_D:g}$")
        inset.set_title("minus exact, $10^{-3}$", fontsize=6.5, pad=2)
        inset.set_xticks([0, 0.5, 1])
        inset.tick_params(labelsize=6)
    axes[0].set_ylabel("entropy of pairs $\\Phi_2$")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5)
    return figure


def _draw_sample(
    ax: "Axes",
    size: "xarray.Dataset",
    entropy: "xarray.DataArray",
    number: int,
    markersize: float,
    unit: float = 1.0,
) -> None:
    """Draw what was counted in networks of one size, or what is left of it."""
    N = int(size["N"])
    ax.errorbar(
        size["k"] / N,
        entropy,
        unit * size["error"],
        color=f"C{number}",
        fmt=strokes.MARKERS[number],
        mfc="w",
        ms=markersize,
        capsize=2 if unit == 1 else 0,
        label=f"$N = {N}$",
    )
