"""Dynamics under sparse couplings are those under the dense ones of the same numbers."""

import numpy as np
import pytest
import scipy.sparse

import dynamics
from dynamics.relaxing.orders import ORDERS
from networks import Hebbian, Network


def drawn(N, inputs, seed, J_D=0.3, symmetric=False):
    rng = np.random.default_rng(seed)
    J = rng.standard_normal((N, N)) / np.sqrt(inputs) * (rng.random((N, N)) < inputs / N)
    J = np.triu(J, 1) + np.triu(J, 1).T if symmetric else J - np.diag(np.diag(J))
    return Network(scipy.sparse.csr_array(J), J_D), Network(J, J_D)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("J_D", [0.2, 0.8])
def test_asynchronous_relaxation(order, J_D):
    few, all_ = drawn(300, 10, 1, J_D)
    ends = [dynamics.relax_many(one, 4, order, 30, rng=2, history=True) for one in (few, all_)]
    for a, b in zip(*ends, strict=True):
        np.testing.assert_array_equal(a.state, b.state)
        np.testing.assert_array_equal(a.unstable_fraction, b.unstable_fraction)
        assert (a.flips, a.sweeps, a.converged) == (b.flips, b.sweeps, b.converged)
    one = dynamics.relax(few, order=order, max_sweeps=5, rng=2)
    np.testing.assert_array_equal(one.state, dynamics.relax(all_, None, order, 5, rng=2).state)


@pytest.mark.parametrize("rule", ["synchronous", "sequential"])
def test_census(rule):
    few, all_ = drawn(14, 4, 3)
    a, b = dynamics.census(few, rule), dynamics.census(all_, rule)
    np.testing.assert_array_equal(a.codes, b.codes)
    np.testing.assert_array_equal(a.basins, b.basins)
    np.testing.assert_array_equal(a.transients, b.transients)
    found = dynamics.enumerate_fixed_points(few)
    np.testing.assert_array_equal(found, dynamics.enumerate_fixed_points(all_))
    assert few.is_fixed_point(found).all()


def test_synchronous_updates():
    few, all_ = drawn(60, 5, 4, J_D=0.1)
    a, b = (dynamics.synchronous(one, max_steps=500, rng=1) for one in (few, all_))
    np.testing.assert_array_equal(a.state, b.state)
    assert (a.length, a.transient) == (b.length, b.transient)


def test_temperature_and_energy():
    few, all_ = drawn(150, 12, 5, J_D=0.0, symmetric=True)
    a, b = (dynamics.glauber(one, 0.5, sweeps=40, rng=1) for one in (few, all_))
    np.testing.assert_array_equal(a.state, b.state)
    np.testing.assert_allclose(a.energies, b.energies, atol=1e-6)
    np.testing.assert_allclose(
        dynamics.energy(few, a.state), dynamics.energy(all_, a.state), rtol=1e-6
    )
    with pytest.raises(ValueError, match="network must have symmetric couplings"):
        dynamics.energy(drawn(20, 3, 1)[0], np.ones(20))


def test_recall_in_a_diluted_network_that_no_matrix_would_hold():
    network = Hebbian(30_000, 3, dilution=7e-4, symmetric=False).sample(rng=1)
    assert 20 < network.couplings.nnz / network.N < 22
    recall = dynamics.recall(network, [0.1, 0.3], trials=2, rng=1)
    assert (recall.overlap > 0.95).all()
