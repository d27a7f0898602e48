"""When the asynchronous dynamics settles, and how fast."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import sweeps
from figures.compared import Compared, Comparisons, student
from figures.shared import fractions, strokes
from figures.shared.samples import BATCH, pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Relaxation into fixed points"
equation = (
    r"s_i \leftarrow \operatorname{sign} \Big( \sum_j J_{ij} s_j + J_D s_i \Big) "
    r"\quad \text{a random state has a fraction } H \Big( J_D \sqrt{\tfrac{N}{N - 1}} \Big) "
    r"\text{ unstable}"
)
caption = (
    "Asynchronous dynamics from a random state, in a new random order each sweep: the "
    "self-coupling J_D from which on networks settle grows with N, without a limit at these sizes, "
    "although fixed points are exponentially many at any J_D > 0. Left: fraction of networks that "
    "settled within 1000 sweeps, with Clopper-Pearson 68 % intervals; lines: logistic fits; bars "
    "at one half: the finite-size thresholds with bootstrap intervals; where the fraction rises "
    "between two of the J_D that were run, the data bound the threshold by these, and say nothing "
    "of how steep it is. Middle: median number of sweeps to settle, with quartiles, where at least "
    "half of the networks settled (dotted: the upper quartile did not). Right: decay of the "
    "unstable fraction in the largest networks, with one standard error, to a plateau at small "
    "J_D; crosses: its exact mean in a random state, the only exact value here."
)

COARSE = [0.1 * k for k in range(1, 12)]
FINE = [0.25, 0.35, 0.45, 0.55, 0.61, 0.62, 0.63, 0.64, 0.65]  # the larger, the steeper
DECAYS = [0.2, 0.4, 0.6, 0.8]  # self-couplings whose decay is drawn
MAX_SWEEPS = 1000
HISTORY = 50


def settle(N: int, J_D: float, rng: np.random.Generator) -> dict[str, npt.NDArray[np.float64]]:
    """Relax a batch of networks; return sweeps (inf if not settled) and unstable fractions."""
    ensemble = networks.Asymmetric(N, J_D)
    sweeps_needed = np.full(BATCH, np.inf)
    unstable = np.zeros((BATCH, HISTORY + 1))  # a settled network has none
    for i in range(BATCH):
        relaxation = dynamics.relax(
            ensemble.sample(rng), max_sweeps=MAX_SWEEPS, rng=rng, history=True
        )
        if relaxation.converged:
            sweeps_needed[i] = relaxation.sweeps
        history = np.asarray(relaxation.unstable_fraction)[: HISTORY + 1]
        unstable[i, : len(history)] = history
    return {"sweeps": sweeps_needed, "unstable": unstable}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Relax networks of several sizes, over the self-coupling."""
    import xarray
    from scipy.stats import norm

    sizes, batches = ([100, 200, 400, 800, 1600], 4) if full else ([100, 200, 400], 1)
    grid = {"N": sizes, "J_D": sorted(COARSE + FINE) if full else COARSE}
    data = run(settle, grid, replicas=batches)
    needed = pooled(data["sweeps"])
    unstable = pooled(data["unstable"].rename(unstable_1="sweep"))
    mean = sweeps.summary(unstable.to_dataset())
    sigma = np.sqrt((needed["N"] - 1) / needed["N"])
    initial = xarray.apply_ufunc(norm.sf, needed["J_D"] / sigma)
    settled = (needed < np.inf).sum("replica")
    return (
        xarray.Dataset(
            {
                "settled": settled,
                "sweeps": _quantiles(needed),
                "unstable": mean["unstable"],
                "unstable_error": mean["unstable_error"],
                "initial": initial,
                "initial_z": sweeps.compare(initial, unstable.isel(sweep=0)).z,
            }
        )
        .merge(_thresholds(settled, batches * BATCH))
        .assign_attrs(networks=batches * BATCH, max_sweeps=MAX_SWEEPS)
    )


def _thresholds(settled: "xarray.DataArray", trials: int) -> "xarray.Dataset":
    """Return the fractions' intervals, a logistic fit, and where half of the networks settle."""
    import xarray

    J_D = settled["J_D"].values
    x = np.linspace(J_D[0], J_D[-1], 200)
    counts = settled.transpose("N", "J_D").values
    fits = [fractions.fit(J_D, row, trials) for row in counts]
    return xarray.Dataset(
        {
            "settled_interval": (("N", "J_D", "end"), fractions.intervals(counts, trials)),
            "fit": (("N", "J_D_fit"), np.array([fit.at(x) for fit in fits])),
            "threshold": (("N", "bound"), [fractions.bounds(fit) for fit in fits]),
        },
        {"J_D_fit": x, "end": ["low", "high"], "bound": ["low", "value", "high"]},
    )


