"""Random communities that learn to bring back a species: how often, and what else they end in."""

from typing import TYPE_CHECKING

import numpy as np

import contrastive_ode as ode
from contrastive_ode.tasks import ecology
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import gradient_deviation
from figures.shared import fractions

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run, Table
    from foundation.domains import Floats

title = "Ten communities before and after learning"
equation = (
    r"\dot{x}_i = \frac{r_i}{K_i} x_i \Big( K_i - \sum_j \alpha_{ij} x_j \Big) + D "
    r"\quad \alpha_{ij} \sim U[0, 1.2] \quad \text{target } x_\mathrm{o} = \tfrac12"
)
caption = (
    "In most communities training brings the extinct species back from nearly all random states, "
    "and leaves fewer attractors; in the others it does not. Communities of 32 species, drawn by "
    "seeds fixed in advance, in each of which an extinct species should rise to ½, from one "
    "initial state, and stay there (within 0.02) for twenty times as long as the trajectories of "
    "training: then training ends. Left: how many attractors are found from random states, before "
    "and after training. Middle: the fraction of these states that end with that species at ½, "
    "with Clopper-Pearson 68 % intervals; black: the 8333 of 10,000 states of the one community of "
    "the paper, which has five attractors before and six after. Right: iterations until the "
    "species stays at ½; open: it does not."
)
PAPER = 0.8333  # of the states reach the target after training
NUMBERS = ("number", "basin", "alive", "unsettled")


def retrained(draw: int, most: int, count: int, rng: np.random.Generator) -> dict[str, float]:
    """Train a community; return how many attractors it has, and its target's basin, both times."""
    made = ecology.revival(rng=draw)
    (o,) = made.task.outputs

    def stays(w: "Floats") -> bool:
        late = ode.flow(made.model, w, made.task.starts[0], 2000, 0.1, stride=100)[-50:, o]
        return bool(np.abs(late - ecology.TARGET).max() < 0.02)

    wanted = ode.Iterations(most, every=100, until=stays)
    training = made.train(iterations=wanted, throw=False)
    states = ecology.random_states(32, count, rng=rng)
    told = {"iterations": float(len(training.loss)), "reached": float(training.converged)}
    for when, w in (("before", made.w), ("after", training.w)):
        found = ode.catalogue(made.model, w, states)
        near = [a for a in found if max(a.high[o] - 0.52, 0.48 - a.low[o]) < 0]
        told |= {
            f"number_{when}": float(len(found)),
            f"basin_{when}": sum(a.count for a in near) / count,
            f"alive_{when}": sum(a.count for a in found if a.alive[o]) / count,
            f"unsettled_{when}": float(found.undecided + found.diverged),
        }
    return {**told, "gradient_deviation": gradient_deviation(made, training.w)}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train every community, and sort out where random states end."""
    most, draws, states = (5000, 10, 100) if full else (1500, 3, 20)
    grid = {"draw": list(range(draws)), "most": [most], "count": [states]}
    found = run(retrained, grid).squeeze(["most", "count", "replica"], drop=True)
    for name in NUMBERS:
        pair = [found[f"{name}_{when}"].values for when in ("before", "after")]
        found[name] = ("when", "draw"), np.array(pair)
    kept = found[["iterations", "reached", "gradient_deviation", *NUMBERS]].assign_coords(
        when=["before", "after"]
    )
    return kept.assign_attrs(states=states)


variables = {
    **contrastive_runs.variables,
    "iterations": "number of iterations of training",
    "reached": "whether the species stays at its target: 1 if so",
    "number": "number of attractors that were found",
    "basin": "fraction of random states that end with the species at its target",
    "alive": "fraction of random states that end with the species alive",
    "unsettled": "number of random states that reach no attractor",
    "draw": "number of the community: its seed",
    "when": "before or after training",
}

unjudged = {
    "what attractors there are, and how often they are reached: no theory of it": (
        "basin",
        "iterations",
        "number",
        "reached",
    ),
}


compared = contrastive_runs.compared


def table(data: "xarray.Dataset") -> "Table":
    """Return what was found in each community, before and after training."""
    header = (
        "community",
        "attractors",
        "states at the target",
        "states with it alive",
        "iterations",
    )
    rows = []
    for draw in data["draw"].values:
        here = data.sel(draw=draw)
        pairs = [" → ".join(f"{v:g}" for v in here[name].values) for name in NUMBERS[:3]]
        end = "" if here["reached"] else ", not there"
        rows.append((str(draw), *pairs, f"{int(here['iterations'])}{end}"))
    return header, rows


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw numbers of attractors, basins of the target, and costs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 2.8))
    left, middle, right = figure.subplots(1, 3)
    draws, n = data["draw"].values, data.attrs["states"]
    most = int(data["number"].max())
    for when, shift, color in (("before", -0.2, "0.6"), ("after", 0.2, "C0")):
        here = data.sel(when=when)
        numbers = np.bincount(here["number"].astype(int), minlength=most + 1)
        left.bar(np.arange(most + 1) + shift, numbers, 0.4, color=color, label=when)
        p = here["basin"].values
        bounds = fractions.intervals(np.rint(p * n), n)
        error = np.abs(bounds.T - p)
        middle.errorbar(draws + shift / 2, p, error, fmt="o", ms=4, color=color, capsize=2)
    left.set(xlabel="attractors found", ylabel="communities", xlim=(0.4, most + 0.6))
    left.set_xticks(range(1, most + 1))
    left.legend(loc="upper right")
    middle.axhline(PAPER, color="k", lw=0.8, label="paper, after")
    middle.set(xlabel="community", ylabel="states at the target", ylim=(-0.05, 1.05))
    middle.set_xticks(draws)
    middle.legend(loc="center right")
    reached = data["reached"].values == 1
    style = {"ls": "none", "marker": "o", "color": "C0"}
    right.plot(draws[reached], data["iterations"][reached], label="stays at ½", **style)
    right.plot(draws[~reached], data["iterations"][~reached], mfc="w", label="does not", **style)
    right.set(xlabel="community", ylabel="iterations")
    right.set_ylim(0, 1.35 * float(data["iterations"].max()))
    right.legend(loc="upper right", ncols=2)
    right.set_xticks(draws)
    return figure
