"""What holds for every network and every step, whatever the numbers."""

import itertools

import numpy as np
import pytest

import learning
from learning.network import fields
from learning.network.drawing import draw
from learning.plasticity.margin import MarginSteps, signals
from learning.plasticity.steps import POSTPONED
from learning.plasticity.tied import tie
from learning.relaxation.counter_rng import uniform
from learning.steered.learner import Learner

DATA = learning.prototypes(N=30, classes=4, per_class=40, flipped=0.2, rng=5)


def trained(L=1, epochs=1, H=60, **changes):
    learner = Learner.draw(
        30, H, 4, L, learning.recipe("G2", **changes), rng=np.random.default_rng(2)
    )
    for _ in range(epochs):
        learner.epoch(DATA.X, DATA.y)
    return learner


@pytest.mark.parametrize("wd_J", [0.005, 5.0])
@pytest.mark.parametrize("symmetry", ["none", "both_unstable", "update", "projected"])
def test_the_self_coupling_is_never_learned(symmetry, wd_J):
    J = trained(symmetry=symmetry, wd_J=wd_J, J_D=0.4, lam_int=0.5).couplings.J
    np.testing.assert_array_equal(np.diagonal(J[0]), np.float32(0.2))


def test_frozen_couplings_stay_and_the_others_move():
    before, after = trained(epochs=0).couplings, trained().couplings
    moved = {
        name: not np.array_equal(array, after.arrays[name]) for name, array in before.arrays.items()
    }
    learned = {name for name, has in moved.items() if has}
    assert learned == {"J", "W_in", "W_f"}
    assert "W_b" in {
        name
        for name, array in trained(feedback="learned").couplings.arrays.items()
        if not np.array_equal(array, before.arrays[name])
    }


@pytest.mark.parametrize(
    "changes", [{}, {"lam": 1.0, "L": 3}, {"lam_io": 1.0, "lam_fc": 1.0, "L": 2}]
)
def test_logits_are_odd_without_bias(changes):
    learner = trained(**changes)
    np.testing.assert_array_equal(learner.logits(-DATA.X), -learner.logits(DATA.X))
    biased = trained(bias=1.0)
    assert not np.allclose(biased.logits(-DATA.X), -biased.logits(DATA.X), atol=0.1)


def test_nothing_asks_for_more_at_an_infinite_negative_margin():
    s, f = np.random.default_rng(1).normal(size=(2, 3, 4, 5)).astype(np.float32)
    s = np.sign(s)
    assert not signals(s, f, -np.inf, None).any()
    np.testing.assert_array_equal(signals(s, f, np.inf, None), s)
    assert not signals(s, f, -1e6, 10.0).any()


def test_the_cross_entropy_rule_is_the_perceptron_rule_when_it_is_steep():
    s, f = np.random.default_rng(1).normal(size=(2, 3, 4, 5)).astype(np.float32)
    s = np.sign(s)
    np.testing.assert_allclose(signals(s, f, 0.5, 1e5), signals(s, f, 0.5, None), atol=1e-6)
    at = signals(np.ones((1, 1), np.float32), np.array([[0.7]], np.float32), 0.5, 10.0)
    assert at[0, 0] == pytest.approx(1 - 1 / (1 + np.exp(-2.0)), rel=1e-5)


def test_ways_to_tie_the_feedback():
    for kind in ("tied", "tied_weakly", "normalised", "sign"):
        recipe = learning.recipe("G2", feedback=kind, lam_f=2.0, lam_b=0.5)
        W = draw(30, 60, 4, 1, recipe.strengths, np.random.default_rng(1))
        old = W.W_b[0].copy()
        tie(W, kind, recipe.strengths)
        back, to = W.W_b[0], W.W_f[0].T
        full = to * np.sqrt(60 / 4) * 0.5 / 2.0
        if kind == "normalised":
            np.testing.assert_allclose(
                np.linalg.norm(back, axis=1), np.linalg.norm(old, axis=1), rtol=1e-5
            )
            cosine = (back * to).sum(1) / np.linalg.norm(back, axis=1) / np.linalg.norm(to, axis=1)
            np.testing.assert_allclose(cosine, 1, rtol=1e-5)
        else:
            expected = {"tied": full, "tied_weakly": full / 100, "sign": 0.25 * np.sign(to)}[kind]
            np.testing.assert_allclose(back, expected, rtol=1e-5)


