"""Hidden states of one class draw together."""

from typing import TYPE_CHECKING

import numpy as np

import learning
from figures.compared import Compared, Comparisons, student, untransformed
from figures.steered.entangled import PIXELS, N, entangled
from figures.steered.untrained import overlap

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Representations of the classes"
equation = r"q = \frac{1}{H} \sum_i s_i(x) \, s_i(x')"
caption = (
    "Learning draws the states of one class together more than those of two. Overlap of the hidden "
    "states that pairs of new digits settle into, the pairs sorted by class (30 digits of each of "
    "10 classes; the diagonal is 1). Left: before training; middle: after it. Right: mean overlap "
    "of pairs of the same class and of different classes against epochs, with one standard error "
    "over projections and networks; without markers: of the inputs. Crosses: what the theory of "
    "untrained networks with many units makes of these (a single unit with memory, under two "
    "inputs), for the inputs of twenty more networks. At full size pairs of one class overlap by "
    "0.17 more than pairs of two after learning, before it by 0.07, their inputs by 0.10; in the "
    "first epoch all states draw together, which later ones undo in part. Quick size: small digits "
    "minus their mean; full size: MNIST."
)

PER_CLASS = 30
TRAINED = 4  # networks


def represented(dataset: str, H: int, epochs: int, rng: np.random.Generator) -> dict[str, object]:
    """Train; return the overlaps before and after, and means of each kind after each epoch."""
    data = entangled(dataset, rng)
    X, kinds = _shown(data)
    learner = learning.Learner.draw(N, H, 10, 1, learning.recipe("G2"), rng=rng)

    matrices = [_overlaps(learner.states(X)[0])]
    for _ in range(epochs):
        learner.epoch(data.X, data.y)
        matrices.append(_overlaps(learner.states(X)[0]))
    means = [[q[kind].mean() for kind in kinds] for q in [_overlaps(X), *matrices]]
    return {
        "before": matrices[0],
        "after": matrices[-1],
        "input": np.array(means[0]),
        "means": np.array(means[1:]),
    }


def _shown(data: learning.Split) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Return the images shown, and which pairs of them are of one class and of two."""
    chosen = np.concatenate(
        [np.flatnonzero(data.y_test == label)[:PER_CLASS] for label in range(10)]
    )
    labels = data.y_test[chosen]
    alike = labels[:, None] == labels
    return data.X_test[chosen], (alike & ~np.eye(len(labels), dtype=bool), ~alike)


def _overlaps(states: np.ndarray) -> np.ndarray:
    return 2 * learning.similarity(states) - 1


def untrained(dataset: str, H: int, rng: np.random.Generator) -> dict[str, object]:
    """Return mean overlaps of the states of an untrained network, and which its inputs have."""
    X, kinds = _shown(entangled(dataset, rng, 1))
    learner = learning.Learner.draw(N, H, 10, 1, learning.recipe("G2"), rng=rng)
    q, agreeing = _overlaps(learner.states(X)[0]), (N + X @ X.T) / 2
    counts = [np.bincount(agreeing[kind].astype(int), minlength=N + 1) for kind in kinds]
    return {
        "overlap": np.array([q[kind].mean() for kind in kinds]),
        "inputs": np.array([count / count.sum() for count in counts]),
    }


def _theory(run: "Run", H: int) -> np.ndarray:
    """Return the overlaps that inputs of all overlaps are taken to, in eight computations."""
    from scipy.interpolate import CubicSpline

    angle = np.linspace(0, 1, 11)  # in which the overlap is smooth up to 1
    q = np.sin(np.pi / 2 * angle)
    steps = learning.recipe("G2").schedule.sweeps - 1  # the first sweep sets the states
    grid = {"q": q[:-1].tolist(), "H": [H], "steps": [steps], "histories": [20000]}
    found = run(overlap, grid, replicas=8)["result"].squeeze(drop=True)
    right = np.append(found.transpose("replica", "q").values, np.ones((8, 1)), axis=1)
    curve = np.append(-right[:, :0:-1], right, axis=1)
    spline = CubicSpline(np.append(-angle[:0:-1], angle), curve, axis=1)
    return np.asarray(spline(2 / np.pi * np.arcsin(np.linspace(-1, 1, N + 1))))


def _untrained(run: "Run", dataset: str, H: int) -> "dict[str, tuple[str, np.ndarray]]":
    """Return theory and the deviation of untrained networks from it."""
    random = run(untrained, {"dataset": [dataset], "H": [H]}, replicas=20).squeeze(drop=True)
    # projection, kind of pairs, computation of the theory
    theory = random["inputs"].transpose("replica", "inputs_0", ...).values @ _theory(run, H).T
    off = random["overlap"].transpose("replica", ...).values - theory.mean(axis=2)
    errors = [
        values.std(axis=axis, ddof=1) / np.sqrt(values.shape[axis])
        for values, axis in ((off, 0), (theory.mean(axis=0), 1))
    ]
    return {
        "untrained": ("overlap_0", theory.mean(axis=(0, 2))),
        "untrained_z": ("overlap_0", off.mean(axis=0) / np.hypot(*errors)),
    }


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train some networks; keep the matrices of the first."""
    import sweeps

    dataset, H, epochs = ("mnist", 400, 10) if full else ("centred digits", 200, 15)
    data = run(represented, {"dataset": [dataset], "H": [H], "epochs": [epochs]}, replicas=TRAINED)
    data = data.squeeze(["dataset", "H", "epochs"])
    means = sweeps.summary(data[["input", "means"]])
    first = data[["before", "after"]].isel(replica=0, drop=True)
    return (
        means.merge(first).assign(_untrained(run, dataset, H)).assign_attrs(images=PIXELS[dataset])
    )


