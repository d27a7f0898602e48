"""Labelled inputs divided at random."""

from typing import Any

import numpy as np
import numpy.typing as npt

from learning.data.split import Split


def divided(
    X: npt.NDArray[np.float32],
    y: npt.NDArray[Any],
    test: int,
    rng: np.random.Generator,
    name: str,
) -> Split:
    """Return a random part of so many inputs to test on, and the others to train on."""
    order = rng.permutation(len(y))
    held, rest = order[:test], order[test:]
    return Split(X[rest], y[rest], X[held], y[held], name)
