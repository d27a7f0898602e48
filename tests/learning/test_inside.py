"""The analyses against direct computations."""

import numpy as np
import pytest

import learning
from learning import Mode

DATA = learning.prototypes(N=30, classes=4, per_class=40, flipped=0.25, rng=5)


@pytest.fixture(scope="module")
def learner():
    found = learning.Learner.draw(
        30, 80, 4, 1, learning.recipe("G2", J_D=0.2), rng=np.random.default_rng(2)
    )
    found.epoch(DATA.X, DATA.y)
    return found


def test_symmetricity():
    rng = np.random.default_rng(1)
    G = rng.normal(size=(2, 50, 50))
    np.testing.assert_allclose(learning.symmetricity(G + G.swapaxes(1, 2)), 1)
    np.testing.assert_allclose(learning.symmetricity(G - G.swapaxes(1, 2)), -1)
    J = rng.normal(size=(400, 400)) / 20
    np.fill_diagonal(J, 0.5)
    assert learning.symmetricity(J) == pytest.approx(0.10, abs=0.01)  # as published


def test_overlaps_and_similarity():
    a = np.array([[1, 1, -1, 1], [1, -1, -1, -1]])
    assert learning.overlaps(a[0], a[1]) == 0
    np.testing.assert_array_equal(learning.overlaps(a, a), [1, 1])
    np.testing.assert_array_equal(learning.similarity(a), [[1, 0.5], [0.5, 1]])


def test_trajectory_ends_where_inference_does(learner):
    recorded = learning.trajectory(learner, DATA.X_test)
    np.testing.assert_array_equal(recorded.states[-1], learner.states(DATA.X_test))
    np.testing.assert_allclose(recorded.logits[-1], learner.logits(DATA.X_test), atol=1e-4)
    changed = recorded.states[1:] != recorded.states[:-1]
    np.testing.assert_allclose(recorded.flips, changed.mean(axis=(1, 2, 3)))


def test_fixed_points_are_those_of_a_further_sweep(learner):
    for labels in (None, DATA.y_test):
        phases = [(Mode.LEFT_ONLY, 6)]
        if labels is not None:
            phases = [(Mode.LEFT_ONLY, 1), (Mode.FULL, 4), (Mode.NO_FEEDBACK, 6)]
        states = learning.trajectory(learner, DATA.X_test, labels, phases=phases).states
        expected = (states[-1] == states[-2]).all(axis=(0, 2)).mean()
        found = learning.fixed_point_fraction(learner, DATA.X_test, labels)
        assert 0.05 < found < 1
        assert found == expected


def test_equilibration_counts_the_sweeps_of_a_trajectory(learner):
    longest = 12
    for labels in (None, DATA.y_test):
        found = learning.equilibration(learner, DATA.X_test, labels, max_sweeps=longest)
        couplings = learner.couplings
        s = np.sign(DATA.X_test @ couplings.W_in[0])
        first, fed = s.copy(), 0.0
        if labels is not None:
            y = (2 * np.eye(4) - 1)[labels].astype(np.float32)
            fed = learner.recipe.strengths.feedback(y) @ couplings.W_b[0]
        sweeps, flips = np.zeros(len(s)), np.zeros(len(s))
        for _ in range(longest):
            new = np.sign(DATA.X_test @ couplings.W_in[0] + s @ couplings.J[0] + fed)
            sweeps += (new != s).any(1)
            flips += (new != s).sum(1)
            s = new
        np.testing.assert_array_equal(found.sweeps, sweeps)
        np.testing.assert_allclose(found.flips, flips / 80)
        np.testing.assert_allclose(found.overlap, (s * first).mean(1), rtol=1e-6)
        after = np.sign(DATA.X_test @ couplings.W_in[0] + s @ couplings.J[0] + fed)
        np.testing.assert_array_equal(found.converged, (after == s).all(1))


def test_training_makes_known_inputs_settle_sooner():
    recipe = learning.recipe("G2", J_D=0.3)
    learner = learning.Learner.draw(30, 200, 4, 1, recipe, rng=np.random.default_rng(2))
    before = learning.equilibration(learner, DATA.X)
    for _ in range(10):
        learner.epoch(DATA.X, DATA.y)
    after = learning.equilibration(learner, DATA.X)
    noise = np.random.default_rng(1).choice([-1.0, 1.0], size=(200, 30))
    assert after.sweeps.mean() < 0.7 * before.sweeps.mean()
    assert after.sweeps.mean() < 0.7 * learning.equilibration(learner, noise).sweeps.mean()