variables = {
    "input": "mean overlap of pairs of inputs",
    "means": "mean overlap of the states of pairs of inputs",
    "before": "overlap of the states of two digits before training",
    "after": "overlap of the states of two digits after training",
    "untrained": "mean overlap of the states of pairs before training, by theory",
    "untrained_z": (
        "mean overlap of the states of pairs in twenty untrained networks, deviation from theory "
        "in standard errors"
    ),
    "input_0": "kind of pair, counted from 0: of the same class, of different classes",
    "means_0": "number of epochs",
    "means_1": "kind of pair, counted from 0: of the same class, of different classes",
    "before_0": "digit, counted from 0 and sorted by class",
    "before_1": "digit, counted from 0 and sorted by class",
    "after_0": "digit, counted from 0 and sorted by class",
    "after_1": "digit, counted from 0 and sorted by class",
    "overlap_0": "kind of pair, counted from 0: of the same class, of different classes",
}

unjudged = {
    "the course of training and what it reached: no theory of it": ("after", "before", "input"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the overlaps before training with the theory of untrained networks."""
    theory = data["untrained"].rename(overlap_0="means_1")
    first = data[["means", "means_error"]].isel(means_0=0)
    error = first["means_error"]
    off = student((first["means"] - theory) / error, TRAINED)
    what, unit = "overlaps before training, and the crosses", "of the overlap"
    yield Compared(
        *("z", what, off, "means", error, unit),
        shared=True,
        noticed=lambda units: untransformed(units, TRAINED) * error,
    )
    what = "twenty more untrained networks (not drawn), each at its own inputs"
    yield Compared("z", what, data["untrained_z"], shared=True)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the matrices and the course of their means."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 3.0))
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.2))
    for ax, name, words in ((left, "before", "before"), (middle, "after", "after training")):
        shown = ax.imshow(data[name], vmin=0, vmax=1, cmap="Greys", interpolation="none")
        places = PER_CLASS * (np.arange(10) + 0.5)
        ax.set_xticks(places, range(10))
        ax.set_yticks(places, range(10))
        ax.tick_params(length=0)
        ax.set(title=words, xlabel="class")
    left.set_ylabel("class")
    figure.colorbar(shown, ax=[left, middle], label="overlap $q$", shrink=0.8, extend="min")
    epochs = np.arange(data.sizes["means_0"])
    for i, kind in enumerate(("same class", "different classes")):
        mean, error = (data[name].isel(means_1=i) for name in ("means", "means_error"))
        right.errorbar(epochs, mean, error, color=f"C{i}", marker="os"[i], mfc="w", label=kind)
        right.plot(0, data["untrained"].values[i], "x", color=f"C{i}", ms=8, clip_on=False)
        right.axhline(
            data["input"].values[i], color=f"C{i}", ls=(":", "--")[i], label=f"{kind}, inputs"
        )
    right.plot([], [], "x", color="0.4", ms=8, label="theory, untrained")
    right.xaxis.get_major_locator().set_params(integer=True)
    right.set(xlabel="epochs", ylabel="mean overlap")
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize="small")
    figure.suptitle(f"{data.attrs['images']}, $N = {N}$, $H = {int(data['H'])}$", fontsize="medium")
    return figure
