"""Whether the couplings that bring the label back have to be learned."""

from typing import TYPE_CHECKING

import numpy as np

import learning
import sweeps
from figures.shared import strokes
from figures.steered import reference_learner
from figures.steered.entangled import PIXELS, N, entangled, train
from figures.steered.reference_learner import held, recomputed

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Feedback: frozen, tied, learned, none"
equation = (
    r"h_i = f_i + \sum_c (W_\mathrm{b})_{ic} \, g(y_c) "
    r"\quad \text{tied: } W_\mathrm{b} = \lambda_\mathrm{b} \sqrt{H / C} \, W_\mathrm{f}^T"
)
caption = (
    "Couplings that bring the label back need not be learned: random ones that stay do at their "
    "best strength as well as tied and learned ones; all end within 0.04 of each other, and, but "
    "for the weakest, above networks without feedback. Accuracy on new digits, with one "
    "standard error over projections and networks. The label acts on the hidden units through "
    "random couplings W_b that stay (frozen), through those of the readout (tied), or through "
    "couplings with the plasticity of all others (learned). None: no feedback (grey), so that the "
    "hidden couplings only stabilise what the input sets. Left: against the strength of the "
    "feedback, after the last epoch. Right: against epochs, at strength 0.9. Points that would "
    "overlap are shifted slightly. Quick size: small digits minus their mean; full size: MNIST."
)

KINDS = ("frozen", "tied", "learned")
STRENGTH = 0.9


def fed_back(
    dataset: str,
    feedback: str,
    lam_b: float,
    H: int,
    epochs: int,
    engine: str,
    rng: np.random.Generator,
) -> dict[str, object]:
    """Train with one kind of feedback; return the accuracies of all epochs."""
    recipe = learning.recipe("G2", feedback=feedback, lam_b=lam_b)
    return {"test": train(entangled(dataset, rng), H, epochs, rng, recipe, engine=engine)[1]}


def checked(
    dataset: str, feedback: str, lam_b: float, H: int, engine: str, rng: np.random.Generator
) -> dict[str, float]:
    """Compare one kind of feedback with double precision."""
    recipe = learning.recipe("G2", feedback=feedback, lam_b=lam_b)
    return recomputed(entangled(dataset, rng, 500), H, 1, recipe, rng, engine)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train with all kinds and several strengths, and without feedback."""
    if full:
        dataset, H, epochs, strengths = "mnist", 400, 5, [0.3, 0.6, 0.9, 1.3, 2.0, 3.0]
    else:
        dataset, H, epochs, strengths = "centred digits", 100, 8, [0.3, 0.9, 2.0, 4.0]
    engine = "compiled"
    shared = {"dataset": [dataset], "H": [H], "epochs": [epochs], "engine": [engine]}
    scan = run(fed_back, {**shared, "feedback": list(KINDS), "lam_b": strengths}, replicas=6)
    none = run(fed_back, {**shared, "feedback": ["frozen"], "lam_b": [0.0]}, replicas=6)
    means, without = (
        sweeps.summary(part)[["test", "test_error"]].squeeze(list(shared)).drop_vars("engine")
        for part in (scan, none)
    )
    for name in ("test", "test_error"):
        means[f"none_{name}"] = without[name].squeeze(["feedback", "lam_b"], drop=True)
    grid = {"dataset": [dataset], "H": [H], "engine": [engine]}
    grid |= {"feedback": list(KINDS), "lam_b": strengths[::2]}
    return means.assign(held(run(checked, grid))).assign_attrs(images=PIXELS[dataset])


variables = {
    **reference_learner.variables,
    "test": "accuracy on new images after each epoch",
    "none_test": "accuracy on new images after each epoch, without feedback",
    "feedback": "couplings of the feedback: frozen, tied to the readout, or learned",
    "test_0": "epoch, counted from 0",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "none_test",
        "none_test_error",
        "test",
        "test_error",
    ),
}


compared = reference_learner.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw accuracy against strength and against epochs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.9))
    left, right = figure.subplots(1, 2)
    epochs = 1 + np.arange(data.sizes["test_0"])
    for i, kind in enumerate(KINDS):
        one = data.sel(feedback=kind)
        aside = 0.05 * (i - 1)  # bars beside each other
        last, course = one.isel(test_0=-1), one.sel(lam_b=STRENGTH)
        marker = strokes.MARKERS[i]
        left.errorbar(
            data["lam_b"] + aside, last["test"], last["test_error"], marker=marker, mfc="w"
        )
        right.errorbar(
            epochs + 2 * aside,
            course["test"],
            course["test_error"],
            marker=marker,
            mfc="w",
            label=kind,
        )
    none, error = data["none_test"].values, data["none_test_error"].values
    left.axhline(none[-1], color="0.4", ls="--")
    left.axhspan(none[-1] - error[-1], none[-1] + error[-1], color="0.88", lw=0, zorder=0)
    right.errorbar(
        epochs + 0.2, none, error, color="0.4", ls="--", marker="D", mfc="w", label="none"
    )
    right.legend(loc="lower right")
    left.set(xlabel=r"strength of the feedback $\lambda_b$", ylabel="accuracy on new digits")
    right.set(xlabel="epochs", title=rf"$\lambda_b = {STRENGTH}$")
    left.set_title("last epoch")
    figure.suptitle(f"{data.attrs['images']}, $N = {N}$, $H = {int(data['H'])}$", fontsize="medium")
    return figure
