"""How long learning takes until the loop is stable, against the number of neurons."""

from typing import TYPE_CHECKING

import numpy as np

import learning_dynamics as ld
import sweeps
from figures.compared import Compared, Comparisons, student

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Larger networks learn later"
equation = (
    r"\frac{\mathrm{d} t}{\mathrm{d} \ln N} = \frac{1}{4 \eta |L_b|} "
    r"\quad L_b = \frac{\partial L}{\partial (\sigma_{vm} \sigma_{zu})} "
    r"\text{ on the first plateau}"
)
caption = (
    "Steps of learning until the loop of a point mass is stable and remains so, mean over initial "
    "weights. Circles: Gram matrices drawn as Wishart matrices, rank one, horizons T; crosses: "
    "networks of N neurons. Lines have the slope of the theory, with one fitted height each: "
    "memory has to grow out of a saddle from an overlap of order 1/√N. Squares: all recurrent "
    "weights learn, from zero; there is no such saddle, and the time does not depend on N. "
    "One standard error. The verdict compares slopes, N ≥ 1000, and networks with Wishart "
    "matrices."
)

PACE = {20: (4e-5, 200.0), 40: (6e-6, 1000.0)}  # rate, and a clip that acts in the first steps
BATCH = 5
LARGE = 1000  # from here on the slope is that of the theory
NETWORK = 20  # the horizon of networks and full matrices


def drawn(T: int, N: int, rng: np.random.Generator) -> float:
    """Return the mean time of a batch of Wishart matrices."""
    rate, clip = PACE[T]
    loop = ld.Loop(ld.double_integrator(), T)
    return ld.time_to_stability(loop, N, rate, clip, samples=BATCH, rng=rng).mean


def trained(N: int, rng: np.random.Generator) -> float:
    """Return the time of one network; nan if it is too long."""
    rate, clip = PACE[NETWORK]
    loop = ld.Loop(ld.double_integrator(), NETWORK)
    stable = ld.train(loop, ld.Weights.draw(N, rng=rng), rate, 2500, clip).stable_from
    return np.nan if stable is None else float(stable)


def full_matrix(N: int, rng: np.random.Generator) -> float:
    """Return the time of one network whose recurrent weights all learn; nan if it is too long."""
    rate, clip = PACE[NETWORK]
    loop = ld.Loop(ld.double_integrator(), NETWORK)
    gram = ld.initial_gram(N, rank=0, rng=rng)
    stable = ld.full_matrix_flow(loop, gram, rate, 600, clip).stable_from
    return np.nan if stable is None else float(stable)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Sample times, and fit slopes."""
    import xarray

    horizons = [20, 40] if full else [20]
    sizes = [100, 300, 10**3, 10**4, 10**5, 10**6]
    batches, some, networks = (120, [100, 1000], 40) if full else (12, [100], 10)
    lines = sweeps.summary(run(drawn, {"T": horizons, "N": sizes}, replicas=batches))
    direct = sweeps.summary(run(trained, {"N": some}, replicas=networks).rename(N="size"))
    whole = sweeps.summary(run(full_matrix, {"N": sizes}, replicas=20 if full else 6))
    slopes = [_slope(lines.sel(T=T, N=slice(LARGE, None))) for T in horizons]
    theory = [ld.stability_slope(T, PACE[T][0]) for T in horizons]
    return xarray.Dataset(
        {
            "time": lines["result"],
            "time_error": lines["result_error"],
            "network": direct["result"],
            "network_error": direct["result_error"],
            "whole": whole["result"],
            "whole_error": whole["result_error"],
            "slope": ("T", [slope for slope, _ in slopes]),
            "slope_error": ("T", [error for _, error in slopes]),
            "theory": ("T", theory),
        }
    ).assign_attrs(batches=batches, networks=networks)


def _slope(data: "xarray.Dataset") -> tuple[float, float]:
    """Return the slope against ln N, weighted, and its standard error."""
    x, y = np.log(data["N"].values), data["result"].values
    weight = data["result_error"].values ** -2.0
    off = x - np.average(x, weights=weight)
    norm = np.sum(weight * off**2)
    return float(np.sum(weight * off * y) / norm), float(norm**-0.5)


variables = {
    "time": "steps of learning until the loop is stable, mean over Gram matrices",
    "network": "steps of learning until the loop is stable, mean over networks",
    "whole": (
        "steps of learning until the loop is stable, mean over networks whose recurrent weights "
        "all learn"
    ),
    "slope": "slope of the steps in ln N, fitted from N = 1000 on",
    "theory": "slope of the steps in ln N, by theory",
    "T": "horizon T",
    "size": "number of neurons N, of networks",
}

unjudged = {
    "simulation alone: no theory of the height": ("whole", "whole_error"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare slopes with the escape rate, and networks with Wishart matrices."""
    off = student((data["slope"] - data["theory"]) / data["slope_error"], data.attrs["batches"])
    what = "slope of the time against ln N"
    yield Compared("z", what, off, "slope", data["slope_error"], "of a slope")
    same = data[["time", "time_error"]].sel(T=NETWORK, N=data["size"].values)
    line, error = (same[name].values for name in ("time", "time_error"))
    both = (data["network_error"] ** 2 + error**2) ** 0.5
    off = student((data["network"] - line) / both, data.attrs["networks"])
    yield Compared("z", "networks and Wishart matrices", off, "network", both, "of a time")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw times against the number of neurons."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 3.2))
    ax = figure.subplots()
    N = data["N"].values
    for color, T in enumerate(data["T"].values):
        one = data.sel(T=T)
        large = one.sel(N=slice(LARGE, None))
        weight = large["time_error"].values ** -2.0
        slope = float(one["theory"])
        height = np.average(large["time"] - slope * np.log(large["N"]), weights=weight)
        label = f"rank one, $T = {T}$: slope {slope:.1f}, measured"
        label += f" {float(one['slope']):.0f} ± {float(one['slope_error']):.0f}"
        ax.errorbar(N, one["time"], one["time_error"], fmt="o", mfc="w", color=f"C{color}")
        line = height + slope * np.log(N)
        ax.plot(N[N >= LARGE], line[N >= LARGE], color=f"C{color}", label=label)
        ax.plot(N[N <= LARGE], line[N <= LARGE], ":", color=f"C{color}")
    size = data["size"].values
    ax.errorbar(size, data["network"], data["network_error"], fmt="kx", label="networks, $T = 20$")
    ax.errorbar(
        N, data["whole"], data["whole_error"], fmt="s", mfc="w", color="C2", label="full matrix"
    )
    ax.set(xscale="log", xlabel="neurons $N$", ylabel="steps until the loop is stable")
    ax.set_ylim(0, 1.35 * float(data["time"].max()))
    ax.legend(loc="upper left")
    return figure
