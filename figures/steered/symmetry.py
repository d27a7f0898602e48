"""The plasticity makes the couplings partly symmetric, wherever they start."""

from typing import TYPE_CHECKING

import numpy as np

import learning
import sweeps
from figures.compared import Compared, Comparisons
from figures.steered.entangled import PIXELS, N, entangled

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Symmetry of learned couplings"
equation = (
    r"\text{symmetricity} = \frac{\left| J_\mathrm{s} \right| - \left| J_\mathrm{a} \right|}"
    r"{\left| J_\mathrm{s} \right| + \left| J_\mathrm{a} \right|} "
    r"\quad J_\mathrm{s,a} = \frac{J \pm J^T}{2}"
)
caption = (
    "The plasticity makes couplings partly symmetric, but accuracy needs no symmetry, and what the "
    "couplings started from is not forgotten. Left: symmetricity of the couplings within the layer "
    "against epochs, from an asymmetric (solid) and a symmetric (dashed) start. Crosses: its exact "
    "mean for independent couplings. Right: accuracy on new digits after the last epoch. The "
    "symmetric rules begin with symmetric couplings. Symmetric start: nothing more; symmetric "
    "step: the symmetric part of each step is made; symmetrised: the couplings are made symmetric "
    "after each step; both unstable: a symmetric step where both units are below their margin. "
    "Bars are one standard error over projections and networks. Quick size: small digits minus "
    "their mean, with 20 times the published rate of J, as there are 20 times fewer steps; full "
    "size: MNIST. At full size an asymmetric start gains 0.01 to 0.06 in ten epochs and a "
    "symmetric one loses 0.14 to 0.28."
)

RULES = {
    "asymmetric": (False, "none"),
    "symmetric start": (True, "none"),
    "symmetric step": (True, "update"),
    "symmetrised": (True, "projected"),
    "both unstable": (True, "both_unstable"),
}
STARTS = ("asymmetric", "symmetric start")

REPLICAS = {True: 3, False: 4}  # of full and of quick size
FULL_H = 400


def symmetric(
    dataset: str, rule: str, J_D: float, lr_J: float, H: int, epochs: int, rng: np.random.Generator
) -> dict[str, object]:
    """Train under one rule; return the symmetricity before and after each epoch, and accuracy."""
    start, step = RULES[rule]
    recipe = learning.recipe("G2", J_D=J_D, lr_J=lr_J, symmetric=start, symmetry=step)
    data = entangled(dataset, rng)
    learner = learning.Learner.draw(N, H, 10, 1, recipe, rng=rng)
    course = [float(learning.symmetricity(learner.couplings.J[0]))]
    for _ in range(epochs):
        learner.epoch(data.X, data.y)
        course.append(float(learning.symmetricity(learner.couplings.J[0])))
    return {"symmetricity": np.array(course), "test": learner.score(data.X_test, data.y_test)}


