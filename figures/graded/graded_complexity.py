"""How many fixed points graded neurons have: theory, exact means, and counts."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

import dynamics
import networks
import replica
from figures.compared import Compared, Comparisons, counted
from figures.shared import strokes
from figures.shared.samples import BATCH, pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Fixed points of graded neurons"
equation = (
    r"\Sigma = \max_q \min_{r, \kappa} \ln \int dH\, \mathcal{N}(H; 0, g^2 q) "
    r"\sum e^{r(\phi^2 - q) - \kappa(g^2 \chi^2 - 1)} \quad "
    r"\Sigma \to \ln 2 H(-h_c/g)"
)
caption = (
    "Graded neurons with self-excitation s and couplings of strength g. Left: entropy of stable "
    "fixed points, against the half width h_c(s) of the fields in which a neuron has two states, "
    "over g. Solid: N → ∞; black: binary neurons with the self-coupling J_D = h_c/g, the limit of "
    "high gain. At g = 2: the exact mean at finite N, all neurons on outer branches (dashed), and "
    "the mean over networks in which they were all found (markers; one standard error). Middle: "
    "what finite gain adds to the binary entropy, times g²; from h_c/g = 0.2 on it is held to 0.05 "
    "(straight line) at g = 5 and more. Below, the ends of the branches are crowded, and it costs "
    "much that stable fixed points are marginal. Right: logarithms of exact means minus N times "
    "the entropy for N → ∞, one standard error; if the entropies are right, constants. Those from "
    "N = 16 on are held to the value at 16, within 0.3."
)

GAINS = (2.0, 5.0, 10.0, 40.0)
COUNTED = 2.0  # the gain of the networks
EXCITATIONS = (1.5, 2.0, 2.5, 3.0)
CONSTANT = 0.3  # within which the right panel must be
CORRECTION = 0.05  # of g^2 times the correction to high gain
CASES = (("all", 0.0, 3.0), ("all", 1.5, 2.0), ("outer", 1.5, 2.0))
SUFFICIENT = 5.0, 0.2  # gain and h_c / g from which on the correction is judged


def count_zones(N: int, s: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return the numbers of stable fixed points of a batch of networks."""
    ensemble = networks.Graded(N, s, COUNTED)
    return np.array([len(dynamics.graded_zones(ensemble.sample(rng))) for _ in range(BATCH)])


