"""Graphs, hypergraphs and packings."""

import itertools

import numpy as np
import pytest

import contrastive_ode as ode


def test_dense_edges():
    assert len(ode.all_to_all(4).edges) == 12
    assert len(ode.all_to_all(4, self_coupling=True).edges) == 16


def test_graph_has_both_directions_sorted_by_target():
    edges = ode.graph(4, [(0, 1), (2, 1), (3, 0)]).edges.tolist()
    assert edges == [[0, 1], [0, 3], [1, 0], [1, 2], [2, 1], [3, 0]]
    assert ode.graph(4, [(2, 1)], directed=True).edges.tolist() == [[2, 1]]


def test_random_graph_has_the_mean_degree():
    topology = ode.random_graph(200, 5.0, rng=1)
    expected, deviation = 1000, np.sqrt(1000 * (1 - 5 / 199))
    assert abs(len(topology.edges) - expected) < 4 * deviation


def test_all_triples():
    expected = list(itertools.permutations(range(5), 3))
    assert ode.three_body(5).triples.tolist() == [list(t) for t in expected]


@pytest.mark.parametrize(
    ("N", "phi"), [(32, 0.88), pytest.param(64, 0.92, marks=pytest.mark.thorough)]
)
def test_packing_is_in_balance_and_isostatic(N, phi):
    """Forces from the positions alone, over all pairs; at least four contacts a disc."""
    packing = ode.jammed_packing(N, phi, rng=1)
    x, sigma = packing.positions, packing.diameters
    assert abs(np.pi / 4 * np.sum(sigma**2) - phi) < 1e-12
    assert abs(sigma.max() / sigma.min() - 1.4) < 1e-12
    force, contacts = np.zeros((N, 2)), []
    for i, j in itertools.combinations(range(N), 2):
        r = x[i] - x[j] - np.round(x[i] - x[j])
        length, touch = np.linalg.norm(r), (sigma[i] + sigma[j]) / 2
        if length < touch:
            push = (1 - length / touch) / touch * r / length
            force[i] += push
            force[j] -= push
            if length < touch * (1 - 1e-6):
                contacts.append((i, j))
    assert np.abs(force).max() < 1e-6
    assert sorted(map(tuple, packing.contacts.tolist())) == contacts
    assert packing.degree >= 4 - 4 / N
    assert len(packing.topology.edges) == 2 * len(contacts)


@pytest.mark.parametrize(("N", "rng"), [(8, 0), (10, 0), (40, 3)])
def test_distances_in_a_packing_are_those_of_walks(N, rng):
    """Powers of the adjacency matrix; small packings are dense graphs, which scipy treats apart."""
    packing = ode.jammed_packing(N, 1.0, rng=rng)
    adjacent = np.zeros((N, N), dtype=int)
    i, j = packing.contacts.T
    adjacent[i, j] = adjacent[j, i] = 1
    reached, expected = np.eye(N, dtype=int), np.full((N, N), np.inf)
    for steps in range(N):
        expected[(reached > 0) & np.isinf(expected)] = steps
        reached = np.minimum(reached @ adjacent, 1)
    np.testing.assert_array_equal(packing.distances(), expected)
    assert repr(packing) == f"Packing(N={N}, degree={2 * len(i) / N:.3f})"
