"""How accuracy grows with the number of hidden units: all learners, chosen with the same care."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import learning
import sweeps
from figures.steered import choosing, reference_learner
from figures.steered.choosing import FULL, QUICK, searched
from figures.steered.competitors import COMPETITORS, configuration, learner
from figures.steered.entangled import PIXELS, N, entangled
from figures.steered.reference_learner import held, recomputed

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run, Table

title = "Accuracy against width"
equation = (
    r"\Delta W_\mathrm{in} \propto d \, x, \quad \Delta J_{ij} \propto d_i s_j, \quad "
    r"d_i = (W_\mathrm{b} e)_i \text{ where } "
    r"\Big| \sum_{j \ne i} J_{ij} s_j + \sum_n W_\mathrm{in} x_n \Big| < w, \quad "
    r"e = y - \operatorname{softmax}(u / T)"
)
caption = (
    "Digits, behind a random projection on N = 100 signs. Left: accuracy on new digits, with one "
    "standard error over projections and networks. Published recipe: the network is steered to the "
    "label, and stabilises what it reached; the same with the parameters of the search. Error "
    "rule: it settles freely, and what the readout misses is sent back, through couplings that are "
    "learned, learned from zero, or random for ever (frozen). Back-propagation: a perceptron of "
    "the same width with binary hidden units, straight-through gradients, by AdamW. Reservoir and "
    "random features: the readout alone learns. Crosses: the margin rule as published, after 200 "
    "epochs. Right: the search that chose all parameters, the same for each: random "
    "configurations, in falling order of their accuracy on training images that were held back, "
    "and the best of them trained for longer. No test image was used in it. Quick size: 1437 small "
    "digits minus their mean; full size: 60,000 of MNIST, of which 10,000 were held back in the "
    "search; at H = 6400 two networks by the published recipe, three with learned feedback, three "
    "that back-propagate, only one of each other learner, and none of the margin rules with the "
    "parameters of the search."
)
VERSION = 3

PUBLISHED = {100: 0.814, 200: 0.835, 400: 0.851, 800: 0.852, 1600: 0.863, 6400: 0.895}
COOLING = 0.85  # of the published recipe, whose rates were constant: steadier at the end
RECIPE = "published recipe"
WIDEST = 6400  # of the published points; half an hour to an hour for a network with couplings
AT_WIDEST = {
    RECIPE: 2,
    "error": 3,
    "error_zero": 1,
    "error_frozen": 1,
    "mlp": 3,
    "reservoir": 1,
    "random_features": 1,
}
CHECKED = ["G2", "error", "error_margin", "reservoir", "random_features"]  # by double precision


def tested(
    dataset: str,
    name: str,
    index: int,
    H: int,
    epochs: int,
    engine: str,
    rng: np.random.Generator,
    scratch: Path,
) -> dict[str, float]:
    """Train a competitor in a configuration, or G2 as published; return its accuracies."""
    data = entangled(dataset, rng)
    if name == RECIPE:
        made = learning.recipe("G2", cooling=COOLING)
        network = learning.SteeredClassifier(
            H, epochs=epochs, recipe=made, engine=engine, random_state=rng
        )
    else:
        network = learner(name, configuration(name, index), H, epochs, rng, engine)
    network = trained_on(network, data, scratch / "network.npz")
    return {
        "train": float(network.score(data.X, data.y)),
        "test": float(network.score(data.X_test, data.y_test)),
    }


def trained_on(
    network: "learning.SteeredClassifier | learning.BinarisedMLP", data: learning.Split, file: Path
) -> "learning.SteeredClassifier | learning.BinarisedMLP":
    """Train a network, what `fit` does, from the last epoch on that is in the file."""
    if isinstance(network, learning.BinarisedMLP):
        return network.fit(data.X, data.y)
    epochs, done = network.epochs, 0
    if file.is_file():
        network = learning.SteeredClassifier.load(file)
        done = len(network.history_)
    for _ in range(done, epochs):
        network.partial_fit(data.X, data.y)
        network.save(file)
    return network


def checked(
    dataset: str, model: str, H: int, engine: str, rng: np.random.Generator
) -> dict[str, float]:
    """Compare a recipe with double precision."""
    return recomputed(entangled(dataset, rng, 500), H, 1, model, rng, engine)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Choose the parameters of all learners, and train them at several widths."""
    import xarray

    search = FULL if full else QUICK
    found = searched(run, search)
    epochs = search.rungs[-1].epochs
    own = {"dataset": [search.dataset], "engine": ["compiled"]}
    parts = []
    for name, index in [(RECIPE, -1), *zip(COMPETITORS, found["chosen"].values, strict=True)]:
        one = {**own, "name": [name], "index": [int(index)], "epochs": [epochs]}
        sizes = [
            sweeps.summary(run(tested, {**one, "H": widths}, replicas=replicas))
            for widths, replicas in _widths(name, full)
        ]
        parts.append(xarray.concat(sizes, "H").squeeze([*own, "index", "epochs"], drop=True))
    data = xarray.concat(parts, "name", join="outer", fill_value={"failed": 0})
    every_second = data["H"].values[::-2][::-1].tolist()
    checks = run(checked, {**own, "model": CHECKED, "H": every_second})
    data = data.assign(held(checks))
    return (
        data.drop_vars("seconds")
        .merge(found)
        .assign_attrs(images=PIXELS[search.dataset], epochs=epochs, H_search=search.H)
    )


