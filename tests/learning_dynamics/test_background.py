"""A network on top of a random background."""

import numpy as np
import pytest

import learning_dynamics as ld
from learning_dynamics.control.world import world_of
from learning_dynamics.descent.neurons import Neurons, Vectors, back_propagated

POINT = ld.Loop(ld.double_integrator(), steps=20)
LEAKY = ld.Loop(ld.tracking([0.2], dt=0.3), steps=12, leak=0.4)


@pytest.mark.parametrize(("loop", "inputs", "rate"), [(POINT, 1, 1e-4), (LEAKY, 2, 0.03)])
def test_none(loop, inputs, rate):
    """The same as without, and the radius of the overlaps is that of the whole loop."""
    weights = ld.Weights.draw(30, 2, inputs, rng=2)
    found = ld.train_on_background(loop, weights, np.zeros((30, 30)), rate, 10, clip=20)
    linear = ld.train(loop, weights, rate, 10, clip=20)
    assert found.deviation(linear) < 1e-10
    np.testing.assert_allclose(found.radius, linear.radius, rtol=1e-9)


@pytest.mark.parametrize(("loop", "inputs"), [(POINT, 1), (LEAKY, 2)])
def test_a_background_is_a_recurrent_matrix(loop, inputs):
    """Its loss is that of a network of full rank, by overlaps, and so is its gradient."""
    rng, weights = np.random.default_rng(1), ld.Weights.draw(6, 1, inputs, rng=1)
    X = 0.5 * rng.normal(size=(6, 6))
    at = Vectors(*(np.asarray(getattr(weights, name)) for name in "ZVMU"))
    ahead = Vectors(*(rng.normal(size=part.shape) for part in at))
    neurons, step = Neurons(background=X), 1e-4

    def loss(x):
        Z, V, M, U = (part + x * way for part, way in zip(at, ahead, strict=True))
        whole = ld.Weights(Z, np.hstack([V, X.T]), M, np.hstack([U, np.eye(6)]))
        return loop.loss(whole.overlaps)

    L, gradient = back_propagated(world_of(loop), at, neurons)
    assert pytest.approx(loss(0), rel=1e-12) == L
    slope = np.dot([1, -8, 8, -1], [loss(k * step) for k in (-2, -1, 1, 2)]) / (12 * step)
    along = sum(np.vdot(part, way) for part, way in zip(gradient, ahead, strict=True))
    assert along == pytest.approx(slope, rel=1e-8)


def test_memory_grows_without_a_saddle():
    """At the rate of the law: on the plateau, of unit vectors, mean over backgrounds.

    What backgrounds do to these vectors at the start is taken out: it vanishes for many neurons.
    """
    N, g, rate, T = 300, 0.05, 1e-5, 20
    plateaus, rng = ld.plateaus(T), np.random.default_rng(2)
    S = np.eye(4)
    S[0, 2] = S[2, 0] = plateaus.k[0]
    span = np.linalg.qr(rng.normal(size=(N, 4)))[0]
    rows = span @ np.linalg.cholesky(S).T
    at, grown = Vectors(*np.split(rows, 4, axis=1)), []
    for _ in range(10):
        X = g * rng.normal(size=(N, N)) / N**0.5
        X -= span @ (span.T @ X @ span) @ span.T
        way = back_propagated(world_of(POINT), at, Neurons(background=X))[1]
        moved = [part - rate * slope for part, slope in zip(at, way, strict=True)]
        grown.append((moved[0].T @ X @ moved[2] - at.Z.T @ X @ at.M).item())
    expected = 2 * rate * g**2 * -plateaus.growth[0]
    error = np.std(grown, ddof=1) / len(grown) ** 0.5
    assert error < 0.04 * expected
    assert abs(np.mean(grown) - expected) < 3 * error


def test_refusals():
    with pytest.raises(ValueError, match=r"background must have shape \(9, 9\)"):
        ld.train_on_background(POINT, ld.Weights.draw(9, rng=1), np.zeros((9, 8)), 0.1, 5)
    with pytest.raises(ld.ConvergenceError, match="Diverged at step"):
        ld.train_on_background(POINT, ld.Weights.draw(9, rng=1), np.eye(9), 10, 50)
