"""How many pairs of patterns a chain of modules holds, against its length."""

from typing import TYPE_CHECKING, Any

import numpy as np

import learning
import sweeps
from figures.compared import Compared, Comparisons
from figures.shared import strokes
from figures.steered.reference_chain import learned

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Depth raises the capacity of hetero-association"
equation = (
    r"s_i^l \leftarrow \operatorname{sign} \Big( \sum_j J_{ij}^l s_j^l "
    r"+ \lambda (s_i^{l-1} + s_i^{l+1}) \Big) "
    r"\quad s^0 = \text{input, } s^{L+1} = \text{output in training}"
)
caption = (
    "Largest number of random pairs of patterns of which 99 % of the bits are recalled by a chain "
    "of L modules of N units, best over the epochs, with one standard error over networks; lines: "
    "least-squares fits with an intercept, their slopes in the legend. Left: relaxation in "
    "training starts from zeros, both ends drive it. Middle: it starts from the input below an "
    "interface and from the output above it, which presets the hidden modules. Right: capacity per "
    "unit at the largest N against L, by right bits, filled: still so after the last epoch. "
    "Dashed: the slopes published for L = 2 and 7 (arXiv:2510.11984). Quick size: small chains and "
    "few epochs, held below their capacity; small chains lie below the proportion to N."
)

PROTOCOLS = {"natural": "driven from both ends", "interface": "preset by an interface"}
PUBLISHED = {2: 0.38, 7: 0.86}
LEVEL = 0.99
CLAIMED = 1e-4  # error that a coupling in float32 may have after hundreds of steps


