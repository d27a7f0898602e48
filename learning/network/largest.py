"""The largest numbers whose products and sums float32 still holds."""

import numpy as np
import numpy.typing as npt

PARAMETER = 1e6  # strengths, rates, margins: three of them and two inputs may be multiplied
INPUT = 1e9


def bounded(inputs: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return finite inputs; refuse such as would make infinite fields."""
    largest = float(np.abs(inputs).max(initial=0))
    if largest > INPUT:
        raise ValueError(f"X must have entries of size at most {INPUT:g}, got {largest:g}")
    return inputs
