"""Oscillators that learn to turn together, at a given frequency."""

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration
from contrastive_ode.tasks.demonstration import joined
from contrastive_ode.tasks.phases import coherence, order_parameter
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run
    from foundation.domains import Floats

title = "Synchronisation at a frequency of choice"
equation = (
    r"\dot{\theta}_i = \omega_i + \sum_j K_{ij} \sin(\theta_j - \theta_i) "
    r"\quad C = \tfrac12 \int \sum_i (\theta_i - \Omega t)^2 \, \mathrm{d}t"
)
caption = (
    "Kuramoto oscillators with random natural frequencies (spread 0.5) on the contacts of a jammed "
    "packing; all couplings start at 0, the target is Ω = 1. Training goes in stages with longer "
    "and longer trajectories, up to T = 40, each from what the one before it learned: over T = 10 "
    "alone, some phases get away by whole turns. Columns: before, after the first stage, at the "
    "end. Top: phases relative to the target. Middle: order parameter r and mean frequency; "
    "dashed: Ω. Bottom: couplings. Right: natural frequencies; cost, of a time of 10, and "
    "alignment; order (open) and frequency (filled) in the second half of a time of 100, after "
    "each stage, from the initial phases of training; crosses: from ten others that it never saw."
)
VERSION = 2
STAGES = ("before", "early", "after")
TITLES = {"before": "before", "early": "after the first stage", "after": "at the end"}
OTHERS = 10  # random initial phases


