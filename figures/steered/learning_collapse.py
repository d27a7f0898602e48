"""Where the published rule merges the states of all inputs: theory against the learner."""

from typing import TYPE_CHECKING, Any

import numpy as np

import sweeps
from figures.compared import Compared, Comparisons
from figures.shared import strokes
from figures.steered.merging import (
    CHANGES,
    CLOSURES,
    M1,
    crossing,
    envelope,
    law_mismatches,
    merged,
    predicted,
    withstood,
)

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Where learning begins: theory against the learner"
equation = (
    r"\theta \leftarrow \min(\max(\theta, u - J_D), u + J_D)"
    r"\quad \text{growth stops where } J_D > j(a) = \frac{\ln \cosh ak}{a}"
)
caption = (
    "The margin rule pushes every field away from zero to the side it is on; along what all inputs "
    "share the pushes add up, until the states of all inputs are one. A state that does not follow "
    "its field stops it, and a self-coupling J_D holds one against a push of J_D. First: the push "
    "that has to be withstood, for a unit whose input field has mean c and variance c/a, at three "
    "margins k. Second: overlap of the states of two inputs after the first sweep of inference, "
    "against the self-coupling; dots: learners, with one standard error; lines: a population of "
    "units averaged over Gaussian inputs, with no fitted number, its recurrent field followed "
    "sweep by sweep (full) or at rest (dashed). Third: the self-coupling at which that overlap is "
    "0.9, in theory (sweep by sweep) and in networks, where one number of the recipe or of the "
    "inputs is changed; dotted: 0.05 from equality. Fourth: accuracy against how far the last "
    "states are apart; stars: the covariance rule, which subtracts the mean activity of each "
    "sender, at J_D = 0, 0.2 and 0.5. Quick size: synthetic Gaussian inputs, of which two of "
    "different classes overlap by 0.3. Full size: images of MNIST behind a random projection "
    "(filled), and Gaussian inputs with their class means and covariance (open), for which the "
    "theory is made; images merge a little earlier, the theory of a mixture of 50 Gaussians a "
    "class (dotted) lies between them."
)

