"""From long cycles to 2-cycles, as couplings become symmetric."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import sweeps
from figures.compared import Compared, Comparisons, student
from figures.shared.samples import pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "From long cycles to 2-cycles"
equation = (
    r"s(t+1) = \mathrm{sign}(J s(t)) \quad \langle J_{ij} J_{ji} \rangle = \frac{\eta}{N} "
    r"\quad E[\#_2] = \tfrac12 \sum_{s \ne t} P(s \to t \to s)"
)
caption = (
    "Synchronous updates without self-coupling end in cycles of length 2 if couplings are "
    "symmetric, and in cycles whose length grows exponentially with N if they are independent. "
    "Left: the part of random starts that end in cycles of each length, in the largest networks. "
    "Middle: the part that ends in cycles of length 1 or 2; of all states in networks of up to 16 "
    "neurons, of random ones in larger ones, each followed until it closed. Left of where the "
    "curves of two sizes cross the part falls with N, right of it it rises (vertical line: the "
    "crossing of the largest networks and those of a third of their size; band: one standard "
    "error). These sizes cross above 0.33 (dotted), where Bastolla and Parisi place the transition "
    "of infinitely many neurons. Right: the mean number of 2-cycles, as entropy per neuron; lines "
    "exact, markers counted. It grows exponentially with N on both sides, and nothing happens to "
    "it at the transition: that is one of basins, not of numbers. Error bars: one standard error."
)

PUBLISHED = 0.33
BATCH = 10
STARTS = 4  # of each network, where not all states are followed
MOST_STEPS = 10**8
SMALL = (8, 12, 16)
ETA = (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
FITTED = slice(0.2, 0.5)
EXACT = {8: (0.0, *ETA), 16: (0.0, *ETA), 40: (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)}
BINS = (0, 2, 10, 100, 1000, np.inf)


def census(N: int, eta: float, rng: np.random.Generator) -> dict[str, Floats]:
    """Return the part of all states that ends in short cycles, and the number of 2-cycles."""
    ensemble = networks.Asymmetric(N, 0.0, eta)
    found = [dynamics.census(ensemble.sample(rng)) for _ in range(BATCH)]
    return {
        "short": np.array([one.basins[one.lengths <= 2].sum() / 2.0**N for one in found]),
        "pairs": np.array([np.sum(one.lengths == 2) for one in found], dtype=float),
    }


def sample(N: int, eta: float, rng: np.random.Generator) -> dict[str, Floats]:
    """Return the part of random starts that ends in short cycles, and in those of each length."""
    ensemble = networks.Asymmetric(N, 0.0, eta)
    lengths = [
        dynamics.sampled_cycles(ensemble.sample(rng), STARTS, MOST_STEPS, rng=rng).lengths
        for _ in range(BATCH)
    ]
    edges = np.array(BINS) + 0.5
    return {
        "short": np.mean((np.array(lengths) <= 2) & (np.array(lengths) > 0), axis=1),
        "parts": np.histogram(lengths, edges)[0] / np.size(lengths),
    }


def entropy(N: int, eta: float) -> float:
    """Return the logarithm of the exact mean number of 2-cycles, per neuron."""
    return float(dynamics.log_expected_two_cycles(N, 0.0, eta)) / N


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Follow states to their cycles, and count 2-cycles."""
    import xarray

    large, batches = ([24, 36, 48], 16) if full else ([24, 36], 6)
    small = run(census, {"N": list(SMALL), "eta": list(ETA)}, replicas=batches)
    sampled = run(sample, {"N": large, "eta": list(ETA)}, replicas=batches)
    short = [sweeps.summary(pooled(part["short"]).to_dataset()) for part in (small, sampled)]
    data = xarray.concat(short, "N")[["short", "short_error"]]
    pairs = sweeps.summary(pooled(small["pairs"]).to_dataset())
    parts = sampled["parts"].isel(N=-1, drop=True).mean("replica")
    larger = [N for N in large if N // 3 in data["N"]]
    crossing = [_crossing(data.sel(N=[N // 3, N])) for N in larger]
    exact = [
        run(entropy, {"N": [N], "eta": list(eta)})["result"].isel(replica=0, drop=True)
        for N, eta in EXACT.items()
        if full or N in SMALL[:1]
    ]
    return (
        data.assign(
            pairs=pairs["pairs"].rename(N="small"),
            pairs_error=pairs["pairs_error"].rename(N="small"),
            parts=parts.rename({parts.dims[-1]: "longest"}).transpose("eta", "longest"),
            crossing=("larger", [value for value, _ in crossing]),
            crossing_error=("larger", [error for _, error in crossing]),
            exact=xarray.concat(exact, "N", join="outer").rename(N="size", eta="symmetry"),
        )
        .assign_coords(longest=list(BINS[1:]), larger=larger)
        .assign_attrs(networks=batches * BATCH)
    )


def _crossing(two: "xarray.Dataset") -> tuple[float, float]:
    """Return where the parts of two sizes are the same, from straight lines of their logits."""
    near = two.sel(eta=FITTED)
    p = near["short"].transpose("eta", "N").values
    error = near["short_error"].transpose("eta", "N").values
    eta = near["eta"].values
    p = np.clip(p, 1e-3, 1 - 1e-3)
    logit, error = np.log(p / (1 - p)), np.maximum(error, 1e-3) / (p * (1 - p))
    difference, error = logit[:, 1] - logit[:, 0], np.hypot(*error.T)
    terms = np.stack([np.ones(len(eta)), eta - PUBLISHED], axis=1) / error[:, None]
    inverse = np.linalg.inv(terms.T @ terms)
    value, slope = inverse @ terms.T @ (difference / error)
    gradient = np.array([-1, value / slope]) / slope
    return PUBLISHED - value / slope, float(np.sqrt(gradient @ inverse @ gradient))


variables = {
    "short": "part of starts that end in fixed points or cycles of length 2",
    "pairs": "mean number of 2-cycles in a network",
    "parts": "part of starts that end in cycles of a length: of the largest networks",
    "longest": "largest length of the cycles of a class",
    "crossing": "symmetry at which as many starts end in short cycles in networks of two sizes",
    "exact": "exact entropy per neuron of 2-cycles: logarithm of their mean number",
    "larger": "number of neurons of the larger of two sizes",
    "size": "number of neurons N, of the exact entropies",
    "small": "number of neurons N, of the census",
    "symmetry": "symmetry η, of the exact entropies",
}

unjudged = {
    "simulation alone: no theory of the basins": ("short", "short_error", "parts"),
    "crossings of small networks, which need not be at the transition of infinitely large ones": (
        "crossing",
        "crossing_error",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the numbers of 2-cycles with their exact means."""
    counted = [N for N in data["size"].values if N in SMALL]
    exact = data["exact"].sel(symmetry=data["eta"], size=counted)
    exact = exact.drop_vars("symmetry").rename(size="small")
    mean = np.exp(exact * exact["small"])
    pairs, error = (data[name].sel(small=counted) for name in ("pairs", "pairs_error"))
    off = student(((pairs - mean) / error).transpose(*error.dims), data.attrs["networks"])
    yield Compared("z", "numbers of 2-cycles and exact means", off, "pairs", error, "of a number")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw lengths, the part of short ones, and numbers of 2-cycles."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.9))
    left, middle, right = figure.subplots(1, 3)
    _draw_lengths(left, data)
    _draw_short(middle, data)
    _draw_numbers(right, data)
    for ax in (left, middle, right):
        ax.set_xlabel("symmetry $\\eta$")
        ax.axvline(PUBLISHED, color="k", ls=":", lw=0.9)
    return figure


def _draw_lengths(ax: "Axes", data: "xarray.Dataset") -> None:
    names = ["1, 2", "3 to 10", "11 to 100", "101 to 1000", "longer"]
    shades = [str(0.15 + 0.2 * k) for k in range(len(names))]
    parts = data["parts"].transpose("longest", "eta")
    ax.stackplot(data["eta"], parts, labels=names, colors=shades, lw=0)
    ax.set(
        ylabel="part of the starts",
        title=f"$N = {int(data['N'][-1])}$",
        xlim=(ETA[0], ETA[-1]),
        ylim=(0, 1),
    )
    legend = ax.legend(loc="lower right", title="length", labelcolor="w")  # on black
    legend.get_title().set_color("w")
    for patch in legend.get_patches():
        patch.set(edgecolor="w", linewidth=0.5)


def _draw_short(ax: "Axes", data: "xarray.Dataset") -> None:
    last = data.isel(larger=-1)
    value, error = float(last["crossing"]), float(last["crossing_error"])
    ax.axvspan(value - error, value + error, color="0.85", lw=0)
    ax.axvline(value, color="0.5", lw=0.8)
    for color, N in enumerate(data["N"].values):
        one = data.sel(N=N)
        ax.errorbar(
            one["eta"],
            one["short"],
            one["short_error"],
            fmt="o-",
            ms=3,
            lw=0.8,
            mfc="w",
            color=f"C{color}",
            label=f"$N = {N}$",
        )
    ax.set(ylabel="part that ends in length 1 or 2", ylim=(0, 1.05))
    ax.legend(loc="lower right")


def _draw_numbers(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, N in enumerate(data["size"].values):
        one = data.sel(size=N)
        line = one["exact"].dropna("symmetry")
        ax.plot(line["symmetry"], line, color=f"C{color}", label=f"$N = {N}$")
        if N in data["small"]:
            counted = data.sel(small=N)
            mean, error = counted["pairs"].values, counted["pairs_error"].values
            y = np.log(mean) / N
            ax.errorbar(data["eta"], y, error / mean / N, fmt="o", ms=3, mfc="w", color=f"C{color}")
    ax.set_ylabel("$\\ln E[\\#_2] \\, / \\, N$")
    ax.legend(loc="upper left")
