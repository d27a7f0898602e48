"""How well pairs of patterns are recalled."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Recall:
    """How well the pairs are recalled after some epochs of training.

    Attributes
    ----------
    epoch
        Number of epochs so far.
    bit
        Fraction of the output bits that are right.
    exact
        Fraction of the patterns without a wrong bit.
    unstable
        Fraction of the units that were below their margin in the last epoch.
    """

    epoch: int
    bit: float
    exact: float
    unstable: float


class Best(NamedTuple):
    """The highest fractions of right bits and of patterns without a wrong bit."""

    bit: float
    exact: float


def recall_of(
    epoch: int, recalled: npt.NDArray[np.float32], outputs: npt.NDArray[np.float32], unstable: float
) -> Recall:
    """Compare what was recalled with what was to be recalled."""
    right = recalled == outputs
    return Recall(epoch, float(right.mean()), float(right.all(1).mean()), unstable)
