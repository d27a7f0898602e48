"""What the time to settle tells about an input, and what it does not."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import learning
from figures.entangled import PIXELS, N, images

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.catalogue import Run

title = "Time to settle as a test of the input"
equation = "s ← sign(W_in x + J s + W_b g(y)) until no unit flips, from s = sign(W_in x)"
caption = (
    "A trained network settles from the state that the input alone sets. Left: fraction of inputs "
    "that have not settled after t sweeps, of the training, of new digits, of patches of "
    "photographs, and of random signs (dashed: before training, random signs). Middle: the rate "
    "at which inputs with few flips are taken for known ones, of training digits against that of "
    "others; the areas under the curves, with one standard error over networks, are in the legend "
    "(1/2: no information). Right: the same for the label: the network settles with a label on "
    "it, and few flips are to tell the true one from a wrong one. Quick size: small digits; full "
    "size: MNIST."
)

OTHERS = ("new digits", "photographs", "random signs")
KINDS = ("training", *OTHERS)
RATES = np.linspace(0, 1, 101)
LONGEST = 12


def settled(
    dataset: str, H: int, lam_b: float, epochs: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Train a network and let it settle on inputs of all kinds, with labels of all kinds."""
    data = images(dataset)
    projection = learning.EntangledProjection(N, random_state=rng).fit(data.X[:1])
    X, test = projection.transform(data.X), projection.transform(data.X_test)
    learner = learning.Learner.draw(N, H, 10, 1, learning.recipe("G2", lam_b=lam_b), rng)
    size = min(len(test), 1000)
    noise = rng.choice(np.array([-1, 1], dtype=np.float32), size=(size, N))
    fresh = learning.equilibration(learner, noise).sweeps
    for _ in range(epochs):
        learner.epoch(X, data.y)
    kinds = [X[:size], test[:size], projection.transform(photographs(dataset, size, rng)), noise]
    found = [learning.equilibration(learner, inputs) for inputs in kinds]
    flips = [one.flips for one in found]
    true = data.y_test[:size]
    wrong = (true + rng.integers(1, 10, size)) % 10
    labelled = [learning.equilibration(learner, test[:size], y).flips for y in (true, wrong)]
    curves = [roc(flips[0], other) for other in flips[1:]]
    return {
        "unsettled": np.array([_unsettled(one.sweeps) for one in found]),
        "unsettled_fresh": _unsettled(fresh),
        "detected": np.array([curve for curve, _ in curves]),
        "area": np.array([area for _, area in curves]),
        "label_detected": roc(*labelled)[0],
        "label_area": np.array([roc(*labelled)[1]]),
    }


def photographs(dataset: str, size: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return random square patches of a photograph, of as many pixels as the digits have."""
    from sklearn.datasets import load_sample_image

    side = 28 if dataset == "mnist" else 8
    grey = load_sample_image("china.jpg").mean(axis=2) / 255
    corners = [rng.integers(0, length - side, size) for length in grey.shape]
    patches = [grey[i : i + side, j : j + side].ravel() for i, j in zip(*corners, strict=True)]
    return np.array(patches, dtype=np.float32)


def roc(
    known: npt.NDArray[np.float64], other: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], float]:
    """Return the rate of detection of known inputs at each rate of false ones, and the area.

    The fewer flips, the more it is taken for known; ties count half.
    """
    levels = np.unique(np.concatenate([known, other]))
    right = np.concatenate([[0], np.searchsorted(np.sort(known), levels, "right") / len(known)])
    false = np.concatenate([[0], np.searchsorted(np.sort(other), levels, "right") / len(other)])
    return np.interp(RATES, false, right), float(np.trapezoid(right, false))


def _unsettled(sweeps: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.mean(sweeps > np.arange(LONGEST + 1)[:, None], axis=1)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train networks at two strengths of the feedback."""
    import sweeps

    dataset, H, epochs = ("mnist", 400, 4) if full else ("digits", 200, 15)
    grid = {"dataset": [dataset], "H": [H], "lam_b": [0.9, 2.4], "epochs": [epochs]}
    data = sweeps.summary(run(settled, grid, replicas=4)).squeeze(["dataset", "H", "epochs"])
    return data.drop_vars("seconds").assign_attrs(images=PIXELS[dataset])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw times and both tests."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 3.0))
    left, middle, right = figure.subplots(1, 3)
    usual = data.isel(lam_b=0)
    t = np.arange(LONGEST + 1)
    for i, kind in enumerate(KINDS):
        mean, error = (usual[name].values[i] for name in ("unsettled", "unsettled_error"))
        left.errorbar(t, mean, error, color=f"C{i}", marker="o", mfc="w", label=kind)
    left.plot(t, usual["unsettled_fresh"], color="C3", ls="--")
    left.set(xlabel="sweeps $t$", ylabel="fraction not settled", ylim=(0, 1.02))
    left.legend()
    for i, kind in enumerate(OTHERS):
        area, error = (usual[name].values[i] for name in ("area", "area_error"))
        _draw_curve(middle, usual["detected"].values[i], f"{kind}: {area:.2f}({error:.2f})", i + 1)
    middle.set(xlabel="others taken for known", ylabel="training taken for known")
    for i, lam_b in enumerate(data["lam_b"].values):
        one = data.sel(lam_b=lam_b)
        area, error = one["label_area"].item(), one["label_area_error"].item()
        label = rf"$\lambda_b = {lam_b:g}$: {area:.2f}({error:.2f})"
        _draw_curve(right, one["label_detected"].values, label, 4 + i)
    right.set(xlabel="wrong labels taken for true", ylabel="true labels taken for true")
    for ax in (middle, right):
        ax.plot([0, 1], [0, 1], color="0.6", lw=0.8)
        ax.legend(loc="lower right")
    figure.suptitle(f"{data.attrs['images']}, $N = {N}$, $H = {int(data['H'])}$", fontsize="medium")
    return figure


def _draw_curve(ax: "Axes", detected: npt.NDArray[Any], label: str, color: int) -> None:
    ax.plot(RATES, detected, color=f"C{color}", label=label)
