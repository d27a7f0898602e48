"""What the time to settle tells about an input, and what it does not."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import learning
from figures.compared import Compared, Comparisons
from figures.shared import strokes
from figures.steered.entangled import PIXELS, N, images
from figures.steered.reference_learner import ReferenceLearner
from figures.steered.reference_network import ROUNDING

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from sklearn.base import TransformerMixin

    from figures.chapter import Run, Table

title = "Time to settle as a test of the input"
equation = (
    r"s \leftarrow \operatorname{sign}(W_\mathrm{in} x + J s + W_\mathrm{b} g(y)) "
    r"\text{ until no unit flips, from } s = \operatorname{sign}(W_\mathrm{in} x)"
)
caption = (
    "The time that a trained network takes to settle tells inputs from noise, but not a right "
    "label from a wrong one. It starts from the state that the input alone sets. Left: fraction of "
    "inputs that have not settled after t sweeps: of the training, of new digits, of new digits "
    "with their pixels shuffled, of patches of photographs, and of random signs in place of "
    "projections (grey: before training). Middle: how well the time tells two kinds of inputs "
    "apart: the rate at which fast ones of the first kind are taken for it, against that of the "
    "second. Full: the time is the number of flips; dotted: of sweeps, which is coarser. Right: "
    "the areas under such curves by flips, with one standard error over networks, for inputs "
    "without a label, and for digits whose true or wrong label acts on the network. Dashed: "
    "chance, which is where labels are, to 0.06; on MNIST below it, as a true label takes a little "
    "longer than a wrong one. Quick size: small digits; full size: MNIST."
)

KINDS = ("training digits", "new digits", "shuffled digits", "photographs", "random signs")
PAIRS = ((0, 1), (1, 2), (1, 3), (0, 4))  # known, other
LABELLED = ("training", "new")
RATES = np.linspace(0, 1, 101)
LONGEST = 6

Counts = npt.NDArray[np.float64]
Signs = npt.NDArray[np.float32]


def times(
    dataset: str, H: int, lam_b: float, epochs: int, rng: np.random.Generator
) -> dict[str, Counts]:
    """Train a network and let it settle on inputs of all kinds, with labels of all kinds."""
    data = images(dataset)
    projection = learning.EntangledProjection(N, random_state=rng).fit(data.X[:1])
    X = projection.transform(data.X)
    learner = learning.Learner.draw(N, H, 10, 1, learning.recipe("G2", lam_b=lam_b), rng=rng)
    size = min(len(data.X_test), 1000)
    kinds = _kinds(dataset, projection, X[:size], rng)
    fresh = learning.equilibration(learner, kinds[-1]).sweeps
    for _ in range(epochs):
        learner.epoch(X, data.y)
    found = [learning.equilibration(learner, inputs) for inputs in kinds]
    told = [_told(found[known], found[other]) for known, other in PAIRS]
    labels = [
        _told(*labelled(learner, inputs, y[:size], rng))
        for inputs, y in zip(kinds, (data.y, data.y_test), strict=False)
    ]
    return {
        "unsettled": np.array([_unsettled(one.sweeps) for one in found]),
        "unsettled_fresh": _unsettled(fresh),
        **{name: np.array([one[name] for one in told]) for name in told[0]},
        **{f"label_{name}": np.array([one[name] for one in labels]) for name in labels[0]},
    }


def _kinds(
    dataset: str, projection: "TransformerMixin", X: Signs, rng: np.random.Generator
) -> list[Signs]:
    """Return as many inputs of each kind as there are in X, the projections of the training."""
    size, pixels = len(X), images(dataset).X_test[: len(X)]
    others = (pixels, rng.permuted(pixels, axis=1), photographs(dataset, size, rng))
    noise = rng.choice(np.array([-1, 1], dtype=np.float32), size=(size, N))
    return [X, *(projection.transform(other) for other in others), noise]


def checked(dataset: str, H: int, lam_b: float, rng: np.random.Generator) -> dict[str, object]:
    """Return how many units flip in the first sweep, and where plain arithmetic counts others."""
    data = images(dataset)
    projection = learning.EntangledProjection(N, random_state=rng).fit(data.X[:1])
    X, y = projection.transform(data.X[:500]), data.y[:500]
    learner = learning.Learner.draw(N, H, 10, 1, learning.recipe("G2", lam_b=lam_b), rng=rng)
    kinds = _kinds(dataset, projection, X[:200], rng)
    first = [learning.equilibration(learner, inputs, max_sweeps=1).flips.mean() for inputs in kinds]
    learner.epoch(X, y)
    wrong = [_miscounted(learner, kinds[0], labels) for labels in (None, y[:200])]
    return {"first": np.array(first), "count_mismatch": sum(wrong)}


def _miscounted(learner: learning.Learner, X: Signs, labels: npt.NDArray[np.int64] | None) -> int:
    """Return for how many inputs `learning.equilibration` and double precision differ."""
    plain = ReferenceLearner(learner)
    found = learning.equilibration(learner, X, labels, max_sweeps=100)
    b = X @ plain.W["W_in"][0]
    s, back = np.sign(b), np.zeros_like(b)
    if labels is not None:
        sent = np.where(np.eye(10)[labels] > 0, np.sqrt(10) / 2, -0.5)
        back = sent @ plain.W["W_b"][0]
    sweeps, flips, clear = np.zeros(len(X)), np.zeros(len(X)), np.ones(len(X), dtype=bool)
    for _ in range(100):
        h = b + s @ plain.W["J"][0] + back
        clear &= (np.abs(h) > ROUNDING).all(axis=1)
        moved = np.count_nonzero(np.sign(h) != s, axis=1)
        sweeps, flips, s = sweeps + (moved > 0), flips + moved, np.sign(h)
    other = (sweeps != found.sweeps) | (flips / learner.couplings.H != found.flips)
    return int(np.count_nonzero(other & clear))


def first_flips(H: int, J_D: float, lam_in: float) -> float:
    r"""Return the mean fraction of units that flip in the first sweep of an untrained network.

    .. math:: 2 \int_0^\infty \frac{dg}{\sqrt{2\pi}} e^{-g^2/2}\,
              \mathrm H\Big(\frac{\lambda_{in} g + J_D}{\sqrt{1 - 1/H}}\Big)
    """
    from scipy.integrate import quad
    from scipy.stats import norm

    width = np.sqrt(1 - 1 / H)
    return float(
        quad(lambda g: 2 * norm.pdf(g) * norm.sf((lam_in * g + J_D) / width), 0, 10, limit=200)[0]
    )


def labelled(
    learner: learning.Learner,
    X: npt.NDArray[np.float32],
    true: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[learning.Equilibration, learning.Equilibration]:
    """Settle with the true labels, and with wrong ones."""
    wrong = (true + rng.integers(1, 10, len(true))) % 10
    return learning.equilibration(learner, X, true), learning.equilibration(learner, X, wrong)


def photographs(dataset: str, size: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return random square patches of a photograph, of as many pixels as the digits have."""
    from sklearn.datasets import load_sample_image

    side = 28 if dataset == "mnist" else 8
    grey = load_sample_image("china.jpg").mean(axis=2) / 255
    corners = [rng.integers(0, length - side, size) for length in grey.shape]
    patches = [grey[i : i + side, j : j + side].ravel() for i, j in zip(*corners, strict=True)]
    return np.array(patches, dtype=np.float32)


