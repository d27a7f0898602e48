"""How accuracy grows with the number of hidden units, for the learner and three baselines."""

from typing import TYPE_CHECKING

import numpy as np

import learning
import sweeps
from figures.steered import reference_learner
from figures.steered.entangled import PIXELS, N, entangled, train
from figures.steered.reference_learner import held, recomputed

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Accuracy against width"
equation = (
    r"J_{ij} \leftarrow J_{ij} + \eta s_i s_j \text{ where } "
    r"s_i \Big( \sum_j J_{ij} s_j + \sum_n W_\mathrm{in} x_n \Big) \le k + J_D "
    r"\text{, at the steered state}"
)
caption = (
    "Digits, behind a random projection on N = 100 signs: accuracy after the last epoch, with one "
    "standard error over projections and networks. Steered network: couplings within the layer, "
    "from the input and to the readout are learned. Reservoir: the readout alone, on the states "
    "that the random network settles into. Random features: the readout alone, on signs of random "
    "projections of the input. Back-propagation: a perceptron of the same width with binary "
    "hidden units, straight-through gradients, by AdamW. The rates of the first three fall by 15 "
    "% an epoch. Left: on new digits; right: on those of the training. Quick size: 1437 small "
    "digits minus their mean; full size: 60,000 of MNIST. With the mean left in, the narrow "
    "steered networks fall below random features on the small digits. The verdict: networks of "
    "this figure, trained for two epochs on 500 images, infer and learn one step as "
    "double-precision arithmetic in plain NumPy does: the same states and classes, and couplings "
    "to 1e-5 (inputs that rounding can decide left out)."
)

COOLING = 0.85  # factor of the rates of the first three models from an epoch to the next
MODELS = {
    "G2": "steered network",
    "reservoir": "reservoir",
    "random_features": "random features",
    "mlp": "back-propagation",
}


def accuracy(
    dataset: str, model: str, H: int, epochs: int, rng: np.random.Generator
) -> dict[str, float]:
    """Train one model on one projection; return its accuracies."""
    data = entangled(dataset, rng)
    if model == "mlp":
        mlp = learning.BinarisedMLP(H, epochs=epochs, random_state=rng).fit(data.X, data.y)
        return {"train": mlp.score(data.X, data.y), "test": mlp.score(data.X_test, data.y_test)}
    learner, test = train(data, H, epochs, rng, model, cooling=COOLING)
    return {"train": learner.score(data.X, data.y), "test": float(test[-1])}


def checked(dataset: str, model: str, H: int, rng: np.random.Generator) -> dict[str, float]:
    """Compare one of the first three models with double precision."""
    return recomputed(entangled(dataset, rng, 500), H, 1, model, rng)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train all models at several widths."""
    dataset, widths, epochs = (
        ("mnist", [100, 200, 400, 800, 1600], 20)
        if full
        else ("centred digits", [50, 100, 200, 400], 8)
    )
    grid = {"dataset": [dataset], "model": list(MODELS), "H": widths, "epochs": [epochs]}
    data = sweeps.summary(run(accuracy, grid, replicas=3)).squeeze(["dataset", "epochs"])
    checks = run(checked, {"dataset": [dataset], "model": list(MODELS)[:3], "H": widths[::2]})
    data = data.assign(held(checks))
    return data.drop_vars("seconds").assign_attrs(images=PIXELS[dataset])


unjudged = {
    "the course of training and what it reached: no theory of it": (
        "test",
        "test_error",
        "train",
        "train_error",
    ),
}


compared = reference_learner.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw accuracies on new and on known digits."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.9))
    axes = figure.subplots(1, 2, sharey=True)
    for ax, part, words in zip(axes, ("test", "train"), ("new digits", "training"), strict=True):
        for model, label in MODELS.items():
            mean, error = (data[name].sel(model=model) for name in (part, f"{part}_error"))
            ax.errorbar(data["H"], mean, error, marker="o", mfc="w", label=label)
        ax.set(xlabel="hidden units $H$", xscale="log", title=words)
        ax.set_xticks(data["H"].values, [f"{H}" for H in data["H"].values])
        ax.minorticks_off()
    axes[0].set_ylabel("accuracy")
    axes[1].legend(loc="lower right")
    figure.suptitle(
        f"{data.attrs['images']}, $N = {N}$, {int(data['epochs'])} epochs", fontsize="medium"
    )
    return figure
