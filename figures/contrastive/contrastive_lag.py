"""Oscillators that repeat a signal after a given time."""

from typing import TYPE_CHECKING

import numpy as np

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration, frequency
from figures.compared import Compared, Comparisons
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run
    from foundation.domains import Floats

title = "Learning to delay a signal"
equation = (
    r"\dot{x}_i = -\kappa x_i + \sum_j k_{ij} (x_j - x_i) + f_i(t) "
    r"\quad f_0 = 10 \, s(t) \quad \text{target } x_\mathrm{o} = s(t - \tau)"
)
caption = (
    "Ten directed linear oscillators that learn the lag τ = 0.5 on a sine. Top: the sine before "
    "and after training, and signals that were not seen; dashed: the targets. Bottom: a reciprocal "
    "network trained in one direction has the same lag in the other one, exactly; a directed one "
    "learns a lag of 0.4 in one direction and of 0.8 back, here with both targets. Last: cost and "
    "alignment of the first task. The cost rises again where the causal update and the gradient "
    "part; the parameters of lowest cost are kept."
)
SIGNALS = ("sine", "two tones", "Gaussian", "chirp", "triangle")


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train three networks, and run them on other signals and backwards."""
    data = trained(run, "lag", 6000 if full else 2000)
    one = {
        name: trained(run, name, 6000 if full else 2000, seeds=(0,))["after"].sel(seed=0).values
        for name in ("reciprocal lag", "two lags")
    }
    made, w = demonstration("lag", rng=0), data["after"].sel(seed=0).values
    N, signals = made.model.N, frequency.lag_signals(np.random.default_rng(0))
    panels, asked = {}, {}

    def show(panel: str, v: "Floats", i: int, o: int, tau: float) -> None:
        signal = signals[panel] if panel in signals else signals["sine"]
        task = frequency.lag_task(N, i, o, tau, signal, T=25.2)
        panels[panel] = ode.simulate(made.model, task, v).x[0, :, o]
        column = task.outputs.tolist().index(o)
        asked[panel] = task.target[0, ::2, column]

    show("before", made.w, 0, N - 1, 0.5)
    for name in SIGNALS:
        show(name, w, 0, N - 1, 0.5)
    show("reciprocal there", one["reciprocal lag"], 0, N - 1, 0.5)
    show("reciprocal back", one["reciprocal lag"], N - 1, 0, 0.5)
    show("directed there", one["two lags"], 0, N - 1, 0.4)
    show("directed back", one["two lags"], N - 1, 0, 0.8)
    G = frequency.response(made.model, one["reciprocal lag"], 1.0)
    names = list(panels)
    return data.drop_vars("before").assign(
        output=(("panel", "t"), np.array([panels[name] for name in names])),
        target=(("panel", "t"), np.array([asked[name] for name in names])),
        panel=names,
        t=np.arange(253) * 0.1,
        symmetry_deviation=float(np.abs(G - G.T).max() / 1e-12),
    )


variables = {
    **contrastive_runs.variables,
    "output": "output of the oscillators",
    "target": "target of the output",
    "symmetry_deviation": "largest asymmetry of the response, in units of 1e-12",
    "panel": "signal and network",
    "t": "time t",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "iteration",
        "loss",
        "output",
    ),
    "what should be learned, no theory": ("target",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the gradient with differences of the cost, and the symmetry of the response."""
    yield from contrastive_runs.compared(data)
    yield Compared(
        "deviation", "the symmetry of the response", data["symmetry_deviation"] * (1e-12 / 1e-15)
    )


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the signals, both directions, and the curves."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 5.0))
    axes = figure.subplots(2, 4)
    t = data["t"]
    first = data.sel(panel="before")
    axes[0, 0].plot(t, first["output"], color="C1", label="before")
    for ax, name in zip(axes.flat, SIGNALS, strict=False):
        here = data.sel(panel=name)
        ax.plot(t, here["output"], color="C0", label="after")
        ax.plot(t, here["target"], "k--", lw=0.8, label="target")
        ax.set_title(name)
    axes[0, 0].set_ylim(None, 2.2)
    axes[0, 0].legend(ncols=2, columnspacing=0.8, loc="upper center")
    for ax, kind in ((axes[1, 1], "reciprocal"), (axes[1, 2], "directed")):
        for color, dash, way in (("C0", "-", "there"), ("C2", "-.", "back")):
            here = data.sel(panel=f"{kind} {way}")
            ax.plot(t, here["output"], color=color, ls=dash, label=way)
            ax.plot(t, here["target"], "k--", lw=0.8)
        ax.set(title=kind, xlim=(8, 16), ylim=(-1.2, 1.9))
        ax.legend(ncols=2, loc="upper center")
    for ax in axes.flat[:7]:
        ax.set_xlabel("$t$")
    for ax in axes[:, 0]:
        ax.set_ylabel("output $x_o$")
    draw_curves(axes[1, 3], data)
    return figure