@pytest.mark.parametrize("strengths", [{}, {"kept": 0.2}, {"lam_int": 2.0}, {"symmetric": True}])
def test_couplings_have_the_variances_of_their_strengths(strengths):
    drawn = learning.Strengths(lam_b_skip=0.3, lam_f_skip=0.4, lam_fc=0.6, lam_io=0.7, **strengths)
    W = draw(300, 400, 10, 2, drawn, np.random.default_rng(1))
    off = W.J[0][~np.eye(400, dtype=bool)]
    factor = drawn.lam_int / (np.sqrt(2) if drawn.symmetric else 1)
    assert off.std() * np.sqrt(400) == pytest.approx(factor, rel=0.03)
    assert np.mean(off != 0) == pytest.approx(drawn.kept, rel=0.02)
    for array, senders, strength in [
        (W.W_in, 300, 5.0),
        (W.W_f[1], 400, 1.0),
        (W.W_b[1], 10, 0.9),
        (W.forward, 400, 0.6),
        (W.W_io, 300, 1.4),  # two layers
    ]:
        assert array.std() * np.sqrt(senders) == pytest.approx(strength, rel=0.05)
    np.testing.assert_allclose(W.W_f[0], 0.4 * W.W_f[1], rtol=1e-6)
    np.testing.assert_allclose(W.W_b[0], W.W_b[1] * 0.3 / 0.9, rtol=1e-5)
    assert not np.diagonal(W.forward, axis1=1, axis2=2).any()


def test_a_strength_changes_nothing_else():
    plain, other = (
        draw(10, 20, 3, 1, learning.Strengths(**more), np.random.default_rng(1))
        for more in ({}, {"lam_io": 1.0, "bias": 2.0, "kept": 0.5})
    )
    for name in ("W_in", "W_f", "W_b"):
        np.testing.assert_array_equal(plain.arrays[name], other.arrays[name])


def test_hidden_layers_are_a_network():
    couplings = trained(L=2, lam=0.8).couplings
    s = np.random.default_rng(1).choice([-1, 1], size=(2, 7, 60)).astype(np.float32)
    h = np.empty_like(s)
    fields.forward(couplings, np.zeros_like(s), s, h)
    fields.add_backward(couplings, s, h)
    expected = couplings.network().fields(s.swapaxes(0, 1)).swapaxes(0, 1)
    np.testing.assert_allclose(h, expected, atol=1e-5)


def test_hidden_couplings_may_learn_where_the_label_still_acts():
    last, first = (trained(hidden_at=at, lam_b=3.0, J_D=0.1) for at in ("last", "first"))
    assert not np.array_equal(last.couplings.J, first.couplings.J)
    single = trained(double=False, hidden_at="first", lam_b=3.0)
    same = trained(double=False, hidden_at="last", lam_b=3.0)
    np.testing.assert_array_equal(single.couplings.J, same.couplings.J)


def test_decay_is_compounded_whatever_it_waits_for():
    """It waits for six steps, is made at the seventh, and `decay` makes the last three."""
    learner = trained(L=2, epochs=0, wd_J=0.005, k=0.0, lr_in=0.0, lam_fc=1.0)
    W = learner.couplings
    before = {name: W.arrays[name].copy() for name in ("J", "forward", "backward")}
    plasticity = MarginSteps(W, learner.recipe)
    plasticity._step_within = plasticity._step_between = lambda *arguments: None
    x, y = DATA.X[:4], np.float32(2) * np.eye(4, dtype=np.float32) - 1
    rate = 0.005 * 0.005 / np.sqrt(60)
    assert 6 * rate < POSTPONED < 7 * rate
    off = ~np.eye(60, dtype=bool)

    def assert_decayed(steps):
        for name, old in before.items():
            expected = old[:, off] * np.float64(1 - rate) ** steps
            np.testing.assert_allclose(W.arrays[name][:, off], expected, rtol=rate / 10 + 2e-7)

    for made in [0] * 6 + [7] * 4:
        learner.step(plasticity, x, y, np.arange(4))
        assert_decayed(made)
    plasticity.decay()
    assert_decayed(10)