def _quantiles(needed: "xarray.DataArray") -> "xarray.DataArray":
    """Return the quartiles of the number of sweeps; inf where that part has not settled."""
    # no interpolation: between a number and inf there is none
    return needed.quantile([0.25, 0.5, 0.75], "replica", method="inverted_cdf")


variables = {
    "settled": "number of networks that settled",
    "sweeps": "number of sweeps until networks settle, a quantile: inf where that part did not",
    "unstable": "mean fraction of unstable neurons",
    "initial": "exact mean fraction of unstable neurons in a random state",
    "initial_z": (
        "fraction of unstable neurons in random states, deviation from its exact mean in "
        "standard errors"
    ),
    "settled_interval": (
        "fraction of networks that settled, ends of its Clopper-Pearson 68 % interval"
    ),
    "fit": "logistic fit of the fraction of networks that settle",
    "threshold": (
        "self-coupling at which half of the networks settle: low end, value, high end of a "
        "bootstrap 68 % interval"
    ),
    "quantile": "quantile",
    "sweep": "number of sweeps done",
    "J_D_fit": "self-coupling J_D, of the fits",
}

unjudged = {
    "simulation and fits to it: no theory at finite N": (
        "fit",
        "settled",
        "settled_interval",
        "sweeps",
        "threshold",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the unstable fraction of random states with its exact mean."""
    first = data[["unstable", "unstable_error"]].isel(sweep=0)
    off = student(
        (first["unstable"] - data["initial"]) / first["unstable_error"], data.attrs["networks"]
    )
    what, unit = "unstable fraction of random states", "of the fraction"
    yield Compared("z", what, off, "unstable", first["unstable_error"], unit)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw probability, duration and decay."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.8))
    left, middle, right = figure.subplots(1, 3)
    for i, N in enumerate(data["N"].values):
        _draw_probability(left, data.sel(N=N), data.attrs["networks"], i)
        _draw_duration(middle, data.sel(N=N), i)
    left.set(xlabel="self-coupling $J_D$", ylabel="fraction settled", ylim=(-0.03, 1.03))
    left.legend(loc="lower right")
    middle.set(
        xlabel="self-coupling $J_D$", ylabel="sweeps to settle", yscale="log", ylim=(1, MAX_SWEEPS)
    )
    largest = data.isel(N=-1)
    for J_D in DECAYS:
        _draw_decay(right, largest.sel(J_D=J_D, method="nearest"))
    right.set(
        xlabel="sweeps",
        ylabel="unstable fraction",
        yscale="log",
        title=f"$N = {int(largest['N'])}$",
    )
    right.set_ylim(2e-5, 1)
    right.plot([], [], "x", color="C1", ms=7, label="exact mean at the start")
    right.legend(loc="upper right")
    return figure


def _draw_probability(ax: "Axes", data: "xarray.Dataset", trials: int, number: int) -> None:
    color, marker = f"C{number}", strokes.MARKERS[number]
    fraction = data["settled"].values / trials
    ends, label = data["settled_interval"].values, f"$N = {int(data['N'])}$"
    fractions.draw_fractions(ax, data["J_D"], fraction, ends, color, label, marker)
    ax.plot(data["J_D_fit"], data["fit"], color=color)
    low, value, high = data["threshold"].values
    ax.errorbar(value, 0.5, xerr=[[value - low], [high - value]], color=color, fmt="|", capsize=0)


def _draw_duration(ax: "Axes", data: "xarray.Dataset", number: int) -> None:
    color = f"C{number}"
    low, median, high = data["sweeps"].values
    reached = np.isfinite(median)
    J_D, low, median, high = (values[reached] for values in (data["J_D"].values, low, median, high))
    ax.plot(J_D, median, color=color, marker=strokes.MARKERS[number], mfc="w")
    ax.vlines(J_D, low, np.where(np.isfinite(high), high, median), color=color, lw=0.8)
    open_ended = ~np.isfinite(high)
    ax.vlines(J_D[open_ended], median[open_ended], MAX_SWEEPS, color=color, lw=0.8, ls=":")


def _draw_decay(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw one curve, in black, and its self-coupling beside it."""
    mean, error = data["unstable"].values, data["unstable_error"].values
    shown = mean > 0
    ax.errorbar(
        data["sweep"].values[shown],
        mean[shown],
        error[shown],
        color="k",
        fmt=".",
        ms=3,
        lw=0.7,
        capsize=0,
    )
    ax.plot(0, data["initial"], color="C1", marker="x", ms=7, clip_on=False)
    k = np.flatnonzero(shown)[-1] * 3 // 5
    place = data["sweep"].values[k], mean[k] / 1.15
    ax.annotate(f"$J_D = {float(data['J_D']):.1f}$", place, ha="right", va="top", fontsize=7.5)