def exact(
    N: int, s: float, g: float, which: str, samples: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return the logarithm of the exact mean number, and its error."""
    found = replica.log_expected_graded_fixed_points(N, s, g, which, samples, rng=rng, throw=False)
    return {"log_mean": found.log_mean, "error": found.error}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Count in networks, sample exact means, and evaluate the theory."""
    import xarray

    small, batches = ([8, 10, 12], 4) if full else ([6, 8], 2)
    sizes, samples = ([4, 8, 16, 32, 64], 40000) if full else ([4, 8, 16, 32], 1500)
    s = list(EXCITATIONS)
    counts = pooled(run(count_zones, {"N": small, "s": s}, replicas=batches)["result"])
    grid = {
        "N": small,
        "s": s,
        "g": [COUNTED],
        "which": ["outer"],
        "samples": [40000 if full else 15000],
    }
    means = run(exact, grid).squeeze(["g", "which", "samples", "replica"], drop=True)
    neurons = counts["N"]
    mean, error = counts.mean("replica"), counts.std("replica", ddof=1)
    error = error / np.sqrt(counts.sizes["replica"])
    line = means["log_mean"] / neurons
    expected = np.exp(means["log_mean"])
    both = np.sqrt(error**2 + (means["error"] * expected) ** 2)
    data = xarray.Dataset(
        {
            "zones_entropy": np.log(mean) / neurons,
            "zones_error": both / mean / neurons,
            "zones_z": (mean - expected) / both,
            "exact": line,
        }
    ).rename(N="zones_N", s="zones_s")
    return xarray.merge(
        [data, _sizes(run, sizes, samples), _curves(31 if full else 13)]
    ).assign_attrs(networks=batches * BATCH)


def _sizes(run: "Run", sizes: list[int], samples: int) -> "xarray.Dataset":
    """Return exact means less the entropy for many neurons."""
    import xarray

    rows = []
    for which, s, g in CASES:
        grid = {"N": sizes, "s": [s], "g": [g], "which": [which], "samples": [samples]}
        row = run(exact, grid).squeeze(["s", "g", "which", "samples", "replica"], drop=True)
        kind = "all" if which == "all" else "stable"
        entropy = float(replica.graded_fixed_point_entropy(s, g, kind).entropy)
        rows.append(
            xarray.Dataset(
                {"excess": row["log_mean"] - row["N"] * entropy, "excess_error": row["error"]}
            )
        )
    return xarray.concat(rows, "case")


def _curves(points: int) -> "xarray.Dataset":
    """Return the entropy of stable fixed points for many neurons, against h_c / g."""
    import xarray

    ratio = np.geomspace(0.03, 1.2, points)
    s = np.array([[_excitation(x * g) for x in ratio] for g in GAINS])
    entropy = replica.graded_fixed_point_entropy(s, np.array(GAINS)[:, None]).entropy
    binary = np.log(2) + log_ndtr(ratio)
    return xarray.Dataset(
        {
            "limit": (("gain", "ratio"), entropy),
            "binary": ("ratio", binary),
            "correction": (("gain", "ratio"), (entropy - binary) * np.array(GAINS)[:, None] ** 2),
        },
        {"gain": list(GAINS), "ratio": ratio},
    )


def _excitation(h_c: float) -> float:
    """Return the self-excitation at which the branches end at a field."""
    from scipy.optimize import brentq

    return float(brentq(lambda s: networks.Branches(s).h_c - h_c, 1 + 1e-9, 2 * h_c + 10))


variables = {
    "zones_entropy": (
        "entropy per neuron of stable fixed points: logarithm of their mean number over "
        "networks, over N"
    ),
    "zones_error": (
        "entropy per neuron of stable fixed points, one standard error: of the networks and of "
        "the exact mean"
    ),
    "zones_z": (
        "mean number of stable fixed points, deviation from its exact value in standard errors"
    ),
    "exact": (
        "entropy per neuron of stable fixed points, exact: logarithm of the exact mean number on "
        "outer branches, over N"
    ),
    "excess": "logarithm of the exact mean number minus N times the entropy for N → ∞",
    "limit": "entropy per neuron of stable fixed points, N → ∞",
    "binary": "entropy per neuron of fixed points of binary neurons with J_D = h_c/g, N → ∞",
    "correction": "g² times what finite gain adds to the entropy of binary neurons",
    "zones_N": "number of neurons N, of the networks",
    "zones_s": "self-excitation s, of the networks",
    "gain": "strength g of the couplings",
    "ratio": "half width h_c(s) of the fields with two states, over g",
    "case": (
        "kind of fixed points and their couplings, counted from 0: all at s = 0, g = 3; all at s "
        "= 1.5, g = 2; on outer branches at s = 1.5, g = 2"
    ),
}

unjudged = {
    "the limit N → ∞, which finite N need not meet": ("limit", "binary"),
    "of sampled means: they are held constant within more than that": ("excess_error",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare counts with exact means, those with the limit, and the limit with binary neurons."""
    neurons = data["zones_N"]
    yield counted(data, "zones_", neurons, "stable fixed points", data["exact"], shared=False)
    late = data["excess"].where(data["N"] > 16) - data["excess"].sel(N=16)
    what = "ln E[#] - NΣ, constant from N = 16 on"
    yield Compared("deviation", what, late / CONSTANT, "excess", CONSTANT, "of ln E[#]")
    gain, ratio = SUFFICIENT
    off = data["correction"] / CORRECTION
    off = off.where((data["gain"] >= gain) & (data["ratio"] >= ratio))
    what = "entropy at high gain, and of binary neurons"
    yield Compared("expansion", what, off, "correction", CORRECTION, "of g² times the entropy")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw entropies, corrections, and the exact means over N."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.4, 2.9))
    left, middle, right = figure.subplots(1, 3)
    left.plot(data["ratio"], data["binary"], "k", lw=1.6, label="binary")
    for color, g in enumerate(data["gain"].values):
        row = data.sel(gain=g)
        style = {"color": f"C{color}", "ls": strokes.DASHES[color], "label": f"$g = {g:g}$"}
        left.plot(data["ratio"], row["limit"], **style)
        middle.plot(data["ratio"], row["correction"], **style)
    _draw_zones(left, data)
    left.set(xlabel="$h_c(s)\\,/\\,g$", ylabel="entropy of stable fixed points $\\Sigma$")
    left.legend(loc="lower right")
    middle.plot([SUFFICIENT[1], 1.2], [CORRECTION] * 2, "k", lw=0.9, label=f"{CORRECTION:g}")
    middle.axhline(0, color="k", lw=0.5)
    middle.set(xlabel="$h_c(s)\\,/\\,g$", ylabel="$g^2\\,[\\Sigma - \\ln 2H(-h_c/g)]$")
    middle.set_ylim(-0.06, 0.08)
    middle.legend(loc="lower right", ncols=2, handlelength=2.4)
    for color, (which, s, g) in enumerate(CASES):
        row = data.isel(case=color)
        name = "all" if which == "all" else "stable"
        label = f"{name}, $s = {s:g}$, $g = {g:g}$"
        right.errorbar(
            data["N"], row["excess"], row["excess_error"], fmt="os^"[color] + "-", label=label
        )
    right.set(xlabel="neurons $N$", ylabel="$\\ln E[\\#] - N\\,\\Sigma$", xscale="log")
    right.set_xticks(data["N"].values, [str(N) for N in data["N"].values])
    right.minorticks_off()
    right.set_ylim(0, 1.6)
    right.legend(loc="upper left")
    return figure


def _draw_zones(ax: "Axes", data: "xarray.Dataset") -> None:
    ratio = [networks.Branches(s).h_c / COUNTED for s in data["zones_s"].values]
    for k, N in enumerate(data["zones_N"].values):
        row = data.sel(zones_N=N)
        color = f"C{len(GAINS) + k}"
        ax.plot(ratio, row["exact"], "--", color=color, lw=0.8)
        ax.errorbar(
            ratio,
            row["zones_entropy"],
            row["zones_error"],
            fmt=strokes.MARKERS[k],
            mfc="w",
            color=color,
            label=f"$g = {COUNTED:g}$, $N = {N}$",
        )
