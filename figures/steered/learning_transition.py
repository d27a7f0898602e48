"""Accuracy jumps where the couplings make fixed points that the dynamics finds."""

from typing import TYPE_CHECKING

import numpy as np

import dynamics
import learning
import networks
import replica
import sweeps
from figures.steered import reference_learner
from figures.steered.entangled import PIXELS, N, distinct, entangled, train
from figures.steered.reference_learner import held, recomputed

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Learning across the transition"
equation = (
    r"s_i \leftarrow \operatorname{sign} \Big( \sum_j J_{ij} s_j + J_D s_i "
    r"+ \lambda (s_i^{l-1} + s_i^{l+1}) + W_\mathrm{in} x \Big)"
)
caption = (
    "Accuracy on new digits of networks whose learned state has to hold without the label, with "
    "one standard error over projections and networks; grey: chance. Left: one layer, against the "
    "self-coupling; dashed: by the covariance rule, which subtracts from what each coupling "
    "carries the running mean of its sender. Right: two layers without self-coupling, against the "
    "excitatory coupling between them. Colours: strength of the input. Small dots: number of "
    "different states that inference ends in, for each digit. Below the transition all digits end "
    "in a few states; it is not fixed points that are missing. The mean of the images is left in, "
    "as published: it is what the digits share, and without it, or by the covariance rule, "
    "networks learn at J_D = 0 too (figure learning_collapse). Dashed, with the interval of one "
    "standard error: where half of the random networks of this size settle from a random state "
    "without any input, by asynchronous dynamics in 200 sweeps. Dotted: where the overlap gap of "
    "the replica theory closes as N → ∞ (left: dense clusters; right: a bound by pairs). Quick "
    "size: small digits; full size: MNIST, of which the two layers see 12,000 images."
)

ENGINES = {1: "compiled", 2: "events"}  # the faster one of those that can
CENTRED = [0.0, 0.2, 0.5]  # self-couplings at which the covariance rule is shown


def one_layer(
    dataset: str, H: int, J_D: float, lam_in: float, epochs: int, rng: np.random.Generator
) -> dict[str, float]:
    """Train a network of one layer; return its accuracy and how many states it ends in."""
    data = entangled(dataset, rng)
    return _trained(data, H, 1, epochs, learning.recipe("G2", J_D=J_D, lam_in=lam_in), rng)


def covariance(
    dataset: str, H: int, J_D: float, lam_in: float, epochs: int, rng: np.random.Generator
) -> dict[str, float]:
    """Train the same by the covariance rule: each sender's mean activity is subtracted."""
    recipe = learning.recipe("G2", J_D=J_D, lam_in=lam_in, presynaptic="centred")
    return _trained(entangled(dataset, rng), H, 1, epochs, recipe, rng)


def two_layers(
    dataset: str, P: int, H: int, lam: float, lam_in: float, epochs: int, rng: np.random.Generator
) -> dict[str, float]:
    """Train a network of two layers without self-coupling on P images."""
    return _trained(entangled(dataset, rng, P), H, 2, epochs, excitatory(lam, lam_in), rng)


def excitatory(lam: float, lam_in: float, J_D: float = 0.0) -> learning.Recipe:
    """Return the published recipe of two layers that excite each other, at inference too."""
    return learning.recipe(
        "G2",
        J_D=J_D,
        lam=lam,
        lam_in=lam_in,
        input_to="all",
        lam_f_skip=1.0,
        lam_b_skip=0.9,
        sweeps=7,
        p_update=0.85,
        inference="no_supervision",
    )


def checked(
    dataset: str, L: int, coupling: float, H: int, lam_in: float, rng: np.random.Generator
) -> dict[str, float]:
    """Compare a network of either kind, at one value of its coupling, with double precision."""
    if L > 1:
        recipe = excitatory(coupling, lam_in)
    else:
        recipe = learning.recipe("G2", J_D=coupling, lam_in=lam_in)
    return recomputed(entangled(dataset, rng, 500), H, L, recipe, rng, ENGINES[L])


def _trained(
    data: learning.Split,
    H: int,
    L: int,
    epochs: int,
    recipe: learning.Recipe,
    rng: np.random.Generator,
) -> dict[str, float]:
    learner, test = train(data, H, epochs, rng, recipe, L, engine=ENGINES[L])
    return {"test": float(test[-1]), "distinct": distinct(learner, data.X_test)}


