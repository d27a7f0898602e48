"""What the demonstrations measure in the end, on networks where the answer is known."""

import runpy
import sys
from dataclasses import replace

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems, tasks
from contrastive_ode.tasks import __main__ as table
from contrastive_ode.tasks import by_name, ecology, frequency, gates, phases
from contrastive_ode.tasks.demonstration import reduction, relative_error


def chain(k):
    """Return three oscillators with kappa = 1, the first of which drives the second by k."""
    model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    matrix = np.zeros((3, 3))
    matrix[1, 0] = k
    return model, model.pack(k=matrix)


@pytest.mark.parametrize("omega", [0.5, 1.0, 3.0])
def test_response_of_a_chain(omega):
    model, w = chain(0.7)
    response = frequency.response(model, w, omega)
    alone = 1 / (1j * omega + 1)
    np.testing.assert_allclose(response[0, 0], alone, rtol=1e-12)
    np.testing.assert_allclose(response[1, 0], 0.7 / (1j * omega + 1.7) * alone, rtol=1e-12)
    assert response[0, 1] == 0
    lag = (np.arctan(omega) + np.arctan(omega / 1.7)) / omega
    assert frequency.phase_lag(model, w, 0, 1, omega) == pytest.approx(lag)


def test_stability_is_that_of_the_slowest_mode():
    model, w = chain(0.7)
    assert frequency.stability(model, w) == pytest.approx(-1)
    assert frequency.stability(model, w, imposed=(0, 2)) == pytest.approx(-1.7)


def test_tones_have_the_power_of_a_sine():
    signal = frequency.tones(np.random.default_rng(1), 6, 0.2, 1.0)
    t = np.random.default_rng(2).uniform(0, 1e6, 40_000)
    assert np.mean([signal(time) ** 2 for time in t]) == pytest.approx(0.5, abs=0.01)


def test_signals_of_a_lag_start_from_rest():
    """Otherwise the target jumps at the lag, and the error is that of the jump."""
    for seed in range(20):
        for signal in frequency.lag_signals(np.random.default_rng(seed)).values():
            assert abs(signal(0.0)) < 1e-7
    tones = frequency.tones(np.random.default_rng(3), 6, 0.2, 1.0)
    later = frequency.from_rest(tones)
    first = next(t for t in np.linspace(0, 20, 20_001) if tones(t) * tones(t + 1e-3) <= 0)
    assert later(1.0) == pytest.approx(tones(1.0 + first), abs=2e-3)


def test_a_network_that_does_nothing_is_wrong_by_all_there_is():
    made = tasks.lag(rng=1, N=3)
    found = made.assess(made.model.pack(k=0.0))
    assert found.pop("phase lag") == 0
    assert found == pytest.approx(dict.fromkeys(found, 1.0))
    made = tasks.amplitude(rng=1, N=3)
    found = made.assess(made.model.pack(k=0.0))
    assert found == pytest.approx({"random signal": 1.0, "stability": -20.0})


@pytest.mark.thorough
def test_reciprocal_networks_have_one_lag():
    made = tasks.two_lags(rng=1, N=4, reciprocal=True)
    found = made.assess(made.w)
    assert found["lag there"] == pytest.approx(found["lag back"])
    assert found["asymmetry"] < 1e-12
    directed = tasks.two_lags(rng=1, N=4)
    assert directed.assess(directed.w)["asymmetry"] > 1e-3
    training = directed.train(iterations=2)
    assert not directed.passes(training, {"lag there": 0.4, "lag back": 0.4, "asymmetry": 0.0})
    assert directed.passes(training, {"lag there": 0.4, "lag back": 0.8, "asymmetry": 0.1})
    floor = made.task.T / 4 * np.sin(0.2) ** 2
    above, below = (replace(training, best_cost=factor * floor) for factor in (1.0, 0.5))
    assert made.passes(above, found)
    assert not made.passes(below, found)


def test_order_parameter_of_known_phases():
    theta = np.array([[1.0, 1.0, 1.0], [0.0, 2 * np.pi / 3, 4 * np.pi / 3], [0.0, 0.0, np.pi]])
    r, psi = phases.order_parameter(theta)
    np.testing.assert_allclose(r, [1, 0, 1 / 3], atol=1e-12)
    np.testing.assert_allclose(psi[[0, 2]], [1, 0], atol=1e-12)


@pytest.mark.thorough
def test_coherence_of_free_oscillators():
    model = systems.kuramoto.on(ode.all_to_all(2), omega=0.3)
    order, rate, drift = phases.coherence(model, model.pack(K=0.0), np.array([0.0, np.pi / 2]))
    assert (order, rate, drift) == pytest.approx((np.sqrt(0.5), 0.3, 0), abs=1e-9)
    order, rate, _ = phases.coherence(model, model.pack(K=1.0), np.array([0.0, np.pi / 2]))
    assert (order, rate) == pytest.approx((1, 0.3), abs=1e-6)


@pytest.mark.thorough
def test_synchronisation_is_judged_by_order_and_rate():
    made = tasks.synchronisation(rng=1, N=16)
    assert made.assess(made.w)["order"] == made.assess(made.w)["order before"]
    good = {"order before": 0.1, "order": 0.9, "rate": 1.02}
    assert made.passes(None, good)
    for name, bad in (("order before", 0.4), ("order", 0.7), ("rate", 1.1)):
        assert not made.passes(None, {**good, name: bad})
    made = tasks.synchronisation(rng=1, N=16, reciprocal=True)
    coupled = made.model.pack(K=1.0)
    found = made.assess(coupled)
    assert found["drift"] < 1e-10  # reciprocal couplings keep the mean frequency
    assert found["mean frequency"] == made.model.constants["omega"].mean()
    assert made.passes(None, {**found, "order": 0.99, "rate": found["mean frequency"]})
    assert not made.passes(None, {**found, "order": 0.99, "rate": found["mean frequency"] + 0.01})


