"""What runs of message passing leave unstable, and what their success rests on."""

from typing import TYPE_CHECKING

import numpy as np

import bp
from figures.compared import Compared, Comparisons, student
from figures.message_passing import success_theory, unstable_numbers
from figures.message_passing.single_runs import left_unstable
from figures.message_passing.unstable_numbers import z_score

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "What message passing leaves unstable"
equation = (
    r"u_\mathrm{min} = \operatorname{E} \min_t \frac{1}{N} \sum_i \Theta "
    r"\Big( -s_i^t \sum_j J_{ij} s_j^t - J_D \Big) \quad "
    r"P(\text{found}) \simeq e^{-N u_\mathrm{min}} \quad "
    r"N u_\mathrm{min}(J_\mathrm{f}) = -\ln(1 - 2^{-1/R})"
)
caption = (
    "Runs of focusing (filled, solid: y = 7, γ from 0.18 to 0.75) and reinforcement (open, "
    "dashed: ρ from 0.1 to 0.6) without couplings, exact in law at each N. Upper left: the rate "
    "at which the overlap q grows at a constant γ, from half of the iterations to all 160 (open: "
    "from a quarter to half), around γ_on, where m = 0 loses stability in infinite networks. At "
    "γ_on q falls like a power of time, so that the rate approaches 0 from below; far above it q "
    "is no longer small. Upper right: the smallest unstable fraction against the number of "
    "iterations of the protocol; it falls everywhere, the faster the larger J_D; arrows: no "
    "unstable neuron in any run. Lower left: the fraction of runs that end without unstable "
    "neurons, with Clopper-Pearson 68 % intervals, against the mean number of them; the line is "
    "that of Poisson numbers. Lower right: their variance over their mean. Below a mean of 1 the "
    "numbers are Poisson distributed within the errors. Above, those of 1000 neurons scatter "
    "more, and more runs than expected have none."
)

GROWTH = {False: (600, 3), True: (6000, 4)}  # N and samples
TIMES = {False: (400, 4, (10, 20, 40)), True: (1000, 8, (15, 30, 60, 120))}  # N, runs and steps
RATIOS = (0.9, 0.95, 0.975, 1.0, 1.025, 1.05, 1.1)  # of gamma to its onset
SURE = 0.05  # relative distance from the onset at which the sign of the rate is judged
FLOOR = 3e-6  # overlap at which the pushes that keep single precision alive are felt
Y, STEP = 7.0, 10
POISSON = (1000, 1.0)  # smallest N and largest mean at which the numbers should be Poisson


