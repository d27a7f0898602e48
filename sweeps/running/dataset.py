"""From the evaluations of a sweep to labelled arrays."""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sweeps.errors import SweepWarning
from sweeps.running import grid
from sweeps.storing.arrays import Array
from sweeps.storing.evaluation import Evaluation, Scalar, dimensions_of
from sweeps.storing.reader import Series

if TYPE_CHECKING:
    import xarray

Found = dict[int, Scalar | Array]


def labelled(
    axes: Sequence[grid.Axis],
    replicas: int,
    evaluations: Sequence[Evaluation],
    series: Series,
) -> "xarray.Dataset":
    """Return the evaluations of a grid, in the order of its points, as `sweeps.run` says."""
    import xarray

    shape = (*map(len, axes), replicas)
    dimensions = (*(axis.dimension for axis in axes), "replica")
    variables = {}
    for name, flat in columns(evaluations).items():
        own = dimensions_of(name, flat.ndim - 1)
        variables[name] = (dimensions + own, flat.reshape(shape + flat.shape[1:]))
    coordinates = {
        name: (axis.dimension, grid.labels(values))
        for axis in axes
        for name, values in axis.parameters.items()
    }
    coordinates["replica"] = ("replica", np.arange(replicas))
    attributes = {"function": series.function, "version": series.version, "seed": series.seed}
    return xarray.Dataset(variables, coordinates, attributes)


def columns(evaluations: Sequence[Evaluation]) -> dict[str, Array]:
    """Return the results, `failed` and `seconds`, each an array over all points of the grid."""
    found: dict[str, Found] = {}
    for index, evaluation in enumerate(evaluations):
        for name, value in evaluation.results.items():
            found.setdefault(name, {})[index] = value
    results = {}
    for name, values in found.items():
        results[name] = column(name, values, len(evaluations))
    failed = np.array([evaluation.error is not None for evaluation in evaluations])
    seconds = np.array([evaluation.seconds for evaluation in evaluations])
    return {**results, "failed": failed, "seconds": seconds}


def column(name: str, values: Found, size: int) -> Array:
    """Return the values of one result at all points, with nan or "" where there is none."""
    kinds = {_kind(value) for value in values.values()}
    if len(kinds) > 1:
        raise ValueError(
            f"the function must return {name!r} in one form at all points, got "
            f"{' and '.join(sorted(kinds))}; the results are stored"
        )
    if kinds == {"a string"}:
        return np.array([values.get(index, "") for index in range(size)])
    return _numbers(name, {index: np.asarray(value) for index, value in values.items()}, size)


def _numbers(name: str, arrays: dict[int, Array], size: int) -> Array:
    """Stack arrays of one dimensionality into one, as large as the largest of them."""
    shape = tuple(np.max([array.shape for array in arrays.values()], axis=0).astype(int))
    dtype = np.result_type(*{array.dtype for array in arrays.values()})
    complete = len(arrays) == size and all(array.shape == shape for array in arrays.values())
    if not complete and dtype.kind != "f":
        dtype = np.dtype(np.float64)
    if dtype.kind == "f" and any(map(_rounds, arrays.values())):
        warnings.warn(
            f"integers of {name!r} beyond 2^53 are rounded to floats, since other points have none "
            "or no integers; the ledger has them exactly",
            SweepWarning,
            stacklevel=6,
        )
    stacked = np.full((size, *shape), 0 if complete else np.nan, dtype)
    for index, array in arrays.items():
        where: tuple[int | slice, ...] = (index, *map(slice, array.shape))
        stacked[where] = array
    return stacked


def _rounds(array: Array) -> bool:
    """Return whether there are integers that floats of 64 bits have not."""
    return bool(
        array.dtype.kind in "iu" and array.size and (array > 2**53).any() | (array < -(2**53)).any()
    )


def _kind(value: Scalar | Array) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.ndim} dimensions"
    return "a string" if isinstance(value, str) else "a number"
