"""The map of the Gram matrix is what a network does, at any size, rank, clip and environment."""

import itertools

import numpy as np
import pytest

import learning_dynamics as ld

TEACHER = [[-0.7, 0.6], [0.5, -0.3]]
LOOPS = {
    "point mass": (ld.Loop(ld.double_integrator(), steps=12), 1e-4),
    "leaky": (ld.Loop(ld.double_integrator(dt=0.5), steps=12, leak=0.3), 1e-3),
    "reference": (ld.Loop(ld.tracking([0.1, 0.4], [1, 0.5], dt=0.3), steps=15, leak=0.5), 0.05),
    "teacher": (ld.Loop(ld.imitation(TEACHER), steps=12), 1.0),
    "two forces": (
        ld.Loop(
            ld.Environment(
                A=[[0.9, 0.3, 0], [-0.2, 0.9, 0.1], [0, 0.1, 0.8]],
                B=[[0, 1], [1, 0], [0.5, 0]],
                C=[[1, 0, 0.2], [0, 1, 0], [0, 0, 1]],
                Q=[[1, 0.1, 0], [0.1, 0.5, 0], [0, 0, 0]],
                Sigma=[[1, 0.2, 0], [0.2, 0.5, 0], [0, 0, 0.1]],
            ),
            steps=12,
        ),
        0.02,
    ),
}


def drawn(loop, N, rank):
    environment = loop.environment
    return ld.Weights.draw(N, rank, environment.inputs, environment.outputs, rng=3)


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("N", [10, 100, 1000])
def test_network_and_map(name, N):
    loop, rate = LOOPS[name]
    for rank, clipped in itertools.product((1, 2), (False, True)):
        weights, options = drawn(loop, N, rank), {"rate": rate, "steps": 20}
        if clipped:  # in some of the steps
            free = ld.overlap_flow(loop, weights.gram, **options)
            options["clip"] = float(np.median(-np.diff(free.loss)) / rate) ** 0.5
        network = ld.train(loop, weights, **options)
        theory = ld.overlap_flow(loop, weights.gram, **options)
        assert network.deviation(theory) < 1e-10
        np.testing.assert_allclose(network.gram, theory.gram, rtol=0, atol=1e-10)
        assert abs(network.loss[-1] / network.loss[0] - 1) > 1e-3  # it learned something
        assert clipped <= (abs(theory.loss[-1] - free.loss[-1]) > 1e-6 if clipped else True)


@pytest.mark.parametrize("name", ["point mass", "reference", "two forces", "leaky"])
@pytest.mark.parametrize("clip", [None, 0.3])
def test_full_matrix(name, clip):
    loop, rate = LOOPS[name]
    weights = drawn(loop, 40, 0)
    options = {"rate": rate, "steps": 25, "clip": clip}
    network = ld.train_full_matrix(loop, weights, **options)
    theory = ld.full_matrix_flow(loop, weights.gram, **options)
    assert network.deviation(theory) < 1e-10
    np.testing.assert_allclose(network.gram, theory.gram, rtol=0, atol=1e-10)
    assert network.overlaps[-1, -1, -1] != 0  # W has grown


def test_flow_conserves_the_difference():
    """Of P P^T - R R^T, seen from both sides; for a small rate."""
    loop, rate = LOOPS["point mass"]
    gram = ld.initial_gram(50, rng=1)
    course = ld.overlap_flow(loop, gram, rate / 10, 400)
    sign = np.diag([1, 1, -1, -1])
    before, after = (np.trace(sign @ S @ sign @ S) for S in (course.gram[0], course.gram[-1]))
    assert abs(after / before - 1) < 0.01
    assert abs(course.loss[-1] / course.loss[0] - 1) > 0.1


def test_the_horizon_can_go_to_infinity():
    gram, rate = ld.initial_gram(30, rng=2), 0.05
    for_ever = ld.overlap_flow(ld.Loop(ld.imitation(TEACHER), steps=None), gram, rate, 100)
    long = ld.overlap_flow(ld.Loop(ld.imitation(TEACHER), steps=200), gram, 200 * rate, 100)
    np.testing.assert_allclose(200 * long.loss, for_ever.loss, rtol=1e-10)
    np.testing.assert_allclose(long.overlaps, for_ever.overlaps, rtol=0, atol=1e-11)