def test_falling_rate():
    assert phases.falling_rate(10.0, 0) == 0.002
    assert phases.falling_rate(40.0, 3000) == pytest.approx(0.0005 / 10)


@pytest.mark.thorough
def test_a_gate_without_reactions_is_always_off():
    made = tasks.gate("AND", rng=1, N=5)
    count = len(made.model.topology.triples)
    off = made.model.pack(V=np.zeros(count), K=np.ones(count), C=np.ones(count))
    np.testing.assert_array_equal(gates.outputs(made.model, "AND", off), 0)
    found = made.assess(off)
    assert found == {"largest error": 1.0, "right": 0.0}
    assert not made.passes(None, found)
    assert made.passes(None, {"largest error": 0.1, "right": 1.0})
    assert not made.iterations.until(off)


def test_interactions_of_a_community_are_uniform():
    model, w = tasks.community(rng=1, S=40, mean=0.7)
    alpha = model.unpack(w)["alpha"]
    others = alpha[~np.eye(40, dtype=bool)]
    np.testing.assert_array_equal(alpha.diagonal(), 1)
    assert 0 <= others.min() < 0.01 < 1.39 < others.max() <= 1.4
    assert others.mean() == pytest.approx(0.7, abs=0.05)


@pytest.mark.thorough
def test_the_species_to_revive_cannot_invade():
    """At the attractor from equal abundances its rate of growth is negative."""
    made = tasks.revival(rng=2, S=6, mean=0.9)
    (o,) = made.task.outputs
    model, w = made.model, made.w
    at_rest = ode.settle(model, w, np.full(6, 0.2))
    assert at_rest.kind == "fixed point"
    growth = 1 - model.unpack(w)["alpha"] @ at_rest.mean
    assert growth[o] < 0
    assert at_rest.mean[o] == pytest.approx(-1e-6 / growth[o], rel=0.01)  # immigration alone
    found = made.assess(w)
    assert found == {"deviation": pytest.approx(0.5, abs=1e-3), "hits": 0.0}
    assert not made.passes(None, found)
    assert made.passes(None, {"deviation": 0.01, "hits": 0.9})
    np.testing.assert_array_equal(made.constraints.free.reshape(6, 6), ~np.eye(6, dtype=bool))


def test_a_community_in_which_all_live_has_nobody_to_revive():
    with pytest.raises(ValueError, match="rng must give a community with an extinct species"):
        tasks.revival(rng=1, S=3, mean=0.1)
    assert ecology.random_states(3, 5, rng=1).shape == (5, 3)


@pytest.mark.thorough
def test_neurons_that_hear_nothing_guess():
    made = tasks.recognition(tasks.synthetic(rng=1, count=5), rng=1)
    demonstration = made.demonstration
    deaf = demonstration.model.pack(W=0.0, b=0.0, g=1.0)
    np.testing.assert_array_equal(made.outputs(deaf), 0)
    assert demonstration.assess(deaf) == {"test": 0.5, "training": 0.5}  # all are taken for zeros
    assert not demonstration.passes(None, {"test": 1.0, "training": 0.75})
    assert demonstration.passes(None, {"test": 0.8, "training": 1})


def test_demonstrations_by_name(monkeypatch):
    monkeypatch.delenv("STEERING_DATA", raising=False)
    monkeypatch.chdir("/")
    assert repr(tasks.demonstration("speech", rng=1)).startswith(
        "Demonstration(speech, Model(leaky"
    )
    slow = tasks.demonstration("slow synchronisation", rng=1)
    assert (slow.rate, slow.iterations.number) == (0.001, 10_000)
    assert slow.task.target[0, -1, 0] == pytest.approx(0.5 * slow.task.T)
    lag = tasks.demonstration("reciprocal lag", rng=1)
    np.testing.assert_array_equal(lag.task.target[0, :, -1], lag.task.target[1, :, 0])
    assert lag.constraints.reciprocal
    assert not tasks.demonstration("targets", rng=1).constraints.reciprocal


@pytest.mark.thorough
def test_a_row_of_the_table(monkeypatch, capsys):
    made = tasks.lag(rng=0)
    short = replace(made, iterations=ode.Iterations(20))
    monkeypatch.setattr(table, "demonstration", lambda name, rng: short)
    row = table.row("lag", 0)
    before = ode.simulate(made.model, made.task, made.w).costs.mean()
    assert row.startswith(f"| lag, seed 0 | {before:.3g} -> ")
    assert "in 20 |" in row
    assert "| fails; sine " in row
    monkeypatch.setitem(by_name.MAKERS, "lag", lambda rng: short)
    monkeypatch.setattr(sys, "argv", ["tasks", "lag", "0"])
    monkeypatch.delitem(sys.modules, table.__name__)
    runpy.run_module("contrastive_ode.tasks", run_name="__main__")
    assert capsys.readouterr().out == f"{row}\n"


@pytest.mark.thorough
def test_reduction_and_relative_error():
    training = tasks.timed_targets(rng=1).train(iterations=3)
    assert reduction(replace(training, best_cost=training.loss[0] / 7)) == pytest.approx(7)
    assert relative_error(np.array([3.0, 0.0]), np.array([0.0, 4.0])) == 1.25
