"""Where settling pays: inputs that are damaged when they are tested, and few labels."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import learning
import sweeps
from figures.steered import choosing, reference_learner
from figures.steered.choosing import FULL, searched
from figures.steered.competitors import ALONE, COMPETITORS, configuration, made
from figures.steered.entangled import PIXELS, N, entangled, images, train
from figures.steered.reference_learner import held, recomputed

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Where settling pays"
equation = (
    r"s_i \leftarrow \operatorname{sign} \Big( \sum_n W_\mathrm{in} x_n + "
    r"\sum_{j \ne i} J_{ij} s_j + J_D s_i \Big) \quad \text{against} \quad "
    r"s_i = \operatorname{sign} \Big( \sum_n W_\mathrm{in} x_n \Big)"
)
caption = (
    "Digits, behind a random projection on N signs. How much more of the new digits are recognised "
    "with couplings J within the layer than without, with one standard error over networks; both "
    "have the same projection and the same start, and the parameters that were chosen for each, "
    "with J and without, by the same search on held-back images of MNIST. Full lines: J is "
    "learned; dashed: it stays as it was drawn. Damage is done to new inputs only: signs are "
    "flipped, or are missing (set to zero), or a band of the image is covered before the "
    "projection. Last: fewer images to learn from. Above zero, settling pays. At full size J that "
    "is learned is worth 0.006 to 0.03 to both margin rules if all images are learned, damaged or "
    "not, and costs them up to 0.034 with few; as it was drawn it is worth nothing to them on "
    "whole images. To the error rules J is worth less than 0.005 on whole images; on damaged ones "
    "they gain or lose up to 0.03, but with a J that does not learn as well. So J makes up for a "
    "weaker rule, and undoes no damage: a rule that is sent the error is ahead by 0.05 without. "
    "The accuracies themselves are in the table, also of networks without J that have the "
    "parameters chosen with it (same parameters): there the margin rule that is sent the label "
    "fails, which is a matter of its parameters. Quick size: small digits minus their mean, H = "
    "100; full size: MNIST, H = 400."
)
VERSION = 2

RULES = ("margin", "error_margin", "error", "error_frozen")  # of the `COMPETITORS`
WITHIN: dict[str, dict[str, float]] = {
    "learned": {},
    "frozen": {"lr_J": 0.0, "wd_J": 0.0},
    "none": {"lam_int": 0.0},
    "alone": {},  # without J, with parameters chosen for that
}
FRACTIONS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)  # of the signs flipped (half of it) or missing
EPOCHS, FEWEST = 8, 800  # of training, and steps at least, however few the images
COVERED = (0.0, 0.125, 0.25, 0.375, 0.5)  # of the rows of an image


def recipe_of(rule: str, within: str, epochs: int) -> learning.Recipe:
    """Return the recipe of a rule, with couplings in the layer that learn, stay or are not."""
    name = COMPETITORS[rule].recipe
    assert name is not None
    own = f"{rule}_alone" if within == "alone" else rule
    return learning.recipe(name, **{**made(own, configuration(own), epochs), **WITHIN[within]})


def damaged(
    dataset: str, rule: str, within: str, H: int, P: int, steps: int, pair: int, engine: str
) -> dict[str, npt.NDArray[np.float64]]:
    """Train on P images in so many steps; return the accuracies on digits damaged more and more.

    `pair` is the seed of everything: networks that differ in J alone share it.
    """
    rng = np.random.default_rng([pair, 19])
    data, raw = entangled(dataset, rng, P), images(dataset)
    projection = learning.EntangledProjection(N, random_state=np.random.default_rng([pair, 19]))
    projection.fit(raw.X[:1])
    epochs = max(round(steps * 16 / P), 1)
    recipe = recipe_of(rule, within, epochs)
    cooling = recipe.training.cooling
    learner, _ = train(data, H, epochs, rng, recipe, cooling=cooling, engine=engine)
    noise, y = np.random.default_rng([pair, 20]), data.y_test

    def score(X: npt.ArrayLike) -> float:
        return learner.score(X, y)

    u = noise.random(data.X_test.shape, dtype=np.float32)  # the same bits, more and more of them
    side = int(np.sqrt(raw.X_test.shape[1]))
    first = noise.integers(0, side, len(y))
    return {
        "flipped": np.array([score(np.where(u < f / 2, -1, 1) * data.X_test) for f in FRACTIONS]),
        "missing": np.array([score((u >= f) * data.X_test) for f in FRACTIONS]),
        "covered": np.array(
            [score(projection.transform(_covered(raw.X_test, first, c))) for c in COVERED]
        ),
    }


def _covered(
    X: npt.NDArray[np.float32], first: npt.NDArray[np.int64], part: float
) -> npt.NDArray[np.float32]:
    """Return square images with a band of rows set to zero, around the edge if need be."""
    side = int(np.sqrt(X.shape[1]))
    rows = (np.arange(side) - first[:, None]) % side < round(part * side)
    return np.where(np.repeat(rows, side, axis=1), np.float32(0), X)


def checked(
    dataset: str, rule: str, within: str, H: int, rng: np.random.Generator
) -> dict[str, float]:
    """Compare networks of one kind with double precision."""
    return recomputed(
        entangled(dataset, rng, 500), H, 1, recipe_of(rule, within, 2), rng, "compiled"
    )


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train with all rules, with and without J, on all images and on few."""
    if full:
        dataset, H, P, few, pairs = "mnist", 400, 60_000, [300, 1000, 3000, 10_000], 5
    else:
        dataset, H, P, few, pairs = "centred digits", 100, 1437, [150], 3
    shared: dict[Any, list[Any]] = {"dataset": [dataset], "H": [H]}
    shared |= {"rule": list(RULES), "within": list(WITHIN)}
    sizes = [(size, max(size // 16 * EPOCHS, FEWEST)) for size in (*few, P)]
    grid = {**shared, ("P", "steps"): sizes, "pair": list(range(pairs)), "engine": ["compiled"]}
    found = run(damaged, grid).squeeze(["dataset", "H", "engine", "replica"], drop=True)
    lines = {"flipped": FRACTIONS, "missing": FRACTIONS, "covered": COVERED}
    few_all = found["missing"].isel(missing_0=0, drop=True).rename(P_steps="images")
    data = few_all.to_dataset(name="accuracy_few").assign_coords(images=[*few, P])
    for name, fractions in lines.items():
        own = found[name].isel(P_steps=-1, drop=True).rename({f"{name}_0": name})
        data[f"accuracy_{name}"] = own.assign_coords({name: list(fractions)})
    for name in ("few", *lines):
        every = data[f"accuracy_{name}"]
        gain = every.sel(within=["learned", "frozen"]) - every.sel(within="alone", drop=True)
        found = gain.rename(within="J", pair="replica").to_dataset(name=f"gain_{name}")
        data = data.merge(sweeps.summary(found).drop_vars(["seconds", "failed"], errors="ignore"))
    data = data.mean("pair", keep_attrs=True)
    if full:
        search = searched(run, FULL, tuple(ALONE))
        data = data.merge(search[["chosen", "held_accuracy"]])
    return data.assign(held(run(checked, shared))).assign_attrs(images=PIXELS[dataset], H=H)


variables = {
    **reference_learner.variables,
    **choosing.variables,
    "accuracy_few": "accuracy on new images after learning from few",
    "accuracy_flipped": "accuracy on new images with flipped signs",
    "accuracy_missing": "accuracy on new images with missing signs",
    "accuracy_covered": "accuracy on new images that are covered in part",
    "gain_few": "accuracy with couplings J minus that without, after learning from few images",
    "gain_flipped": "accuracy with couplings J minus that without, on images with flipped signs",
    "gain_missing": "accuracy with couplings J minus that without, on images with missing signs",
    "gain_covered": (
        "accuracy with couplings J minus that without, on images that are covered in part"
    ),
    "rule": "learning rule",
    "within": (
        "couplings J within the layer: learned, frozen, none with the same parameters, none with "
        "own parameters (alone)"
    ),
    "images": "number of training images P",
    "P": "number of training images P",
    "steps": "number of steps of learning",
    "flipped": "twice the fraction of signs that are flipped",
    "missing": "fraction of signs that are missing",
    "covered": "fraction of the rows of the image that are covered",
    "J": "couplings J within the layer: learned or frozen",
}

unjudged = {
    "what was reached: no theory of it": tuple(
        f"{kind}_{name}{end}"
        for name in ("few", "flipped", "missing", "covered")
        for kind, end in (("accuracy", ""), ("gain", ""), ("gain", "_error"))
    ),
}


compared = reference_learner.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw what J adds to the accuracy, for four kinds of trouble."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.6))
    axes = figure.subplots(2, 2, sharey=True)
    labels = {
        "flipped": "fraction of signs flipped",
        "missing": "fraction of signs missing",
        "covered": "fraction of the image covered",
        "images": "images to learn from",
    }
    for ax, (name, label) in zip(axes.flat, labels.items(), strict=True):
        x = data[name].values / 2 if name == "flipped" else data[name].values
        _draw_gain(ax, x, data, "few" if name == "images" else name)
        ax.axhline(0, color="0.6", lw=0.8)
        ax.set(xlabel=label, xscale="log" if name == "images" else "linear")
    axes[1, 1].set_xticks(data["images"].values, [f"{P}" for P in data["images"].values])
    axes[1, 1].minorticks_off()
    figure.supylabel("accuracy with $J$ minus that of a rule without", fontsize="medium")
    axes[0, 0].plot([], [], color="0.4", label="$J$ learned")
    axes[0, 0].plot([], [], color="0.4", ls="--", label="$J$ as drawn")
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2)
    figure.suptitle(f"{data.attrs['images']}, $N = {N}$, $H = {data.attrs['H']}$")
    return figure


def _draw_gain(ax: "Axes", x: npt.NDArray[np.float64], data: "xarray.Dataset", name: str) -> None:
    span = x[-1] - x[0]
    for number, rule in enumerate(RULES):
        for within, line in (("learned", "-"), ("frozen", "--")):
            one = data.sel(rule=rule, J=within)
            words = COMPETITORS[rule].label if within == "learned" else None
            mean, error = one[f"gain_{name}"].values, one[f"gain_{name}_error"].values
            place = x if name == "few" else x + 0.008 * span * (number - 1.5)
            bars = ax.errorbar(place, mean, error, color=f"C{number}", ls=line, label=words)
            bars[0].set(marker="osD^"[number], markerfacecolor="w", markersize=4)


def table(data: "xarray.Dataset") -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the accuracies themselves, at the ends of the lines."""
    words = {"none": "none, same parameters", "alone": "none"}
    header = ("rule", "J", "undamaged", "25 % flipped", "50 % missing", "50 % covered", "fewest")
    rows = []
    for rule in RULES:
        for within in WITHIN:
            one = data.sel(rule=rule, within=within)
            ends = [
                one[f"accuracy_{name}"].values[-1] for name in ("flipped", "missing", "covered")
            ]
            numbers = [one["accuracy_missing"].values[0], *ends, one["accuracy_few"].values[0]]
            rows.append(
                (
                    COMPETITORS[rule].label,
                    words.get(within, within),
                    *(f"{float(number):.3f}" for number in numbers),
                )
            )
    return header, rows