def test_a_matrix_is_learned_as_by_two_layers():
    """Rank zero, a teacher of rank zero: L = |Z^T M - O*|^2 / 2, by matrices."""
    target = np.array([[1.0, 0.3, -0.2], [0.2, -0.5, 0.4]])
    loop = ld.Loop(ld.imitation(target, inputs=3, outputs=2), steps=None)
    weights = ld.Weights.draw(20, 0, 3, 2, rng=1)
    course = ld.overlap_flow(loop, weights.gram, rate=0.1, steps=60)
    Z, M = weights.Z, weights.M
    for O in course.overlaps:
        np.testing.assert_allclose(O, Z.T @ M, rtol=0, atol=1e-12)
        error = Z.T @ M - target
        Z, M = Z - 0.1 * M @ error.T, M - 0.1 * Z @ error


def test_wishart_matrices():
    """Mean and variance of the products of random vectors, at N above and below their number."""
    for N in (2, 5, 1000):
        drawn = np.array([ld.initial_gram(N, rng=seed) for seed in range(2000)])
        error = np.sqrt((1 + np.eye(4)) / N / len(drawn))
        assert np.abs((drawn.mean(0) - np.eye(4)) / error).max() < 4
        variance = (1 + np.eye(4)) / N
        assert np.abs(drawn.var(0) / variance - 1).max() < 0.3
        assert np.linalg.matrix_rank(drawn[0]) == min(N, 4)


def test_divergence_leaves_what_was_before():
    loop, gram = ld.Loop(ld.double_integrator(), steps=20), ld.initial_gram(100, rng=1)
    with pytest.raises(ld.ConvergenceError, match="Diverged at step"):
        ld.overlap_flow(loop, gram, rate=1, steps=50)
    weights = ld.Weights.draw(100, rng=1)
    for found in (
        ld.overlap_flow(loop, weights.gram, rate=1, steps=50, throw=False),
        ld.train(loop, weights, rate=1, steps=50, throw=False),
        ld.full_matrix_flow(loop, ld.initial_gram(100, 0, rng=1), rate=1, steps=50, throw=False),
        ld.full_matrix_flow(loop, ld.initial_gram(20, 0, rng=1), rate=1e3, steps=50, throw=False),
        ld.train_full_matrix(loop, ld.Weights.draw(20, 0, rng=1), rate=1e3, steps=50, throw=False),
    ):
        made = len(found.loss)
        assert 0 < made < 51
        assert not found.converged
        assert found.status.startswith(f"Diverged at step {made}; lower the rate")
        assert np.isfinite(found.loss).all()
        assert len(found.overlaps) == len(found.gram) == len(found.radius) == made


def test_what_cannot_be_learned_is_refused():
    loop, gram = ld.Loop(ld.double_integrator(), steps=None), ld.initial_gram(10, rng=1)
    with pytest.raises(ValueError, match=r"not finite at the start.*horizon"):
        ld.overlap_flow(loop, gram, rate=0.1, steps=5)
    with pytest.raises(ValueError, match="loop must have a horizon"):
        ld.train(loop, ld.Weights.draw(10, rng=1), rate=0.1, steps=5)
    loop = ld.Loop(ld.double_integrator(), steps=10)
    with pytest.raises(ValueError, match=r"gram must have outputs \+ inputs"):
        ld.overlap_flow(loop, np.eye(5), rate=0.1, steps=5)
    with pytest.raises(ValueError, match="gram must not be negative"):
        ld.overlap_flow(loop, -np.eye(4), rate=0.1, steps=5)
    for learn in (ld.train, ld.train_full_matrix):
        with pytest.raises(ValueError, match="weights must have 1 outputs and 1 inputs"):
            learn(loop, ld.Weights.draw(10, 0, outputs=2, rng=1), rate=0.1, steps=5)
    with pytest.raises(ValueError, match="weights must have rank 0, got rank 1"):
        ld.train_full_matrix(loop, ld.Weights.draw(10, rng=1), rate=0.1, steps=5)
    with pytest.raises(ValueError, match="gram must not be singular"):
        ld.full_matrix_flow(loop, ld.initial_gram(1, 0, rng=1), rate=0.1, steps=5)
    with pytest.raises(ValueError, match="U must have shape"):
        ld.Weights(np.ones((3, 1)), np.ones((3, 1)), np.ones((3, 1)), np.ones((3, 2)))
