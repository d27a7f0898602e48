"""Cycles of random starts: against a walk from every state, and against `synchronous`."""

import re

import numpy as np
import pytest

from dynamics import census, sampled_cycles, synchronous
from dynamics.attractors.enumeration import all_couplings
from dynamics.attractors.sampled_cycles import _follow, tables_of
from networks import Asymmetric, Layered, Network


def packed(states):
    return np.packbits((states.reshape(len(states), -1) > 0), axis=1, bitorder="little")


def followed(network, states, max_steps):
    """Return lengths and transients from given states."""
    lengths, transients = np.zeros(len(states), np.int64), np.full(len(states), -1)
    tables = tables_of(all_couplings(network))
    _follow(tables, np.float32(network.J_D), packed(states), max_steps, lengths, transients)
    return lengths, transients


@pytest.mark.parametrize(
    "ensemble",
    [
        Asymmetric(1, 0.0),
        Asymmetric(8, 0.3),
        Asymmetric(9, 0.0, 0.4),
        Asymmetric(10, 0.1, -0.8),
        Layered(4, 2, 0.2, 0.3),
    ],
    ids=repr,
)
def test_against_the_census(ensemble):
    """From every state: as many end in cycles of each length, and as far from them."""
    for seed in range(4):
        network = ensemble.sample(rng=seed)
        n = int(np.prod(network.shape))
        states = 2 * (np.arange(2**n)[:, None] >> np.arange(n) & 1) - 1
        lengths, transients = followed(network, states, 4 * 2**n)
        found = census(network)
        for length in {*found.lengths, *lengths}:
            assert np.sum(lengths == length) == found.basins[found.lengths == length].sum()
        np.testing.assert_array_equal(np.bincount(transients), found.transients)


@pytest.mark.parametrize(
    ("N", "eta"),
    [
        pytest.param(30, 0.0, marks=pytest.mark.thorough),
        (65, 0.5),
        pytest.param(130, 1.0, marks=pytest.mark.thorough),
    ],
)
def test_against_products_with_the_matrix(N, eta):
    rng = np.random.default_rng(1)
    network = Asymmetric(N, 0.0, eta).sample(rng)
    states = rng.choice(np.int8([-1, 1]), size=(12, N))
    lengths, transients = followed(network, states, 20000)
    direct = [synchronous(network, s, 20000) for s in states]
    assert lengths.tolist() == [one.length for one in direct]
    assert transients.tolist() == [one.transient for one in direct]
    assert lengths.max() > 1


def test_random_states():
    """A two-cycle of two neurons that excite each other, in half of the starts."""
    network = Network(np.array([[0.0, 1.0], [1.0, 0.0]]), 0.0)
    found = sampled_cycles(network, 4000, rng=1)
    assert set(found.lengths) == {1, 2}
    assert abs(np.mean(found.lengths == 2) - 0.5) < 4 * 0.5 / 4000**0.5
    assert not found.transients.any()
    again = sampled_cycles(network, 4000, rng=1)
    np.testing.assert_array_equal(found.lengths, again.lengths)


def test_what_is_not_found():
    network = Asymmetric(40, 0.0).sample(rng=1)
    found = sampled_cycles(network, 5, 10, rng=1)
    assert not found.converged
    assert found.lengths.tolist() == [0] * 5
    assert found.transients.tolist() == [-1] * 5
    assert found.status == "5 starts found no cycle within 10 steps; raise max_steps."
    assert repr(found).endswith("longest cycle 0, 5 not found)")


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("network", 3, TypeError, "got 3"),
        ("network", Asymmetric(513, 0.0, couplings="binary").sample(1), ValueError, "got 513"),
        ("starts", 0, ValueError, "got 0"),
        ("max_steps", 0, ValueError, "got 0"),
        ("rng", "x", TypeError, "got 'x'"),
    ],
)
def test_refused(name, value, error, message):
    with pytest.raises(error, match=f"^{name} must .*{re.escape(message)}"):
        sampled_cycles(**{"network": Asymmetric(4, 0.0).sample(1), name: value})
