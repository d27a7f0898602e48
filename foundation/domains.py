"""The domain of every argument: a function returns a clean value, or says what is wrong with it.

A `TypeError` tells that the argument is of the wrong kind, a `ValueError` that its value lies
outside its domain; both name the argument, quote what came and state what is allowed.
"""

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

_LARGEST_COUPLING = 1e30  # sums of a few such fields still fit into float32


def integer(name: str, value: object, low: int = 1, high: int | None = None) -> int:
    """Return `value` as an `int` in [`low`, `high`]."""
    allowed = f"an integer >= {low}" if high is None else f"an integer in [{low}, {high}]"
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        unmasked(name, value)
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be {allowed}, got {value!r}") from None
    if number < low or (high is not None and number > high):
        raise ValueError(f"{name} must be {allowed}, got {number}")
    return number


def real(
    name: str,
    value: object,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    exclusive: bool = False,
) -> float:
    """Return `value` as a finite `float` in [`low`, `high`], or between them if `exclusive`."""
    array = reals(name, value, low, high, exclusive=exclusive)
    if array.ndim:
        raise TypeError(f"{name} must be a single number, got an array of shape {array.shape}")
    return float(array)


def coupling(name: str, value: object) -> float:
    """Return `value` as a `float` >= 0 that fields in float32 can hold."""
    number = real(name, value, low=0)
    if number > _LARGEST_COUPLING:
        raise ValueError(f"{name} must be at most {_LARGEST_COUPLING:g}, got {number:g}")
    return number


def reals(
    name: str,
    value: object,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    exclusive: bool = False,
) -> Floats:
    """Return `value` as an array of finite floats in [`low`, `high`], or between them."""
    allowed = _interval(low, high, exclusive)
    array = _numeric(name, value, "iuf", allowed).astype(np.float64)
    inside = (array > low) & (array < high) if exclusive else (array >= low) & (array <= high)
    wrong = ~(np.isfinite(array) & inside)
    if wrong.any():
        raise ValueError(f"{name} must be {allowed}, got {float(array[wrong].flat[0])}")
    return array


def numbers(name: str, value: object) -> Floats:
    """Return `value` as an array of floats; nan and booleans are allowed."""
    return _numeric(name, value, "biuf", "an array of real numbers").astype(np.float64)


def finite(name: str, value: object) -> Floats:
    """Return `value` as an array of finite floats; booleans are allowed."""
    found = numbers(name, value)
    if not np.isfinite(found).all():
        raise ValueError(f"{name} must be finite, got {found[~np.isfinite(found)].flat[0]}")
    return found


def vector(name: str, value: object) -> Floats:
    """Return `value` as a non-empty, one-dimensional array of finite floats."""
    found = numbers(name, value)
    if found.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got shape {found.shape}")
    if found.size == 0:
        raise ValueError(f"{name} must not be empty")
    return finite(name, found)


def shaped(name: str, value: object, shape: tuple[int, ...]) -> Floats:
    """Return `value` as a fresh array of finite floats of a shape, broadcast where it can be."""
    found = finite(name, value)
    try:
        return np.array(np.broadcast_to(found, shape))
    except ValueError:
        raise ValueError(f"{name} must have shape {shape}, got {found.shape}") from None


def integers(
    name: str, value: object, low: int = 1, high: int | None = None
) -> npt.NDArray[np.int64]:
    """Return `value` as an array of integers in [`low`, `high`]."""
    allowed = f"an integer >= {low}" if high is None else f"an integer in [{low}, {high}]"
    array = _numeric(name, value, "iu", allowed)
    wrong = (array < low) | (array > (np.iinfo(np.int64).max if high is None else high))
    if wrong.any():
        raise ValueError(f"{name} must be {allowed}, got {array[wrong].flat[0]}")
    return array.astype(np.int64)


def boolean(name: str, value: object) -> bool:
    """Return `value` as a `bool`."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def choice(name: str, value: object, allowed: Collection[str]) -> str:
    """Return `value` if it is one of the `allowed` words."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    if value not in allowed:
        raise ValueError(
            f"{name} must be one of {', '.join(allowed)}, got {value!r}{nearest(value, allowed)}"
        )
    return value


