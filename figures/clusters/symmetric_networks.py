"""The gap between fixed points, as the couplings become symmetric."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import replica
from figures.compared import Compared, Comparisons, counted
from figures.shared import strokes
from figures.shared.samples import BATCH, entropies, panel, panel_words, pooled, smooth_binomial

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Symmetric couplings close the gap"
equation = r"J_\mathrm{ogp}(y; \eta) = \max \{ J_D : \min_d \Phi(y, d; \eta) < 0 \}"
caption = (
    "Left: below a curve there are, at some mutual distances, no groups of y fixed points (overlap "
    "gap: the mean number of groups vanishes). The gap is lost as the symmetry η of the couplings "
    "grows; circles: where its threshold reaches J_D = 0. Above the highest curve the mean number "
    "of groups is large at all distances, which does not prove that there are any. At η = 0 a "
    "second solver, for real y, gives the same thresholds. Middle: entropy Φ of groups of y = 9 at "
    "mutual distance d, at J_D = 0: the part below zero is the gap. Right: entropy of pairs, as a "
    "test of the theory at J_D = {J_D:g}. Solid: the limit N → ∞. Dashed: the exact mean number of "
    "ordered pairs at finite N (the binomial coefficient replaced by its limit). Markers: the same "
    "of the mean over networks of N = {N} whose fixed points were all enumerated, with one "
    "standard error; all distances of one colour share the same networks."
)

SIZE = 16
SELF_COUPLING = 0.3
GROUP = 9
caption = caption.format(N=SIZE, J_D=SELF_COUPLING)
MEASURED = 1.0  # expected pairs per network, below which the mean over a sample says little


def gap_threshold(y: int, eta: float) -> float:
    """Return the threshold of the gap; nan where there is none."""
    try:
        return replica.symmetric_overlap_gap_threshold(y, eta).J_D
    except ValueError:
        return float("nan")


def closing_symmetry(y: int) -> float:
    """Return the symmetry at which the threshold of the gap reaches zero."""
    from scipy import optimize

    def least(eta: float) -> float:
        return replica.rarest_groups(y, 0.0, eta).free_entropy

    return float(optimize.brentq(least, 0.05, 0.5, xtol=1e-6))


def deviation(y: int) -> float:
    """Return by how much two solvers differ at eta = 0, in units of the errors they claim."""
    one, other = replica.symmetric_overlap_gap_threshold(y), replica.overlap_gap_threshold(y)
    return (one.J_D - other.J_D) / (one.J_D_error + other.J_D_error)


def group_entropy(eta: float, d: float) -> float:
    """Return the entropy of groups without self-coupling."""
    return replica.integer_clusters(GROUP, d, 0.0, eta).free_entropy


def count_pairs(eta: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return the numbers of ordered pairs at all distances 0..N, for a batch of networks."""
    ensemble = networks.Asymmetric(SIZE, SELF_COUPLING, eta)
    return np.array(
        [
            dynamics.pair_distances(dynamics.enumerate_fixed_points(ensemble.sample(rng)))
            for _ in range(BATCH)
        ]
    )


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Solve for thresholds, evaluate groups, and enumerate pairs."""
    import xarray

    d = np.geomspace(1e-5, 0.1, 81 if full else 25).round(9).tolist()
    groups = _single(run(group_entropy, {"eta": [0.0, 0.1, 0.23, 0.5], "d": d}))
    return xarray.merge(
        [
            panel("gap", gaps(run, full)),
            panel("groups", groups.to_dataset(name="entropy")),
            panel("pairs", _pairs(run, [0.3, 0.6, 1.0], 40 if full else 6)),
        ]
    ).assign_attrs(networks=(40 if full else 6) * BATCH)


def gaps(run: "Run", full: bool) -> "xarray.Dataset":
    """Return the thresholds of the gap over y and eta, and where they reach zero."""
    import xarray

    y = [2, 3, 4, 6, 9, 12, 20] if full else [2, 3, 5, 9]
    eta = np.linspace(0, 0.24, 49 if full else 7).round(6).tolist()
    return xarray.Dataset(
        {
            "threshold": _single(run(gap_threshold, {"y": y, "eta": eta})),
            "closing": _single(run(closing_symmetry, {"y": y})),
            "deviation": _single(run(deviation, {"y": y})),
        }
    )


def _single(data: "xarray.Dataset") -> "xarray.DataArray":
    return data["result"].squeeze("replica", drop=True)


def _pairs(run: "Run", eta: list[float], batches: int) -> "xarray.Dataset":
    """Return sample, exact mean and limit, over eta and the number k of differing neurons."""
    import xarray

    data = run(count_pairs, {"eta": eta}, replicas=batches)
    pairs = pooled(data["result"].rename(result_1="k")).assign_coords(k=np.arange(SIZE + 1))
    expected = [replica.log_expected_symmetric_pairs(SIZE, SELF_COUPLING, x) for x in eta]
    exact = xarray.DataArray(np.exp(expected), {"eta": eta, "k": pairs["k"].values}, ("eta", "k"))
    sample = entropies(pairs, exact, SIZE)
    measured = sample.where(exact > MEASURED)
    shift = xarray.DataArray(smooth_binomial(SIZE), dims="k")
    d = np.linspace(0, 1, 201)
    limit = replica.pair_entropy(d, SELF_COUPLING, np.array(eta)[:, None])
    return sample.assign(
        entropy=measured["entropy"] + shift,
        exact=sample["exact"] + shift,
        error=measured["error"],
        # the pairs at k and at N - k are the same ones, with one state reversed
        z=measured["z"].where(sample["k"] <= SIZE // 2),
        limit=(("eta", "d"), limit),
        d=d,
    )


variables = {
    **panel_words("pairs_", "ordered pairs of fixed points", "eta", "d"),
    "pairs_entropy": (
        "entropy per neuron of ordered pairs of fixed points: of their mean number over "
        "networks, with the binomial coefficient replaced by its limit"
    ),
    "pairs_exact": (
        "entropy per neuron of ordered pairs of fixed points, exact: of their exact mean number, "
        "with the binomial coefficient replaced by its limit"
    ),
    "pairs_limit": "entropy per neuron of pairs of fixed points, N → ∞",
    "pairs_k": "number k of neurons in which the two states differ",
    "gap_threshold": (
        "self-coupling at which the overlap gap of groups of y closes: nan where there is no gap"
    ),
    "gap_closing": "symmetry η at which this threshold reaches J_D = 0",
    "gap_deviation": (
        "threshold at η = 0 by two solvers, their difference in units of the errors that both claim"
    ),
    "gap_y": "number of replicas y",
    "gap_eta": "symmetry η of the couplings",
    "groups_entropy": "free entropy Φ per neuron of groups of 9 fixed points at J_D = 0",
    "groups_eta": "symmetry η of the couplings",
    "groups_d": "Hamming distance d per neuron",
}

unjudged = {
    "theory alone, checked at η = 0": ("gap_closing", "gap_threshold", "groups_entropy"),
    "the limit N → ∞, which finite N need not meet": ("pairs_limit",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the mean numbers of pairs with the exact ones, and two solvers."""
    yield counted(data, "pairs_", SIZE, "pairs at each distance", data["pairs_exact"])
    yield Compared("deviation", "two solvers of the thresholds at η = 0", data["gap_deviation"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw thresholds, groups and pairs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.8))
    left, middle, right = figure.subplots(1, 3)
    _draw_gap(left, data)
    _draw_groups(middle, data)
    _draw_pairs(right, data)
    return figure