def learn_in_stages(seed: int, rng: np.random.Generator) -> dict[str, npt.NDArray[np.float64]]:
    """Train stage by stage; return parameters, order and rate after each, and the curves."""
    made = demonstration("synchronisation", rng=seed)
    every = sum(stage.iterations.number for stage in made.stages) // contrastive_runs.POINTS
    made = made.lasting(every * contrastive_runs.POINTS, every)
    start = made.task.starts[0]
    trainings: list[ode.Training] = []
    for stage in made.stages:
        w = trainings[-1].w if trainings else made.w
        trainings.append(replace(stage, before=None, w=w).train(rng=rng, throw=False))
    training, weights = reduce(joined, trainings), [found.w for found in trainings]
    others = np.random.default_rng([seed, 1]).uniform(-np.pi / 2, np.pi / 2, (OTHERS, len(start)))
    passed = made.passes(training, made.assess(weights[-1]))
    return {
        "weights": np.array(weights),
        "reached": np.array([coherence(made.model, v, start)[:2] for v in weights]),
        "elsewhere": np.array([coherence(made.model, weights[-1], x)[:2] for x in others]),
        **contrastive_runs.course(training, every),
        "passed": np.array([float(passed)]),
        "gradient_deviation": np.array([contrastive_runs.gradient_deviation(made, training.w)]),
    }


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train in stages, and run for long."""
    data = run(learn_in_stages, {"seed": [0, 1, 2] if full else [0]}).squeeze("replica", drop=True)
    data = data.rename(
        {
            **{f"{curve}_0": "point" for curve in ("loss", "alignment", "iteration")},
            **{f"{number}_0": "one" for number in ("passed", "gradient_deviation")},
            "weights_0": "horizon",
            "weights_1": "parameter",
            "reached_0": "horizon",
            "reached_1": "number",
            "elsewhere_0": "other",
            "elsewhere_1": "number",
        }
    ).squeeze("one", drop=True)
    made = demonstration("synchronisation", rng=0)
    learned = data["weights"].sel(seed=0).values[:, : made.w.size]
    data = data.drop_vars("weights").assign_coords(
        horizon=[stage.task.T for stage in made.stages], number=["order", "rate"]
    )
    data = data.merge(followed("synchronisation", [made.w, learned[0], learned[-1]]))
    return data.assign_attrs(target=1.0)


def followed(name: str, weights: "Sequence[Floats]") -> "xarray.Dataset":
    """Return long trajectories at the three stages."""
    import xarray

    made = demonstration(name, rng=0)
    start = made.task.starts[0]
    paths = np.array([ode.flow(made.model, w, start, 100, 0.05, stride=4) for w in weights])
    r = np.array([order_parameter(path)[0] for path in paths])
    rate = np.gradient(paths.mean(axis=2), 0.2, axis=1)
    return xarray.Dataset(
        {
            "phase": (("stage", "t", "node"), paths),
            "order": (("stage", "t"), r),
            "rate": (("stage", "t"), rate),
            "coupling": (
                ("stage", "i", "j"),
                np.array([made.model.matrix("K", w) for w in weights]),
            ),
            "omega": ("node", made.model.constants["omega"]),
        },
        {"t": 0.2 * np.arange(501), "stage": list(STAGES)},
    )


FOLLOWED = {
    "phase": "phase of an oscillator",
    "order": "order parameter r",
    "rate": "mean frequency of the oscillators",
    "coupling": "coupling K_ij",
    "omega": "natural frequency of an oscillator",
    "t": "time t",
    "stage": "stage of training",
    "node": "number of the oscillator",
    "i": "number of the oscillator that feels the coupling",
    "j": "number of the other oscillator",
}

variables = {
    **contrastive_runs.variables,
    **FOLLOWED,
    "reached": (
        "order parameter and mean frequency after a stage of training, from its initial phases"
    ),
    "elsewhere": "order parameter and mean frequency after training, from random initial phases",
    "horizon": "time of the trajectories of the stage",
    "number": "which number: order parameter, or mean frequency (rate)",
    "other": "number of the random initial phases",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "coupling",
        "elsewhere",
        "iteration",
        "loss",
        "order",
        "phase",
        "rate",
        "reached",
    ),
    "the network": ("omega",),
}


compared = contrastive_runs.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw phases, order and couplings."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 6.4))
    axes = figure.subplots(3, 4)
    target = data.attrs["target"]
    scale = float(np.abs(data["coupling"]).max())
    for column, stage in enumerate(STAGES):
        here = data.sel(stage=stage)
        top, middle, bottom = axes[:, column]
        window = here.sel(t=slice(0, 40))
        top.plot(window["t"], window["phase"] - target * window["t"], lw=0.5, color="C0", alpha=0.6)
        top.set(title=TITLES[stage], xlabel="$t$")
        middle.plot(here["t"], here["order"], color="C2", ls="-.", label="$r$")
        middle.plot(
            here["t"], here["rate"], color="C0", lw=0.8, label="$\\langle\\dot\\theta\\rangle$"
        )
        middle.axhline(target, color="k", ls="--", lw=0.8)
        middle.set(xlabel="$t$", ylim=(-0.3, 1.35))
        image = bottom.imshow(here["coupling"], cmap="coolwarm", vmin=-scale, vmax=scale)
        bottom.set(xlabel="$j$", title="couplings $K_{ij}$")
    axes[0, 0].set_ylabel("$\\theta_i - \\Omega t$")
    axes[1, 0].set_ylabel("order, frequency")
    axes[1, 0].legend(ncols=2, loc="upper right")
    axes[2, 0].set_ylabel("$i$")
    figure.colorbar(image, ax=axes[2, :3], shrink=0.8, pad=0.01)
    ax = axes[0, 3]
    ax.hist(data["omega"], bins=12, color="0.7")
    ax.axvline(target, color="k", ls="--", lw=0.8)
    ax.set(xlabel="$\\omega_i$", ylabel="oscillators", title="natural frequencies")
    draw_curves(axes[1, 3], data)
    _draw_stages(axes[2, 3], data)
    return figure


def _draw_stages(ax: "Axes", data: "xarray.Dataset") -> None:
    places = np.arange(data.sizes["horizon"])
    for m, seed in enumerate(data["seed"].values):
        here, shift = data.sel(seed=seed), 0.16 * (m - (data.sizes["seed"] - 1) / 2)
        for number, fill, color in (("order", "w", "C2"), ("rate", "C0", "C0")):
            reached = here["reached"].sel(number=number)
            ax.plot(places + shift, reached, "os^"[m % 3], ms=4, mfc=fill, color=color)
            elsewhere = here["elsewhere"].sel(number=number)
            end = np.full(len(elsewhere), places[-1] + 0.5 + shift)
            ax.plot(end, elsewhere, "x", ms=3, color=color)
    ax.axhline(data.attrs["target"], color="k", ls="--", lw=0.8, zorder=0)
    ax.set(xlabel="after the stage $T$", ylabel="order, frequency", ylim=(-0.3, 1.5))
    ax.set_xticks(places, [f"{T:g}" for T in data["horizon"].values])