def _told(known: learning.Equilibration, other: learning.Equilibration) -> dict[str, object]:
    """Return how well flips, and how well sweeps, tell two kinds of inputs apart."""
    flips, sweeps = roc(known.flips, other.flips), roc(known.sweeps, other.sweeps)
    return {"by_flips": flips[0], "by_sweeps": sweeps[0], "area": flips[1]}


def roc(known: npt.NDArray[Any], other: npt.NDArray[Any]) -> tuple[Counts, float]:
    """Return the rate of detection of known inputs at each rate of false ones, and the area.

    The smaller, the more it is taken for known; ties count half.
    """
    levels = np.unique(np.concatenate([known, other]))
    right = np.concatenate([[0], np.searchsorted(np.sort(known), levels, "right") / len(known)])
    false = np.concatenate([[0], np.searchsorted(np.sort(other), levels, "right") / len(other)])
    return np.interp(RATES, false, right), float(np.trapezoid(right, false))


def _unsettled(sweeps: npt.NDArray[np.int64]) -> Counts:
    return np.mean(sweeps > np.arange(LONGEST + 1)[:, None], axis=1)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train networks at two strengths of the feedback."""
    import sweeps

    dataset, H, epochs = ("mnist", 400, 4) if full else ("digits", 200, 15)
    grid = {"dataset": [dataset], "H": [H], "lam_b": [0.9, 2.4], "epochs": [epochs]}
    data = sweeps.summary(run(times, grid, replicas=6)).squeeze(["dataset", "H", "epochs"])
    checks = run(checked, {"dataset": [dataset], "H": [H], "lam_b": [0.9, 2.4]}, replicas=8)
    checks = checks.squeeze(drop=True)
    strengths = learning.recipe("G2").strengths
    exact = first_flips(H, strengths.J_D, strengths.lam_in)
    z = sweeps.compare(lambda lam_b: exact, checks["first"].rename(first_0="kind")).z
    counted = checks["count_mismatch"].sum("replica")
    return (
        data.drop_vars("seconds")
        .assign(first_z=z, count_mismatch=counted)
        .assign_attrs(images=PIXELS[dataset])
    )


variables = {
    "unsettled": "fraction of inputs that have not settled: by kind of input and number of sweeps",
    "unsettled_fresh": (
        "fraction of random inputs that have not settled before training: by number of sweeps"
    ),
    "by_flips": (
        "rate at which known inputs are taken for known, by the number of flips: by pair of "
        "kinds and rate for others"
    ),
    "by_sweeps": (
        "rate at which known inputs are taken for known, by the number of sweeps: by pair of "
        "kinds and rate for others"
    ),
    "area": "area under the curve by flips, of pairs of kinds of inputs: 1/2 by chance",
    "label_by_flips": (
        "rate at which true labels are taken for true, by the number of flips: by kind of digits "
        "and rate for wrong labels"
    ),
    "label_by_sweeps": (
        "rate at which true labels are taken for true, by the number of sweeps: by kind of "
        "digits and rate for wrong labels"
    ),
    "label_area": "area under the curve by flips, of true and wrong labels: 1/2 by chance",
    "first_z": (
        "fraction of units that flip in the first sweep before training, deviation from its "
        "exact mean in standard errors"
    ),
    "count_mismatch": "number of inputs with other sweeps or flips in double precision",
    "kind": "kind of input, counted from 0: training, new, shuffled, photographs, random signs",
    "unsettled_0": (
        "kind of input, counted from 0: training, new, shuffled, photographs, random signs"
    ),
    "unsettled_1": "number of sweeps",
    "unsettled_fresh_0": "number of sweeps",
    "by_flips_0": (
        "pair of kinds, counted from 0: training and new, new and shuffled, new and photographs, "
        "training and random"
    ),
    "by_sweeps_0": (
        "pair of kinds, counted from 0: training and new, new and shuffled, new and photographs, "
        "training and random"
    ),
    "area_0": (
        "pair of kinds, counted from 0: training and new, new and shuffled, new and photographs, "
        "training and random"
    ),
    "by_flips_1": "rate for others, in percent",
    "by_sweeps_1": "rate for others, in percent",
    "label_by_flips_0": "kind of digits, counted from 0: training, new",
    "label_by_sweeps_0": "kind of digits, counted from 0: training, new",
    "label_area_0": "kind of digits, counted from 0: training, new",
    "label_by_flips_1": "rate for wrong labels, in percent",
    "label_by_sweeps_1": "rate for wrong labels, in percent",
}

unjudged = {
    "simulation alone: no theory of trained networks": (
        "area",
        "area_error",
        "by_flips",
        "by_sweeps",
        "label_area",
        "label_area_error",
        "unsettled",
        "unsettled_error",
        "unsettled_fresh",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare untrained networks with exact means, and counts with plain ones."""
    what = "flips in the first sweep of untrained networks (not drawn)"
    yield Compared("z", what, data["first_z"], shared=True)
    what = (
        "flips and sweeps after some training, with and without labels, counted again by plain "
        "NumPy in double precision (inputs that rounding can decide left out)"
    )
    yield Compared("mismatch", what, data["count_mismatch"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw times, how well they tell inputs apart, and all areas."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.2))
    left, middle, right = figure.subplots(1, 3)
    usual = data.isel(lam_b=0)
    words = rf"$\lambda_b = {float(usual['lam_b']):g}$, no label"
    t = np.arange(LONGEST + 1)
    for i, kind in enumerate(KINDS):
        mean, error = (usual[name].values[i] for name in ("unsettled", "unsettled_error"))
        style = {"marker": "sod^v"[i], "ms": 5 if i else 7, "mfc": "w", "ls": strokes.DASHES[i]}
        left.errorbar(t, mean, error, color=f"C{i}", label=kind, **style)
    left.plot(t, usual["unsettled_fresh"], color="0.5", ls="--", label="random signs, untrained")
    left.set(xlabel="sweeps $t$", ylabel="fraction not settled", ylim=(0, 1.02))
    left.set_title(words)
    left.legend(fontsize=7, handlelength=1.4, labelspacing=0.3)
    for i, (known, other) in enumerate(PAIRS):
        style = {"color": f"C{other}", "label": f"{KINDS[known]} | {KINDS[other]}"}
        style["ls"] = ("-", "--", "-.", strokes.DASHES[4])[i]
        middle.plot(RATES, usual["by_flips"].values[i], **style)
        middle.plot(RATES, usual["by_sweeps"].values[i], color=f"C{other}", ls=":", lw=0.9)
    middle.plot([0, 1], [0, 1], color="0.3", ls="--", lw=1)
    middle.set(xlabel="second kind taken for first", ylabel="first kind taken for first")
    middle.set_title(words)
    middle.legend(loc="lower right", fontsize=7, handlelength=1.4, labelspacing=0.3)
    _draw_areas(right, data)
    figure.suptitle(f"{data.attrs['images']}, $N = {N}$, $H = {int(data['H'])}$", fontsize="medium")
    return figure


def _tests(data: "xarray.Dataset") -> list[tuple[str, float, float]]:
    """Return the name of each test, the area under its curve and its error, at one strength."""
    words = [f"{KINDS[known]} | {KINDS[other]}" for known, other in PAIRS]
    words += [f"true | wrong label, {kind}" for kind in LABELLED]
    pairs = [
        np.concatenate([data[f"area{end}"], data[f"label_area{end}"]]) for end in ("", "_error")
    ]
    return list(zip(words, *pairs, strict=True))


def _draw_areas(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the areas under all curves, a row for each test."""
    strengths = data["lam_b"].values
    for i, lam_b in enumerate(strengths):
        names, areas, errors = zip(*_tests(data.sel(lam_b=lam_b)), strict=True)
        rows = np.arange(len(names)) + 0.24 * (i - (len(strengths) - 1) / 2)
        label = rf"$\lambda_b = {lam_b:g}$"
        ax.errorbar(areas, rows, xerr=errors, fmt="os"[i], color="k", mfc="wk"[i], label=label)
    ax.axvline(0.5, color="0.3", ls="--", lw=1)
    for row, name in enumerate(names):
        ax.text(0.53, row - 0.42, name, va="center", fontsize=7)
    ax.spines["left"].set_visible(False)
    ax.set(ylim=(len(names) + 0.4, -0.8), yticks=[], ylabel="two kinds that are told apart")
    ax.set(xlim=(0.4, 1.02), xlabel="area under the curve, by flips")
    ax.set_title("all tests; dashed: chance")
    ax.legend(loc="lower right", ncols=2)


def table(data: "xarray.Dataset") -> "Table":
    """Return the areas under the curves."""
    strengths = data["lam_b"].values
    header = ("area under the curve, by flips", *(f"λ_b = {lam_b:g}" for lam_b in strengths))
    rows = []
    for tests in zip(*(_tests(data.sel(lam_b=lam_b)) for lam_b in strengths), strict=True):
        cells = (f"{area:.3f} ± {error:.3f}" for _, area, error in tests)
        rows.append((tests[0][0], *cells))
    return header, rows
