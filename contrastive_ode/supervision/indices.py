"""Indices of state variables, or of examples, as a caller gives them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foundation import domains


def indices(name: str, value: object, size: int) -> npt.NDArray[np.int64]:
    """Return `value` as an array of distinct indices below `size`.

    Raises
    ------
    TypeError, ValueError
        If it is anything else; the message calls it by `name`.
    """
    try:
        array = np.array(domains.several(name, value))
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


def chosen_examples(examples: Sequence[int] | None, count: int) -> npt.NDArray[np.int64]:
    """Return the examples of a task that were chosen; None for all."""
    if examples is None:
        return np.arange(count)
    chosen = indices("examples", examples, count)
    if not chosen.size:
        raise ValueError("examples must not be empty")
    return chosen
