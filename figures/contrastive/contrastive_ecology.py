"""A community that learns to bring back an extinct species."""

from typing import TYPE_CHECKING

import numpy as np

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration, ecology
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Bringing back an extinct species"
equation = (
    r"\dot{x}_i = \frac{r_i}{K_i} x_i \Big( K_i - \sum_j \alpha_{ij} x_j \Big) + D "
    r"\quad \text{target } x_\mathrm{o} = \tfrac12"
)
caption = (
    "An extinct species comes back, stays, and does so from all random states that were tried. "
    "Thirty-two species with random interactions and a slow immigration; one that is extinct "
    "(thick) should rise to ½ (dashed). Top: before training; bottom: after; within the time of "
    "training, long after it, and from two random initial states. Right: cost and alignment, and "
    "the abundance of the species from 40 random states, long after the start, before and after."
)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train, and follow the community from several states."""
    data = trained(run, "ecology", 2500 if full else 1200, (0,))
    made = demonstration("ecology", rng=0)
    o = int(made.task.outputs[0])
    weights = [made.w, data["after"].sel(seed=0).values]
    starts = [made.task.starts[0], *ecology.random_states(32, 2, rng=5)]
    panels = []
    for w in weights:
        short = ode.flow(made.model, w, starts[0], 100, 0.1, stride=2)
        late = ode.flow(made.model, w, short[-1], 1900, 0.1, stride=38)
        others = [ode.flow(made.model, w, x, 1000, 0.02, stride=100) for x in starts[1:]]
        panels.append([short, late, *others])
    length = min(len(path) for row in panels for path in row)
    courses = np.array([[path[:length] for path in row] for row in panels])
    times = np.array([0.2, 3.8, 2.0, 2.0])[:, None] * np.arange(length)
    times[1] += 100
    reached = [ecology.settled(made.model, w, 40, rng=1)[:, o] for w in weights]
    return (
        data.drop_vars(["before", "after"])
        .assign(
            course=(("when", "panel", "row", "species"), courses),
            time=(("panel", "row"), times),
            reached=(("when", "state"), np.array(reached)),
        )
        .assign_attrs(output=o)
    )


variables = {
    **contrastive_runs.variables,
    "course": "abundance of a species",
    "time": "time t",
    "reached": "abundance of the extinct species long after a random state",
    "when": "before or after training",
    "panel": (
        "course, counted from 0: within the time of training, long after it, from two random states"
    ),
    "species": "number of the species",
    "state": "number of the random state",
    "row": "number of the time",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "course",
        "iteration",
        "loss",
        "reached",
        "time",
    ),
}


compared = contrastive_runs.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw abundances, curves and what random states reach."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.6, 4.6))
    axes = figure.subplots(2, 5)
    o = data.attrs["output"]
    titles = ("trained window", "later", "random state 1", "random state 2")
    for when, label in enumerate(("before", "after")):
        for panel, name in enumerate(titles):
            ax, here = axes[when, panel], data["course"].isel(when=when, panel=panel)
            t = data["time"].isel(panel=panel)
            ax.plot(t, here.where(here["species"] != o), lw=0.5, color="0.6", alpha=0.7)
            ax.plot(t, here.sel(species=o), lw=1.8, color="C1")
            ax.axhline(0.5, color="k", ls="--", lw=0.8)
            ax.set(ylim=(-0.03, 1.05), title=name if when == 0 else "")
        axes[when, 0].set_ylabel(f"abundance {label}")
    for ax in axes[1, :4]:
        ax.set_xlabel("$t$")
    draw_curves(axes[0, 4], data)
    bins = np.linspace(0, 1, 41)
    last = axes[1, 4]
    for when, label, color, hatch in ((0, "before", "0.6", ""), (1, "after", "C1", "////")):
        last.hist(data["reached"].isel(when=when), bins=bins, color=color, hatch=hatch, label=label)
    last.axvline(0.5, color="k", ls="--", lw=0.8)
    last.set(xlabel="$x_o$ from random states", ylabel="states")
    last.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, columnspacing=0.8)
    return figure
