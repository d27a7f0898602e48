"""Names, units and descriptions of all variables of a figure, by the CF conventions."""

import json
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from figures import catalogue
from figures.shared.words import Words, words

if TYPE_CHECKING:
    import xarray

CONVENTIONS = "CF-1.11"


def describe(name: str, data: "xarray.Dataset") -> "xarray.Dataset":
    """Return the data of a figure with what each variable is; no value changes.

    Every variable has the attributes `long_name`, `units` and `description`, from `variables` of
    the figure's module and `figures.shared.words`. The data have `Conventions` and `title`, and
    where they know their provenance `source` and `history`.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, or some variables have no description.
    """
    module = catalogue.load(name)
    own = getattr(module, "variables", {})
    found, missing = {}, []
    for variable in data.variables:
        try:
            found[variable] = words(str(variable), own)
        except KeyError:
            missing.append(str(variable))
    if missing:
        raise ValueError(
            f"a figure describes every variable that it stores; {name} lacks "
            f"{', '.join(sorted(missing))}: write in its module "
            f"variables = {{'{min(missing)}': 'long name [unit]: more'}}"
        )
    data = data.copy()
    for variable, said in found.items():
        data[variable].attrs.update(_attributes(said))
    own_words = {"title": module.title, "Conventions": CONVENTIONS}
    return data.assign_attrs({**_past(data.attrs), **data.attrs, **own_words})


def of_axis(name: str, axis: Hashable) -> Words:
    """Return what an axis without a coordinate counts."""
    own = getattr(catalogue.load(name), "variables", {})
    try:
        return words(str(axis), own)
    except KeyError:
        return Words(f"number along the axis {axis}", more="from 0 on")


def _attributes(said: Words) -> dict[str, str]:
    return {
        "long_name": said.long_name,
        "units": said.units,
        "description": said.description,
    }


def _past(attributes: dict[str, Any]) -> dict[str, str]:
    """Return how the data were made, if they know."""
    if "provenance" not in attributes:
        return {}
    record = json.loads(attributes["provenance"])
    made = {"source": record.get("package"), "history": None}
    if record.get("time") and record.get("command"):
        made["history"] = f"{record['time']} {record['command']}"
    return {key: value for key, value in made.items() if value}
