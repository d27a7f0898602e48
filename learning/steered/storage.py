"""Trained networks on disk: arrays and text in one `.npz`, never pickled objects."""

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.data.paths import as_path
from learning.network.couplings import ARRAYS, Couplings
from learning.network.recipe import Recipe
from learning.network.rule import Rule
from learning.network.schedule import Schedule
from learning.network.strengths import Strengths
from learning.steered.learner import Epoch, Learner

FORMAT = 1  # change it when older files can no longer be read
_TEXT = "steering"
_GENERATORS = ("PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937")


def write(path: str | os.PathLike[str], arrays: dict[str, Any], facts: dict[str, Any]) -> None:
    """Write arrays and facts (whatever JSON knows), so that a kill leaves the old file or the new.

    Raises
    ------
    TypeError, ValueError
        If the path is none, or that of a folder; if an array has entries that are neither numbers
        nor strings.
    """
    file = as_path(path)
    if file.is_dir():
        raise ValueError(f"path must be that of a file, {str(file)!r} is a folder")
    for name, array in arrays.items():
        if array.dtype == object:
            raise ValueError(f"{name} must be numbers or strings to be stored, got objects")
    text = json.dumps({"format": FORMAT, **facts}, default=_of_numpy)
    contents = {**arrays, _TEXT: np.array(text)}
    temporary = file.with_name(f".{file.name}.{uuid.uuid4().hex}.writing")
    try:
        with temporary.open("wb") as stream:
            np.savez(stream, **contents)
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def _of_numpy(value: Any) -> Any:
    """Return a number or an array of numpy as JSON knows it."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{value!r} cannot be stored")


def read(path: str | os.PathLike[str]) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return arrays and facts.

    Raises
    ------
    TypeError, ValueError
        If there is no such file, or it is truncated, of another format, or not one of ours.
    """
    file = as_path(path)
    if not file.is_file():
        raise ValueError(f"path must be a file that `save` wrote, got {str(path)!r}: no such file")
    # numpy leaves a file open that it cannot read, so it is not given the name
    with (
        understood(path),
        file.open("rb") as stream,
        np.load(stream, allow_pickle=False) as stored,
    ):
        arrays = {name: stored[name] for name in stored.files}
        facts = json.loads(str(arrays.pop(_TEXT)))
        found = facts["format"]
    if found != FORMAT:
        raise ValueError(
            f"path must be a file of format {FORMAT}, {str(path)!r} has format {found!r}: load it "
            f"with the version of steering-dynamics that wrote it"
        )
    return arrays, facts


@contextmanager
def understood(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say of whatever goes wrong that the file is not one of ours."""
    try:
        yield
    except Exception as error:  # numpy raises what the broken part happens to raise
        raise ValueError(
            f"path must be a file that `save` wrote, {str(path)!r} is truncated or something else: "
            f"{error!r}"
        ) from error


def learner_parts(learner: Learner) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arrays and the facts that `learner_of` needs."""
    facts = {
        "recipe": asdict(learner.recipe),
        "rng": learner.rng.bit_generator.state,
        "epochs": learner.epochs,
        "engine": learner.engine,
    }
    return learner.couplings.arrays, facts


def learner_of(arrays: dict[str, Any], facts: dict[str, Any]) -> Learner:
    """Return a learner that goes on where the stored one was, bit for bit."""
    recipe = recipe_of(facts["recipe"])
    couplings = Couplings(
        **{name: np.ascontiguousarray(arrays[name]) for name in ARRAYS},
        self_coupling=recipe.strengths.lam_int * recipe.strengths.J_D,
        lam=recipe.strengths.lam,
    )
    kind = domains.choice("bit_generator", facts["rng"]["bit_generator"], _GENERATORS)
    rng = np.random.Generator(getattr(np.random, kind)())
    rng.bit_generator.state = facts["rng"]
    return Learner(couplings, recipe, rng, facts["epochs"], facts["engine"])


def recipe_of(parts: dict[str, Any]) -> Recipe:
    """Return the recipe of a mapping of mappings."""
    return Recipe(
        Strengths(**parts["strengths"]), Schedule(**parts["schedule"]), Rule(**parts["rule"])
    )


def history_of(records: list[dict[str, Any]]) -> list[Epoch]:
    """Return the records of epochs."""
    if not isinstance(records, list):
        raise TypeError(f"history must be a list, got {records!r}")
    return [Epoch(**record) for record in records]