CLAIMED = 0.05  # of the theory, in J_D
LEVEL = 0.9
MARGINS = [0.45, 0.9, 1.8]
STRENGTHS = [2.0, 5.0]
PARTS = ("measured", "predicted")
FACTORS = [0.4, 0.75, 1.25, 1.75, 2.5]  # of the rough threshold, where a variation is tried


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train networks over a range of self-couplings, and follow the theory."""
    import xarray

    if full:
        kinds, H, P, epochs, units = ["images", "twins"], 400, 60_000, 2, 100
        J_D = [0.0, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0]
    else:
        kinds, H, P, epochs, units = ["synthetic"], 200, 20_000, 1, 60
        J_D = [0.0, 0.25, 0.4, 0.55, 0.75]
    base: dict[str, list[Any]] = {"inputs": kinds, "m0": [0.3], "H": [H]}
    learners = {**base, "P": [P], "epochs": [epochs], "lam_in": STRENGTHS}
    theory = {
        **base, "seen": [P * epochs], "changes": ["as published"],
        "units": [units], "lam_in": STRENGTHS, "J_D": J_D,
    }  # fmt: skip
    raw = run(merged, {**learners, "changes": ["as published"], "J_D": J_D}, replicas=3)
    line = run(predicted, theory)[CLOSURES].to_dataarray("closure")
    line = line.squeeze(["m0", "H", "seen", "changes", "units", "replica"], drop=True)
    data = _mean(raw).assign(
        theory=line,
        measured=_crossings(raw["first"].mean("replica")).squeeze(
            ["m0", "H", "P", "epochs", "changes"], drop=True
        ),
        predicted=_crossings(line),
    )
    parts = [data, _cured(run, learners), _variations(run, full, H, P, epochs, units), _law(run)]
    return xarray.merge(parts).assign_attrs(H=H, P=P, epochs=epochs, N=100)


def _cured(run: "Run", learners: dict[str, list[Any]]) -> "xarray.Dataset":
    """Return overlap of last states and accuracy of the covariance rule."""
    scan = run(merged, {**learners, "changes": ["covariance"], "J_D": [0.0, 0.2, 0.5]}, replicas=3)
    found = _mean(scan)[["last", "accuracy", "accuracy_error"]]
    return found.rename({"J_D": "J_D_cured"} | {name: f"{name}_cured" for name in found.data_vars})


def _law(run: "Run") -> "xarray.Dataset":
    """Return the push that has to be withstood, and how relaxations keep the law of thresholds."""
    import xarray

    checks = run(law_mismatches, {"J_D": [0.1, 0.3, 0.7], "H": [400], "P": [500]}, replicas=2)
    found = checks["mismatch"].squeeze(drop=True).rename(J_D="J_D_law", replica="network")
    law = [withstood(k)[1] for k in MARGINS]
    push = xarray.DataArray(law, [("k", MARGINS), ("a", withstood(0.9)[0])])
    return xarray.Dataset({"law": push, "law_mismatch": found.reset_coords(drop=True)})


def _mean(scan: "xarray.Dataset") -> "xarray.Dataset":
    """Return means over networks and their errors, along inputs, strengths and self-couplings."""
    found = sweeps.summary(scan)
    fixed = [name for name in found.dims if name not in ("inputs", "lam_in", "J_D")]
    names = ["first", "last", "accuracy"]
    return found.squeeze(fixed, drop=True)[[*names, *(f"{name}_error" for name in names)]]


def _crossings(curve: "xarray.DataArray") -> "xarray.DataArray":
    """Return where curves along J_D cross the level."""
    import xarray

    return xarray.apply_ufunc(
        lambda q: crossing(curve["J_D"].values, q, LEVEL),
        curve,
        input_core_dims=[["J_D"]],
        vectorize=True,
    )


def _variations(
    run: "Run", full: bool, H: int, P: int, epochs: int, units: int
) -> "xarray.Dataset":
    """Return thresholds of networks and theory where one number is changed."""
    import xarray

    names, measured, theory = [], [], []
    for name, lam_in, m0, width in _varied(full, H):
        k = float(CHANGES.get(name, {}).get("k", 0.9))
        rough = envelope(lam_in, k, 1 - m0 - M1)
        J_D = [round(factor * rough, 4) for factor in FACTORS]
        changes = name if name in CHANGES else "as published"
        grid = {
            "inputs": ["synthetic"], "m0": [m0], "H": [width], "changes": [changes],
            "lam_in": [lam_in], "J_D": J_D,
        }  # fmt: skip
        raw = run(merged, {**grid, "P": [P], "epochs": [epochs]}, replicas=1)
        line = run(predicted, {**grid, "seen": [P * epochs], "units": [units]})
        names.append(name)
        measured.append(crossing(J_D, raw["first"].squeeze().values, LEVEL))
        theory.append(crossing(J_D, line["sweeps"].squeeze().values, LEVEL))
    return xarray.Dataset(
        {"varied_measured": ("variation", measured), "varied_predicted": ("variation", theory)},
        {"variation": names},
    )


def _varied(full: bool, H: int) -> list[tuple[str, float, float, int]]:
    """Return the name of each variation, its input strength, overlap m0, and width."""
    few = [(name, 5.0, 0.3, H) for name in ("k = 1.8", "rates x 4")]
    if full:
        few += [("λ_in = 10", 10.0, 0.3, H)]
        few += [(name, 5.0, 0.3, H) for name in ("k = 0.45", "rates / 4", "lr_J / 4")]
        few += [("H = 100", 5.0, 0.3, 100), ("m0 = 0.45", 5.0, 0.45, H)]
    return few


variables = {
    "first": "overlap of the states of two inputs after the first sweep",
    "last": "overlap of the states of two inputs at the end",
    "accuracy": "accuracy on new inputs",
    "theory": "overlap of the states of two inputs after the first sweep, by theory",
    "measured": "self-coupling at which that overlap is 0.9, in networks",
    "predicted": "self-coupling at which that overlap is 0.9, by theory",
    "last_cured": "overlap of the states of two inputs at the end, by the covariance rule",
    "accuracy_cured": "accuracy on new inputs, by the covariance rule",
    "accuracy_error_cured": "accuracy on new inputs, by the covariance rule, one standard error",
    "varied_measured": (
        "self-coupling at which that overlap is 0.9, in networks with one number changed"
    ),
    "varied_predicted": (
        "self-coupling at which that overlap is 0.9, by theory with one number changed"
    ),
    "law": "push j(a) that has to be withstood",
    "law_mismatch": (
        "number of states of units that differ from the law of thresholds after a relaxation"
    ),
    "inputs": "kind of inputs",
    "closure": "recurrent field in theory: sweep by sweep, or at rest",
    "J_D_cured": "self-coupling J_D, under the covariance rule",
    "variation": "what is changed in the recipe or the inputs",
    "k": "margin k",
    "a": "tilt a, mean of the input field over its variance",
    "J_D_law": "self-coupling J_D, of the law of thresholds",
    "network": "number of the network",
}

unjudged = {
    "what the networks reached, for orientation: the theory says nothing of accuracy": (
        "accuracy",
        "accuracy_error",
        "accuracy_cured",
        "accuracy_error_cured",
        "last",
        "last_cured",
    ),
    "whole curves, of which the verdict takes one crossing": ("first", "first_error", "theory"),
    "one network each, between few points": ("varied_measured", "varied_predicted"),
    "a formula": ("law",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the law of thresholds with relaxations, and the theory's threshold with networks."""
    yield Compared(
        "mismatch", "states after a relaxation without J, and the law", data["law_mismatch"]
    )
    off = (data["measured"] - data["predicted"]) / CLAIMED
    what = f"self-coupling at overlap {LEVEL:g}, networks and theory"
    off = off.sel(closure="sweeps", drop=True)
    yield Compared("expansion", what, off, "predicted", CLAIMED, "in J_D")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the four panels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.6, 6.2))
    axes = figure.subplots(2, 2)
    for k, dash in zip(data["k"].values, strokes.DASHES, strict=False):
        law = data["law"].sel(k=k)
        axes[0, 0].plot(data["a"], law, color="k", ls=dash, label=f"$k = {k:g}$")
    axes[0, 0].set(xlabel="tilt $a = c/\\sigma^2$", ylabel="push $j(a)$", xscale="log")
    axes[0, 0].legend(handlelength=2.4)
    _draw_overlaps(axes[0, 1], data)
    _draw_thresholds(axes[1, 0], data)
    _draw_accuracy(axes[1, 1], data)
    attributes = data.attrs
    figure.suptitle(
        f"{' and '.join(map(str, data['inputs'].values))}, $N = {attributes['N']}$, "
        f"$H = {attributes['H']}$, {attributes['P']} inputs, epochs: {attributes['epochs']}",
        fontsize="medium",
    )
    return figure