def test_couplings_of_skips_are_tied_by_their_own_strengths():
    strengths = {"lam_f": 2.0, "lam_b": 0.5, "lam_f_skip": 0.25, "lam_b_skip": 1.5}
    recipe = learning.recipe("G2", feedback="tied", **strengths)
    W = draw(30, 60, 4, 3, recipe.strengths, np.random.default_rng(1))
    tie(W, "tied", recipe.strengths)
    for l, ratio in enumerate([1.5 / 0.25, 1.5 / 0.25, 0.5 / 2.0]):
        np.testing.assert_allclose(W.W_b[l], np.sqrt(60 / 4) * ratio * W.W_f[l].T, rtol=1e-5)


@pytest.mark.parametrize("beta", [None, 10.0])
def test_units_below_their_margin_are_counted_whatever_they_ask_for(beta):
    learner = trained(epochs=0, beta=beta)
    plasticity = MarginSteps(learner.couplings, learner.recipe)
    phases = [(mode, n) for mode, n in learner.recipe.schedule.training(1) if n]
    x, truth = DATA.X[:20], DATA.y[:20]
    s = learning.trajectory(learner, x, truth, phases=phases).states[-1].astype(np.float32)
    f = np.empty_like(s)
    fields.forward(learner.couplings, fields.drive(learner.couplings, x), s, f)
    y = 2 * np.eye(4, dtype=np.float32)[truth] - 1
    unstable, _, _ = learner.step(plasticity, x, y, truth)
    assert 0 < unstable < s.size
    assert unstable == np.count_nonzero(s * f <= np.float32(learner.recipe.kappa))


@pytest.mark.parametrize(
    "changes",
    [
        {"p_update": 0.7},
        {"noise": 0.3},
        {"order": "asynchronous"},
        {"p_update": 0.7, "L": 2, "lam": 1.0},
    ],
)
@pytest.mark.parametrize("engine", ["events", "dense"])
def test_inference_of_an_input_does_not_depend_on_its_company(changes, engine):
    learner = trained(**{"J_D": 0.1, **changes})
    learner.engine = engine
    X = np.concatenate([DATA.X, DATA.X, DATA.X])  # of more than one batch of inference
    together = learner.states(X)
    assert len(X) > 256
    for k in (1, 100, 300):
        np.testing.assert_array_equal(learner.states(X[k : k + 1])[:, 0], together[:, k])


def test_p_update_is_a_probability():
    def draw(seed, sweep):
        return [uniform(np.uint64(seed), sweep, unit) < 0.7 for unit in range(5000)]

    draws = np.array([draw(seed, 3) for seed in range(20)])
    assert draws.mean() == pytest.approx(0.7, abs=5 * np.sqrt(0.21 / draws.size))
    correlations = np.corrcoef(np.concatenate([draws, [draw(0, 4)]]))
    assert np.abs(correlations[~np.eye(21, dtype=bool)]).max() < 5 / np.sqrt(5000)


def test_recipes():
    recipe = learning.recipe
    assert recipe("G2").kappa == pytest.approx(1.4)
    assert recipe("G1").kappa == pytest.approx(0.7)
    two = recipe("G2", J_D=0.2, lam=2.0, inference="no_supervision")
    assert two.kappa == pytest.approx(3.1)
    assert recipe(two, k=0.0).kappa == pytest.approx(2.2)
    for first, second in itertools.combinations(["G1", "G2", "reservoir", "random_features"], 2):
        assert recipe(first) != recipe(second)
