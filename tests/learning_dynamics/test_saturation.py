"""Neurons that saturate: their networks, and the theory in which their weights are Gaussian."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

import learning_dynamics as ld
from learning_dynamics.control.gains import gain, loss_with_gains
from learning_dynamics.control.world import world_of
from learning_dynamics.descent.neurons import Neurons, Vectors, back_propagated

POINT = ld.Loop(ld.double_integrator(), steps=10)
LEAKY = ld.Loop(ld.tracking([0.1, 0.3], dt=0.3), steps=12, leak=0.4)


def fourth_order(function, step=1e-3):
    """Return the derivative at zero, whose error is of fourth order."""
    return np.dot([1, -8, 8, -1], [function(k * step) for k in (-2, -1, 1, 2)]) / (12 * step)


def test_gain():
    for z in (0.0, 1e-3, 0.9, 1.0, 1.1, 40.0):
        width = np.sqrt(z)
        mean = quad(lambda x: norm.pdf(x) / np.cosh(width * x) ** 2, -12, 12, epsabs=1e-13)[0]  # noqa: B023
        assert gain(z)[0] == pytest.approx(mean, abs=1e-12)
        if z:
            slope = fourth_order(lambda x: gain(z * (1 + x))[0]) / z  # noqa: B023
            assert gain(z)[1] == pytest.approx(slope, abs=1e-10)


@pytest.mark.parametrize("loop", [POINT, LEAKY])
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_derivatives(loop, rank):
    """Of the theory by the Gram matrix, of a network by its weights."""
    rng, environment = np.random.default_rng(rank), loop.environment
    p, q, world = environment.inputs, environment.outputs, world_of(loop)
    S = ld.initial_gram(20, rank, p, q, rng=rng)
    X = rng.normal(size=S.shape)
    X += X.T
    found = loss_with_gains(world, S, q + rank, 0.05)[1]
    slope = fourth_order(lambda x: loss_with_gains(world, S + x * X, q + rank, 0.05)[0])
    assert abs(np.vdot(found, X) / 2 - slope) < 1e-8 * np.linalg.norm(found) * np.linalg.norm(X)
    weights = ld.Weights.draw(15, rank, p, q, rng=rng)
    at = Vectors(*(np.asarray(getattr(weights, name)) for name in "ZVMU"))
    ahead = Vectors(*(rng.normal(size=part.shape) for part in at))
    neurons = Neurons(amplitude=0.7)
    scale = sum(np.vdot(part, part) for part in ahead) ** 0.5

    def loss(x):
        moved = Vectors(*(part + x * step for part, step in zip(at, ahead, strict=True)))
        return back_propagated(world, moved, neurons)[0]

    gradient = back_propagated(world, at, neurons)[1]
    along = sum(np.vdot(part, step) for part, step in zip(gradient, ahead, strict=True))
    size = sum(np.vdot(part, part) for part in gradient) ** 0.5
    assert abs(along - fourth_order(loss, 1e-4)) < 1e-8 * scale * size


@pytest.mark.parametrize(("loop", "inputs", "rate"), [(POINT, 1, 1e-4), (LEAKY, 2, 0.03)])
def test_small_amplitudes_are_linear(loop, inputs, rate):
    """Both by other code than linear networks and maps; the first with a clip."""
    weights, clip = ld.Weights.draw(60, 2, inputs, rng=2), 20.0 if inputs == 1 else None
    linear = ld.overlap_flow(loop, weights.gram, rate, 20, clip)
    theory = ld.gaussian_flow(loop, weights.gram, 60, rate, 20, clip, amplitude=0)
    assert theory.deviation(linear) < 1e-10
    network = ld.train(loop, weights, rate, 20, clip, amplitude=1e-7)
    assert network.deviation(linear) < 1e-10
    np.testing.assert_allclose(network.gram, linear.gram, rtol=0, atol=1e-10)


def with_gram(S, N, rng):
    """Return weights that are Gaussian but for their Gram matrix, which is S."""
    weights = rng.normal(size=(N, len(S)))
    weights = weights @ np.linalg.inv(np.linalg.cholesky(weights.T @ weights)).T
    return ld.Weights(*np.split(weights @ np.linalg.cholesky(S).T, len(S), axis=1))


def z_scores(amplitude, N, samples, steps, rate):
    """Return those of what saturation does to log loss and Gram matrix, mean over networks."""
    rng, S = np.random.default_rng(3), np.eye(4)
    S[0, 2:] = S[2:, 0] = -0.1, 0.5
    S[1, 2:] = S[2:, 1] = 0.4, -0.3
    linear = ld.overlap_flow(POINT, S, rate, steps)
    theory = ld.gaussian_flow(POINT, S, N, rate, steps, amplitude=amplitude)

    def off(course):
        gram = (course.gram - linear.gram)[steps][np.triu_indices(4)]
        return np.append(np.log(course.loss / linear.loss)[steps], gram if steps else [])

    found = [
        off(ld.train(POINT, with_gram(S, N, rng), rate, steps, amplitude=amplitude))
        for _ in range(samples)
    ]
    error = np.std(found, axis=0, ddof=1) / samples**0.5
    return (np.mean(found, axis=0) - off(theory)) / error, off(theory) / error


@pytest.mark.parametrize(
    ("steps", "samples"), [(0, 100), pytest.param(60, 600, marks=pytest.mark.long)]
)
def test_gains_are_those_of_networks(steps, samples):
    """To first order, mean over networks; and what there is to see stands out."""
    z, signal = z_scores(amplitude=0.2, N=1000, samples=samples, steps=steps, rate=3e-4)
    assert np.abs(z).max() < 3.5
    assert np.abs(signal).max() > 5


def test_refusals():
    with pytest.raises(ValueError, match="loop must have a horizon"):
        ld.gaussian_flow(ld.Loop(LEAKY.environment, None), np.eye(5), 9, 0.1, 5, amplitude=1)
    with pytest.raises(ValueError, match="amplitude must be"):
        ld.train(POINT, ld.Weights.draw(10, rng=1), 0.1, 5, amplitude=-1)
    with pytest.raises(ld.ConvergenceError, match="Diverged at step"):
        ld.gaussian_flow(POINT, ld.initial_gram(9, rng=1), 9, 1e3, 50, amplitude=1e-3)
