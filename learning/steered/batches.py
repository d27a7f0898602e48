"""The batches of an epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learning.data.signs import flipped
from learning.fused.given import Given
from learning.network.couplings import Array


class Counts(NamedTuple):
    """What happened in a step: hidden units that learned, inputs missed, flips."""

    unstable: int
    missed: int
    flips: int


@dataclass(frozen=True, eq=False)
class Batches:
    """Inputs in the order in which they are learned.

    Attributes
    ----------
    x, truth, weights
        Inputs, (P, N), their classes, and factors of their steps or None.
    order
        Rows of `x`, (steps, B).
    C
        Number of classes.
    flipped, rng
        Fraction of the entries that are flipped anew, and the generator for it.
    """

    x: Array
    truth: npt.NDArray[np.intp]
    weights: Array | None
    order: npt.NDArray[np.intp]
    C: int
    flipped: float
    rng: np.random.Generator

    def part(self, begin: int, end: int) -> Given:
        """Return some of the batches; they have to be asked for in their order."""
        chosen = self.order[begin:end]
        x, truth = self.x.take(chosen, axis=0), self.truth[chosen]
        if self.flipped:
            x = flipped(x, self.flipped, self.rng)
        none = np.zeros((0, chosen.shape[1]), dtype=np.float32)
        weight = none if self.weights is None else self.weights[chosen]
        y = 2 * np.eye(self.C, dtype=np.float32)[truth] - 1
        return Given(x, y, truth, weight)

    def each(self) -> Iterator[tuple[Array, Array, npt.NDArray[np.intp], Array | None]]:
        """Yield batches: inputs, labels, classes, and factors of the steps."""
        for number in range(len(self.order)):
            x, y, truth, weight = self.part(number, number + 1)
            yield x[0], y[0], truth[0], weight[0] if len(weight) else None
