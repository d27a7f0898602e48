"""A step that is too long for a mode is told of, along the trajectory and at little cost."""

import time
import warnings

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems
from contrastive_ode.motion.step import largest_modes, warn_of_step


def told(model, task, w):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_step(model, task, w)
    return [str(warning.message) for warning in caught]


def test_all_modes_of_a_small_network(case):
    wanted = np.sort_complex(np.linalg.eigvals(case.model.jacobian(case.w, case.x)))
    none = np.zeros(0, dtype=np.int64)
    found = np.sort_complex(largest_modes(case.model, case.w, case.x, 0.0, none))
    # a mode that is there twice is found once
    assert np.abs(wanted[:, None] - found).min(axis=1).max() < 1e-6 * np.abs(wanted).max()


def test_imposed_variables_have_no_modes(case):
    free = np.arange(case.x.size) != 2
    J = case.model.jacobian(case.w, case.x)[np.ix_(free, free)]
    found = largest_modes(case.model, case.w, case.x, 0.0, np.array([2]))
    assert np.abs(found).max() == pytest.approx(np.abs(np.linalg.eigvals(J)).max(), rel=1e-6)


def test_the_largest_mode_of_a_sparse_network_is_found_fast():
    N = 2000
    model = systems.kuramoto.on(ode.random_graph(N, 4.0, rng=1), omega=0.0)
    task = ode.Task(np.zeros(N), [0], 1.0, 0.1, target=0.0)
    w = model.pack(K=10.0)
    told(model, task, w)
    begun = time.process_time()
    (message,) = told(model, task, w)
    assert time.process_time() - begun < 2
    degrees = np.bincount(model.topology.edges[:, 0], minlength=N)
    assert "h = 0.1 is too long" in message
    rate = float(message.split("rate ")[1].split(":")[0])
    assert rate == pytest.approx(10 * degrees.max(), rel=0.1)
    assert told(model, task, model.pack(K=0.1)) == []


def test_a_mode_that_grows_fast_along_the_trajectory():
    model = ode.System("later", node="-(1 + 30 * t) * x_i").on(ode.all_to_all(2))
    task = ode.Task(np.ones(2), [0], 2.0, 0.1, target=0.0)
    (message,) = told(model, task, np.zeros(model.P))
    assert "at t = 2, of rate 61" in message


def test_a_jacobian_that_is_not_finite_is_no_reason_to_fail():
    model = ode.System("root", node="-sqrt(x_i)").on(ode.all_to_all(2))
    task = ode.Task(np.zeros(2), [0], 1.0, 0.1, target=0.0)
    assert told(model, task, np.zeros(model.P)) == []
    assert np.isfinite(ode.simulate(model, task, np.zeros(model.P)).x).all()


@pytest.mark.thorough
def test_one_fast_node_among_many_is_told_of():
    """Few products suffice, even at the last look, when it has become fast."""
    N = 2000
    rate = np.where(np.arange(N) == 7, 20.0, 0.0)
    system = ode.System("one", node="-(1 + a_i * t) * x_i", constants=["a_i"])
    model = system.on(ode.all_to_all(N), a=rate)
    task = ode.Task(np.ones(N), [0], 2.0, 0.1, target=0.0)
    (message,) = told(model, task, np.zeros(model.P))
    assert "of rate 41" in message


def test_a_slow_network_costs_few_products(case, monkeypatch):
    task = case.task(h=0.01, points={})
    w = 0.1 * case.w + 0.01
    monkeypatch.setattr("contrastive_ode.motion.step.largest_modes", None)
    ode.simulate(case.model, task, w)