def _filled(data: "xarray.Dataset", color: int) -> list[tuple[str, str]]:
    """Return the kinds of inputs, each with the colour that fills its markers."""
    return [
        (kind, f"C{color}" if kind == "images" else "w") for kind in data["inputs"].values.tolist()
    ]


def _draw_overlaps(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, lam_in in enumerate(data["lam_in"].values):
        one = data.sel(lam_in=lam_in)
        for kind, fill in _filled(data, color):
            points = one.sel(inputs=kind)
            label = rf"$\lambda_{{in}} = {lam_in:g}$, {kind}"
            first, error = points["first"], points["first_error"]
            ax.errorbar(
                data["J_D"], first, error, fmt="o^"[color], color=f"C{color}", mfc=fill, label=label
            )
        gaussian = one["theory"].isel(inputs=-1)
        for closure, style in zip(CLOSURES, ("-", "--"), strict=True):
            ax.plot(data["J_D"], gaussian.sel(closure=closure), style, color=f"C{color}")
        if "images" in data["inputs"]:
            mixture = one["theory"].sel(inputs="images", closure="sweeps")
            ax.plot(data["J_D"], mixture, ":", color=f"C{color}")
    shown = [("theory, sweep by sweep", "-"), ("at rest", "--"), ("of a mixture", ":")]
    for words, style in shown if "images" in data["inputs"] else shown[:-1]:
        ax.plot([], [], style, color="0.4", label=words)
    ax.axhline(LEVEL, color="0.6", lw=0.8)
    ax.set(xlabel="self-coupling $J_D$", ylabel="overlap of first states", ylim=(None, 1.02))
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.3 * (high - low), high)
    ax.legend(loc="lower left")


def _draw_thresholds(ax: "Axes", data: "xarray.Dataset") -> None:
    names = data["variation"].values.tolist()
    for marker, name in zip("os^vDPX<"[: len(names)], names, strict=True):
        x, y = (float(data[f"varied_{part}"].sel(variation=name)) for part in PARTS)
        label = name.replace(" x ", " × ")
        if not np.isfinite(x + y):
            label += " (not in this range)"
        ax.plot(x, y, marker, color="C3", mfc="w", label=label)
    for color, lam_in in enumerate(data["lam_in"].values):
        for kind, fill in _filled(data, color):
            at = data.sel(lam_in=lam_in, inputs=kind)
            x, y = float(at["measured"]), float(at["predicted"].sel(closure="sweeps"))
            ax.plot(x, y, "*", ms=10, color=f"C{color}", mfc=fill)
    ends = np.array([0.0, 0.1 + max(ax.get_xlim()[1], ax.get_ylim()[1])])
    ax.plot(ends, ends, color="0.5", lw=0.9)
    for shift in (-CLAIMED, CLAIMED):
        ax.plot(ends, ends + shift, color="0.5", lw=0.7, ls=":")
    ax.set(xlabel="$J_D$ at overlap 0.9, networks", ylabel="the same in theory")
    ax.legend()


def _draw_accuracy(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, lam_in in enumerate(data["lam_in"].values):
        one = data.sel(lam_in=lam_in)
        for kind, fill in _filled(data, color):
            points = one.sel(inputs=kind)
            x, y, error = points["last"], points["accuracy"], points["accuracy_error"]
            ax.errorbar(1 - x, y, error, fmt="o^"[color], color=f"C{color}", mfc=fill)
            x, y, error = (
                points[f"{name}_cured"] for name in ("last", "accuracy", "accuracy_error")
            )
            ax.errorbar(1 - x, y, error, fmt="*", ms=10, color=f"C{color}", mfc=fill)
    ax.set(xlabel="1 − overlap of last states", ylabel="accuracy on new inputs", xscale="log")
