"""Checks of the arguments that several functions share; each message says what is allowed."""

import math
import operator
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Kind = TypeVar("Kind")


def integer(name: str, value: object, low: int, high: int | None = None) -> int:
    """Return `value` as an `int` in [`low`, `high`]."""
    allowed = f"an integer >= {low}" if high is None else f"an integer in [{low}, {high}]"
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be {allowed}, got {value!r}") from None
    if number < low or (high is not None and number > high):
        raise ValueError(f"{name} must be {allowed}, got {number}")
    return number


def real(name: str, value: object, low: float = -math.inf, above: bool = False) -> float:
    """Return `value` as a finite `float` >= `low`, or > `low` if it must lie `above`."""
    sign = ">" if above else ">="
    allowed = "a finite number" if math.isinf(low) else f"a finite number {sign} {low:g}"
    numbers = int | float | np.integer | np.floating
    if isinstance(value, bool) or not isinstance(value, numbers):
        raise TypeError(f"{name} must be {allowed}, got {value!r}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name} must be {allowed}, got an integer beyond 1e308") from None
    if not math.isfinite(number) or number < low or (above and number == low):
        raise ValueError(f"{name} must be {allowed}, got {number}")
    return number


def floats(name: str, value: npt.ArrayLike) -> Floats:
    """Return `value` as an array of finite floats."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise TypeError(f"{name} must be an array of numbers, got a ragged sequence") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got {value!r}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)].flat[0]}")
    return array.astype(np.float64)


def shaped(name: str, value: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return `value` as a fresh array of finite floats of a shape, broadcast where it can be."""
    array = floats(name, value)
    try:
        return np.array(np.broadcast_to(array, shape))
    except ValueError:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}") from None


def choice(name: str, value: object, allowed: Collection[str]) -> str:
    """Return `value` if it is one of the `allowed` words."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def boolean(name: str, value: object) -> bool:
    """Return `value` as a `bool`."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def instance(name: str, value: object, kind: type[Kind]) -> Kind:
    """Return `value` if it is of a type of ours."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be of the type {kind.__name__}, got {value!r}")
    return value


def mapping(name: str, value: Mapping[Any, Any] | None) -> Mapping[Any, Any]:
    """Return `value` if it is a mapping; None is an empty one."""
    if not isinstance(value, Mapping | None):
        raise TypeError(f"{name} must be a mapping, got {value!r}")
    return value or {}


def several(name: str, value: object) -> list[Any]:
    """Return the elements of `value`."""
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a sequence, got {value!r}")
    return list(value)


def path(name: str, value: str | os.PathLike[str]) -> Path:
    """Return `value` as a path."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} must be a path (str or Path), got {value!r}")
    return Path(value)


def nodes(name: str, value: object, size: int) -> npt.NDArray[np.int64]:
    """Return `value` as an array of distinct indices of state variables."""
    try:
        array = np.array(several(name, value))
    except ValueError:
        raise TypeError(f"{name} must be a list of indices, got {value!r}") from None
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise TypeError(f"{name} must be a list of indices, got {value!r}")
    array = array.astype(np.int64)
    wrong = (array < 0) | (array >= size)
    if wrong.any():
        raise ValueError(f"{name} must be indices in [0, {size - 1}], got {array[wrong][0]}")
    if len(np.unique(array)) < len(array):
        raise ValueError(f"{name} must be distinct, got {array.tolist()}")
    return array


def generator(name: str, value: int | np.random.Generator | None) -> np.random.Generator:
    """Return `value` as a generator: it is one, a seed, or None for a fresh seed."""
    if isinstance(value, np.random.Generator):
        return value
    return np.random.default_rng(None if value is None else integer(name, value, 0))
