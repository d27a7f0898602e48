"""Kernels take the nodes of a graph two at once: the same numbers as by hand, edge by edge."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode.models.edge_order import WINDOW, two_at_once

GRAPHS = {
    "random": ode.random_graph(60, 4.0, rng=3),
    "several windows": ode.random_graph(2 * WINDOW + 11, 2.0, rng=4),
    "star": ode.graph(9, [(0, k) for k in range(1, 9)]),
    "one edge": ode.graph(3, [(2, 0)], directed=True),
    "no edge": ode.random_graph(5, 0.0, rng=1),
}
SYSTEM = ode.System(
    "edges with constants of their own",
    states=["x", "y"],
    node={"x_i": "y_i - tanh(s_i)", "y_i": "-x_i * b_i"},
    pair={"x_i": "K_ij * sin(a_ij + x_j - x_i)", "y_j": "g * K_ij * x_i * y_j"},
    total={"s_i": "W_ij * (x_j + 0.1 * W_ij * y_i)"},
    parameters=["K_ij", "b_i", "W_ij", "g"],
    constants=["a_ij"],
)


@pytest.mark.parametrize("name", GRAPHS)
def test_every_edge_comes_once_and_partners_have_as_many(name):
    graph = GRAPHS[name]
    order = two_at_once(graph)
    assert sorted(order.nodes) == list(range(graph.N))
    degree = np.diff(graph.rows)
    assert order.counts.tolist() == degree[order.nodes].tolist()
    pairs = order.counts[: 2 * order.twos].reshape(-1, 2)
    assert (pairs[:, 0] == pairs[:, 1]).all()
    expected = []
    for first, second in order.nodes[: 2 * order.twos].reshape(-1, 2):
        rows = (np.flatnonzero(graph.edges[:, 0] == i) for i in (first, second))
        expected += [e for both in zip(*rows, strict=True) for e in both]
    for i in order.nodes[2 * order.twos :]:
        expected += np.flatnonzero(graph.edges[:, 0] == i).tolist()
    assert order.edges.tolist() == expected
    assert (order.columns == graph.columns[order.edges]).all()
    there = graph.back[order.edges] >= 0
    assert (order.edges[order.back[there]] == graph.back[order.edges][there]).all()


def by_hand(graph, w, a, z):
    """Return the right-hand side, edge by edge."""
    x, y = z[: graph.N], z[graph.N :]
    F, s = np.zeros(2 * graph.N), np.zeros(graph.N)
    for e, (i, j) in enumerate(graph.edges):
        F[i] += w["K"][e] * np.sin(a[e] + x[j] - x[i])
        F[graph.N + j] += w["g"][0] * w["K"][e] * x[i] * y[j]
        s[i] += w["W"][e] * (x[j] + 0.1 * w["W"][e] * y[i])
    F[: graph.N] += y - np.tanh(s)
    F[graph.N :] -= x * w["b"]
    return F


@pytest.mark.thorough
@pytest.mark.parametrize("name", GRAPHS)
def test_right_hand_side_and_derivatives(name):
    """Derivatives by central differences, whose error is 1e-10."""
    graph, rng, step = GRAPHS[name], np.random.default_rng(5), 1e-5
    model = SYSTEM.on(graph, a=rng.normal(size=len(graph.edges)))
    w, z, v = (rng.normal(size=size) for size in (model.P, model.size, model.size))
    a = model.constants["a"]

    def F(w, z):
        return by_hand(graph, model.unpack(w), a, z)

    np.testing.assert_allclose(model.rhs(w, z), F(w, z), rtol=1e-13, atol=1e-14)
    chosen = np.unique(rng.integers(model.P, size=25))
    slopes = [
        v @ (F(w + step * unit, z) - F(w - step * unit, z)) / (2 * step)
        for unit in np.eye(model.P)[chosen]
    ]
    found = model.sensitivity(w, z, v)
    np.testing.assert_allclose(found[chosen], slopes, rtol=1e-8, atol=1e-8)
    kernels, net, back, both = model.kernels(), model.net(w), np.empty_like(z), np.empty_like(z)
    kernels.vjp(0.0, z, v, net, back)
    u = rng.normal(size=model.size)
    along = v @ (F(w, z + step * u) - F(w, z - step * u)) / (2 * step)
    assert abs(back @ u - along) < 1e-8 * (1 + abs(along))
    grads = np.zeros(model.P)
    kernels.pullback(0.0, z, v, net, both, model.split(grads))
    np.testing.assert_allclose(both, back, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(model.returned(grads), found, rtol=1e-13, atol=1e-14)
