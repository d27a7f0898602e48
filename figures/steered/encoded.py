"""Images of several data sets, encoded as signs in several ways."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import learning
from figures.shared.data_sets import LOADERS

SMALL = "digits"  # which come with scikit-learn
SHAPES = {SMALL: (8, 8), "MNIST": (28, 28), "Fashion-MNIST": (28, 28), "animals": (28, 28)}
LEVELS = (0.25, 0.5, 0.75)  # of grey, from 0 to 1
PROJECTIONS, OF_A_PATCH = 100, 16


def _patches(shape: tuple[int, int], rng: np.random.Generator) -> "learning.PatchProjection":
    """Return the projection of patches of two sevenths of an image, or half of a small one."""
    size = max(4, 2 * shape[0] // 7)
    return learning.PatchProjection(
        OF_A_PATCH, shape=shape, size=size, step=size // 2, random_state=rng
    )


ENCODINGS: dict[str, Callable[[tuple[int, int], np.random.Generator], Any]] = {
    "projections": lambda shape, rng: learning.EntangledProjection(PROJECTIONS, random_state=rng),
    "pixels": lambda shape, rng: learning.Thermometer([0.5]),
    "levels": lambda shape, rng: learning.Thermometer(LEVELS),
    "patches": _patches,
}


@functools.cache
def pictures(dataset: str) -> learning.Split:
    """Return the images of a data set, loaded once in a process."""
    return learning.load_digits() if dataset == SMALL else LOADERS[dataset]()


def encoded(
    dataset: str, encoding: str, rng: np.random.Generator, P: int | None = None
) -> learning.Split:
    """Return the signs of images, P of those to train on; of projections, minus their mean."""
    data = pictures(dataset)
    chosen = slice(None) if P is None else rng.permutation(len(data.X))[:P]
    centred = encoding in ("projections", "patches")
    mean = data.X.mean(0) if centred else np.float32(0)
    encoder = ENCODINGS[encoding](SHAPES[dataset], rng).fit(data.X[:1])
    X, X_test = (encoder.transform(part - mean) for part in (data.X[chosen], data.X_test))
    return learning.Split(X, data.y[chosen], X_test, data.y_test, f"{encoding} of {data.name}")
