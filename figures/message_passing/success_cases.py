"""The sizes and efforts at which the success of message passing is measured."""

from typing import NamedTuple

import numpy as np

POINTS = 7  # values of J_D a case


class Case(NamedTuple):
    """One size, one effort, the range of J_D that holds its thresholds, and the samples."""

    N: int
    runs: int
    steps: int
    first: float
    last: float
    networks: int
    single: int  # runs without couplings; as many in all cases of one size

    @property
    def J_D(self) -> list[float]:
        """The self-couplings."""
        return [float(x) for x in np.linspace(self.first, self.last, POINTS).round(4)]

    @property
    def effort(self) -> int:
        """The number of iterations of all runs."""
        return self.runs * self.steps * 10


QUICK = (
    Case(100, 2, 40, 0.03, 0.18, 8, 4),
    Case(200, 2, 40, 0.03, 0.18, 8, 4),
    Case(400, 2, 40, 0.06, 0.21, 8, 4),
    Case(200, 1, 10, 0.06, 0.27, 8, 4),
    Case(200, 8, 40, 0.03, 0.18, 6, 4),
)
FULL = (
    Case(250, 4, 60, 0.06, 0.18, 20, 48),
    Case(500, 4, 60, 0.075, 0.195, 20, 24),
    Case(1000, 4, 60, 0.09, 0.21, 20, 16),
    Case(2000, 4, 60, 0.10, 0.25, 20, 16),
    Case(1000, 1, 60, 0.13, 0.25, 20, 16),
    Case(1000, 16, 60, 0.08, 0.20, 12, 16),
    Case(4000, 4, 60, 0.13, 0.22, 8, 8),
    Case(8000, 4, 60, 0.17, 0.26, 3, 4),
)
TABLES = {400, 4000}  # sizes of which the smallest unstable fractions are tabulated


def cases(full: bool) -> tuple[Case, ...]:
    """Return the cases of a size of the figure."""
    return FULL if full else QUICK
