"""The engine is compiled once for all systems, and the kernels of each as they are called."""

import copy
import pickle

import numpy as np
import pytest
from numba.core.errors import TypingError

import contrastive_ode as ode
from contrastive_ode import systems
from contrastive_ode.engine.places import Place

LISTS = slice(Place.columns, Place.padded)  # their addresses
UNSEEN = ode.System("decay towards b", node="b_i - k_i * x_i", parameters=["b_i", "k_i"])


@pytest.fixture
def model():
    return UNSEEN.on(ode.graph(2, [(0, 1)]))


def test_one_engine_serves_all_systems(model):
    other = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
    assert model.kernels().engine is other.kernels().engine
    assert model.kernels().engine is not model.kernels("(x - y)**4").engine


def test_only_those_kernels_are_compiled_that_are_called(model):
    kernels, w = model.kernels(), model.pack(b=[1.0, 2.0], k=2.0)
    kernels._addresses.clear()
    ode.flow(model, w, [0.0, 0.0], 1.0, 0.5)
    assert set(kernels._addresses) == {"runge_kutta"}
    assert model.rhs(w, [1.0, 0.5]).tolist() == [-1.0, 1.0]
    assert model.sensitivity(w, [1.0, 0.5], [1.0, 2.0]).tolist() == [1.0, 2.0, -1.0, -1.0]
    assert set(kernels._addresses) == {"runge_kutta", "rhs", "sensitivity"}


def test_the_block_of_a_network_tells_of_its_own_parameters(model):
    nets = [model.net(model.pack(b=b, k=1.0)) for b in (1.0, 2.0)]
    out = np.empty(2)
    for net, rate in zip(nets, (1.0, 2.0), strict=True):
        model.kernels().rhs(0.0, np.zeros(2), net, out)
        assert out.tolist() == [rate, rate]


def test_arrays_with_gaps_are_refused(model):
    net = model.net(model.pack(b=1.0, k=1.0))
    with pytest.raises(TypingError, match="a kernel takes arrays whose entries follow each other"):
        model.kernels().rhs(0.0, np.zeros(4)[::2], net, np.empty(2))


@pytest.mark.parametrize("other", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_of_a_network_has_addresses_of_its_own(model, other):
    w = model.pack(b=[1.0, 2.0], k=2.0)
    model.net(w)
    again = other(model)
    assert again.rhs(w, [1.0, 0.5]).tolist() == [-1.0, 1.0]
    theirs, ours = (np.frombuffer(made.net(w).block, np.int64) for made in (again, model))
    assert not set(theirs[LISTS]) & set(ours[LISTS])


def test_arrays_of_two_kinds_of_numbers_are_refused(model):
    net = model.net(model.pack(b=1.0, k=1.0))
    with pytest.raises(TypingError, match="arrays of one kind of number"):
        model.kernels().rhs(0.0, np.zeros(2), net, np.empty(2, complex))
