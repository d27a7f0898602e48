"""Reciprocal oscillators synchronise at their mean frequency, and nowhere else."""

from typing import TYPE_CHECKING

from figures.compared import Compared, Comparisons
from figures.contrastive import contrastive_runs
from figures.contrastive import contrastive_synchronisation as directed
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Reciprocal oscillators keep their mean frequency"
equation = (
    r"K_{ij} = K_{ji} \Rightarrow "
    r"\frac{\mathrm{d} \langle \theta \rangle}{\mathrm{d} t} = \langle \omega \rangle"
)
caption = (
    "Learning fails, and has to: reciprocal couplings cannot change the mean frequency. The target "
    "is that of the figure contrastive_synchronisation, Ω = 1 (dashed). The oscillators do "
    "synchronise (order r), but at the mean ⟨ω⟩ of their natural frequencies (dotted), at which "
    "the mean phase moves whatever the couplings are. So the cost stays above a floor, however "
    "well the update is aligned with the gradient."
)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train reciprocal couplings, and follow the mean phase."""
    name, iterations = "reciprocal synchronisation", 20_000 if full else 3000
    data = trained(run, name, iterations, (0,))
    early = trained(run, name, iterations // 20, (0,))
    learned = [found["after"].sel(seed=0).values for found in (early, data)]
    weights = [data["before"].sel(seed=0).values, *learned]
    data = data.merge(directed.followed(name, weights)).assign_attrs(target=1.0)
    mean = data["phase"].mean("node")
    drift = mean - mean.isel(t=0) - data["omega"].mean() * data["t"]
    return data.assign(drift_deviation=abs(drift).max("t") / 1e-10)


variables = {
    **contrastive_runs.variables,
    **directed.FOLLOWED,
    "drift_deviation": "largest distance of the mean phase from its drift, in units of 1e-10",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "iteration",
        "loss",
        "omega",
        "order",
        "rate",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the gradient with differences of the cost, and the mean phase and its drift."""
    yield from contrastive_runs.compared(data)
    yield Compared(
        "deviation", "the mean phase and its drift", data["drift_deviation"] * (1e-10 / 1e-12)
    )


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw order and frequency at three stages, and the curves."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 2.8))
    axes = figure.subplots(1, 4)
    for ax, stage in zip(axes, directed.STAGES, strict=False):
        here = data.sel(stage=stage)
        ax.plot(here["t"], here["order"], color="C2", ls="-.", label="order $r$")
        ax.plot(here["t"], here["rate"], color="C0", label="$\\langle\\dot\\theta\\rangle$")
        ax.axhline(data.attrs["target"], color="k", ls="--", lw=0.8, label="target $\\Omega$")
        mean = float(data["omega"].mean())
        ax.axhline(mean, color="k", ls=":", lw=0.8, label="$\\langle\\omega\\rangle$")
        ax.set(title=stage, xlabel="$t$", ylim=(-0.3, 1.5))
    axes[0].set_ylabel("order, frequency")
    axes[0].legend(ncols=2, loc="upper right")
    draw_curves(axes[3], data)
    return figure
