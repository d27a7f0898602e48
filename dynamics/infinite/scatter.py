"""Means over independent groups, with the errors that their scatter tells."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def standard_error(groups: Floats | Sequence[Floats]) -> Floats:
    """Return the standard error of the mean of the groups."""
    return np.asarray(np.std(groups, axis=0, ddof=1) / np.sqrt(len(groups)))


class Scatter:
    """The same of groups that come one after the other, and are too large to be kept (Welford)."""

    def __init__(self) -> None:
        self._groups = 0
        self.mean: Floats = np.zeros(())
        self._squares: Floats = np.zeros(())

    def add(self, group: Floats) -> None:
        """Take account of one more group."""
        self._groups += 1
        difference = group - self.mean
        self.mean = self.mean + difference / self._groups
        self._squares = self._squares + difference * (group - self.mean)

    @property
    def error(self) -> Floats:
        """The standard error of the mean."""
        return np.sqrt(self._squares / (self._groups - 1) / self._groups)
