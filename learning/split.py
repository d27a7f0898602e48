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
