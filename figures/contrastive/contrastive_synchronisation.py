"""Oscillators that learn to turn together, at a given frequency."""

from typing import TYPE_CHECKING

import numpy as np

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration
from contrastive_ode.tasks.phases import order_parameter
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Synchronisation at a frequency of choice"
equation = (
    r"\dot{\theta}_i = \omega_i + \sum_j K_{ij} \sin(\theta_j - \theta_i) "
    r"\quad C = \tfrac12 \int \sum_i (\theta_i - \Omega t)^2 \, \mathrm{d}t"
)
caption = (
    "Kuramoto oscillators with random natural frequencies on the contacts of a jammed packing, "
    "before training, at an early stage of it and after. Top: phases relative to the target. "
    "Middle: order parameter r, and mean frequency, over a time ten times as long as that of "
    "training; dashed: the target Ω. Bottom: the couplings, and cost and alignment. The quick "
    "version has Ω = 0.5 and natural frequencies of spread 0.2, the full one Ω = 1 and 0.5."
)
STAGES = ("before", "early", "after")


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train to two stages, and run for long."""
    name, iterations = ("synchronisation", 60_000) if full else ("slow synchronisation", 4000)
    data = trained(run, name, iterations, (0,))
    early = trained(run, name, iterations // 20, (0,))
    return data.merge(followed(name, early, data)).assign_attrs(target=1.0 if full else 0.5)


def followed(name: str, early: "xarray.Dataset", late: "xarray.Dataset") -> "xarray.Dataset":
    """Return long trajectories at the three stages."""
    import xarray

    made = demonstration(name, rng=0)
    start = made.task.starts[0]
    weights = [made.w, *(data["after"].sel(seed=0).values for data in (early, late))]
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


unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "coupling",
        "iteration",
        "loss",
        "order",
        "phase",
        "rate",
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
        top.set(title=stage, xlabel="$t$")
        middle.plot(here["t"], here["order"], color="C2", label="$r$")
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
    last = data.sel(stage="after").isel(t=-1)
    angle = last["phase"].values
    axes[2, 3].plot(np.cos(angle), np.sin(angle), "o", ms=3, alpha=0.6)
    turn = np.linspace(0, 2 * np.pi, 100)
    axes[2, 3].plot(np.cos(turn), np.sin(turn), color="0.8", lw=0.7, zorder=0)
    axes[2, 3].spines[["left", "bottom"]].set_visible(False)
    axes[2, 3].set(aspect="equal", xticks=[], yticks=[], title="phases at $t = 100$")
    return figure
