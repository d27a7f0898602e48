"""The grid of a sweep: named axes, their values checked, and the points of their product."""

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.storing.point import Point, Value, canonical

_RESERVED = ("rng", "replica", "seconds", "failed")
_ALLOWED = "int, float, str, bool or None"


@dataclass(frozen=True)
class Axis:
    """The parameters of one dimension, and for each of them its value at all places along it."""

    parameters: dict[str, list[Value]]

    @property
    def dimension(self) -> str:
        """The name of the dimension: the parameter, or all that move together."""
        return "_".join(self.parameters)

    def __len__(self) -> int:
        return len(next(iter(self.parameters.values())))

    def __iter__(self) -> Iterator[dict[str, Value]]:
        for values in zip(*self.parameters.values(), strict=True):
            yield dict(zip(self.parameters, values, strict=True))


def checked(grid: object) -> list[Axis]:
    """Return the axes of `grid` with plain Python values, or say what is wrong with them."""
    if not isinstance(grid, Mapping):
        raise TypeError(f"grid must map parameter names to sequences of values, got {grid!r}")
    if not grid:
        raise ValueError("grid must have at least one parameter, got an empty mapping")
    axes = [
        _together(names, rows) if isinstance(names, tuple) else _alone(names, rows)
        for names, rows in grid.items()
    ]
    seen: set[str] = set()
    for axis in axes:
        for name in {*axis.parameters, axis.dimension}:
            if name in seen:
                raise ValueError(f"grid must have each parameter and dimension once, got {name!r}")
        seen |= {*axis.parameters, axis.dimension}
    return axes


def points(axes: Sequence[Axis], replicas: int) -> Iterator[Point]:
    """Yield the points of the product, the replica running fastest."""
    for places in itertools.product(*axes):
        parameters = {name: value for place in places for name, value in place.items()}
        for replica in range(replicas):
            yield Point(parameters, replica)


def names_of(axes: Sequence[Axis]) -> list[str]:
    """Return the names of all parameters."""
    return [name for axis in axes for name in axis.parameters]


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


def _alone(name: object, values: object) -> Axis:
    """Return the axis of one parameter."""
    name = name_of("grid", name)
    axis = [value_of(f"grid[{name!r}]", value) for value in _rows(name, values)]
    axis = _floats(axis)
    _distinct(name, axis)
    return Axis({name: axis})


def _together(names: tuple[object, ...], rows: object) -> Axis:
    """Return the axis of parameters that move together: each row holds a value of each."""
    known = [name_of("grid", name) for name in names]
    if len(known) < 2 or len(set(known)) < len(known):
        raise ValueError(f"grid: parameters that move together must be two or more, got {names!r}")
    found = []
    for row in _rows(names, rows):
        if not isinstance(row, Sequence | np.ndarray) or isinstance(row, str | bytes):
            raise TypeError(
                f"grid[{names!r}] must hold a tuple of values at each place, got {row!r}"
            )
        if len(row) != len(known):
            raise ValueError(
                f"grid[{names!r}] must hold {len(known)} values at each place, got {row!r}"
            )
        found.append([value_of(f"grid[{names!r}]", value) for value in row])
    columns = [_floats(list(column)) for column in zip(*found, strict=True)]
    axis = Axis(dict(zip(known, columns, strict=True)))
    keys = [Point(place).key for place in axis]
    if len(set(keys)) < len(keys):
        twice = next(place for place, key in zip(axis, keys, strict=True) if keys.count(key) > 1)
        raise ValueError(f"grid[{names!r}] must have distinct places, got {twice} twice")
    return axis


def _rows(name: object, values: object) -> Sequence[Any]:
    """Return the places of an axis as a sequence, at least one."""
    sequence = isinstance(values, Sequence) and not isinstance(values, str | bytes)
    dimensions = (1, 2) if isinstance(name, tuple) else (1,)
    if not sequence and not (isinstance(values, np.ndarray) and values.ndim in dimensions):
        raise TypeError(f"grid[{name!r}] must be a sequence of {_ALLOWED}, got {values!r}")
    if not len(values):  # type: ignore[arg-type]
        raise ValueError(f"grid[{name!r}] must have at least one value, got none")
    return values  # type: ignore[return-value]


def _floats(values: list[Value]) -> list[Value]:
    """Return integers among floats as floats, as numpy does."""
    numbers = [float(x) for x in values if _kind(x) == "number" and x is not None]
    some = any(isinstance(value, float) for value in values)
    return [*numbers] if some and len(numbers) == len(values) else values


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
