"""What the equations conserve, the integrator and the rule conserve."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems

OMEGA = np.array([0.1, -0.3, 0.4, 0.2, -0.1])


def symmetric(seed, N=5):
    K = np.random.default_rng(seed).normal(size=(N, N))
    return K + K.T


def test_reciprocal_oscillators_keep_their_mean_frequency(plain):
    model = systems.kuramoto.on(ode.graph(5, plain.EDGES), omega=OMEGA)
    start = np.random.default_rng(1).uniform(-1, 1, 5)
    reciprocal = model.pack(K=symmetric(2))
    directed = model.pack(K=np.random.default_rng(3).normal(size=(5, 5)))
    drift = [
        abs(path[-1].mean() - start.mean() - 100 * OMEGA.mean())
        for path in (ode.flow(model, w, start, 100, 0.05) for w in (reciprocal, directed))
    ]
    assert drift[0] < 1e-12
    assert drift[1] > 0.1


def test_reciprocal_oscillators_respond_alike_both_ways():
    model = systems.linear_oscillators.on(ode.all_to_all(5), kappa=3.0)
    constraints = ode.Constraints(model, reciprocal=["k"])
    w = model.pack(k=0.1 * symmetric(4))
    task = ode.Task(np.zeros(5), [4], 3.0, 0.05, target=1.0, forces={0: np.sin})
    w = ode.train(model, task, w, rate=0.1, iterations=50, constraints=constraints).last
    assert np.array_equal(model.unpack(w)["k"], model.unpack(w)["k"].T)
    for omega in (0.1, 1.0, 10.0):
        G = np.linalg.inv(1j * omega * np.eye(5) - model.jacobian(w, np.zeros(5)))
        assert np.abs(G - G.T).max() < 1e-15


def test_closed_reactions_keep_their_mass():
    model = systems.michaelis_menten.on(ode.three_body(5), gamma=0.0)
    rng = np.random.default_rng(5)
    w = model.pack(V=rng.uniform(0, 1, model.P // 3), K=1.0, C=1.0)
    path = ode.flow(model, w, rng.uniform(0, 1, 5), 20, 0.05)
    assert np.abs(path.sum(axis=1) - path[0].sum()).max() < 1e-13
    assert np.abs(path[-1] - path[0]).max() > 0.1


SLOW = [pytest.param(name, marks=pytest.mark.long) for name in ("tangent", "clamp", "gradient")]


@pytest.mark.parametrize("supervisor", ["forward", "descent", *SLOW])  # all compile kernels
def test_nothing_into_an_imposed_node_changes(case, supervisor):
    held = {i: lambda t: 0.5 + 0.3 * np.sin(t) for i in range(0, case.x.size, 5)}  # all of node 0
    task = case.task(points=None, imposed=held)
    dw = ode.local_update(case.model, task, case.w, supervisor).dw
    for name, values in case.model.unpack(dw).items():
        if case.name == "Michaelis-Menten reactions":
            i, j, _ = case.model.topology.triples.T
            inert = np.isin(i, [0]) & np.isin(j, [0])
            assert not values[inert].any()
        elif values.shape == (1,):
            assert values.any()  # the other nodes have it too
        elif values.shape == (5,):
            assert values[0] == 0, name
        elif values.size == 1:
            assert values  # it is that of all nodes
        elif values.ndim == 2:
            assert not values[0].any()
            assert values[1:].any()
        else:
            assert not values[case.model.topology.edges[:, 0] == 0].any()
            assert values.any()


def test_reactions_among_held_species_do_not_change():
    """Two species held: what turns one into the other changes nothing that is seen."""
    model = systems.michaelis_menten.on(ode.three_body(5), gamma=1.0)
    w = model.pack(V=0.3, K=1.0, C=1.0)
    held = {0: 1.0, 1: 0.4}
    task = ode.Task(np.full(5, 0.1), [4], 3.0, 0.05, target=0.5, imposed=held)
    dw = model.unpack(ode.local_update(model, task, w).dw)
    among = (model.topology.triples[:, :2] < 2).all(axis=1)
    for values in dw.values():
        assert not values[among].any()
        assert values[~among].any()
