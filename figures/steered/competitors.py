"""The learners that are held against each other, and what of each may be chosen.

All are given the same care: a width of their window or a margin, rates, noise on the inputs, rates
that fall, averaged couplings. A configuration is a mapping from the names of parameters to values;
the pace of the last epoch, `last`, is that by which all rates have fallen by then.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import learning

Configuration = dict[str, Any]
Draw = Callable[[np.random.Generator], Configuration]


class Competitor(NamedTuple):
    """A learner, and how its parameters are drawn.

    Attributes
    ----------
    label
        Its name in figures.
    recipe
        The recipe that the parameters change; None for back-propagation.
    fixed
        Parameters that make it what it is.
    draw
        Draws all others.
    """

    label: str
    recipe: str | None
    fixed: Configuration
    draw: Draw


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(f"{np.exp(rng.uniform(np.log(low), np.log(high))):.2g}")


def _care(rng: np.random.Generator) -> Configuration:
    """Draw what is done around any rule."""
    return {
        "flipped": float(rng.choice([0.0, 0.02, 0.05])),
        "averaged": float(rng.choice([0.0, 0.01])),
        "last": float(rng.choice([0.03, 0.1, 0.3])),
    }


def _error(rng: np.random.Generator) -> Configuration:
    return {
        "window": _log(rng, 1, 6),
        "gate": float(rng.choice([0.0, 0.003, 0.01])),
        "temperature": float(rng.choice([1.0, 2.0, 4.0])),
        "lr_in": _log(rng, 0.5, 8),
        "lr_J": _log(rng, 0.003, 0.1),
        "lr_W": _log(rng, 0.1, 1),
        "J_D": float(rng.choice([0.25, 0.5, 1.0])),
        **_care(rng),
    }


def _learned(rng: np.random.Generator) -> Configuration:
    return {**_error(rng), "lr_b": _log(rng, 0.1, 1), "lam_b": _log(rng, 0.3, 3)}


def _from_zero(rng: np.random.Generator) -> Configuration:
    found = _error(rng)
    return {**found, "lr_b": found["lr_W"]}


def _frozen(rng: np.random.Generator) -> Configuration:
    return {**_error(rng), "lam_b": _log(rng, 0.3, 3)}


def _margin(rng: np.random.Generator) -> Configuration:
    return {
        "k": _log(rng, 0.3, 2),
        "lr_in": _log(rng, 0.01, 0.3),
        "lr_J": _log(rng, 0.001, 0.03),
        "lr_W": _log(rng, 0.03, 0.5),
        "lam_in": float(rng.choice([3.0, 5.0])),
        "J_D": float(rng.choice([0.25, 0.5, 1.0])),
        "presynaptic": str(rng.choice(["raw", "centred"])),
        **_care(rng),
    }


def _steered(rng: np.random.Generator) -> Configuration:
    readout = {"readout": str(rng.choice(["margin", "softmax"]))}
    return {**_margin(rng), "lam_b": _log(rng, 0.5, 3), **readout}


def _error_margin(rng: np.random.Generator) -> Configuration:
    return {**_margin(rng), "lam_b": _log(rng, 1, 30), "lr_b": _log(rng, 0.001, 0.1)}


def _features(rng: np.random.Generator) -> Configuration:
    return {
        "lr_W": _log(rng, 0.01, 0.5),
        "lam_in": float(rng.choice([1.0, 3.0, 5.0])),
        "readout": str(rng.choice(["margin", "softmax"])),
        "J_D": float(rng.choice([0.25, 0.5, 1.0])),
        **_care(rng),
    }


def _mlp(rng: np.random.Generator) -> Configuration:
    return {
        "beta": _log(rng, 0.3, 6),
        "rate": _log(rng, 1e-4, 1e-2),
        "decay": float(rng.choice([0.0, 1e-3, 1e-2])),
        **_care(rng),
    }


COMPETITORS = {
    "error": Competitor("error rule, learned feedback", "error", {}, _learned),
    "error_zero": Competitor(
        "error rule, from zero", "error", {"lam_f": 0, "lam_b": 0}, _from_zero
    ),
    "error_frozen": Competitor("error rule, frozen feedback", "error", {"lr_b": 0}, _frozen),
    "error_margin": Competitor("margin rule, error sent", "error_margin", {}, _error_margin),
    "margin": Competitor("margin rule, label sent", "G2", {}, _steered),
    "mlp": Competitor("back-propagation", None, {}, _mlp),
    "reservoir": Competitor("reservoir", "reservoir", {}, _features),
    "random_features": Competitor("random features", "random_features", {}, _features),
}
# the rules without couplings in the layer, for which parameters are chosen anew
ALONE = {
    f"{name}_alone": rule._replace(
        label=f"{rule.label}, without J", fixed={**rule.fixed, "lam_int": 0.0}
    )
    for name, rule in COMPETITORS.items()
    if name in ("margin", "error_margin", "error", "error_frozen")
}
_ALL = {**COMPETITORS, **ALONE}


# what the searches of `emnist_width` and `robustness` chose at full size
CHOSEN = {
    "error": 28,
    "error_zero": 9,
    "error_frozen": 9,
    "error_margin": 29,
    "margin": 38,
    "mlp": 23,
    "reservoir": 37,
    "random_features": 9,
    "error_alone": 31,
    "error_frozen_alone": 31,
    "error_margin_alone": 27,
    "margin_alone": 24,
}


def configuration(name: str, index: int | None = None) -> Configuration:
    """Return the configuration of a competitor with a number, or the one that was chosen."""
    index = CHOSEN[name] if index is None else index
    return _ALL[name].draw(np.random.default_rng([2026, index]))


def made(name: str, values: Configuration, epochs: int) -> Configuration:
    """Return the parameters of a learner that is trained for so many epochs."""
    given = {key: value for key, value in values.items() if key != "last"}
    return {
        **given,
        **_ALL[name].fixed,
        "cooling": values["last"] ** (1 / max(epochs - 1, 1)),
    }


def trained(
    name: str,
    values: Configuration,
    data: learning.Split,
    H: int,
    epochs: int,
    rng: np.random.Generator,
    engine: str = "events",
) -> "learning.SteeredClassifier | learning.BinarisedMLP":
    """Train a competitor with one layer of H hidden units."""
    return learner(name, values, H, epochs, rng, engine).fit(data.X, data.y)


def learner(
    name: str,
    values: Configuration,
    H: int,
    epochs: int,
    rng: np.random.Generator,
    engine: str = "events",
) -> "learning.SteeredClassifier | learning.BinarisedMLP":
    """Return a competitor that has yet to learn."""
    given, recipe = made(name, values, epochs), _ALL[name].recipe
    if recipe is None:
        return learning.BinarisedMLP(H, epochs=epochs, random_state=rng, **given)
    return learning.SteeredClassifier(
        H,
        epochs=epochs,
        recipe=learning.recipe(recipe, **given),
        engine=engine,
        random_state=rng,
    )
