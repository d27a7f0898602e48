"""A trained network in parts that can be stored, and put together again."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from foundation import domains
from learning.estimators.logit_classifier import Labels
from learning.network.couplings import ARRAYS, Couplings
from learning.network.error_rule import ErrorRule
from learning.network.recipe import Recipe
from learning.network.rule import Rule
from learning.network.schedule import Schedule
from learning.network.strengths import Strengths
from learning.network.training import Training
from learning.plasticity.senders import Senders
from learning.steered.history import Epoch, History, keep
from learning.steered.labels import distinct
from learning.steered.learner import Learner
from learning.steered.storage import AVERAGED

_RULES = {kind.__name__: kind for kind in (Rule, ErrorRule)}
_SENDERS = {"x": "mean_x", "s": "mean_s"}
_GENERATORS = ("PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937")


def parts(learner: Learner) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arrays and the facts that `learner_of` needs."""
    facts = {
        "recipe": recipe_facts(learner.recipe),
        "rng": learner.rng.bit_generator.state,
        "epochs": learner.epochs,
        "engine": learner.engine,
    }
    arrays = dict(learner.couplings.arrays)
    if learner.averaged:
        arrays |= {AVERAGED + name: one for name, one in learner.averaged.arrays.items()}
    if learner.senders:
        arrays |= {name: getattr(learner.senders, own) for own, name in _SENDERS.items()}
    return arrays, facts


def learner_of(arrays: dict[str, Any], facts: dict[str, Any]) -> Learner:
    """Return a learner that continues where the stored one was, bit for bit."""
    recipe = recipe_of(facts["recipe"])
    averaged = senders = None
    if any(name.startswith(AVERAGED) for name in arrays):
        averaged = _couplings(arrays, recipe, AVERAGED)
    if _SENDERS["x"] in arrays:
        senders = Senders(**{own: arrays[name] for own, name in _SENDERS.items()})
    couplings = _couplings(arrays, recipe)
    kind = domains.choice("bit_generator", facts["rng"]["bit_generator"], _GENERATORS)
    rng = np.random.Generator(getattr(np.random, kind)())
    rng.bit_generator.state = facts["rng"]
    return Learner(couplings, recipe, rng, facts["epochs"], facts["engine"], averaged, senders)


def _couplings(arrays: dict[str, Any], recipe: Recipe, before: str = "") -> Couplings:
    """Return couplings from arrays of their names, with something before each."""
    return Couplings(
        **{name: np.ascontiguousarray(arrays[before + name]) for name in ARRAYS},
        self_coupling=recipe.strengths.lam_int * recipe.strengths.J_D,
        lam=recipe.strengths.lam,
    )


def recipe_facts(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as a mapping of mappings."""
    return {**asdict(recipe), "kind": type(recipe.rule).__name__}


def recipe_of(parts: dict[str, Any]) -> Recipe:
    """Return the recipe of such a mapping; of older files without a kind and without training."""
    kind = domains.choice("kind", parts.get("kind", "Rule"), _RULES)
    return Recipe(
        Strengths(**parts["strengths"]),
        Schedule(**parts["schedule"]),
        _RULES[kind](**parts["rule"]),
        Training(**parts.get("training", {})),
    )


def history_of(records: list[dict[str, Any]], kept: int) -> History:
    """Return the records of epochs, of which one was kept."""
    if not isinstance(records, list):
        raise TypeError(f"history must be a list, got {records!r}")
    history = History(Epoch(**record) for record in records)
    keep(history, kept)
    return history


def stored_parameters(estimator: Any) -> dict[str, Any]:
    """Return the parameters of a classifier as JSON can hold them."""
    found: dict[str, Any] = estimator.get_params(deep=False)
    if isinstance(estimator.recipe, Recipe):
        found["recipe"] = recipe_facts(estimator.recipe)
    if isinstance(estimator.class_weight, Mapping):  # keys that are no text
        found["class_weight"] = list(estimator.class_weight.items())
    if not isinstance(estimator.random_state, int | np.integer | None):
        found["random_state"] = None  # what it has become is in the learner
    return found


def parameters_of(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a classifier."""
    found = dict(facts["parameters"])
    if not isinstance(found["recipe"], str):
        found["recipe"] = recipe_of(found["recipe"])
    if isinstance(found.get("class_weight"), list):
        found["class_weight"] = dict(found["class_weight"])
    return found


def classes_of(arrays: dict[str, Any], C: int) -> Labels:
    """Return the C labels of a classifier."""
    classes = arrays["classes"]
    if not np.array_equal(distinct(classes), classes):
        raise ValueError(f"classes must be in rising order, got {classes}")
    if len(classes) != C:
        raise ValueError(f"classes must be {C}, got {classes}")
    return classes
