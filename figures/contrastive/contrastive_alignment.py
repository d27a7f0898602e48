"""How the local rule and the gradient align while eight networks learn."""

from typing import TYPE_CHECKING

import numpy as np

from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Alignment with the gradient, in eight tasks"
equation = (
    r"\cos \varphi = \frac{\Delta w_\mathrm{loc} \cdot \Delta w_\mathrm{GD}}"
    r"{\left\| \Delta w_\mathrm{loc} \right\| \, \left\| \Delta w_\mathrm{GD} \right\|}"
)
caption = (
    "Cost (black) and cosine of the angle between the causal local update and minus the exact "
    "gradient (blue) over training, for one seed of each task. Above: its mean over the "
    "run, and the fraction of measurements in which it is positive. A positive mean is not needed "
    "for learning: at the floor of the cost it is near 0 or below, and in the community it is "
    "small throughout."
)
RUNS = {  # quick and full iterations
    "amplitude": (3000, 6000),
    "lag": (2000, 6000),
    "allostery": (4000, 60_000),
    "slow synchronisation": (4000, 10_000),
    "targets": (3000, 10_000),
    "speech": (4000, 20_000),
    "OR": (3000, 30_000),
    "ecology": (1200, 2500),
}
SEVERAL = ("amplitude", "lag", "targets", "speech")  # those of which figures show three seeds


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Collect the trainings of the other figures."""
    import xarray

    parts = []
    for name, iterations in RUNS.items():
        # the same trainings as in the other figures, so that their ledger has them
        seeds = (0, 1, 2) if name in SEVERAL or (full and name == "allostery") else (0,)
        data = trained(run, name, iterations[full], seeds).sel(seed=[0])
        kept = ["loss", "alignment", "iteration", "passed", "best", "gradient_deviation"]
        parts.append(data[kept])
    data = xarray.concat(parts, xarray.DataArray(list(RUNS), dims="task", name="task"))
    positive = (data["alignment"] > 0).where(np.isfinite(data["alignment"]))
    return data.assign(mean=data["alignment"].mean("point"), positive=positive.mean("point"))


variables = {
    **contrastive_runs.variables,
    "mean": "mean cosine of the local update and minus the exact gradient over training",
    "positive": "fraction of measurements in which that cosine is positive",
    "task": "task",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "iteration",
        "loss",
        "mean",
        "positive",
    ),
}


compared = contrastive_runs.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw a panel for each task."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.4, 4.8))
    axes = figure.subplots(2, 4)
    for m, (ax, name) in enumerate(zip(axes.flat, data["task"].values, strict=True)):
        here = data.sel(task=name)
        mean, positive = float(here["mean"].item()), float(here["positive"].item())
        text = f"{name}\nmean {mean:.2f}, positive {positive:.0%}".replace("-", "−")
        right = draw_curves(ax, here, title=text)
        ax.title.set_fontsize(8)
        if m % 4:
            ax.set_ylabel("")
        if m % 4 < 3:
            right.set_ylabel("")
    return figure
