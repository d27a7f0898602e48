"""What a compiled function learns from."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learning.network.couplings import Array


class Given(NamedTuple):
    """T batches of B inputs.

    Attributes
    ----------
    x, y
        Inputs and labels of entries +1 and -1, (T, B, N) and (T, B, C).
    truth
        Classes, (T, B).
    weight
        Factors of each input's share of a step, (T, B); (0, B) for 1.
    """

    x: Array
    y: Array
    truth: npt.NDArray[np.intp]
    weight: Array