def independent(J_D: float, H: int) -> tuple[float, float]:
    r"""Return the exact mean and standard deviation of the symmetricity of independent couplings.

    The squared norms of both parts are :math:`1/H` times independent :math:`\chi^2` of
    :math:`n = H(H-1)/2` degrees of freedom; the diagonal adds :math:`H J_D^2` to that of the
    symmetric one. The averages are over a grid of their quantiles.
    """
    from scipy.special import gammaincinv

    quantiles = 2 * gammaincinv(H * (H - 1) / 4, (np.arange(400) + 0.5) / 400)
    ratio = np.sqrt((quantiles[:, None] + (H * J_D) ** 2) / quantiles)
    values = (ratio - 1) / (ratio + 1)
    return float(values.mean()), float(values.std())


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train under all rules, at two self-couplings."""
    if full:
        dataset, lr_J, H, epochs = "mnist", 0.005, FULL_H, 10
    else:
        dataset, lr_J, H, epochs = "centred digits", 0.1, 100, 15
    couplings, replicas = [0.0, 0.5], REPLICAS[full]
    grid = {
        "dataset": [dataset],
        "rule": list(RULES),
        "J_D": couplings,
        "lr_J": [lr_J],
        "H": [H],
        "epochs": [epochs],
    }
    data = sweeps.summary(run(symmetric, grid, replicas=replicas))
    data = data.squeeze(["dataset", "lr_J", "H", "epochs"]).drop_vars("seconds")
    exact = np.array([independent(J_D, H) for J_D in couplings])
    course = data["symmetricity"]
    start = course.sel(rule="asymmetric").isel(symmetricity_0=0).values
    kept = course.sel(rule=list(RULES)[2:]).isel(symmetricity_0=[0, -1])
    return data.assign(
        independent=("J_D", exact[:, 0]),
        independent_z=("J_D", (start - exact[:, 0]) / exact[:, 1] * replicas**0.5),
        kept_deviation=abs(kept - 1).rename(rule="symmetric_rule", symmetricity_0="end") / 1e-6,
    ).assign_attrs(images=PIXELS[dataset])


variables = {
    "symmetricity": "symmetricity of the couplings within the layer",
    "test": "accuracy on new images after the last epoch",
    "independent": "exact mean symmetricity of independent couplings",
    "independent_z": (
        "symmetricity before training, deviation from that of independent couplings in standard "
        "errors"
    ),
    "kept_deviation": "symmetricity under symmetric steps, difference from 1 in units of 1e-6",
    "rule": "rule of learning, and start",
    "lr_J": "rate of learning of the couplings",
    "symmetric_rule": "rule of learning with symmetric steps",
    "symmetricity_0": "number of epochs",
    "end": "time, counted from 0: before and after training",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "symmetricity_error",
        "test",
        "test_error",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the symmetricity at the start with its exact mean, and with 1 where it is kept."""
    H, course = int(data["H"]), data["symmetricity"]
    spread = [independent(float(J_D), H)[1] for J_D in data["J_D"]]
    error = data["independent"].copy(data=spread) / np.sqrt(REPLICAS[H == FULL_H])
    off = (course.sel(rule="asymmetric").isel(symmetricity_0=0) - data["independent"]) / error
    what, unit = "symmetricity of independent couplings", "of the symmetricity"
    yield Compared("z", what, off, "symmetricity", error, unit)
    kept = course.sel(rule=list(RULES)[2:]).isel(symmetricity_0=[0, -1])
    what = "symmetricity where the rule keeps it at 1"
    yield Compared("deviation", what, (kept - 1) / 1e-6, "symmetricity", 1e-6, unit)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the course of symmetry, and the accuracies of the rules."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 3.2))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    epochs = np.arange(data.sizes["symmetricity_0"])
    for i, J_D in enumerate(data["J_D"].values):
        for start, line in zip(STARTS, ("-", "--"), strict=True):
            one = data.sel(J_D=J_D, rule=start)
            mean, error = one["symmetricity"], one["symmetricity_error"]
            label = f"$J_D = {J_D:g}$, {start.replace(' start', '')} start"
            left.errorbar(
                epochs, mean, error, color=f"C{i}", ls=line, marker="os"[i], mfc="w", label=label
            )
        left.plot(0, data["independent"].sel(J_D=J_D), "x", color=f"C{i}", ms=7, clip_on=False)
    left.plot([], [], "x", color="0.4", ms=7, label="exact, independent")
    left.set(xlabel="epochs", ylabel="symmetricity of $J$", ylim=(-0.05, 1.05))
    left.legend(loc="best")
    for i, J_D in enumerate(data["J_D"].values):
        one = data.sel(J_D=J_D)
        x = np.arange(len(RULES)) + 0.12 * (2 * i - 1)
        label = f"$J_D = {J_D:g}$"
        right.errorbar(x, one["test"], one["test_error"], fmt="os"[i], color=f"C{i}", label=label)
    words = [rule.replace(" ", "\n", 1) for rule in RULES]
    right.set_xticks(range(len(RULES)), words)
    right.set(ylabel="accuracy on new digits")
    right.legend(loc="best")
    figure.suptitle(
        f"{data.attrs['images']}, $N = {N}$, $H = {int(data['H'])}$, rate of $J$ {data['lr_J']:g}",
        fontsize="medium",
    )
    return figure
