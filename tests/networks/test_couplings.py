"""Drawn couplings have the law they are said to have, and are stored as they are said to be."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import Asymmetric, Layered, Network

ETAS = [-1.0, -0.5, 0.0, 0.5, 1.0]


def pairs(couplings):
    """Return the couplings above the diagonal, and their mirror images."""
    upper = np.triu_indices(len(couplings), 1)
    return couplings[upper].astype(float), couplings.T[upper].astype(float)


@pytest.mark.parametrize("N", [300, 1500])  # one block, and parts of two
@pytest.mark.parametrize("eta", ETAS)
def test_mean_variance_and_correlation(N, eta):
    J, mirrored = pairs(Asymmetric(N, 0.5, eta).sample(rng=1).couplings)
    error = 1 / np.sqrt(J.size)
    for one in (J, mirrored):
        assert abs(np.mean(one) * np.sqrt(N)) < 5 * error
        assert abs(N * np.mean(one**2) - 1) < 5 * np.sqrt(2) * error
        assert abs(N**2 * np.mean(one**4) - 3) < 5 * np.sqrt(96) * error
    assert abs(N * np.mean(J * mirrored) - eta) < 5 * np.sqrt(1 + eta**2) * error


@pytest.mark.parametrize("eta", ETAS)
def test_variance_of_small_networks(eta):
    N, rng = 5, np.random.default_rng(1)
    both = [pairs(Asymmetric(N, 0.5, eta).sample(rng).couplings) for _ in range(2000)]
    J, mirrored = np.hstack(both)
    for one in (J, mirrored):
        assert abs(N * np.mean(one**2) - 1) < 5 * np.sqrt(2 / one.size)
    assert abs(N * np.mean(J * mirrored) - eta) < 5 * np.sqrt((1 + eta**2) / J.size)


@pytest.mark.parametrize("eta", ETAS)
def test_correlation_is_the_same_in_every_block(eta):
    N, edge = 1500, 1024
    J = Asymmetric(N, 0.5, eta).sample(rng=2).couplings.astype(float)
    for block in (np.s_[:edge, :edge], np.s_[:edge, edge:], np.s_[edge:, edge:]):
        product = N * (J * J.T)[block]
        assert abs(product.mean() - eta) < 6 * np.sqrt(2 * (1 + eta**2) / product.size)


def test_couplings_of_different_pairs_are_independent():
    N = 400
    J = Asymmetric(N, 0.5, 0.5).sample(rng=3).couplings.astype(float)
    products = [J[:, :-1] * J[:, 1:], J[:-1] * J[1:], J[:-1, 1:] * np.roll(J.T, 1, 0)[:-1, 1:]]
    for product in products:
        assert abs(N * product.mean()) < 5 / N


@pytest.mark.parametrize("N", [1, 2, 50, 1024, 1025, 2100])
@pytest.mark.parametrize(("eta", "sign"), [(1.0, 1), (-1.0, -1)])
def test_exact_symmetry(N, eta, sign):
    J = Asymmetric(N, 0.5, eta).sample(rng=4).couplings
    np.testing.assert_array_equal(J, sign * J.T)


@pytest.mark.parametrize("eta", ETAS)
def test_storage(eta):
    network = Asymmetric(40, 0.5, eta).sample(rng=5)
    assert network.couplings.dtype == np.float32
    assert network.couplings.flags.f_contiguous
    assert not np.diagonal(network.couplings).any()
    assert (network.shape, network.N, network.lam) == ((40,), 40, 0)


def test_layers_are_independent_networks_stored_one_by_one():
    N, L = 200, 4
    network = Layered(N, L, 0.3, 0.2).sample(rng=6)
    J = network.couplings
    assert (J.shape, J.dtype, J.nbytes) == ((L, N, N), np.float32, 4 * L * N**2)
    assert (network.shape, network.N, network.J_D, network.lam) == ((L, N), N, 0.3, 0.2)
    assert network.outgoing.flags.c_contiguous
    assert not np.diagonal(J, axis1=1, axis2=2).any()
    covariance = np.corrcoef(J.reshape(L, -1)) * N * J.var(axis=(1, 2)).mean()
    np.testing.assert_allclose(covariance, np.eye(L) * (N - 1) / N, atol=6 / N)
    for layer in J:
        one, mirrored = pairs(layer)
        assert abs(N * np.mean(one * mirrored)) < 5 / np.sqrt(one.size)


@pytest.mark.parametrize(
    "ensemble", [Asymmetric(60, 0.4), Asymmetric(60, 0.4, -0.3), Layered(30, 3, 0.4, 0.1)]
)
def test_same_seed_same_bits(ensemble):
    first, again = ensemble.sample(rng=7), ensemble.sample(rng=np.random.default_rng(7))
    assert first.couplings.tobytes("A") == again.couplings.tobytes("A")
    assert (ensemble.sample(rng=8).couplings != first.couplings).any()
    assert (ensemble.sample().couplings != ensemble.sample().couplings).any()
    rng = np.random.default_rng(7)
    assert (ensemble.sample(rng).couplings != ensemble.sample(rng).couplings).any()


def test_ensembles_and_networks_are_frozen():
    network = Asymmetric(5, 0.5).sample(rng=9)
    for thing, name in [
        (Asymmetric(5, 0.5), "J_D"),
        (Layered(5, 2, 0.5, 0.1), "lam"),
        (network, "couplings"),
    ]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, 0)
    for view in (network.couplings, network.outgoing, network.couplings[0]):
        with pytest.raises(ValueError, match="read-only"):
            view[...] = 0


def test_ensembles_are_values():
    assert Asymmetric(5, 1) == Asymmetric(np.int32(5), np.float32(1.0), 0)
    assert len({Layered(5, 2, 0.5, 0), Layered(5, 2, 0.5, 0.0), Layered(5, 3, 0.5, 0)}) == 2
    assert type(Asymmetric(np.int64(5), 1).N) is int
    assert type(Asymmetric(5, np.float64(1)).J_D) is float


@pytest.mark.parametrize("shape", [(6, 6), (3, 6, 6)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int8, np.uint8, np.int64])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, lambda J: J[..., ::1]])
def test_users_couplings(shape, dtype, layout):
    J = (100 * np.random.default_rng(10).random(shape)).astype(dtype)
    J *= ~np.eye(6, dtype=bool)
    given = layout(J)
    network = Network(given, 0.5)
    np.testing.assert_array_equal(network.couplings, J.astype(np.float32))
    assert network.outgoing.flags.c_contiguous
    assert network.couplings.dtype == np.float32
    assert given.flags.writeable  # it is the user's own


def test_users_couplings_may_be_lists():
    network = Network([[0, 1], [-1, 0]], 0.5)
    np.testing.assert_array_equal(network.fields([1, 1]), [1.5, -0.5])


def test_the_most_negative_integer():
    assert Network(np.array([[0, -128], [-128, 0]], dtype=np.int8), 0).fields([1, 1])[0] == -128


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    N=st.integers(1, 12),
    J_D=st.floats(0, 1e6),
    eta=st.floats(-1, 1),
    lam=st.floats(0, 1e6),
    L=st.integers(1, 4),
    seed=st.integers(0, 2**64),
)
def test_every_ensemble_in_the_domain_draws(N, J_D, eta, lam, L, seed):
    for network in (Asymmetric(N, J_D, eta).sample(seed), Layered(N, L, J_D, lam).sample(seed)):
        assert np.isfinite(network.couplings).all()
        s = np.ones(network.shape)
        assert np.isfinite(network.fields(s)).all()
        assert network.is_fixed_point(s) == network.is_fixed_point(-s)


def test_couplings_cannot_be_changed_through_the_array_they_came_from():
    mine = np.zeros((3, 3), dtype=np.float32)
    network = Network(mine.T, J_D=1.0)
    mine[0, 1] = 9
    assert not network.couplings.any()
    with pytest.raises(ValueError, match="read-only"):
        network.couplings[0, 1] = 9