def _widths(name: str, full: bool) -> list[tuple[list[int], int]]:
    """Return widths of a learner, and how many networks are trained at them."""
    if not full:
        return [([50, 100, 200], 3)]
    widest = [([WIDEST], AT_WIDEST[name])] if name in AT_WIDEST else []
    return [([100, 200, 400, 800, 1600], 5), *widest]


variables = {
    **reference_learner.variables,
    **choosing.variables,
    "train": "accuracy on the training images",
    "test": "accuracy on new images",
    "name": "learner",
    "checked_model": "recipe, of networks that were computed a second time",
}

unjudged = {
    "what was reached: no theory of it": (
        "test",
        "test_error",
        "train",
        "train_error",
        "held_accuracy",
        "chosen",
    ),
}


compared = reference_learner.compared


def _label(name: str) -> str:
    return COMPETITORS[name].label if name in COMPETITORS else name


STYLES = {  # colour, marker, line
    RECIPE: ("C0", "o", "-"),
    "margin": ("C0", "<", "--"),
    "error_margin": ("C4", "v", "-"),
    "error": ("C1", "s", "-"),
    "error_zero": ("C2", "^", "-"),
    "error_frozen": ("C3", "D", "-"),
    "mlp": ("k", ">", "-"),
    "reservoir": ("0.55", "p", "--"),
    "random_features": ("0.55", "h", ":"),
}


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw accuracies on new digits, and the search, whose labels are the legend of both."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.6))
    axes = figure.subplots(1, 2)
    for name, (color, marker, line) in STYLES.items():
        one = data.sel(name=name)
        style = {"color": color, "marker": marker, "ls": line, "mfc": "w", "ms": 4}
        axes[0].errorbar(one["H"], one["test"], one["test_error"], **style)
    if data.attrs["images"] == PIXELS["mnist"]:
        widths = [H for H in PUBLISHED if data["H"].max() >= H]
        points = [PUBLISHED[H] for H in widths]
        axes[0].plot(widths, points, "kx", label="margin rule, as published")
        axes[0].legend(loc="lower right")
    axes[0].set(xlabel="hidden units $H$", ylabel="accuracy on new digits", xscale="log")
    axes[0].set_xticks(data["H"].values, [f"{H}" for H in data["H"].values])
    axes[0].minorticks_off()
    _draw_search(axes[1], data)
    figure.suptitle(f"{data.attrs['images']}, $N = {N}$, {data.attrs['epochs']} epochs")
    return figure


def _draw_search(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the accuracies on what was held back, a row a competitor, a line a round."""
    rungs = data.sizes["rung"]
    best, across = float(data["held_accuracy"].max()), ax.get_yaxis_transform()
    for row, (name, (color, marker, _)) in enumerate(STYLES.items()):
        ax.plot(0.02, row - 0.3, marker, color=color, mfc="w", ms=4, transform=across)
        ax.text(0.05, row - 0.3, _label(name), va="center", fontsize=7, transform=across)
        for rung in range(rungs if name in data["competitor"] else 0):
            held = data["held_accuracy"].sel(competitor=name).isel(rung=rung).values
            y = row + 0.05 + 0.4 * rung / max(rungs - 1, 1)
            ax.plot(held, np.full(len(held), y), "|", color=color, ms=3.5, alpha=0.7)
    ax.set(xlim=(best - 0.3, best + 0.01), xlabel="accuracy on images held back")
    ax.set(ylim=(-0.6, len(STYLES) - 0.4), yticks=[], ylabel="learners, a line a round")
    ax.spines["left"].set_visible(False)
    ax.invert_yaxis()
    ax.set_title(f"the search, $H = {data.attrs['H_search']}$")


def table(data: "xarray.Dataset") -> "Table":
    """Return the accuracies on new digits."""
    header = ("accuracy on new digits", *(f"H = {H}" for H in data["H"].values))
    rows = []
    for name in data["name"].values:
        one = data.sel(name=name)
        pairs = zip(one["test"].values, one["test_error"].values, strict=True)
        rows.append((_label(name), *(_cell(mean, error) for mean, error in pairs)))
    return header, rows


def _cell(mean: float, error: float) -> str:
    if np.isnan(mean):
        return "not trained"
    return f"{mean:.4f}" + ("" if np.isnan(error) else f" ± {error:.4f}")
