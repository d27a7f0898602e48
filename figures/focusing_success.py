"""Below which self-coupling message passing stops finding fixed points."""

from typing import TYPE_CHECKING

import numpy as np

import bp
import networks
import replica
from figures import fractions

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.catalogue import Run

title = "Where focusing finds fixed points"
equation = (
    "f = atanh(tanh γ tanh[(y−1) atanh(tanh γ tanh u)]),  γ raised slowly;  "
    "reinforcement: t ← u + ρ t"
)
caption = (
    "Fraction of networks in which a fixed point was found, with Clopper-Pearson 68 % intervals, "
    "logistic fits, and bars at one half: the thresholds J_f(N) with bootstrap intervals. All "
    "algorithms make the same number of runs and of iterations, at every size. Focusing: y = 7 "
    "replicas, γ from 0.15 to 0.55. Repaired: where all runs failed, a short annealing from their "
    "best states. Reinforcement: ρ from 0.1 to 0.6. Right: the thresholds "
    "against N. Dotted: where the overlap gap of the replica theory closes, and above it where "
    "the clusters merge, as N → ∞. The thresholds are those of this effort: more runs and slower "
    "protocols lower them."
)

ALGORITHMS = ("focusing", "repaired", "reinforcement")
LABELS = ("focusing", "focusing, repaired", "reinforcement")


def find_fixed_points(
    N: int, J_D: float, runs: int, steps: int, rng: np.random.Generator
) -> dict[str, bool]:
    """Return which algorithms find a fixed point of one network."""
    network = networks.Asymmetric(N, J_D).sample(rng)
    protocol = bp.scoping(steps, 7.0, (0.15, 0.55))
    focused = bp.focusing(network, protocol, runs=runs, repair_sweeps=200, rng=rng)
    reinforced = bp.reinforcement(network, np.linspace(0.1, 0.6, steps), runs=runs, rng=rng)
    return {
        "focusing": focused.converged and not focused.repaired,
        "repaired": focused.converged,
        "reinforcement": reinforced.converged,
    }


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Solve networks of several sizes, over the self-coupling, and locate one half."""
    import xarray

    if full:
        sizes, J_D, replicas = [250, 500, 1000, 2000], np.arange(0.06, 0.185, 0.015), 20
        effort = {"runs": [16], "steps": [300]}
    else:
        sizes, J_D, replicas = [100, 200, 400], np.arange(0.03, 0.2, 0.03), 12
        effort = {"runs": [2], "steps": [40]}
    grid = {"N": sizes, "J_D": [float(x) for x in J_D.round(3)], **effort}
    data = run(find_fixed_points, grid, replicas=replicas).squeeze(["runs", "steps"])
    found = data[list(ALGORITHMS)].to_dataarray("algorithm").astype(int).sum("replica")
    transitions = replica.zero_complexity_gap_threshold(), replica.merging_threshold()
    limit = xarray.DataArray([transition.J_D for transition in transitions], dims="kind")
    return (
        _thresholds(found, replicas)
        .assign(transition=limit)
        .assign_attrs(networks=replicas, runs=effort["runs"][0], iterations=10 * effort["steps"][0])
    )


def _thresholds(found: "xarray.DataArray", trials: int) -> "xarray.Dataset":
    """Return the fractions' intervals, a logistic fit, and where half of them are solved."""
    import xarray

    J_D = found["J_D"].values
    x = np.linspace(J_D[0], J_D[-1], 200)
    counts = found.transpose("algorithm", "N", "J_D").values
    fits = [[fractions.fit(J_D, row, trials) for row in rows] for rows in counts]
    bounds = [[fractions.bounds(fit) for fit in row] for row in fits]
    dims = ("algorithm", "N")
    return xarray.Dataset(
        {
            "found": found,
            "interval": ((*dims, "J_D", "end"), fractions.intervals(counts, trials)),
            "fit": ((*dims, "J_D_fit"), np.array([[f.at(x) for f in row] for row in fits])),
            "threshold": ((*dims, "bound"), np.array(bounds)),
        },
        {"J_D_fit": x, "end": ["low", "high"], "bound": ["low", "value", "high"]},
    )


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw a panel for each algorithm, and the thresholds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 2.8))
    axes = figure.subplots(1, 4)
    for ax, name, label in zip(axes[:3], ALGORITHMS, LABELS, strict=True):
        for i, N in enumerate(data["N"].values):
            _draw_probability(ax, data.sel(algorithm=name, N=N), data.attrs["networks"], f"C{i}")
        ax.set(xlabel="self-coupling $J_D$", ylim=(-0.03, 1.03), title=label)
    axes[0].set_ylabel("fraction solved")
    axes[0].legend(loc="upper left")
    _draw_thresholds(axes[3], data)
    return figure


def _draw_probability(ax: "Axes", data: "xarray.Dataset", trials: int, color: str) -> None:
    fraction = data["found"].values / trials
    ends, label = data["interval"].values, f"$N = {int(data['N'])}$"
    fractions.draw_fractions(ax, data["J_D"], fraction, ends, color, label)
    low, value, high = data["threshold"].values
    if np.isfinite(value):
        ax.plot(data["J_D_fit"], data["fit"], color=color)
        low, high = np.clip([low, high], *data["J_D"].values[[0, -1]])
        ax.errorbar(value, 0.5, xerr=[[value - low], [high - value]], color=color, fmt="|")


def _draw_thresholds(ax: "Axes", data: "xarray.Dataset") -> None:
    for value in data["transition"].values:
        ax.axhline(value, color="0.6", lw=0.8, ls=":")
    first, last = data["J_D"].values[[0, -1]]
    for i, (name, label) in enumerate(zip(ALGORITHMS, LABELS, strict=True)):
        low, value, high = data["threshold"].sel(algorithm=name).values.T
        errors = [value - np.maximum(low, first), np.minimum(high, last) - value]
        shifted = (1 + 0.06 * (i - 1)) * data["N"].values
        ax.errorbar(shifted, value, errors, color=f"C{i + 4}", fmt="o", mfc="w", label=label)
    ax.set(xlabel="$N$", ylabel="$J_f(N)$", xscale="log", ylim=(0, None), title="thresholds")
    ax.set_xticks(data["N"].values, [f"{N}" for N in data["N"].values])
    ax.minorticks_off()
    ax.legend(loc="lower right", fontsize="x-small")