def _draw_gap(ax: "Axes", data: "xarray.Dataset") -> None:
    thresholds = data["gap_threshold"]
    eta = data["gap_eta"].values
    for i, y in enumerate(data["gap_y"].values):
        closing = float(data["gap_closing"].sel(gap_y=y))
        here = thresholds.sel(gap_y=y).values
        open_gap = np.isfinite(here)
        x, J_D = np.append(eta[open_gap], closing), np.append(here[open_gap], 0)
        ax.fill_between(x, J_D, color="0.92", lw=0, zorder=0)
        ax.plot(x, J_D, color=f"C{i}", ls=strokes.DASHES[i], label=f"{int(y)}")
        ax.plot(closing, 0, "o", color=f"C{i}", mfc="w", clip_on=False, zorder=3)
    ax.text(0.012, 0.004, "gap", color="0.4")
    ax.set(xlabel="symmetry $\\eta$", ylabel="self-coupling $J_D$", xlim=(0, 0.25))
    ax.set_ylim(0, 0.065)
    ax.legend(title="$y$", ncols=2, handlelength=2.4)


def _draw_groups(ax: "Axes", data: "xarray.Dataset") -> None:
    ax.axhline(0, color="0.6", lw=0.8)
    for i, eta in enumerate(data["groups_eta"].values):
        entropy = data["groups_entropy"].sel(groups_eta=eta)
        dash = strokes.DASHES[i]
        ax.plot(data["groups_d"], entropy, color=f"C{i}", ls=dash, label=f"{eta:g}")
    ax.set(xlabel="distance $d$", ylabel=f"entropy of groups of {GROUP}", xscale="log")
    ax.set(xlim=(1e-5, 0.1), ylim=(-0.15, 0.3))
    ax.legend(title="$\\eta$", loc="upper left", ncols=2, handlelength=2.4)


def _draw_pairs(ax: "Axes", data: "xarray.Dataset") -> None:
    d = data["pairs_k"] / SIZE
    for i, eta in enumerate(data["pairs_eta"].values):
        here = data.sel(pairs_eta=eta)
        ax.plot(data["pairs_d"], here["pairs_limit"], color=f"C{i}")
        ax.plot(d, here["pairs_exact"], color=f"C{i}", ls="--", lw=0.8)
        ax.errorbar(
            d,
            here["pairs_entropy"],
            here["pairs_error"],
            color=f"C{i}",
            fmt=strokes.MARKERS[i],
            mfc="w",
            label=f"$\\eta = {eta:g}$",
        )
    ax.plot([], [], "0.4", label="$N \\to \\infty$")
    ax.plot([], [], "0.4", ls="--", lw=0.8, label=f"exact at $N = {SIZE}$")
    ax.set(xlabel="distance $d$", ylabel="entropy of pairs $\\Phi_2$")
    ax.legend(loc="lower center")
