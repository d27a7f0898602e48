"""Neurons that hit targets in time, by the local rule and by the gradient."""

from typing import TYPE_CHECKING

import numpy as np

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Neurons that pass through targets"
equation = (
    r"\dot{x}_i = -g_i x_i + \sum_j W_{ij} s(x_j) + b_i + I_i(t) "
    r"\quad C = \tfrac12 \sum_k (x_\mathrm{o}(t_k) - v_k)^2"
)
caption = (
    "Ten leaky integrate-and-fire neurons; the first is driven by 2 sin t, the last should pass "
    "through the crosses. Left: its course untrained, and trained by the local rule and by the "
    "exact gradient from the same start. Middle: the changes of all parameters under both. Right: "
    "cost and alignment under the local rule, for three seeds fixed in advance. The leaks are fast "
    "against the drive; where they are not, the local update turns orthogonal to the gradient, and "
    "the cost stops."
)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train by both rules."""
    iterations = 10_000 if full else 3000
    data = trained(run, "targets", iterations)
    exact = trained(run, "targets", iterations, (0,), "descent")
    made = demonstration("targets", rng=0)
    weights = [made.w, data["after"].sel(seed=0).values, exact["after"].sel(seed=0).values]
    paths = [ode.simulate(made.model, made.task, w) for w in weights]
    return data.drop_vars(["before", "after"]).assign(
        output=(("rule", "t"), np.array([path.x[0, :, -1] for path in paths])),
        rule=["untrained", "local rule", "gradient"],
        t=paths[0].t,
        time=("target", made.task.points * made.task.h),
        value=("target", made.task.point_target[0, :, 0]),
        change=(("way", "parameter"), np.array(weights[1:]) - made.w),
    )


variables = {
    **contrastive_runs.variables,
    "output": "state of the last neuron",
    "time": "time t of a target",
    "value": "value of a target",
    "change": "change of a parameter by training",
    "rule": "rule of training",
    "t": "time t",
    "target": "number of the target",
    "way": "rule of training, counted from 0: local rule, gradient",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "change",
        "iteration",
        "loss",
        "output",
    ),
    "what should be learned, no theory": ("time", "value"),
}


compared = contrastive_runs.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw outputs, changes and curves."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 2.8))
    left, middle, right = figure.subplots(1, 3)
    styles = zip(("0.6", "C0", "C1"), ("-", "-", "--"), data["rule"].values, strict=True)
    for color, dash, rule in styles:
        left.plot(data["t"], data["output"].sel(rule=rule), color=color, ls=dash, label=rule)
    left.plot(data["time"], data["value"], "kx", ms=6, label="targets")
    left.set(xlabel="$t$", ylabel="output $x_o$")
    left.margins(y=0.3)
    left.legend(loc="upper right", ncols=2)
    local, exact = data["change"].values
    middle.plot(exact, local, "o", ms=3, mfc="w", color="C2")
    middle.axline((0, 0), slope=1, color="0.6", lw=0.7, ls=":")
    middle.set(xlabel="change under the gradient", ylabel="change under the local rule")
    draw_curves(right, data)
    right.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, columnspacing=0.8)
    return figure