def held(
    N: int,
    L: int,
    protocol: str,
    step: float,
    samples: int,
    epochs: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Measure the capacity of a few chains, by the best epoch and by the last one."""
    found = learning.capacity(
        N,
        L,
        protocol=protocol,
        level=LEVEL,
        step=step,
        samples=samples,
        epochs=epochs,
        rng=rng,
    )
    lasting = found.tried[found.bit_last >= LEVEL]
    return {"P": found.P, "P_last": float(lasting.max(initial=0))}


def checked(
    N: int, L: int, protocol: str, epochs: int, rng: np.random.Generator
) -> dict[str, float]:
    """Compare couplings and recall of a chain with double precision."""
    X, Y, new = rng.choice(np.array([-1.0, 1.0]), size=(3, N // 4, N))
    seed = int(rng.integers(2**63))
    chain = learning.HeteroAssociator(
        L, protocol=protocol, epochs=epochs, check_every=epochs, random_state=seed
    ).fit(X, Y)
    plain = learned(L, protocol, X, Y, epochs, np.random.default_rng(seed))
    inputs = np.concatenate([X, new])
    other = chain.predict(inputs) != np.array([plain.recall(x) for x in inputs])
    return {
        "recall_mismatch": int(np.count_nonzero(other.any(axis=1))),
        "coupling_deviation": float(np.abs(chain.J_ - plain.J).max() / CLAIMED),
    }


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Measure capacities for several sizes and lengths, and fit their slopes."""
    if full:
        sizes, lengths, step = [50, 75, 100, 125], [2, 3, 4, 5, 6, 7], 0.03
        epochs, samples, replicas = 160, 3, 2  # one chain in ten is bad, at small loads too
    else:
        sizes, lengths, step = [32, 64], [2, 4, 7], 0.1
        epochs, samples, replicas = 60, 2, 2
    grid = {
        "N": sizes,
        "L": lengths,
        "protocol": list(PROTOCOLS),
        "step": [step],
        "samples": [samples],
        "epochs": [epochs],
    }
    data = sweeps.summary(run(held, grid, replicas=replicas)).squeeze(["step", "samples", "epochs"])
    small = {"N": [32], "L": lengths[::2], "protocol": list(PROTOCOLS), "epochs": [60]}
    checks = run(checked, small).squeeze(drop=True).rename(L="checked_L")
    fit = data["P"].polyfit("N", 1).polyfit_coefficients
    return data.drop_vars("seconds").assign(
        slope=fit.sel(degree=1, drop=True),
        intercept=fit.sel(degree=0, drop=True),
        recall_mismatch=checks["recall_mismatch"],
        coupling_deviation=checks["coupling_deviation"],
    )


variables = {
    "P": "largest number of pairs of which 99 % of the bits are recalled: best over the epochs",
    "P_last": "largest number of pairs of which 99 % of the bits are recalled after the last epoch",
    "slope": "slope of the capacity in N",
    "intercept": "capacity of the fit at N = 0",
    "recall_mismatch": "number of patterns that double precision recalls otherwise",
    "coupling_deviation": (
        "largest difference of a coupling from double precision, in units of 1e-4"
    ),
    "protocol": (
        "start of the relaxation in training: driven from both ends, or preset by an interface"
    ),
    "N": "number of units N of a module",
    "L": "number of modules L",
    "step": "step of the load in the search, in units of N",
    "samples": "number of samples at each load",
}

unjudged = {
    "simulation and fits to it: no theory of the capacity": (
        "P",
        "P_error",
        "P_last",
        "intercept",
        "slope",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare chains like those of the figure with double precision in plain NumPy."""
    what = (
        "patterns that chains recall which learned N/4 pairs for some epochs, by the engine and by "
        "plain NumPy in double precision"
    )
    yield Compared("mismatch", what, data["recall_mismatch"])
    what = "their couplings after learning, by both"
    yield Compared("deviation", what, data["coupling_deviation"], "", CLAIMED, "of a coupling")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw P against N for both protocols, and the capacity against L."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 3.1))
    *lines, right = figure.subplots(1, 3)
    top = 1.08 * float(data["P"].max())
    for ax, (protocol, words) in zip(lines, PROTOCOLS.items(), strict=True):
        _draw_lines(ax, data.sel(protocol=protocol))
        ax.set(xlabel="units in a module $N$", title=words, ylim=(0, top))
    lines[0].set_ylabel("pairs recalled $P_c$")
    N = int(data["N"][-1])
    for i, (protocol, words) in enumerate(PROTOCOLS.items()):
        one = data.sel(protocol=protocol, N=N)
        bars: dict[str, Any] = {"color": f"C{5 + i}", "marker": "vD"[i]}
        right.errorbar(one["L"], one["P"] / N, one["P_error"] / N, mfc="w", label=words, **bars)
        right.plot(one["L"], one["P_last"] / N, ls=":", **bars)
    right.plot([], [], "v:", color="0.4", label="after the last epoch")
    right.plot(list(PUBLISHED), list(PUBLISHED.values()), "k_", ms=12, label="published slopes")
    right.set(xlabel="modules $L$", ylabel="$P_c / N$", title=f"$N = {N}$")
    right.set_ylim(0, 1.45 * right.get_ylim()[1])  # room for the legend
    right.legend(loc="upper left")
    return figure


def _draw_lines(ax: "Axes", data: "xarray.Dataset") -> None:
    N = np.array([0, float(data["N"][-1])])
    for i, L in enumerate(data["L"].values):
        one = data.sel(L=L)
        slope, intercept = float(one["slope"]), float(one["intercept"])
        style: dict[str, Any] = {"color": f"C{i}", "marker": strokes.MARKERS[i], "mfc": "w"}
        ax.errorbar(one["N"], one["P"], one["P_error"], ls="none", **style)
        ax.plot(N, intercept + slope * N, color=f"C{i}")
        ax.plot([], [], label=f"$L = {L}$: {slope:.2f}", **style)
        if L in PUBLISHED:
            ax.plot(N, PUBLISHED[L] * N, color=f"C{i}", ls="--", lw=0.9)
            end = N[1], PUBLISHED[L] * N[1]
            ax.annotate(f"{L}", end, (3, 0), textcoords="offset points", fontsize=7, va="center")
    ax.plot([], [], "0.4", ls="--", lw=0.9, label="published")
    ax.legend(loc="upper left", title="slope")