def overlap_growth(
    N: int, J_D: float, ratio: float, iterations: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return ln q after a quarter, half and all iterations at a constant gamma near its onset."""
    protocol = [(ratio * bp.onset(J_D, Y).gamma, Y)] * (iterations // STEP)
    run = bp.focusing_dynamics(
        J_D, protocol, N=N, runs=2, damping=0.6, iterations=STEP, start=1.0, rng=rng
    )
    steps = len(protocol)
    at = {"quarter": steps // 4, "half": steps // 2, "all": steps}
    return {name: float(np.log(run.overlap[k - 1])) for name, k in at.items()}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Measure growth, smallest unstable fractions, and how the numbers are distributed."""
    import xarray

    numbers = unstable_numbers.table(success_theory.single_runs(run, full))
    parts = [_growth(run, full), _times(run, full), numbers]
    return xarray.merge(parts, combine_attrs="no_conflicts")


def _growth(run: "Run", full: bool) -> "xarray.Dataset":
    """Return the rates of the overlap, in two windows of time."""
    import xarray

    N, replicas = GROWTH[full]
    iterations = 160
    grid = {"N": [N], "J_D": [0.1, 0.2, 0.3], "ratio": list(RATIOS), "iterations": [iterations]}
    logs = run(overlap_growth, grid, replicas=replicas).squeeze(["N", "iterations"], drop=True)
    windows = [("quarter", "half", iterations / 4), ("half", "all", iterations / 2)]
    rates = xarray.concat(
        [((logs[b] - logs[a]) / T).where(logs[b] > np.log(FLOOR)) for a, b, T in windows],
        dim="window",
    )
    return (
        xarray.Dataset(
            {
                "rate": rates.mean("replica", skipna=False),
                "rate_error": rates.std("replica", ddof=1, skipna=False) / np.sqrt(replicas),
            }
        )
        .rename(J_D="growth_J_D")
        .assign_attrs(growth_N=N, replicas=replicas)
    )


def _times(run: "Run", full: bool) -> "xarray.Dataset":
    """Return the smallest unstable fraction against the number of iterations."""
    import xarray

    N, runs, steps = TIMES[full]
    grid = {
        "N": [N],
        "J_D": [0.08, 0.12, 0.16, 0.2, 0.24],
        "algorithm": list(success_theory.PREDICTED),
        "steps": list(steps),
    }
    left = run(left_unstable, grid, replicas=runs)["left"].squeeze("N", drop=True)
    u = left.mean("replica") / N
    error = left.std("replica", ddof=1) / N / np.sqrt(runs)
    counted = np.sqrt(np.maximum(u, 1 / N / runs) / N / runs)
    return (
        xarray.Dataset({"u": u, "u_error": np.maximum(error, counted)})
        .assign_coords(T=("steps", 10 * np.array(steps)))
        .assign_attrs(u_N=N, u_runs=runs)
    )


variables = {
    "rate": "rate of growth of ln q in an iteration",
    "u": "smallest fraction of unstable neurons along a run, mean over runs",
    "sample_N": "number of neurons N, of the sample",
    "sample_runs": "number of runs in the sample",
    "total": "number of unstable neurons, sum over the runs",
    "none": "number of runs without unstable neurons",
    "variance": "variance of the number of unstable neurons over runs",
    "growth_J_D": "self-coupling J_D, of the rates",
    "ratio": "coupling γ over that at the onset",
    "algorithm": "algorithm",
    "steps": "number of steps of the protocol",
    "T": "number of iterations",
    "window": "window of the iterations, counted from 0: from a quarter to half, from half to all",
}

unjudged = {"how numbers of unstable neurons scatter, beside their zeros": ("variance",)}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare signs of rates, the course of fractions, and numbers of zeros."""
    import xarray

    ratio = data["ratio"]
    early, late = (data["rate"] / data["rate_error"]).transpose("window", ...)
    off = early.where(ratio < 1, -late).where(abs(ratio - 1) > SURE - 1e-9)
    what = "the overlap shrinks below the onset, and grows above it, from 5 % on"
    yield Compared("bound", what, student(off, data.attrs["replicas"]))
    u, error = data["u"], data["u_error"]
    rise = u.diff("steps") / (error**2 + error.shift(steps=1) ** 2) ** 0.5
    yield Compared("bound", "more iterations leave no more unstable neurons", rise)
    numbers = zip(*(data[name].values for name in ("none", "total", "sample_runs")), strict=True)
    z = xarray.DataArray([z_score(*(int(x) for x in one)) for one in numbers], dims="sample")
    mean = data["total"] / data["sample_runs"]
    z = z.where((data["sample_N"] >= POISSON[0]) & (mean <= POISSON[1]) & (mean > 0))
    what = (
        "runs without unstable neurons, and Poisson numbers of the same sum, where N ≥ 1000 and "
        "the mean is at most 1"
    )
    yield Compared("z", what, z)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw growth, smallest unstable fractions, successes and dispersion."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 6.0))
    axes = figure.subplots(2, 2)
    _draw_growth(axes[0, 0], data)
    _draw_times(axes[0, 1], data)
    _draw_numbers(axes[1, 0], axes[1, 1], data)
    return figure


def _draw_growth(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the rates of the overlap around the onset."""
    for k, J_D in enumerate(data["growth_J_D"].values):
        for window, style in enumerate(("--", "-")):
            one = data.sel(growth_J_D=J_D).isel(window=window)
            ax.errorbar(
                one["ratio"],
                one["rate"],
                one["rate_error"],
                fmt=f"{'osD'[k]}{style}",
                ms=3.5,
                lw=1.0 if window else 0.6,
                mfc=None if window else "w",
                color=f"C{k}",
                label=f"$J_D = {J_D:g}$" if window else None,
            )
    ax.axhline(0, color="0.6", lw=0.7)
    ax.axvline(1, color="0.6", lw=0.7, ls=":")
    ax.set(xlabel=r"$\gamma / \gamma_\mathrm{on}$", ylabel=r"growth rate of $q$ per iteration")
    ax.legend(loc="upper left")


def _draw_times(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the smallest unstable fraction against the number of iterations."""
    T = data["T"].values
    smallest = 1 / data.attrs["u_N"] / data.attrs["u_runs"]
    for k, J_D in enumerate(data["J_D"].values):
        for name, style in (("focusing", "-"), ("reinforcement", "--")):
            one = data.sel(J_D=J_D, algorithm=name)
            u, error = one["u"].values, one["u_error"].values
            some = u > 0
            shifted = T * (0.97 if style == "-" else 1.03)
            ax.plot(T[some], u[some], color=f"C{k}", ls=style, lw=0.9)
            ax.errorbar(
                shifted[some],
                u[some],
                np.minimum(error, 0.9 * u)[some],
                fmt="osD^v"[k],
                ms=3.5,
                mfc=f"C{k}" if style == "-" else "w",
                color=f"C{k}",
            )
            ax.errorbar(
                shifted[~some],
                0 * T[~some] + smallest,
                0.4 * smallest,
                uplims=True,
                fmt="none",
                color=f"C{k}",
            )
        ax.plot([], [], f"{'osD^v'[k]}-", ms=3.5, color=f"C{k}", label=f"{J_D:g}")
    ax.set(xscale="log", yscale="log", xlabel="iterations $T$", ylabel=r"$u_\mathrm{min}$")
    ax.set(xlim=(0.8 * T[0], 1.25 * T[-1]))
    ax.set_xticks(T, [f"{t}" for t in T])
    ax.minorticks_off()
    ax.legend(loc="lower left", title="$J_D$")


def _draw_numbers(left: "Axes", right: "Axes", data: "xarray.Dataset") -> None:
    """Draw the fraction of zeros, and the dispersion, against the mean number."""
    from matplotlib import colormaps

    from figures.shared import fractions

    sizes = np.unique(data["sample_N"].values)
    for k, N in enumerate(sizes):
        one = data.isel(sample=data["sample_N"].values == N)
        color, marker = colormaps["viridis_r"](0.1 + 0.9 * k / len(sizes)), "osD^vP"[k]
        runs = int(one["sample_runs"].values[0])
        mean, none = one["total"].values / runs, one["none"].values
        ends = fractions.intervals(none, runs)
        left.errorbar(
            mean,
            none / runs,
            np.abs(ends.T - none / runs),
            fmt=marker,
            ms=3.5,
            mfc="w",
            color=color,
            lw=0.7,
            capsize=0,
            label=f"{N}",
        )
        some = mean > 0
        dispersion = one["variance"].values[some] / mean[some]
        right.errorbar(
            mean[some],
            dispersion,
            dispersion * np.sqrt(2 / (runs - 1)),
            fmt=marker,
            ms=3.5,
            mfc="w",
            color=color,
            lw=0.7,
            capsize=0,
        )
    x = np.geomspace(0.02, 10, 200)
    left.plot(x, np.exp(-x), "k", lw=1.0, label=r"$e^{-N u_\mathrm{min}}$")
    right.axhline(1, color="k", lw=1.0)
    for ax in (left, right):
        ax.set(xscale="log", xlabel=r"mean number of unstable neurons, $N u_\mathrm{min}$")
    left.set(ylabel="fraction of runs that leave none", xlim=(0.02, 60))
    right.set(ylabel="variance / mean", yscale="log")
    left.legend(title="$N$")
