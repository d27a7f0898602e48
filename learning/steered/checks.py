"""What the parameters of a classifier may be, and which may change when training is continued."""

from dataclasses import fields
from typing import Any

from foundation import domains
from learning.estimators.weights import checked
from learning.fused import limits
from learning.network.recipe import Recipe
from learning.steered.learner import ENGINES, Learner


def check(estimator: Any) -> None:
    """Refuse parameters outside their domain, before any work."""
    for name in ("H", "L", "epochs"):
        domains.integer(name, getattr(estimator, name))
    for name in ("batch", "patience"):
        if getattr(estimator, name) is not None:
            domains.integer(name, getattr(estimator, name))
    if domains.real("validation_fraction", estimator.validation_fraction, 0, 1) == 1:
        raise ValueError("validation_fraction must be < 1, got 1")
    if estimator.patience is not None and not estimator.validation_fraction:
        raise ValueError("patience needs inputs held back: set validation_fraction > 0")
    checked(estimator.class_weight)
    for name in ("warm_start", "progress"):
        domains.boolean(name, getattr(estimator, name))


def able(estimator: Any, recipe: Recipe) -> None:
    """Refuse an engine that cannot do what is asked for."""
    domains.choice("engine", estimator.engine, ENGINES)
    limits.check(estimator.engine, recipe, estimator.L, estimator.batch or 1)


def stay(learner: Learner, H: int, L: int, wanted: Recipe) -> None:
    """Refuse to continue a network with other sizes or strengths."""
    couplings, old = learner.couplings, learner.recipe.strengths
    pairs = {"H": (couplings.H, H), "L": (couplings.L, L)}
    for item in fields(old):
        pairs[item.name] = getattr(old, item.name), getattr(wanted.strengths, item.name)
    for name, (was, now) in pairs.items():
        if was != now:
            raise ValueError(f"{name} must stay {was!r} when training is continued, got {now!r}")
