"""What is given is checked, or brought into order, before the work; what was done is kept."""

import re
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


def test_bounds_may_be_arrays(model):
    low = np.where(np.arange(9).reshape(3, 3) == 5, 0.9, -np.inf)
    allowed = ode.Constraints(model, bounds={"k": (low, 1.0)})
    assert allowed.apply(np.full(9, 0.5)).reshape(3, 3)[1, 2] == 0.9
    assert (allowed.apply(np.full(9, 0.5)) == 0.5).sum() == 8
    both = ode.Constraints(model, bounds={"k": (low, 1.0)}, reciprocal=["k"])
    assert both.apply(np.full(9, 0.5)).reshape(3, 3)[2, 1] == 0.9


def test_tied_parameters_learn_as_one(model):
    """A ring in which all edges of a direction are one, and those against it are others."""
    labels = np.array([[-1, 0, -1], [-1, -1, 0], [0, -1, -1]])
    tied = ode.Constraints(model, tied={"k": labels}, bounds={"k": (0, np.full((3, 3), 2.0))})
    w = model.pack(k=np.arange(9).reshape(3, 3) / 8)
    end = ode.train(model, task(), w, rate=0.1, iterations=5, constraints=tied)
    k = model.matrix("k", end.last)
    assert k[0, 1] == k[1, 2] == k[2, 0] != k[0, 2] != k[1, 0]
    step = ode.train(model, task(), w, rate=0.1, iterations=1, constraints=tied)
    start = tied.start(w)
    change = (step.last - start).reshape(3, 3)[0, 1]
    dw = ode.local_update(model, task(), start).dw.reshape(3, 3)
    assert start.reshape(3, 3)[0, 1] == pytest.approx(np.mean([1, 5, 6]) / 8)
    assert change == pytest.approx(0.1 * (dw[0, 1] + dw[1, 2] + dw[2, 0]) / 3)
    frozen = ode.Constraints(model, tied={"k": labels}, frozen={"k": np.eye(3)[[2, 0, 1]]})
    assert frozen.free.sum() == 3  # one edge of the ring is frozen, so all are
    every = ode.Constraints(model, tied={"k": labels}, reciprocal=["k"])
    assert np.ptp(every.start(w)[model.tunable]) == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bounds": {"k": (np.zeros(2), None)}}, "bounds[k] must have shape (3, 3), got (2,)"),
        ({"bounds": {"k": (np.inf, None)}}, "bounds[k] must be numbers, or -inf for no bound"),
        ({"bounds": {"k": (0, np.nan)}}, "bounds[k] must be numbers, or inf for no bound"),
        ({"bounds": {"k": (0, -np.ones((3, 3)))}}, "bounds[k] must be (low, high)"),
        ({"tied": {"k": [0, 1]}}, "tied[k] must have shape (3, 3), got (2,)"),
        ({"tied": {"q": 0}}, "tied must be one of k"),
        ({"tied": {"k": np.full((3, 3), -2)}}, "tied[k] must be an integer >= -1"),
        (
            {
                "tied": {"k": np.zeros((3, 3), dtype=int)},
                "bounds": {"k": (np.eye(3)[[1, 2, 0]], 0.5 + np.eye(3)[[1, 2, 0]])},
            },
            "bounds of entries that are tied or reciprocal must share a value",
        ),
    ],
)
def test_constraints_that_are_none(model, changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ode.Constraints(model, **changes)


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
    found = ode.random_graph(100_000, 3.0, rng=1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert abs(len(found.columns) - 300_000) < 4 * np.sqrt(300_000)
    assert most < 200 * len(found.columns)


@pytest.mark.parametrize(
    "degree",
    [0.0, 2.5, *(pytest.param(degree, marks=pytest.mark.thorough) for degree in (1.5, 4.0))],
)
def test_edges_of_a_random_graph_are_independent(degree):
    """Each is there as often as any other, and pairs of them as often as if by chance."""
    count, N = 2000, 5
    there = np.zeros((count, N, N))
    for graph, seed in zip(there, range(count), strict=True):
        graph[tuple(ode.random_graph(N, degree, rng=seed).edges.T)] = 1
    p = degree / (N - 1)
    edges = there[:, ~np.eye(N, dtype=bool)]
    assert not there[:, np.eye(N, dtype=bool)].any()
    assert np.abs(edges.mean(axis=0) - p).max() <= 4 * np.sqrt(p * (1 - p) / count)
    covariance = np.cov(edges.T)[np.triu_indices(N * (N - 1), 1)]
    assert np.abs(covariance).max() <= 5 * p * (1 - p) / np.sqrt(count)


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
