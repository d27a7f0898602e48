"""A theory, given as a function, at the coordinates of data."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foundation import domains

if TYPE_CHECKING:
    import xarray


def evaluate(theory: Callable[..., npt.ArrayLike], data: xarray.DataArray) -> xarray.DataArray:
    """Return a theory at every point of data.

    Parameters
    ----------
    theory
        A function of (some of) the coordinates of the data. Each is passed by name, as a DataArray
        of the shape of the data without replicas, so a function of numpy arrays will do. A function
        that does not name its arguments, such as `numpy.exp`, is passed the only dimension.
    data
        A result of a sweep, of which the dimension `replica` does not count; or means.

    Returns
    -------
    DataArray of floats with the coordinates of the data without replicas. (A theory that returns a
    DataArray itself is trusted with its labels.)

    Raises
    ------
    TypeError, ValueError
        If the theory takes something else, or returns an array of another shape.

    Examples
    --------
    >>> import sweeps
    >>> import xarray
    >>> data = xarray.DataArray([0.1, 0.05], {"N": [10, 20]}, dims="N")
    >>> sweeps.evaluate(lambda N: 1 / N, data).values.tolist()
    [0.1, 0.05]
    """
    import xarray

    if not callable(theory):
        raise TypeError(f"theory must be a function, got {theory!r}")
    if not isinstance(data, xarray.DataArray):
        raise TypeError(f"data must be an xarray.DataArray, got {data!r}")
    frame = data.count("replica") if "replica" in data.dims else data
    return labelled("theory", _called(theory, frame), like=frame)


def labelled(name: str, values: Any, like: xarray.DataArray | None = None) -> xarray.DataArray:
    """Return `values` as a DataArray of floats, with the labels of `like` if they have none."""
    import xarray

    if isinstance(values, xarray.DataArray):
        return values.copy(data=domains.numbers(name, values.values))
    array = domains.numbers(name, values)
    if like is None:
        return xarray.DataArray(array, dims=[f"point_{i}" for i in range(array.ndim)])
    if array.shape not in ((), like.shape):
        raise ValueError(f"{name} must have the shape {like.shape} of the data, got {array.shape}")
    return xarray.full_like(like, 0.0, dtype=float) + array


def _called(theory: Callable[..., object], frame: xarray.DataArray) -> object:
    """Return the theory of those coordinates that it takes."""
    parameters = _parameters(theory)
    if parameters is None:
        return theory(_spread(_only(theory, frame), frame))
    every = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    given = [str(name) for name in frame.coords if every or name in parameters]
    try:
        inspect.signature(theory).bind(**dict.fromkeys(given))
    except TypeError as error:
        coordinates = ", ".join(map(str, frame.coords))
        raise TypeError(
            f"theory must be a function of coordinates of the data ({coordinates}): {error}"
        ) from None
    return theory(**{name: _spread(name, frame) for name in given})


def _parameters(theory: Callable[..., object]) -> Mapping[str, inspect.Parameter] | None:
    """Return the parameters of a function; None if it does not name them."""
    if isinstance(theory, np.ufunc):
        return None
    try:
        parameters = inspect.signature(theory).parameters
    except ValueError:  # compiled functions may not tell
        return None
    nameless = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters.values())
    return None if nameless else parameters


def _only(theory: object, frame: xarray.DataArray) -> str:
    """Return the name of the one dimension of the data that can be passed without a name."""
    names = [str(name) for name in frame.dims if name in frame.coords]
    if len(names) != 1 or getattr(theory, "nin", 1) != 1:
        raise TypeError(
            f"theory must name its arguments unless it is a function of the only dimension of the "
            f"data, got {theory!r} and the dimensions ({', '.join(map(str, frame.dims))}): wrap it "
            "in a function of named coordinates"
        )
    return names[0]


def _spread(name: str, frame: xarray.DataArray) -> xarray.DataArray:
    """Return a coordinate in the full shape of the data: bare numpy arrays know no labels."""
    return frame[name].broadcast_like(frame).transpose(*frame.dims)
