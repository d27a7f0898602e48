"""Oscillators that reproduce a signal at twice its amplitude."""

from typing import TYPE_CHECKING

import numpy as np

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration
from figures.compared import Compared, Comparisons
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run
    from foundation.domains import Floats

title = "Learning to double an amplitude"
equation = (
    r"\dot{x}_i = -\kappa x_i + \sum_j k_{ij} (x_j - x_i) "
    r"\quad \Delta k_{ij} = \frac{\alpha}{\varepsilon} \int (x_i^\mathrm{c} - x_i^\mathrm{f}) "
    r"(x_j^\mathrm{f} - x_i^\mathrm{f}) \, \mathrm{d}t \text{, made symmetric}"
)
caption = (
    "Ten reciprocal linear oscillators; the first follows sin t, the last should follow 2 sin t. "
    "Left: the output before and after training. Middle: a random signal of eight tones that the "
    "network was not trained on; crosses: the response computed from the learned couplings, tone "
    "by tone, without integration. Right: cost, and cosine of the angle between the local update "
    "and minus the exact gradient, for three seeds. At the floor of the cost, the causal update "
    "and the gradient part."
)
CLAIMED = 4e-6  # error of the integration, in parts of the response


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train, and run on a signal that was not seen."""
    data = trained(run, "amplitude", 6000 if full else 3000)
    made = demonstration("amplitude", rng=0)
    w = data["after"].sel(seed=0).values
    before, after = (ode.simulate(made.model, made.task, v) for v in (made.w, w))
    rng = np.random.default_rng(0)
    omega, phase = rng.uniform(0.1, 1, 8), rng.uniform(0, 2 * np.pi, 8)

    def signal(t: float) -> float:
        return float(np.sin(omega * t + phase).sum() / 2)

    coarse, random = (_simulated(made.model, w, signal, h) for h in (0.05, 0.025))
    predicted = _response(made.model, w, omega, phase, random.t)
    late = random.t > 10  # the transient has died
    # halving the step changes fifteen times the error that remains, by the fourth order
    changed = np.abs(coarse.x[0, :, -1] - random.x[0, ::2, -1])
    claimed = changed[coarse.t > 10].max() / 10
    deviation = np.abs(random.x[0, :, -1] - predicted)[late].max() / claimed
    return data.assign(
        t=before.t,
        input=("t", before.x[0, :, 0]),
        untrained=("t", before.x[0, :, -1]),
        output=("t", after.x[0, :, -1]),
        time=random.t,
        random_input=("time", random.x[0, :, 0]),
        random_output=("time", random.x[0, :, -1]),
        predicted=("time", np.where(late, predicted, np.nan)),
        response_deviation=deviation,
    ).drop_vars(["before"])


def _simulated(
    model: ode.Model, w: "Floats", signal: "Callable[[float], float]", h: float
) -> ode.Trajectory:
    """Return the trajectory from rest, in steps of h."""
    task = ode.Task(np.zeros(model.N), [model.N - 1], 60.0, h, imposed={0: signal}, target=0)
    return ode.simulate(model, task, w)


def _response(
    model: ode.Model, w: "Floats", omega: "Floats", phase: "Floats", t: "Floats"
) -> "Floats":
    """Return the stationary output: node 0 imposed, all other ones driven by it."""
    J = model.jacobian(w, np.zeros(model.N))
    x = np.zeros(len(t))
    for o, p in zip(omega, phase, strict=True):
        G = np.linalg.solve(1j * o * np.eye(model.N - 1) - J[1:, 1:], J[1:, 0])
        x += (G[-1] * np.exp(1j * (o * t + p)) / 2).imag
    return x


variables = {
    **contrastive_runs.variables,
    "input": "signal at the input",
    "untrained": "output before training",
    "output": "output after training",
    "random_input": "random signal at the input",
    "random_output": "output after training, for the random signal",
    "predicted": "output by the response to each tone: nan while the start is remembered",
    "response_deviation": (
        "output and the response to each tone, their largest difference in units of the error "
        "that the integration claims"
    ),
    "t": "time t",
    "time": "time t, of the random signal",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "input",
        "iteration",
        "loss",
        "output",
        "random_input",
        "untrained",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the gradient with differences of the cost, and the response with its prediction."""
    yield from contrastive_runs.compared(data)
    error = CLAIMED * float(abs(data["predicted"]).max())
    off = (data["random_output"] - data["predicted"]) / error
    what = "the response to random input and its prediction"
    yield Compared("deviation", what, off, "random_output", error, "of the response")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw trajectories and curves."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 2.8))
    left, middle, right = figure.subplots(1, 3)
    t = data["t"]
    left.plot(t, data["input"], color="0.6", label="input")
    left.plot(t, data["untrained"], color="C1", label="before")
    left.plot(t, data["output"], color="C0", label="after")
    left.plot(t, 2 * data["input"], "k--", lw=0.8, label="2 × input")
    left.set(xlabel="$t$", ylabel="$x(t)$", ylim=(-2.2, 3.6), title="trained on")
    left.legend(ncols=2, loc="upper right")
    shown = data.sel(time=slice(10, 60))
    middle.plot(shown["time"], shown["random_input"], color="0.6")
    middle.plot(shown["time"], shown["random_output"], color="C0")
    middle.plot(shown["time"], 2 * shown["random_input"], "k--", lw=0.8)
    few = shown.isel(time=slice(0, None, 25))
    middle.plot(few["time"], few["predicted"], "x", color="C2", ms=4, label="linear response")
    middle.set(xlabel="$t$", title="not seen before")
    middle.legend(loc="upper right")
    draw_curves(right, data)
    right.legend(loc="upper right")
    return figure
