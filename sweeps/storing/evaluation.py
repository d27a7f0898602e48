"""What one call of the swept function gave, in the form that travels and is stored."""

import functools
import platform
import time
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from foundation.versions import versions
from sweeps.storing.arrays import Array
from sweeps.storing.point import Point

Scalar = bool | int | float | str

_RESERVED = ("failed", "seconds", "replica")
_LARGEST = 900_000_000  # bytes: a row of SQLite holds 10^9
_ALLOWED = "a number, a string or an array of real numbers"


@dataclass(frozen=True)
class Evaluation:
    """The results of a point, or the traceback of its error, with what it took to get there."""

    results: dict[str, Scalar | Array] = field(default_factory=dict)
    error: str | None = None
    seconds: float = 0.0
    host: str = ""
    libraries: str = ""


@dataclass(frozen=True)
class Task:
    """The swept function, ready to be called on a point by any worker."""

    function: Callable[..., object]
    seed: int
    takes_rng: bool

    def __call__(self, point: Point) -> Evaluation:
        """Evaluate `point`; an error becomes part of what is returned."""
        arguments: dict[str, Any] = dict(point.parameters)
        if self.takes_rng:
            arguments["rng"] = point.generator(self.seed)
        results: dict[str, Scalar | Array] = {}
        error = None
        start = time.perf_counter()
        try:
            results = named(self.function(**arguments), taken=point.parameters)
        except Exception:
            # half a surrogate pair in its message could not be stored
            error = traceback.format_exc().encode(errors="backslashreplace").decode()
        seconds = time.perf_counter() - start
        return Evaluation(results, error, seconds, platform.node(), library_versions())


def named(returned: object, taken: Collection[str] = ()) -> dict[str, Scalar | Array]:
    """Return what a function returned as a mapping of names to plain scalars and arrays.

    The names that are `taken` by parameters are not allowed.
    """
    if not isinstance(returned, Mapping):
        returned = {"result": returned}
    forbidden = (*_RESERVED, *taken)
    for name in returned:
        if not isinstance(name, str) or not name.isidentifier() or name in forbidden:
            raise TypeError(
                f"the function must return names that are identifiers and none of "
                f"{', '.join(forbidden)}, got {name!r}"
            )
    results = {name: _plain(name, value) for name, value in returned.items()}
    size = sum(value.nbytes for value in results.values() if isinstance(value, np.ndarray))
    if size > _LARGEST:
        raise ValueError(
            f"the function must return arrays of at most {_LARGEST / 1e6:g} MB at a point, got "
            f"{size / 1e6:.0f} MB: reduce them to what is needed"
        )
    return results


@functools.cache
def library_versions() -> str:
    """Return the versions of Python and of the libraries that numbers depend on."""
    found = versions(("steering-dynamics", "numpy", "scipy", "numba"))
    return ", ".join(f"{name} {version}" for name, version in found.items() if version)


def _plain(name: str, value: object) -> Scalar | Array:
    """Return one result as a Python scalar or an array of real numbers."""
    if isinstance(value, str):
        return str(value)
    try:
        array: Array = np.asarray(value)
    except ValueError:
        raise TypeError(f"{name} must be {_ALLOWED}, got a ragged sequence") from None
    if array.dtype.kind == "c":
        raise TypeError(f"{name} is complex: return its real and imaginary parts by two names")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be {_ALLOWED}, got {type(value).__name__}")
    return array if array.ndim else _scalar(name, array)


def _scalar(name: str, array: Array) -> Scalar:
    number: Scalar = array.astype(np.float64).item() if array.dtype.kind == "f" else array.item()
    if isinstance(number, int) and not -(2**63) <= number < 2**63:
        raise TypeError(f"{name} must fit in 64 bits, got {number}: return a float")
    return number
