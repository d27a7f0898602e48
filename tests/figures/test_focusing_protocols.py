"""Protocols that are compared on the same networks."""

from math import comb

import numpy as np
import pytest
from scipy.stats import norm

import networks
from figures.message_passing import focusing_protocols
from figures.shared.searches import count_unstable


@pytest.mark.parametrize(("lost", "won"), [(0, 3), (3, 0), (5, 2), (7, 7), (40, 20)])
def test_the_sign_test_is_that_of_fair_coins(lost, won):
    n = lost + won
    chance = sum(comb(n, k) for k in range(lost, n + 1)) / 2**n
    assert norm.sf(focusing_protocols.sign_scores(lost, won)) == pytest.approx(chance, rel=1e-10)


def test_no_difference_is_not_judged():
    assert np.isnan(focusing_protocols.sign_scores([0], [0])).all()


def test_protocols_are_counted_pair_by_pair():
    left = {  # by networks
        "focusing": [0, 0, 2],
        "reinforcement": [0, 1, 0],
        "scoping": [1, 0, 3],
        "rates": [0, 0, 0],
        "miscounted": [0, 0, 1],
    }

    def run(function, grid, replicas):
        import xarray

        shape = (*(len(values) for values in grid.values()), replicas)
        dims = (*grid, "replica")
        return xarray.Dataset({k: (dims, np.reshape(v, shape)) for k, v in left.items()}, grid)

    case = focusing_protocols.Case(60, 0.3, 400, 3)
    data = focusing_protocols._case(run, case)
    assert data["solved"].values.tolist() == [2, 2, 1, 3]
    assert data["won"].values.tolist() == [1, 2]
    assert data["lost"].values.tolist() == [0, 1]
    assert int(data["count_mismatch"]) == 1
    np.testing.assert_allclose(data["interval"].sel(protocol="rates"), [0.16 ** (1 / 3), 1])


def test_unstable_neurons_are_counted_one_by_one():
    network = networks.Asymmetric(30, 0.2).sample(rng=1)
    s = np.random.default_rng(2).choice(np.array([-1, 1], np.int8), 30)
    J = network.couplings.astype(float)
    every = [s[i] * sum(J[i, j] * s[j] for j in range(30)) + 0.2 <= 0 for i in range(30)]
    assert count_unstable(network, s) == sum(every)
