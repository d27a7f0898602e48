"""How large numbers may be, so that float32 still holds their products and sums."""

import numpy as np
import numpy.typing as npt

from foundation import domains

PARAMETER = 1e6  # strengths, rates, margins: three of them and two inputs may be multiplied
INPUT = 1e9


def bounded(inputs: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return the inputs themselves; refuse those that would make infinite fields."""
    largest = max(inputs.max(initial=0), -inputs.min(initial=0))  # without a copy, as abs makes
    if not largest <= INPUT:
        raise ValueError(f"X must have finite entries of size at most {INPUT:g}, got {largest:g}")
    return inputs


def single(X: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return inputs in float32, in the order of C; themselves if they are that already."""
    domains.unmasked("X", X)
    plain = isinstance(X, np.ndarray) and X.dtype == np.float32
    found = np.asarray(X) if plain else domains.reals("X", X)
    return np.asarray(bounded(found), dtype=np.float32, order="C")