def instance(name: str, value: object, kind: type[Kind]) -> Kind:
    """Return `value` if it is of a type of ours."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be of the type {kind.__name__}, got {value!r}")
    return value


def mapping(name: str, value: object) -> Mapping[Any, Any]:
    """Return `value` if it is a mapping; None is an empty one."""
    if not isinstance(value, Mapping | None):
        raise TypeError(f"{name} must be a mapping, got {value!r}")
    return value or {}


def several(name: str, value: object) -> list[Any]:
    """Return the elements of `value`."""
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a sequence, got {value!r}")
    return list(value)


def path(name: str, value: object) -> Path:
    """Return `value` as an absolute path."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} must be a path (str or Path), got {value!r}")
    text = os.fspath(value)
    if not isinstance(text, str) or not text:
        raise ValueError(f"{name} must be a non-empty path, got {value!r}")
    return Path(text).expanduser().absolute()


def array(name: str, value: object, allowed: str) -> npt.NDArray[Any]:
    """Return `value` as an array of any dtype, without masked entries or those beyond float64."""
    unmasked(name, value)
    try:
        found = np.asarray(value)
    except ValueError:
        raise TypeError(f"{name} must be {allowed}, got a ragged sequence") from None
    if found.dtype.kind == "f" and found.dtype.itemsize > 8:
        lost = np.isfinite(found) & (np.abs(found) > np.finfo(np.float64).max)
        if lost.any():
            raise ValueError(
                f"{name} must be {allowed}, got {found[lost].flat[0]} beyond the range of float64"
            )
    return found


def unmasked(name: str, value: object) -> None:
    """Refuse an array, or a sequence of arrays and numbers, with masked entries."""
    if isinstance(value, np.ma.MaskedArray):
        if count := int(np.sum(np.ma.getmaskarray(value))):
            raise ValueError(
                f"{name} must have no masked entries, got {count} of {value.size}: "
                "leave them out, or fill them"
            )
    elif isinstance(value, list | tuple):
        for part in value:
            if isinstance(part, list | tuple | np.ma.MaskedArray):
                unmasked(name, part)


def spins(name: str, value: object, shape: tuple[int, ...]) -> npt.NDArray[np.int8]:
    """Return `value` as states of entries +1 and -1, whose last dimensions are `shape`."""
    array = _numeric(name, value, "iuf", "an array of +1 and -1")
    if array.shape[max(0, array.ndim - len(shape)) :] != shape:
        raise ValueError(f"{name} must have the last dimensions {shape}, got shape {array.shape}")
    wrong = (array != 1) & (array != -1)
    if wrong.any():
        raise ValueError(f"{name} must have entries +1 or -1, got {array[wrong].flat[0]}")
    return array.astype(np.int8)


def state(name: str, value: object, shape: tuple[int, ...]) -> npt.NDArray[np.int8]:
    """Return `value` as a single state of entries +1 and -1, of this shape."""
    came = _numeric(name, value, "iuf", "an array of +1 and -1").shape
    if came != shape:
        raise ValueError(f"{name} must have shape {shape}, got {came}")
    return spins(name, value, shape)


def generator(rng: int | np.random.Generator | None, name: str = "rng") -> np.random.Generator:
    """Return the random generator that `rng` is, or is the seed of; None asks for a fresh seed."""
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None:
        return np.random.default_rng()
    try:
        return np.random.default_rng(integer(name, rng, low=0))
    except TypeError:
        raise TypeError(
            f"{name} must be an integer >= 0, a numpy.random.Generator or None, got {rng!r}"
        ) from None


def _interval(low: float, high: float, exclusive: bool) -> str:
    """Say in words which numbers are allowed."""
    if math.isinf(low):
        return "a finite number"
    if math.isinf(high):
        return f"a finite number {'>' if exclusive else '>='} {low:g}"
    return f"a number {'strictly between' if exclusive else 'in'} " + (
        f"{low:g} and {high:g}" if exclusive else f"[{low:g}, {high:g}]"
    )


def nearest(value: str, allowed: Collection[str]) -> str:
    """Return the end of a message that suggests the allowed word nearest to a misspelt one."""
    from difflib import get_close_matches

    words = {word.replace("-", "_").lower(): word for word in allowed}
    close = get_close_matches(value.replace("-", "_").lower(), words, n=1)
    return f"; did you mean {words[close[0]]!r}?" if close else ""


def _numeric(name: str, value: object, kinds: str, allowed: str) -> npt.NDArray[Any]:
    """Return `value` as an array whose dtype is of one of the `kinds`."""
    came = array(name, value, allowed)
    if came.size == 0:
        return came.astype(f"{kinds[-1]}8")
    if came.dtype.kind == "O" and "f" in kinds and all(type(x) is int for x in came.flat):
        try:
            return came.astype(np.float64)  # too large for any integer of numpy
        except OverflowError:
            raise ValueError(f"{name} must be {allowed}, got an integer beyond 1e308") from None
    if came.dtype.kind not in kinds:
        raise TypeError(f"{name} must be {allowed}, got {value!r}")
    return came
