"""Labelled inputs, divided into those to train on and those to test on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """A labelled data set in two parts.

    Attributes
    ----------
    X, X_test
        Inputs, one a row, in float32.
    y, y_test
        Their labels.
    name
        What it is.

    Examples
    --------
    >>> from learning import xor
    >>> data = xor(N=20, size=80, test_size=20, rng=1)
    >>> data
    Split(XOR of 2 projections: 80 to train on, 20 to test on, 20 inputs, 2 classes)
    >>> data.X.shape, data.y_test.shape
    ((80, 20), (20,))
    """

    X: npt.NDArray[np.float32]
    y: npt.NDArray[Any]
    X_test: npt.NDArray[np.float32]
    y_test: npt.NDArray[Any]
    name: str

    def __repr__(self) -> str:
        return (
            f"Split({self.name}: {len(self.X)} to train on, {len(self.X_test)} to test on, "
            f"{self.X.shape[1]} inputs, {len(np.unique(self.y))} classes)"
        )
