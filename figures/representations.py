"""Hidden states of one class draw together."""

from typing import TYPE_CHECKING

import numpy as np

import learning
from figures.entangled import PIXELS, N, entangled

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.catalogue import Run

title = "Representations of the classes"
equation = "q = (1/H) Σᵢ sᵢ(x) sᵢ(x′)"
caption = (
    "Overlap of the hidden states that pairs of new digits settle into, the pairs sorted by class "
    "(30 digits of each of 10 classes; the diagonal is 1). Left: before training; middle: after "
    "it. Right: mean overlap of pairs of the same class and of different classes against epochs, "
    "with one standard error over projections and networks; dotted: that of the inputs. Quick "
    "size: small digits less their mean; full size: MNIST."
)

PER_CLASS = 30


def represented(dataset: str, H: int, epochs: int, rng: np.random.Generator) -> dict[str, object]:
    """Train; return the overlaps before and after, and means of each kind after each epoch."""
    data = entangled(dataset, rng)
    chosen = np.concatenate(
        [np.flatnonzero(data.y_test == label)[:PER_CLASS] for label in range(10)]
    )
    X, same = data.X_test[chosen], data.y_test[chosen]
    alike = same[:, None] == same
    other = ~np.eye(len(X), dtype=bool)
    learner = learning.Learner.draw(N, H, 10, 1, learning.recipe("G2"), rng)

    def overlap(states: np.ndarray) -> np.ndarray:
        return 2 * learning.similarity(states) - 1

    matrices = [overlap(learner.states(X)[0])]
    for _ in range(epochs):
        learner.epoch(data.X, data.y)
        matrices.append(overlap(learner.states(X)[0]))
    means = [[q[alike & other].mean(), q[~alike].mean()] for q in [overlap(X), *matrices]]
    return {
        "before": matrices[0],
        "after": matrices[-1],
        "input": np.array(means[0]),
        "means": np.array(means[1:]),
    }


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train some networks; keep the matrices of the first."""
    import sweeps

    dataset, H, epochs = ("mnist", 400, 10) if full else ("centred digits", 200, 15)
    data = run(represented, {"dataset": [dataset], "H": [H], "epochs": [epochs]}, replicas=4)
    data = data.squeeze(["dataset", "H", "epochs"])
    means = sweeps.summary(data[["input", "means"]])
    first = data[["before", "after"]].isel(replica=0, drop=True)
    return means.merge(first).assign_attrs(images=PIXELS[dataset])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the matrices and the course of their means."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 3.0))
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.2))
    for ax, name, words in ((left, "before", "before"), (middle, "after", "after training")):
        shown = ax.imshow(data[name], vmin=-1, vmax=1, cmap="RdBu_r", interpolation="none")
        places = PER_CLASS * (np.arange(10) + 0.5)
        ax.set_xticks(places, range(10))
        ax.set_yticks(places, range(10))
        ax.tick_params(length=0)
        ax.set(title=words, xlabel="class")
    left.set_ylabel("class")
    figure.colorbar(shown, ax=[left, middle], label="overlap $q$", shrink=0.8)
    epochs = np.arange(data.sizes["means_0"])
    for i, kind in enumerate(("same class", "different classes")):
        mean, error = (data[name].isel(means_1=i) for name in ("means", "means_error"))
        right.errorbar(epochs, mean, error, color=f"C{i}", marker="o", mfc="w", label=kind)
        right.axhline(data["input"].values[i], color=f"C{i}", ls=":", label=f"{kind}, inputs")
    right.xaxis.get_major_locator().set_params(integer=True)
    right.set(xlabel="epochs", ylabel="mean overlap")
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize="small")
    figure.suptitle(f"{data.attrs['images']}, $N = {N}$, $H = {int(data['H'])}$", fontsize="medium")
    return figure
