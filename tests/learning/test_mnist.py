"""Accuracies on Entangled MNIST, against those of independent implementations.

The brackets are means of 3 seeds, four standard deviations wide, of a prototype; the author's code
gave 0.780 after one epoch at H = 400.
"""

import os

import numpy as np
import pytest

import learning

pytestmark = pytest.mark.skipif(
    "STEERING_DATA" not in os.environ, reason="STEERING_DATA does not name a folder with mnist.npz"
)


@pytest.fixture(scope="module")
def mnist():
    return learning.load_mnist()


def accuracies(mnist, seed, H=400, epochs=1, recipe="G2", cooling=1.0, **changes):
    """Return the accuracy on the test digits after each epoch."""
    rng = np.random.default_rng(seed)
    projection = learning.EntangledProjection(100, random_state=rng).fit(mnist.X[:1])
    X, X_test = projection.transform(mnist.X), projection.transform(mnist.X_test)
    learner = learning.Learner.draw(100, H, 10, 1, learning.recipe(recipe, **changes), rng=rng)
    found = []
    for epoch in range(epochs):
        learner.epoch(X, mnist.y, pace=cooling**epoch)
        found.append(learner.score(X_test, mnist.y_test))
    return np.array(found), learner, X_test


@pytest.mark.thorough
def test_an_epoch_settles_into_fixed_points_that_classify(mnist):
    (accuracy,), learner, X_test = accuracies(mnist, seed=1)
    assert 0.75 < accuracy < 0.83
    recorded = learning.trajectory(learner, X_test[:2000])
    assert recorded.flips[-1] < 1e-3


@pytest.mark.long
def test_reference_accuracies(mnist):
    means = np.mean([accuracies(mnist, seed, epochs=5)[0] for seed in (1, 2, 3)], axis=0)
    assert 0.765 <= means[0] <= 0.815
    assert 0.805 <= means[4] <= 0.845


@pytest.mark.long
@pytest.mark.parametrize(
    ("recipe", "published"), [("random_features", 0.778), ("reservoir", 0.780)]
)
def test_baselines(mnist, recipe, published):
    found = [accuracies(mnist, seed, epochs=30, recipe=recipe)[0][-1] for seed in (1, 2, 3)]
    assert np.mean(found) == pytest.approx(published, abs=0.02)


@pytest.mark.long
def test_the_transition(mnist):
    below = accuracies(mnist, seed=1, epochs=2, J_D=0.0)[0][-1]
    above = accuracies(mnist, seed=1, epochs=2, J_D=0.5)[0][-1]
    assert below < 0.35
    assert above > 0.77
