"""The data that the figures of learning share: digits behind a random projection and a sign."""

import functools

import numpy as np
import numpy.typing as npt

import learning

N = 100  # inputs of the network
PIXELS = {
    "digits": "digits of 8 x 8 pixels",
    "centred digits": "digits of 8 x 8 pixels minus their mean",
    "mnist": "MNIST",
}


@functools.cache
def images(dataset: str) -> learning.Split:
    """Return the images, loaded once in a process.

    The mean of all images dominates their projections. In the published experiments it is left in.
    With it 1437 small digits are too few: narrow networks then learn less than random features.
    """
    if dataset == "mnist":
        return learning.load_mnist()
    data = learning.load_digits()
    mean = data.X.mean(0) if dataset == "centred digits" else np.float32(0)
    return learning.Split(data.X - mean, data.y, data.X_test - mean, data.y_test, data.name)


def entangled(dataset: str, rng: np.random.Generator, P: int | None = None) -> learning.Split:
    """Return the signs of N new random projections of the images, P of those to train on."""
    data = images(dataset)
    projection = learning.EntangledProjection(N, random_state=rng).fit(data.X[:1])
    chosen = slice(None) if P is None else rng.permutation(len(data.X))[:P]
    return learning.Split(
        projection.transform(data.X[chosen]),
        data.y[chosen],
        projection.transform(data.X_test),
        data.y_test,
        f"entangled {data.name}",
    )


def train(
    data: learning.Split,
    H: int,
    epochs: int,
    rng: np.random.Generator,
    recipe: learning.Recipe | str = "G2",
    L: int = 1,
    cooling: float = 1.0,
    engine: str = "events",
) -> tuple[learning.Learner, npt.NDArray[np.float64]]:
    """Train a network; return it, and its accuracy on the test inputs after each epoch.

    All rates are multiplied by `cooling` after each.
    """
    made, C = learning.recipe(recipe), len(np.unique(data.y))
    learner = learning.Learner.draw(data.X.shape[1], H, C, L, made, rng=rng, engine=engine)
    accuracy = np.empty(epochs)
    for epoch in range(epochs):
        learner.epoch(data.X, data.y, pace=cooling**epoch)
        accuracy[epoch] = learner.score(data.X_test, data.y_test)
    return learner, accuracy


def distinct(learner: learning.Learner, X: npt.NDArray[np.float32]) -> float:
    """Return how many different states the network ends in, for each input."""
    states = learner.states(X).swapaxes(0, 1).reshape(len(X), -1)
    return len(np.unique(np.packbits(states > 0, axis=1), axis=0)) / len(X)
