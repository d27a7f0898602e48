"""A memory that applies its couplings through its patterns does what their matrix does."""

import numpy as np
import pytest

import dynamics
from dynamics.relaxing.orders import ORDERS
from networks import Hebbian, HebbianNetwork, MemoryNetwork, Network

# 1/N is exact in float32, and so are all sums: the matrix rounds nothing either
THROUGH = Hebbian(256, 31, J_D=0.125).sample(rng=1)
MATRIX = Network(THROUGH.couplings, 0.125)
STATES = np.random.default_rng(2).choice([-1, 1], (6, 256)).astype(np.int8)


def test_what_is_drawn():
    assert isinstance(THROUGH, HebbianNetwork)
    assert type(Hebbian(256, 64).sample(rng=1)) is MemoryNetwork
    assert type(Hebbian(256, 31, dilution=0.5).sample(rng=1)) is MemoryNetwork
    assert repr(THROUGH) == "MemoryNetwork(N=256, P=31, J_D=0.125)"
    x = THROUGH.patterns.astype(int)
    np.testing.assert_array_equal(256 * THROUGH.couplings, x.T @ x - 31 * np.eye(256))
    assert not THROUGH.couplings.flags.writeable
    with pytest.raises(ValueError, match=r"patterns must have shape \(P, N\), got \(256,\)"):
        HebbianNetwork(STATES[0])


def test_fields_and_energies():
    np.testing.assert_array_equal(THROUGH.fields(STATES), MATRIX.fields(STATES))
    both = np.concatenate([STATES, THROUGH.patterns[:5]])
    np.testing.assert_array_equal(THROUGH.is_fixed_point(both), MATRIX.is_fixed_point(both))
    assert THROUGH.is_fixed_point(both[0]).shape == ()
    np.testing.assert_array_equal(dynamics.energy(THROUGH, STATES), dynamics.energy(MATRIX, STATES))
    many = Hebbian(30_000, 700).sample(rng=1)  # whose sums are beyond float32
    s = many.patterns[:1].astype(float)
    exact = (s @ many.patterns.T @ many.patterns - 700 * s) / 30_000
    np.testing.assert_allclose(many._exact_fields(many.patterns[:1]), exact, rtol=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_asynchronous_relaxation(order):
    sweeps = 2 if order == "most_unstable" else 40
    ends = [dynamics.relax_many(one, STATES, order, sweeps, rng=3) for one in (THROUGH, MATRIX)]
    for a, b in zip(*ends, strict=True):
        np.testing.assert_array_equal(a.state, b.state)
        assert (a.flips, a.sweeps, a.converged) == (b.flips, b.sweeps, b.converged)


def test_other_dynamics():
    a, b = (dynamics.synchronous(one, STATES[0]) for one in (THROUGH, MATRIX))
    np.testing.assert_array_equal(a.state, b.state)
    a, b = (dynamics.glauber(one, 0.4, STATES[0], 10, rng=1) for one in (THROUGH, MATRIX))
    np.testing.assert_array_equal(a.state, b.state)
    small = Hebbian(16, 3).sample(rng=1)
    found = dynamics.enumerate_fixed_points(small)
    assert len(found)
    np.testing.assert_array_equal(
        found, dynamics.enumerate_fixed_points(Network(small.couplings, 0))
    )
    np.testing.assert_array_equal(
        dynamics.census(small).basins, dynamics.census(Network(small.couplings, 0)).basins
    )


def test_more_neurons_than_a_matrix_would_hold():
    network = Hebbian(100_000, 51).sample(rng=1)
    recall = dynamics.recall(network, 0.4, trials=2, rng=1)
    assert recall.converged
    assert (recall.overlap > 0.99).all()
