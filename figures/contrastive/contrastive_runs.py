"""Trainings that several figures share: each is computed once, and kept in one ledger."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.ticker import Formatter

    from contrastive_ode.tasks import Demonstration
    from figures.chapter import Run

VERSION = 2  # of `learn`: 1 trained in one stage, allostery and speech otherwise
FEW, LEAST = 1.3, 0.3  # powers of ten of the cost
POINTS = 100  # of the curves that are kept


def learn(
    name: str, seed: int, iterations: int, supervisor: str, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Train a demonstration; return parameters before and after, and the course of both curves."""
    made = demonstration(name, rng=seed)
    every = max(1, iterations // POINTS)
    made = made.lasting(iterations, every)
    training = made.train(rule=supervisor, rng=rng, throw=False)
    return {
        "before": made.w,
        "after": training.w,
        **course(training, every),
        "best": np.array([training.best_cost]),
        "passed": np.array([made.passes(training, made.assess(training.w))], dtype=float),
        "gradient_deviation": np.array([gradient_deviation(made, training.w)]),
    }


def course(training: ode.Training, every: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return mean loss and first alignment of so many iterations at a time."""
    blocks = np.full(POINTS, np.nan)
    alignment = np.full(POINTS, np.nan)
    places = training.measured // every
    for p in range(POINTS):
        part = training.loss[p * every : (p + 1) * every]
        if len(part) == every:  # a part of a passage over the examples would mislead
            blocks[p] = part.mean()
        here = training.alignment[places == p]
        alignment[p] = here[0] if len(here) else np.nan
    return {
        "loss": blocks,
        "alignment": alignment,
        "iteration": np.arange(POINTS) * float(every),
    }


def gradient_deviation(made: "Demonstration", w: npt.NDArray[np.float64]) -> float:
    """Compare the norm of the gradient with differences of the cost along it.

    The unit is the error that the differences of two sizes claim.
    """
    g = ode.gradient(made.model, made.task, w).dw
    norm = float(np.linalg.norm(g))
    step = 1e-5 * max(1e-2, float(np.abs(w).mean()))
    costs = {
        s: float(ode.simulate(made.model, made.task, w + s * step * g / norm).costs.mean())
        for s in (-2, -1, 1, 2)
    }
    slopes = [(costs[s] - costs[-s]) / (2 * s * step) for s in (1, 2)]
    rounding = 1e-13 * (costs[1] + 1) / step
    return abs(slopes[0] - norm) / (abs(slopes[1] - slopes[0]) + rounding)


def trained(
    run: "Run",
    name: str,
    iterations: int,
    seeds: tuple[int, ...] = (0, 1, 2),
    supervisor: str = "forward",
) -> "xarray.Dataset":
    """Return what `learn` returns, over the seeds."""
    grid = {
        "name": [name],
        "seed": list(seeds),
        "iterations": [iterations],
        "supervisor": [supervisor],
    }
    data = run(learn, grid)
    data = data.squeeze(["name", "iterations", "supervisor", "replica"], drop=True)
    dims = {"before_0": "parameter", "after_0": "parameter"}
    dims |= {f"{number}_0": "one" for number in ("best", "passed", "gradient_deviation")}
    dims |= {f"{curve}_0": "point" for curve in ("loss", "alignment", "iteration")}
    data = data.rename({old: new for old, new in dims.items() if old in data.dims})
    return data.squeeze("one", drop=True)


variables = {
    "loss": "cost, mean over some iterations",
    "alignment": "cosine of the local update and minus the exact gradient",
    "iteration": "number of iterations",
    "best": "lowest cost",
    "passed": "whether the task counts as learned: 1 if so",
    "gradient_deviation": (
        "gradient and differences of the cost, their difference in units of the error that they "
        "claim"
    ),
    "failed": "whether the computation failed",
    "before": "parameters before training",
    "after": "parameters after training",
    "point": "number of the point of the curves",
    "parameter": "number of the parameter",
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the gradient after training with differences of the cost."""
    what = "the gradient after training and differences of the cost"
    yield Compared("deviation", what, data["gradient_deviation"])


def draw_curves(ax: "Axes", data: "xarray.Dataset", title: str = "") -> "Axes":
    """Draw loss (left axis) and alignment (right axis) of all seeds; return the right axis."""
    right = ax.twinx()
    right.spines["right"].set_visible(True)
    right.axhline(0, color="C4", lw=0.5, ls=":")
    for m, seed in enumerate(data["seed"].values):
        one = data.sel(seed=seed)
        style: dict[str, Any] = {"lw": 0.9, "ls": ("-", "--", ":")[m % 3]}
        ax.plot(one["iteration"], one["loss"], color="k", label=f"seed {seed}", **style)
        right.plot(one["iteration"], one["alignment"], color="C0", alpha=0.6, **style)
    span = _span(data["loss"].values)
    scale = "log" if span > LEAST else "linear"
    ax.set(xlabel="iteration", ylabel="cost $C$", yscale=scale, title=title)
    if scale == "log":
        ax.yaxis.set_minor_formatter(_minor(span))
    right.set_ylim(-1.05, 1.05)
    right.set_ylabel("alignment $\\cos\\phi$", color="C0")
    right.tick_params(axis="y", colors="C0")
    ax.set_zorder(right.get_zorder() + 1)
    ax.patch.set_visible(False)
    return right


def _span(loss: npt.NDArray[np.float64]) -> float:
    """Return the range of the cost in powers of ten."""
    known = loss[np.isfinite(loss) & (loss > 0)]
    return float(np.log10(known.max() / known.min())) if known.size else 0.0


def _minor(span: float) -> "Formatter":
    """Return what writes 2 and 5 between powers of ten, if few of these are in range."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    def written(value: float, _: int | None) -> str:
        power = int(np.floor(np.log10(value)))
        first = round(value / 10.0**power)
        return f"${first}\\times 10^{{{power}}}$" if first in (2, 5) else ""

    return FuncFormatter(written) if span < FEW else NullFormatter()
