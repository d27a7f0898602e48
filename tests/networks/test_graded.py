"""Networks of graded neurons: fields, derivatives, and couplings that are drawn when seen."""

import numpy as np
import pytest

import networks


def test_velocities_and_jacobian():
    network = networks.Graded(6, 1.5, 2.0).sample(rng=1)
    J = np.array(network.couplings, dtype=float)
    x = np.random.default_rng(2).standard_normal(6)
    expected = -x + 1.5 * np.tanh(x) + 2 * J @ np.tanh(x)
    np.testing.assert_allclose(network.velocities(x), expected, atol=1e-5)
    exact = networks.GradedNetwork(J, 1.5, 2.0)
    step = 1e-3 * np.eye(6)
    slopes = [(exact.velocities(x + e) - exact.velocities(x - e)) / 2e-3 for e in step]
    np.testing.assert_allclose(exact.jacobian(x), np.transpose(slopes), atol=2e-3)
    assert exact.is_stable(x) == (np.linalg.eigvals(exact.jacobian(x)).real.max() < 0)


def test_couplings_are_normal_on_the_diagonal_too():
    J = networks.Graded(300, 0.0, 1.0).sample(rng=1).couplings
    assert abs(300 * np.var(J) - 1) < 0.02
    assert abs(300 * np.var(np.diag(J)) - 1) < 0.4
    assert not J.flags.writeable


def test_deferred_couplings_have_the_same_law():
    """The fields of two rates: variances and correlation are those of the rates."""
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 40))
    pairs = []
    for _ in range(400):
        network = networks.Graded(40, 0.0, 1.0, couplings="deferred").sample(rng)
        pairs.append([network.fields(x), network.fields(y)])
    a, b = np.tanh(x), np.tanh(y)
    found = np.einsum("kan,kbn->ab", pairs, pairs) / 400 / 40
    np.testing.assert_allclose(found, np.array([[a @ a, a @ b], [a @ b, b @ b]]) / 40, atol=0.02)


def test_a_tolerance_saves_directions():
    rng = np.random.default_rng(1)
    path = np.cumsum(rng.standard_normal((3, 200)), axis=0)
    states = [
        np.tanh(path[0] + t * path[1] + 0.01 * np.sin(t) * path[2]) for t in np.arange(40) / 9
    ]
    tight, loose = (networks.Revealed(200, tolerance=t, rng=1) for t in (0.0, 0.01))
    for state in states:
        np.testing.assert_allclose(tight.product(state), tight.product(state), atol=1e-12)
        loose.product(state)
    assert loose.directions[0] < tight.directions[0] / 2
    again = states[5]
    np.testing.assert_allclose(
        np.linalg.norm(loose.product(again)), np.linalg.norm(again), rtol=0.2
    )


def test_what_cannot_be_is_refused():
    deferred = networks.Graded(5, 1.5, 1.0, couplings="deferred").sample(rng=1)
    with pytest.raises(ValueError, match="couplings must be a matrix for a Jacobian"):
        deferred.jacobian(np.zeros(5))
    with pytest.raises(ValueError, match=r"x must have shape \(5,\), got shape \(4,\)"):
        deferred.fields(np.zeros(4))
    with pytest.raises(ValueError, match="couplings must be square"):
        networks.GradedNetwork(np.zeros((2, 3)), 1.0, 1.0)
    with pytest.raises(ValueError, match="couplings must be finite"):
        networks.GradedNetwork([[np.inf]], 1.0, 1.0)
    with pytest.raises(ValueError, match="H must be a finite number >= -0"):
        networks.Branches(1.5).upper(-0.5)
