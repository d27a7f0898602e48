"""Demonstrations that are trained in stages."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import tasks
from contrastive_ode.tasks import gates


def made(horizons=(0.5, 1.0)):
    return tasks.synchronisation(rng=1, N=8, horizons=horizons)


def test_a_stage_starts_where_the_one_before_it_ended():
    whole = made().lasting(20, every=5)
    training = whole.train(rng=1)
    first = whole.before.train(rng=1)
    limits = {"rate": whole.rate, "rule": whole.rule, "constraints": whole.constraints}
    last = ode.train(
        whole.model, whole.task, first.w, iterations=ode.Iterations(10, every=5), **limits
    )
    np.testing.assert_array_equal(training.w, last.w)
    np.testing.assert_array_equal(training.loss, [*first.loss, *last.loss])
    np.testing.assert_array_equal(training.alignment, [*first.alignment, *last.alignment])
    assert training.measured.tolist() == [0, 5, 10, 15]
    assert (training.best_cost, training.status) == (last.best_cost, last.status)


def test_stages_share_iterations_as_before():
    whole = made(horizons=(0.5, 1.0, 2.0))
    assert [stage.task.T for stage in whole.stages] == [0.5, 1.0, 2.0]
    assert [stage.iterations.number for stage in whole.stages] == [3000] * 3
    shorter = whole.lasting(10, every=2)
    assert [stage.iterations.number for stage in shorter.stages] == [3, 4, 3]
    assert {stage.iterations.every for stage in shorter.stages} == {2}
    assert len(whole.train(iterations=10).loss) == 10
    assert whole.lasting(0).iterations.every == 50
    assert tasks.lag(rng=1).lasting(7).iterations.number == 7


def test_the_cost_of_a_horizon_is_that_of_a_time_of_ten():
    whole = made(horizons=(5.0, 10.0))
    still = whole.model.pack(K=0.0)
    for stage in whole.stages:
        x = ode.simulate(whole.model, stage.task, still).x[0]
        t = np.linspace(0, stage.task.T, len(x))
        expected = np.trapezoid((x - t[:, None]) ** 2 / 2, t, axis=0).sum() * 10 / stage.task.T
        found = ode.simulate(whole.model, stage.task, still).costs[0]
        assert found == pytest.approx(expected, rel=1e-12)
    with pytest.raises(ValueError, match="horizons must be at least one length, got none"):
        made(horizons=())


@pytest.mark.thorough
def test_what_each_stage_of_xnor_may_change():
    whole = tasks.gate("XNOR", rng=0, N=6)
    model, first = whole.model, whole.before
    training = first.train(iterations=8, rng=1)
    changed = model.topology.triples[model.unpack(training.last - first.w)["V"] != 0]
    assert len(changed)
    assert (changed != 5).all()
    np.testing.assert_array_equal(gates.outputs(model, "XNOR", training.last), 0)
    whole = whole.lasting(16)
    training = whole.train(rng=1)
    before = whole.before.train(rng=1)
    for name in "VKC":
        i, j, _ = model.topology.triples[model.unpack(training.last - before.w)[name] != 0].T
        assert len(i)
        assert set(zip(i.tolist(), j.tolist(), strict=True)) <= {(0, 5), (5, 0)}
    read = [gates.outputs(model, "XOR", w, 4) for w in (before.w, training.last)]
    # but for the last bit: a channel shares its division with another one, which changed
    np.testing.assert_allclose(*read, rtol=1e-15)


def test_a_channel_from_the_reference_inhibited_by_an_xor_is_an_xnor():
    """A saturable channel back sharpens what a single inhibition makes of XOR's outputs."""
    model = tasks.gate("XNOR", rng=0, N=6).model
    i, j, k = model.topology.triples.T
    V, K, C = np.zeros(len(i)), np.ones(len(i)), np.zeros(len(i))
    there, back = (np.flatnonzero((i == a) & (j == b) & (k == 2))[0] for a, b in ((0, 5), (5, 0)))
    V[[there, back]], K[[there, back]], C[there] = (3, 0.8), (0.5, 0.1), 20
    w = model.pack(V=V, K=K, C=C)
    found = gates.outputs(model, "XNOR", w)  # here the second input stands for XOR
    for m, inhibitor in enumerate((0.0, 1.0, 0.0, 1.0)):
        s = 3 / (0.5 * (1 + 20 * inhibitor) + 1)
        # s - 0.8 y / (0.1 + y) - y = 0
        y = np.roots([1, 0.9 - s, -0.1 * s]).max()
        assert found[m] == pytest.approx(y, abs=1e-3)
