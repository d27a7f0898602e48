"""Excitatory couplings between layers do what the self-coupling does."""

from typing import TYPE_CHECKING

import numpy as np

import sweeps
from figures.shared import strokes
from figures.steered import reference_learner
from figures.steered.entangled import PIXELS, N, distinct, entangled, train
from figures.steered.learning_transition import excitatory
from figures.steered.reference_learner import held, recomputed

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Self-coupling or excitatory couplings"
equation = (
    r"s_i^l \leftarrow \operatorname{sign} \Big( \sum_j J_{ij}^l s_j^l + J_D s_i^l "
    r"+ \lambda (s_i^{l-1} + s_i^{l+1}) + W_\mathrm{in} x \Big)"
)
caption = (
    "Either coupling makes two layers learn; without both, many digits end in the same state, and "
    "both together are no better than one. Two layers with neither self-coupling nor excitatory "
    "couplings between them, with one of the two, and with both. Left: accuracy on new digits "
    "against epochs, with one standard error over projections and networks; grey: chance. Right: "
    "after the last epoch, the accuracy (bars: hatched on the training digits, plain on new ones) "
    "and the number of different states that inference ends in, for each new digit (diamonds). "
    "Input of strength 2 on both layers, margin k + J_D + λ. Quick size: small digits; full size: "
    "MNIST. The mean of the images is left in, as published; without it networks learn at J_D = 0 "
    "too (docs/theory/learning.md)."
)

CASES = {
    "neither": (0.0, 0.0),
    "self-coupling": (1.0, 0.0),
    "excitatory": (0.0, 4.0),
    "both": (1.0, 4.0),
}


def ablated(
    dataset: str, case: str, H: int, epochs: int, rng: np.random.Generator
) -> dict[str, object]:
    """Train two layers with couplings left out."""
    J_D, lam = CASES[case]
    data = entangled(dataset, rng)
    recipe = excitatory(lam, lam_in=2.0, J_D=J_D)
    learner, test = train(data, H, epochs, rng, recipe, L=2)
    states = distinct(learner, data.X_test)
    return {"test": test, "train": learner.score(data.X, data.y), "distinct": states}


def checked(dataset: str, case: str, H: int, rng: np.random.Generator) -> dict[str, float]:
    """Compare one case with double precision."""
    J_D, lam = CASES[case]
    return recomputed(entangled(dataset, rng, 500), H, 2, excitatory(lam, 2.0, J_D), rng)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train with all four combinations."""
    dataset, H, epochs = ("mnist", 400, 5) if full else ("digits", 200, 10)
    grid = {"dataset": [dataset], "case": list(CASES), "H": [H], "epochs": [epochs]}
    data = sweeps.summary(run(ablated, grid, replicas=3)).squeeze(["dataset", "H", "epochs"])
    checks = run(checked, {"dataset": [dataset], "case": list(CASES), "H": [H]})
    return data.drop_vars("seconds").assign(held(checks)).assign_attrs(images=PIXELS[dataset])


variables = {
    **reference_learner.variables,
    "test": "accuracy on new images after each epoch",
    "train": "accuracy on the training images after the last epoch",
    "distinct": "number of different states in which inference ends, over the number of new images",
    "case": "which couplings two layers have",
    "test_0": "epoch, counted from 0",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "distinct",
        "test",
        "test_error",
        "train",
        "train_error",
    ),
}


compared = reference_learner.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw how each case learns, and where it ends."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    figure = Figure(figsize=(7.2, 3.8))
    left, right = figure.subplots(1, 2)
    epochs = 1 + np.arange(data.sizes["test_0"])
    for i, (case, (J_D, lam)) in enumerate(CASES.items()):
        one = data.sel(case=case)
        label = rf"{case}: $J_D = {J_D:g}$, $\lambda = {lam:g}$"
        marker = strokes.MARKERS[i]
        left.errorbar(epochs, one["test"], one["test_error"], marker=marker, mfc="w", label=label)
        last = one.isel(test_0=-1)
        for shift, part, hatch in ((-0.18, "train", "////"), (0.18, "test", None)):
            right.bar(
                i + shift,
                last[part],
                yerr=last[f"{part}_error"],
                width=0.34,
                facecolor="none",
                edgecolor=f"C{i}",
                hatch=hatch,
            )
        right.plot(i, one["distinct"], "D", color="0.2", ms=4)
    left.axhline(0.1, color="0.6", lw=0.8, label="chance")
    left.xaxis.get_major_locator().set_params(integer=True)
    left.set(xlabel="epochs", ylabel="accuracy", ylim=(0, 1.03))
    handles, labels = left.get_legend_handles_labels()
    for words, hatch in (("training digits", "////"), ("new digits", None)):
        handles.append(Patch(facecolor="none", edgecolor="0.4", hatch=hatch))
        labels.append(words)
    handles.append(Line2D([], [], marker="D", ls="none", color="0.2", ms=4))
    labels.append("different states a new digit")
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    right.set_xticks(range(len(CASES)), list(CASES))
    right.set(title="last epoch", ylabel="accuracy; different states", ylim=(0, 1.03))
    figure.suptitle(
        f"{data.attrs['images']}, $N = {N}$, two layers of $H = {int(data['H'])}$",
        fontsize="medium",
    )
    return figure
