"""What is given is checked, or brought into order, before the work; what was done is kept."""

import tracemalloc

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems


@pytest.fixture(scope="module")
def model():
    return systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)


def task(**changes):
    arguments = {"start": np.zeros(3), "outputs": [2], "T": 1.0, "h": 0.1, "target": 0.5}
    return ode.Task(**arguments | {"forces": {0: 1.0}} | changes)


def test_constraints_apply_to_the_start(model):
    w = np.random.default_rng(1).uniform(0.3, 0.6, model.P)
    allowed = ode.Constraints(model, bounds={"k": (0, 0.4)}, reciprocal=["k"])
    for number in (0, 3):
        found = ode.train(model, task(), w, rate=1e-6, iterations=number, constraints=allowed).last[
            model.tunable
        ]
        assert found.max() <= 0.4
    end = ode.train(model, task(), w, rate=1e-6, iterations=3, constraints=allowed)
    k = model.matrix("k", end.last)
    assert np.array_equal(k, k.T)


def test_frozen_parameters_keep_their_start_and_hold_their_partners(model):
    w = model.pack(k=0.8)
    frozen = np.zeros((3, 3), dtype=bool)
    frozen[2, 0] = True
    allowed = ode.Constraints(model, bounds={"k": (0, 0.4)}, frozen={"k": frozen}, reciprocal=["k"])
    end = ode.train(model, task(), w, rate=0.01, iterations=3, constraints=allowed)
    k = model.matrix("k", end.last)
    assert k[2, 0] == k[0, 2] == 0.8
    assert k[1, 0] <= 0.4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": {0.5: 0.1, 0.5 + 1e-9: 0.2}}, "points must be at different steps"),
        ({"T": 1e-9}, "T must be at least one step"),
        ({"T": 0.1, "outputs": [0, 1, 2], "target": [1.0, 2.0, 3.0]}, "may be a course or one"),
    ],
)
def test_tasks_that_may_mean_two_things_or_nothing(changes, message):
    with pytest.raises(ValueError, match=message):
        task(**changes)


def test_a_checkpoint_needs_its_folder_from_the_first(tmp_path):
    with pytest.raises(ValueError, match="checkpoint must be in a folder that exists"):
        ode.Checkpoint(tmp_path / "missing" / "run.npz")
    with pytest.raises(ValueError, match="checkpoint must be in a folder that exists"):
        ode.Iterations(3, checkpoint=tmp_path / "missing" / "run.npz")


@pytest.mark.parametrize(
    ("value", "error"), [(None, TypeError), (np.nan, ValueError), (-1.0, ValueError)]
)
def test_rates_that_are_none(model, value, error):
    with pytest.raises(error, match=r"rate\(1\) must be a finite number"):
        ode.train(
            model,
            task(),
            model.pack(k=0.5),
            rate=lambda n: value if n else 0.1,
            iterations=3,
        )


def test_a_blow_up_keeps_what_was_learned(model):
    w = model.pack(k=0.5)
    with pytest.raises(ode.BlowUpError) as caught:
        ode.train(model, task(T=20.0), w, rate=lambda n: 0.1 if n < 4 else 1e6, iterations=20)
    kept = caught.value.training
    good = ode.train(model, task(T=20.0), w, rate=0.1, iterations=4)
    assert np.array_equal(kept.loss[:4], good.loss)
    assert kept.best_cost <= good.loss.min()
    assert not kept.converged


def test_a_blow_up_names_the_variable():
    pair = ode.System(
        "pair", states=["E", "I"], node={"E_i": "a_i * E_i", "I_i": "-I_i"}, constants=["a_i"]
    ).on(ode.all_to_all(2), a=[0.0, 10.0])
    with pytest.raises(ode.BlowUpError, match="E_1 of example 0 blew up"):
        ode.flow(pair, np.zeros(pair.P), np.ones(4), T=10, h=0.1)


def test_a_random_graph_takes_the_memory_of_its_edges():
    tracemalloc.start()
    found = ode.random_graph(3000, 3.0, rng=1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    there = np.random.default_rng(1).random((3000, 3000)) < 3.0 / 2999
    np.fill_diagonal(there, False)
    assert np.array_equal(found.edges, np.argwhere(there))
    assert most < 3000**2 * 2


@pytest.mark.parametrize("supervisor", ["forward", "clamp"])
def test_a_nudge_that_drowns_in_rounding_is_told_of(model, supervisor):
    with pytest.warns(UserWarning, match="about 0.0002 of the update"):
        rule = ode.Rule(supervisor, nudge=1e-12)
    w = model.pack(k=0.5)
    with pytest.warns(UserWarning, match="a nudge of -1e-12 drowns in rounding"):
        ode.Rule(supervisor, nudge=-1e-12)
    good = ode.local_update(model, task(), w, ode.Rule(supervisor, nudge=2e-8)).dw
    off = np.linalg.norm(ode.local_update(model, task(), w, rule).dw - good) / np.linalg.norm(good)
    assert 1e-6 < off < 0.01
