"""Trained networks on disk: arrays and text in one `.npz`, never pickled objects."""

import json
import os
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from learning.couplings import Couplings
from learning.learner import Epoch, Learner
from learning.recipe import Recipe
from learning.rule import Rule
from learning.schedule import Schedule
from learning.strengths import Strengths

FORMAT = 1  # change it when older files can no longer be read
_TEXT = "steering"


def write(path: str | os.PathLike[str], arrays: dict[str, Any], facts: dict[str, Any]) -> None:
    """Write arrays and facts (whatever JSON knows), so that a kill leaves the old file or the new.

    Raises
    ------
    ValueError
        If an array has entries that are neither numbers nor strings.
    """
    for name, array in arrays.items():
        if array.dtype == object:
            raise ValueError(f"{name} must be numbers or strings to be stored, got objects")
    file = Path(path)
    contents = {**arrays, _TEXT: np.array(json.dumps({"format": FORMAT, **facts}))}
    temporary = file.with_name(f".{file.name}.{uuid.uuid4().hex}.writing")
    try:
        with temporary.open("wb") as stream:
            np.savez(stream, **contents)
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return arrays and facts.

    Raises
    ------
    ValueError
        If there is no such file, or it is truncated, of another format, or not one of ours.
    """
    if not Path(path).is_file():
        raise ValueError(f"path must be a file that `save` wrote, got {str(path)!r}: no such file")
    try:
        # numpy leaves a file open that it cannot read, so it is not given the name
        with Path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        facts = json.loads(str(arrays.pop(_TEXT)))
    except Exception as error:  # numpy raises what the broken part happens to raise
        raise ValueError(
            f"path must be a file that `save` wrote, {str(path)!r} is truncated or something else: "
            f"{error!r}"
        ) from error
    if facts.get("format") != FORMAT:
        raise ValueError(
            f"path must be a file of format {FORMAT}, {str(path)!r} has format "
            f"{facts.get('format')!r}: load it with the version of steering-dynamics that wrote it"
        )
    return arrays, facts


def learner_parts(learner: Learner) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arrays and the facts that `learner_of` needs."""
    couplings = learner.couplings
    facts = {
        "recipe": asdict(learner.recipe),
        "self_coupling": couplings.self_coupling,
        "lam": couplings.lam,
        "rng": learner.rng.bit_generator.state,
        "epochs": learner.epochs,
        "engine": learner.engine,
    }
    return couplings.arrays, facts


def learner_of(arrays: dict[str, Any], facts: dict[str, Any]) -> Learner:
    """Return a learner that goes on where the stored one was, bit for bit."""
    names = ("J", "W_in", "W_f", "W_b", "A", "R", "W_io", "bias")
    couplings = Couplings(
        **{name: np.ascontiguousarray(arrays[name], dtype=np.float32) for name in names},
        self_coupling=facts["self_coupling"],
        lam=facts["lam"],
    )
    rng = np.random.default_rng()
    rng.bit_generator.state = facts["rng"]
    return Learner(couplings, recipe_of(facts["recipe"]), rng, facts["epochs"], facts["engine"])


def recipe_of(parts: dict[str, Any]) -> Recipe:
    """Return the recipe of a mapping of mappings."""
    return Recipe(
        Strengths(**parts["strengths"]), Schedule(**parts["schedule"]), Rule(**parts["rule"])
    )


def history_of(records: list[dict[str, Any]]) -> list[Epoch]:
    """Return the records of epochs."""
    return [Epoch(**record) for record in records]