def settles(H: int, L: int, J_D: float, lam: float, rng: np.random.Generator) -> bool:
    """Return whether a random network without input settles."""
    ensemble = networks.Layered(H, L, J_D, lam) if L > 1 else networks.Asymmetric(H, J_D)
    return dynamics.relax(ensemble.sample(rng), max_sweeps=200, rng=rng).converged


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Scan both couplings, with and without learning."""
    if full:
        dataset, H, P, epochs, inputs, networks_each = "mnist", 400, 12_000, 2, [2.0, 5.0], 40
        J_D, lam = np.arange(0, 1.05, 0.1), np.array([0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5])
    else:
        dataset, H, P, epochs, inputs, networks_each = "digits", 200, 1437, 10, [2.0], 20
        J_D, lam = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.6, 1]), np.array([0, 0.5, 1, 1.5, 2, 3, 4])
    shared = {"dataset": [dataset], "H": [H], "lam_in": inputs, "epochs": [epochs]}
    axes = {"J_D": [float(x) for x in J_D.round(3)], "lam": [float(x) for x in lam]}
    one = run(one_layer, {**shared, "J_D": axes["J_D"]}, replicas=3)
    centred = run(covariance, {**shared, "J_D": CENTRED}, replicas=3).rename(J_D="J_D_centred")
    two = run(two_layers, {**shared, "P": [P], "lam": axes["lam"]}, replicas=3)
    random_one = {"H": [H], "L": [1], "J_D": [0.1 * k for k in range(2, 9)], "lam": [0.0]}
    random_two = {"H": [H], "L": [2], "J_D": [0.0], "lam": [0.2 * k for k in range(2, 11)]}
    bounds = [
        _threshold(run(settles, grid, replicas=networks_each)["result"].squeeze(), name)
        for grid, name in ((random_one, "J_D"), (random_two, "lam"))
    ]
    grid = {
        "dataset": [dataset],
        "H": [H],
        "lam_in": inputs,
        "L": [1, 2],
        "coupling": [0.0, 0.5, 2.0],
    }
    checks = held(run(checked, grid))
    return (
        _joined({"one": one, "centred": centred, "two": two}, bounds)
        .assign(checks)
        .assign_attrs(images=PIXELS[dataset], H=H, epochs=epochs)
    )


def _threshold(settled: "xarray.DataArray", name: str) -> list[float]:
    """Return where half of the networks settle, between the ends of its interval."""
    counts, trials = settled.astype(int).sum("replica").values, settled.sizes["replica"]
    fit = sweeps.threshold(settled[name].values, counts, trials, confidence=0.68, rng=0)
    return [fit.interval[0], fit.value, fit.interval[1]] if fit.converged else [np.nan] * 3


def _joined(scans: "dict[str, xarray.Dataset]", bounds: list[list[float]]) -> "xarray.Dataset":
    """Return all scans in one dataset, with the thresholds of dynamics and theory."""
    import xarray

    parts = []
    for name, scan in scans.items():
        fixed = [name for name in ("dataset", "P", "H", "epochs") if name in scan.dims]
        means = sweeps.summary(scan).squeeze(fixed, drop=True)
        means = means[["test", "test_error", "distinct"]]
        parts.append(means.rename({old: f"{name}_{old}" for old in means.data_vars}))
    theory = [
        replica.zero_complexity_gap_threshold().J_D,
        replica.layered_overlap_gap_threshold(0.0, L=2).lam,
    ]
    return xarray.merge(parts).assign(
        dynamics=(("scan", "bound"), np.array(bounds)), theory=("scan", np.array(theory))
    )


variables = {
    **reference_learner.variables,
    "one_test": "accuracy on new images, one layer",
    "one_distinct": (
        "number of different states in which inference ends, over the number of new images, one "
        "layer"
    ),
    "two_test": "accuracy on new images, two layers",
    "two_distinct": (
        "number of different states in which inference ends, over the number of new images, two "
        "layers"
    ),
    "dynamics": (
        "coupling at which half of the random networks settle without input: low end, value, "
        "high end of a 68 % interval"
    ),
    "theory": "coupling at which the overlap gap closes, N → ∞",
    "centred_test": "accuracy on new images, one layer by the covariance rule",
    "centred_distinct": (
        "number of different states in which inference ends, over the number of new images, one "
        "layer by the covariance rule"
    ),
    "J_D_centred": "self-coupling J_D, under the covariance rule",
    "checked_coupling": (
        "coupling J_D of one layer or λ of two, of networks that were computed a second time"
    ),
    "scan": "coupling, counted from 0: J_D of one layer, λ of two layers",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "centred_distinct",
        "centred_test",
        "centred_test_error",
        "one_distinct",
        "one_test",
        "one_test_error",
        "two_distinct",
        "two_test",
        "two_test_error",
    ),
    "thresholds of other properties, for orientation": ("dynamics", "theory"),
}


compared = reference_learner.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw both scans."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.6, 3.0))
    axes = figure.subplots(1, 2, sharey=True)
    labels = ("self-coupling $J_D$", r"coupling between layers $\lambda$")
    for i, (ax, name, label) in enumerate(zip(axes, ("J_D", "lam"), labels, strict=True)):
        scan = ("one", "two")[i]
        for k, lam_in in enumerate(data["lam_in"].values):
            line = data.sel(lam_in=lam_in)
            mean, error = line[f"{scan}_test"], line[f"{scan}_test_error"]
            text = rf"$\lambda_{{in}} = {lam_in:g}$"
            ax.errorbar(
                line[name], mean, error, marker="o^"[k % 2], mfc="w", color=f"C{k}", label=text
            )
            apart = line[f"{scan}_distinct"]
            ax.plot(line[name], apart, f"{'.+'[k % 2]}:", ms=4, lw=0.7, color=f"C{k}")
            if name == "J_D":
                mean, error = line["centred_test"], line["centred_test_error"]
                x = line["J_D_centred"]
                ax.errorbar(x, mean, error, marker="sD"[k % 2], ls="--", mfc="w", color=f"C{k}")
        ax.axhline(0.1, color="0.6", lw=0.8, label="chance")
        _draw_thresholds(ax, data.isel(scan=i))
        ax.set(xlabel=label, ylim=(0, 1.03))
    axes[0].set_ylabel("accuracy; different states a digit")
    axes[1].plot([], [], "s--", mfc="w", color="0.4", label="covariance rule")
    axes[1].plot([], [], ".:", ms=4, lw=0.7, color="0.4", label="different states a digit")
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside right center")
    figure.suptitle(
        f"{data.attrs['images']}, $N = {N}$, $H = {data.attrs['H']}$ a layer, "
        f"{data.attrs['epochs']} epochs",
        fontsize="medium",
    )
    return figure


def _draw_thresholds(ax: "Axes", data: "xarray.Dataset") -> None:
    low, value, high = data["dynamics"].values
    ax.axvspan(low, high, color="0.88", lw=0)
    ax.axvline(value, color="0.35", lw=0.9, ls="--", label="random networks settle")
    ax.axvline(float(data["theory"]), color="0.35", lw=0.9, ls=":", label="overlap gap closes")
