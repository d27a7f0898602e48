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
from sweeps.storing import generators
from sweeps.storing.arrays import Array
from sweeps.storing.point import Point
from sweeps.storing.scratch import Scratch

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
    unseeded: bool = False  # whether it drew from a global generator


@dataclass(frozen=True)
class Task:
    """The swept function, ready to be called on a point by any worker.

    It is given a generator if it `takes` "rng", and a folder of the point if it takes "scratch".
    The names that are `taken`, besides those of the parameters, are not allowed for results.
    """

    function: Callable[..., object]
    seed: int
    takes: Collection[str]
    scratch: Scratch
    taken: tuple[str, ...] = ()

    def __call__(self, point: Point) -> Evaluation:
        """Evaluate `point`; an error becomes part of what is returned."""
        arguments: dict[str, Any] = dict(point.parameters)
        if "rng" in self.takes:
            arguments["rng"] = point.generator(self.seed)
        results: dict[str, Scalar | Array] = {}
        error = None
        before = generators.places()
        start = time.perf_counter()
        try:
            if "scratch" in self.takes:
                arguments["scratch"] = self.scratch.make(point)
            results = named(self.function(**arguments), (*point.parameters, *self.taken))
        except Exception:
            # half a surrogate pair in its message could not be stored
            error = traceback.format_exc().encode(errors="backslashreplace").decode()
        seconds = time.perf_counter() - start
        unseeded = generators.moved(before, generators.places())
        return Evaluation(results, error, seconds, platform.node(), library_versions(), unseeded)


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
    _refuse_confusion(results, taken)
    size = sum(value.nbytes for value in results.values() if isinstance(value, np.ndarray))
    if size > _LARGEST:
        raise ValueError(
            f"the function must return arrays of at most {_LARGEST / 1e6:g} MB at a point, got "
            f"{size / 1e6:.0f} MB: reduce them to what is needed"
        )
    return results


def dimensions_of(name: str, count: int) -> tuple[str, ...]:
    """Return the names of the dimensions that an array adds to those of the grid."""
    return tuple(f"{name}_{axis}" for axis in range(count))


def _refuse_confusion(results: Mapping[str, Scalar | Array], taken: Collection[str]) -> None:
    """Refuse an array one of whose dimensions is called like a parameter or another result."""
    for name, value in results.items():
        for dimension in dimensions_of(name, np.ndim(value)):
            if dimension in taken or dimension in results:
                raise ValueError(
                    f"the function must not return an array {name!r} beside a parameter or result "
                    f"{dimension!r}, which is the name of a dimension of the array: rename one"
                )


@functools.cache
def library_versions() -> str:
    """Return the versions of Python and of the libraries that numbers depend on."""
    found = versions(("steering-dynamics", "numpy", "scipy", "numba"))
    return ", ".join(f"{name} {version}" for name, version in found.items() if version)


def _plain(name: str, value: object) -> Scalar | Array:
    """Return one result as a Python scalar or an array of real numbers."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError(f"{name} must hold no NUL character, got {value!r}")
        return str(value)
    try:
        array: Array = np.asanyarray(value)
    except ValueError:
        raise TypeError(f"{name} must be {_ALLOWED}, got a ragged sequence") from None
    if np.ma.is_masked(array):
        raise TypeError(f"{name} has masked values: return nan in their place (.filled(nan))")
    array = np.asarray(array)
    if array.dtype.kind == "c":
        raise TypeError(f"{name} is complex: return its real and imaginary parts by two names")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be {_ALLOWED}, got {type(value).__name__}")
    return array if array.ndim else _scalar(name, array)


def _scalar(name: str, array: Array) -> Scalar:
    with np.errstate(over="ignore"):
        number: Scalar = array.astype(float).item() if array.dtype.kind == "f" else array.item()
    if isinstance(number, float) and np.isinf(number) and np.isfinite(array):
        raise ValueError(f"{name} must fit in a float of 64 bits, got {array[()]!s}")
    if isinstance(number, int) and not -(2**63) <= number < 2**63:
        raise TypeError(f"{name} must fit in 64 bits, got {number}: return a float")
    return number
