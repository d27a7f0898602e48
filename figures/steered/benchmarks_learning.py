"""All learners on all data sets that are present, encoded as signs in several ways."""

from typing import TYPE_CHECKING, Any

import numpy as np

import learning
import sweeps
from figures.shared.data_sets import present
from figures.steered import reference_learner
from figures.steered.competitors import COMPETITORS, configuration, made
from figures.steered.emnist_width import COOLING, RECIPE, STYLES
from figures.steered.encoded import ENCODINGS, SHAPES, SMALL, encoded
from figures.steered.entangled import train
from figures.steered.reference_learner import held, recomputed

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run, Table

title = "Learners on several data sets and encodings"
equation = (
    r"x_i = \operatorname{sign} \sum_p G_{pi} v_p \quad "
    r"x_{pl} = \operatorname{sign}(v_p - \theta_l) \quad "
    r"x_{ak} = \operatorname{sign} \sum_{q \in \text{patch}} G_{qk} v_{a+q}"
)
caption = (
    "Accuracy on new images after the last epoch, with one standard error over networks and "
    "random projections, of all learners of one width, with the parameters that were chosen for "
    "each on held-back images of MNIST behind 100 projections (`emnist_width`). The images v "
    "become signs x in four ways: 100 random projections; pixels above 1/2; pixels above 1/4, 1/2 "
    "and 3/4; 16 random projections of each patch, of 4 x 4 pixels at distance 2 on the small "
    "digits, else of 8 x 8 at distance 4. The mean image is subtracted before projections. Signs "
    "of pixels keep what all images have in common; narrow networks with the published recipe "
    "suffer from it. On other inputs a difference of two learners is one of these parameters, "
    "too. Quick size: 1437 small digits; full size: also those of MNIST, Fashion-MNIST and animal "
    "silhouettes that the folder STEERING_DATA has."
)
VERSION = 2

WORDS = {
    "projections": "100 projections",
    "pixels": "pixels",
    "levels": "pixels at\nthree levels",
    "patches": "patches",
}
LABELS = {name: COMPETITORS[name].label for name in COMPETITORS if name != "margin"}
LABELS = {RECIPE: RECIPE, **LABELS}
BACK_PROPAGATION, FEATURES = "mlp", "random_features"


def _recipe(model: str, epochs: int) -> learning.Recipe:
    """Return the recipe of a model that is trained for so many epochs."""
    if model == RECIPE:
        return learning.recipe("G2", cooling=COOLING)
    name = COMPETITORS[model].recipe
    assert name is not None
    return learning.recipe(name, **made(model, configuration(model), epochs))


def reached(
    dataset: str,
    encoding: str,
    model: str,
    H: int,
    epochs: int,
    engine: str,
    rng: np.random.Generator,
) -> float:
    """Train a model on one encoding; return its accuracy on new images."""
    data = encoded(dataset, encoding, rng)
    if model == BACK_PROPAGATION:
        given = made(model, configuration(model), epochs)
        mlp = learning.BinarisedMLP(H, epochs=epochs, random_state=rng, **given)
        return float(mlp.fit(data.X, data.y).score(data.X_test, data.y_test))
    recipe = _recipe(model, epochs)
    cooling = recipe.training.cooling
    return float(train(data, H, epochs, rng, recipe, cooling=cooling, engine=engine)[1][-1])


def checked(
    dataset: str, encoding: str, model: str, H: int, rng: np.random.Generator
) -> dict[str, float]:
    """Compare a network with double precision."""
    return recomputed(
        encoded(dataset, encoding, rng, 500), H, 1, _recipe(model, 2), rng, "compiled"
    )


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train all models on all encodings of the data sets."""
    datasets = [SMALL, *(present(name for name in SHAPES if name != SMALL) if full else ())]
    H, epochs = (400, 12) if full else (100, 8)
    grid = {"dataset": datasets, "encoding": list(ENCODINGS), "model": list(LABELS), "H": [H]}
    trained = {**grid, "epochs": [epochs], "engine": ["compiled"]}
    found = sweeps.summary(run(reached, trained, replicas=3))
    data = found[["result", "result_error"]].squeeze(["H", "epochs", "engine"])
    recipes = [model for model in LABELS if model != BACK_PROPAGATION]
    checks = run(checked, {**grid, "model": recipes})
    return data.rename(result="test", result_error="test_error").assign(held(checks))


variables = {
    **reference_learner.variables,
    "test": "accuracy on new images after the last epoch",
    "encoding": "encoding of the images as signs",
    "model": "learner",
    "engine": "engine of the networks",
}

unjudged = {"what was reached: no theory of it": ("test", "test_error")}


compared = reference_learner.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the accuracies, a panel a data set."""
    from matplotlib.figure import Figure

    count = data.sizes["dataset"]
    rows, columns = (count + 1) // 2, min(count, 2)
    figure = Figure(figsize=(3.6 * columns + 2, 2.9 * rows))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, dataset in zip(panels, data["dataset"].values, strict=False):
        _draw_panel(ax, data.sel(dataset=dataset))
        ax.set_title(dataset)
    for ax in panels[count:]:
        ax.set_axis_off()
    for ax in panels[::columns]:
        ax.set_ylabel("accuracy on new images")
    panels[columns - 1].legend(loc="upper left", bbox_to_anchor=(1.02, 1))
    figure.suptitle(f"$H = {int(data['H'])}$, {int(data['epochs'])} epochs", fontsize="medium")
    return figure


def _draw_panel(ax: "Axes", data: "xarray.Dataset") -> None:
    models = data["model"].values
    for k, model in enumerate(models):
        color, marker, _ = STYLES[model]
        one = data.sel(model=model)
        x = np.arange(one.sizes["encoding"]) + 0.09 * (k - (len(models) - 1) / 2)
        style: dict[str, Any] = {"color": color, "fmt": marker, "ms": 4}
        style["mfc"] = color if model == FEATURES else "w"
        ax.errorbar(x, one["test"], one["test_error"], label=LABELS[model], **style)
    for between in np.arange(1, data.sizes["encoding"]) - 0.5:
        ax.axvline(between, color="0.9", lw=0.8, zorder=0)
    ax.set_xticks(range(data.sizes["encoding"]), [WORDS[name] for name in data["encoding"].values])
    ax.tick_params(axis="x", length=0)


def table(data: "xarray.Dataset") -> "Table":
    """Return the accuracies."""
    words = (WORDS[name].replace("\n", " ") for name in data["encoding"].values)
    header = ("accuracy on new images", *words)
    rows = []
    for dataset in data["dataset"].values:
        for model in data["model"].values:
            one = data.sel(dataset=dataset, model=model)
            pairs = zip(one["test"].values, one["test_error"].values, strict=True)
            label = f"{dataset}: {LABELS[model]}"
            rows.append((label, *(f"{mean:.4f} ± {error:.4f}" for mean, error in pairs)))
    return header, rows
