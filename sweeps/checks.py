"""Checks of the arguments that several functions share; each message says what is allowed."""

import operator
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def integer(name: str, value: object, low: int) -> int:
    """Return `value` as an `int` >= `low`."""
    allowed = f"{name} must be an integer >= {low}"
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{allowed}, got {value!r}") from None
    if number < low:
        raise ValueError(f"{allowed}, got {number}")
    return number


def boolean(name: str, value: object) -> bool:
    """Return `value` as a `bool`."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def fraction(name: str, value: object) -> float:
    """Return `value` as a `float` strictly between 0 and 1."""
    allowed = f"{name} must be a number strictly between 0 and 1"
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{allowed}, got {value!r}")
    if not 0 < value < 1:
        raise ValueError(f"{allowed}, got {value!r}")
    return float(value)


def numbers(name: str, value: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return `value` as an array of floats; nan is allowed."""
    try:
        array: npt.NDArray[Any] = np.asarray(value)
    except ValueError:
        raise TypeError(f"{name} must be an array of numbers, got a ragged sequence") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of numbers, got {value!r}")
    return array.astype(np.float64)


def finite(name: str, value: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return `value` as a non-empty, one-dimensional array of finite floats."""
    array = numbers(name, value)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array


def generator(name: str, value: object) -> np.random.Generator:
    """Return `value` as a generator: it is one, a seed, or None for a fresh seed."""
    if isinstance(value, np.random.Generator):
        return value
    return np.random.default_rng(None if value is None else integer(name, value, 0))


def path(name: str, value: object) -> Path:
    """Return `value` as an absolute path."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} must be a path (str or Path), got {value!r}")
    text = os.fspath(value)
    if not isinstance(text, str) or not text:
        raise ValueError(f"{name} must be a non-empty path, got {value!r}")
    return Path(text).expanduser().absolute()


def version(value: object) -> str:
    """Return the model version as text: 1 and "1" are the same version."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"version must be a string or an integer, got {value!r}")
    if value == "":
        raise ValueError("version must not be empty: name the model, for example version='1'")
    return str(value)
