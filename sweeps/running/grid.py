"""The grid of a sweep: named axes, their values checked, and the points of their product."""

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.storing.point import Point, Value, canonical

_RESERVED = ("rng", "replica", "seconds", "failed")
_ALLOWED = "int, float, str, bool or None"


def checked(grid: object) -> dict[str, list[Value]]:
    """Return the axes of `grid` with plain Python values, or say what is wrong with them."""
    if not isinstance(grid, Mapping):
        raise TypeError(f"grid must map parameter names to sequences of values, got {grid!r}")
    if not grid:
        raise ValueError("grid must have at least one parameter, got an empty mapping")
    return {name_of("grid", name): _axis(name, values) for name, values in grid.items()}


def points(axes: Mapping[str, Sequence[Value]], replicas: int) -> Iterator[Point]:
    """Yield the points of the product, the replica running fastest."""
    for values in itertools.product(*axes.values()):
        parameters = dict(zip(axes, values, strict=True))
        for replica in range(replicas):
            yield Point(parameters, replica)


def labels(values: Sequence[Value]) -> npt.NDArray[Any]:
    """Return the coordinate of an axis: the values, or their text if they are of several kinds."""
    return np.array(values if len({_kind(value) for value in values}) == 1 else _texts(values))


def name_of(where: str, name: object) -> str:
    """Return `name` if it can be a parameter of a sweep; a message begins with `where`."""
    if not isinstance(name, str) or not name.isidentifier():
        raise TypeError(f"{where}: a parameter name must be an identifier, got {name!r}")
    if name in _RESERVED:
        raise ValueError(f"{where}: {name!r} is reserved, as are {', '.join(_RESERVED)}")
    return name


def value_of(where: str, value: object) -> Value:
    """Return `value` as the plain Python value that it is; a message begins with `where`."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, np.longdouble):  # whose `item` is itself
        plain = float(value)
    if plain is not None and not isinstance(plain, bool | int | float | str):
        raise TypeError(f"{where}: a value must be {_ALLOWED}, got {value!r}")
    if isinstance(plain, str) and "\0" in plain:
        raise ValueError(f"{where}: a string must hold no NUL character, got {plain!r}")
    if isinstance(value, np.floating) and not np.isfinite(float(value)) and np.isfinite(value):
        raise ValueError(f"{where}: a number must fit in a float of 64 bits, got {value}")
    if isinstance(plain, float) and math.isnan(plain):
        raise ValueError(f"{where}: nan cannot name a point, give a number")
    if isinstance(plain, int) and not -(2**63) <= plain < 2**63:
        raise ValueError(f"{where}: an integer must fit in 64 bits, got {plain}")
    return plain + 0.0 if isinstance(plain, float) else plain  # -0.0 and 0.0 are one point


def _axis(name: str, values: object) -> list[Value]:
    """Return the values of one axis; integers among floats become floats, as in numpy."""
    sequence = isinstance(values, Sequence) and not isinstance(values, str | bytes)
    if not sequence and not (isinstance(values, np.ndarray) and values.ndim == 1):
        raise TypeError(f"grid[{name!r}] must be a sequence of {_ALLOWED}, got {values!r}")
    axis = [value_of(f"grid[{name!r}]", value) for value in values]  # type: ignore[attr-defined]
    if not axis:
        raise ValueError(f"grid[{name!r}] must have at least one value, got none")
    if all(_kind(value) == "number" for value in axis) and any(
        isinstance(value, float) for value in axis
    ):
        axis = [float(value) for value in axis if value is not None]
    _distinct(name, axis)
    return axis


def _distinct(name: str, axis: Sequence[Value]) -> None:
    """Refuse an axis on which two values would be one point, or have the same label."""
    seen: set[tuple[str, object]] = set()
    for value, label in zip(axis, labels(axis).tolist(), strict=True):
        same = {("label", label), ("point", json.dumps(canonical(value)))}
        if seen & same:
            raise ValueError(f"grid[{name!r}] must have distinct values, got {value!r} twice")
        seen |= same


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _texts(values: Sequence[Value]) -> list[str]:
    return [str(value) for value in values]
