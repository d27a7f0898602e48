"""Oscillators far apart that move together."""

from typing import TYPE_CHECKING

import numpy as np

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Allostery in a network of phases"
equation = (
    r"\dot{\theta}_i = \sum_j K_{ij} \sin(\theta_j - \theta_i) "
    r"\quad \text{target } \theta_\mathrm{o} = \theta_\mathrm{in}(t)"
)
caption = (
    "Kuramoto oscillators on the contacts of a jammed packing of discs. The phase of the input is "
    "imposed, a slow triangle wave; the output, as far away as possible, should follow it. All "
    "couplings start at 1: from 0 only those into the output could ever change. Left: the network, "
    "with the change of the sum of both couplings of a contact as width and colour. Middle: the "
    "output before and after training. Right: cost and alignment; above, by what the lowest cost "
    "is below the first, for each seed. A seed may leave its lowest cost again, as seed 2 does at "
    "full size; the couplings of the lowest cost are kept."
)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train on jammed packings."""
    iterations, seeds = (60_000, (0, 1, 2)) if full else (3000, (0,))
    data = trained(run, "allostery", iterations, seeds)
    made = demonstration("allostery", rng=seeds[0])
    # of another number of contacts in each packing, and filled up with nan
    w = data["after"].sel(seed=seeds[0]).values[: made.w.size]
    before, after = (ode.simulate(made.model, made.task, v) for v in (made.w, w))
    packing = ode.jammed_packing(made.model.N, 0.88, rng=seeds[0])
    K, K0 = (made.model.matrix("K", v) for v in (w, made.w))
    i, j = packing.contacts.T
    change = ((K + K.T) - (K0 + K0.T))[i, j]
    return data.drop_vars(["before", "after"]).assign(
        t=before.t,
        input=("t", before.x[0, :, made.task.imposed[0]]),
        untrained=("t", before.x[0, :, made.task.outputs[0]]),
        output=("t", after.x[0, :, made.task.outputs[0]]),
        position=(("disc", "axis"), packing.positions),
        diameter=("disc", packing.diameters),
        contact=(("pair", "end"), packing.contacts),
        change=("pair", change),
        ends=("which", [made.task.imposed[0], made.task.outputs[0]]),
        reduction=data["best"] ** -1 * [_first_cost(seed) for seed in seeds],
    )


def _first_cost(seed: int) -> float:
    made = demonstration("allostery", rng=seed)
    return float(ode.simulate(made.model, made.task, made.w).costs[0])


variables = {
    **contrastive_runs.variables,
    "input": "phase of the input",
    "untrained": "phase of the output before training",
    "output": "phase of the output after training",
    "position": "position of a disc",
    "diameter": "diameter of a disc",
    "contact": "number of a disc in the contact",
    "change": "change of the sum of both couplings of a contact",
    "ends": "number of the disc that is input or output",
    "reduction": "factor by which the cost falls",
    "t": "time t",
    "disc": "number of the disc",
    "pair": "number of the contact",
    "end": "end of the contact",
    "axis": "direction in space, counted from 0: x, y",
    "which": "which disc, counted from 0: input, output",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "change",
        "input",
        "iteration",
        "loss",
        "output",
        "reduction",
        "untrained",
    ),
    "the network": ("contact", "diameter", "ends", "position"),
}


compared = contrastive_runs.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the network, the trajectories and the curves."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 2.9))
    left, middle, right = figure.subplots(1, 3)
    _draw_network(left, data)
    t = data["t"]
    middle.plot(t, data["untrained"], color="C1", label="output before")
    middle.plot(t, data["output"], color="C0", label="output after")
    middle.plot(t, data["input"], "k--", lw=0.8, label="input")
    middle.set(xlabel="$t$", ylabel="phase $\\theta$", ylim=(None, 1.9))
    middle.legend(loc="upper right")
    falls = ", ".join(f"{factor:.0f}" for factor in data["reduction"].values)
    draw_curves(right, data)
    right.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        columnspacing=0.8,
        title=f"lowest cost: {falls} times less",
    )
    return figure


def _draw_network(ax: "Axes", data: "xarray.Dataset") -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Circle

    x, diameters = data["position"].values, data["diameter"].values
    for place, diameter in zip(x, diameters, strict=True):
        ax.add_patch(Circle(place, diameter / 2, fc="0.95", ec="0.8", lw=0.5))
    i, j = data["contact"].values.T
    step = x[j] - x[i]
    inside = np.abs(step).max(axis=1) < 0.5  # contacts through the periodic boundary are left out
    change = data["change"].values
    scale = np.abs(change).max()
    lines = LineCollection(
        np.stack([x[i], x[j]], axis=1)[inside],
        array=change[inside],
        cmap="coolwarm",
        clim=(-scale, scale),
        linewidths=(0.5 + 4 * np.abs(change) / scale)[inside],
    )
    ax.add_collection(lines)
    for node, color, label in zip(
        data["ends"].values, ("C2", "C5"), ("input", "output"), strict=True
    ):
        ax.plot(*x[node], "o", ms=8, color=color, label=label)
    ax.figure.colorbar(lines, ax=ax, label="change of $K_{ij} + K_{ji}$", shrink=0.8)
    ax.set(xlim=(0, 1), ylim=(0, 1.22), aspect="equal", xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.legend(ncols=2, loc="upper center")
