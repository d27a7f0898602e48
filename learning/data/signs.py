"""Signs of numbers, and signs that are flipped."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.network.bounds import single


def signs(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return +1 where a value is not negative, and -1 elsewhere."""
    return np.where(values >= 0, np.float32(1), np.float32(-1))


def flipped(
    inputs: npt.NDArray[np.float32], probability: float, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Do what `flip` does, to arguments that were checked."""
    return np.where(rng.random(inputs.shape) < probability, -inputs, inputs)


def flip(
    X: npt.ArrayLike, probability: float, *, rng: int | np.random.Generator | None = None
) -> npt.NDArray[np.float32]:
    """Return inputs with each sign changed with a probability.

    Parameters
    ----------
    X
        Inputs, in [-1e9, 1e9].
    probability
        In [0, 1].
    rng
        A seed, a generator, or None for a fresh seed.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import flip
    >>> flipped = flip(np.ones(10_000), 0.1, rng=1)
    >>> bool(abs(np.mean(flipped < 0) - 0.1) < 0.01)
    True
    """
    inputs = single(X)
    probability = domains.real("probability", probability, 0, 1)
    return flipped(inputs, probability, domains.generator(rng))
