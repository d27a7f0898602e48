"""Every option of strengths, schedule and rule against the model written out literally.

Only what a user calls is used: `epoch`, `trajectory`, `logits`.
"""

import copy
import importlib.util
from pathlib import Path

import numpy as np
import pytest

import learning
from learning import Mode
from learning.network.schedule import Phase
from learning.relaxation.phases import Batch, settle

_spec = importlib.util.spec_from_file_location("plain", Path(__file__).with_name("plain.py"))
plain = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plain)

N, C = 25, 4
OPTIONS = {
    "no couplings within": (1, {"lam_int": 0.0}),
    "half the strength within": (1, {"lam_int": 0.5, "J_D": 0.8, "lr_J": 0.3}),
    "feedback tied": (1, {"feedback": "tied", "lam_b": 0.6, "lam_f": 1.5}),
    "feedback tied weakly": (1, {"feedback": "tied_weakly", "lam_b": 3.0}),
    "feedback normalised": (1, {"feedback": "normalised", "lam_b": 0.6}),
    "feedback sign": (1, {"feedback": "sign", "lam_b": 0.6}),
    "feedback learned": (1, {"feedback": "learned", "lr_b": 0.5}),
    "feedback learned, skips": (
        2,
        {"feedback": "learned", "lr_b": 0.5, "lam_b_skip": 0.4, "lam": 0.5},
    ),
    "no feedback": (1, {"lam_b": 0.0}),
    "strong feedback": (1, {"lam_b": 3.0, "J_D": 0.1}),
    "label kept": (1, {"lam_b": 3.0, "J_D": 0.1, "double": False}),
    "hidden units learn with the label": (1, {"lam_b": 3.0, "J_D": 0.1, "hidden_at": "first"}),
    "the same in a chain": (
        2,
        {"lam": 1.0, "sweeps": 6, "hidden_at": "first", "inference": "no_supervision"},
    ),
    "cross-entropy": (1, {"beta": 2.5}),
    "cross-entropy, both unstable": (1, {"beta": 1.0, "symmetry": "both_unstable"}),
    "cross-entropy, chain": (2, {"beta": 2.5, "lam": 1.0, "lam_fc": 0.5, "lam_io": 0.4}),
    "symmetric, symmetric step": (1, {"symmetric": True, "symmetry": "update", "lr_J": 0.1}),
    "symmetric, projected": (1, {"symmetric": True, "symmetry": "projected", "lr_J": 0.1}),
    "symmetric, both unstable": (1, {"symmetric": True, "symmetry": "both_unstable", "lr_J": 0.1}),
    "strong decay": (1, {"wd_J": 4.0, "wd_in": 2.0, "wd_W": 3.0}),
    "strong decay, dense": (2, {"wd_J": 6.0, "wd_in": 2.0, "lam_fc": 0.5, "lam_io": 1.0}),
    "scales given": (1, {"feedback_scale": (1.2, -0.7), "target_scale": (2.0, -0.4)}),
    "two sweeps of warm-up": (1, {"warm_up": 2, "lam_b": 2.0}),
    "no warm-up": (2, {"warm_up": 0, "lam": 1.0}),
    "clamp": (1, {"input_to": "clamp", "lam_in": 2.0}),
    "from the input": (1, {"start": "input", "J_D": 0.1}),
    "from the input, chain": (2, {"start": "input", "lam": 1.0, "lam_b_skip": 0.5, "warm_up": 0}),
    "margins": (1, {"k": 0.0, "kappa_out": 0.5}),
}


def drawn(name, P=32, H=30, seed=3):
    L, changes = OPTIONS[name]
    learner = learning.Learner.draw(N, H, C, L, learning.recipe("G2", **changes), rng=seed)
    rng = np.random.default_rng(seed)
    X = rng.choice(np.array([-1, 1], dtype=np.float32), size=(P, N))
    return learner, X, rng.integers(0, C, P)


def one_hot(labels):
    return 2.0 * np.eye(C)[labels] - 1


@pytest.mark.parametrize("engine", ["events", "dense"])
@pytest.mark.parametrize("name", OPTIONS)
def test_an_epoch_is_that_of_the_formulas(name, engine):
    learner, X, labels = drawn(name)
    learner.engine = engine
    literal = plain.Plain(learner.couplings, learner.recipe)
    order = copy.deepcopy(learner.rng).permutation(len(X))
    before = {key: array.copy() for key, array in learner.couplings.arrays.items()}
    learner.epoch(X, labels, batch=8)
    for chosen in order.reshape(-1, 8):
        literal.learn(X[chosen], one_hot(labels[chosen]))
    for key in ("J", "W_in", "W_f", "W_b", "W_io", "forward", "backward"):
        turned = getattr(learner.couplings, key).swapaxes(-1, -2)
        np.testing.assert_allclose(turned, getattr(literal, key), atol=5e-6, err_msg=key)
    assert not np.array_equal(before["W_f"], learner.couplings.W_f)


RELAXATIONS = [
    ["NO_LABEL"] * 5,
    ["LEFT_ONLY", "NO_LABEL", "NO_LABEL", "FULL", "NO_LABEL"],
    ["FULL", "FULL", "NO_LABEL", "NO_LABEL", "LEFT_ONLY", "FULL"],
    ["NO_SUPERVISION", "NO_SUPERVISION", "NO_LABEL", "NO_FEEDBACK", "NO_LABEL", "FULL", "FULL"],
    ["NO_FEEDBACK", "FULL", "LEFT_ONLY", "LEFT_ONLY", "NO_LABEL", "NO_SUPERVISION", "FULL"],
]
NETWORKS = [
    {},
    {"lam_io": 1.0, "bias": 0.5},
    {"start": "input"},
    {"lam_b_skip": 0.7, "lam_f_skip": 0.6, "lam_fc": 0.5},
]


@pytest.mark.parametrize("changes", NETWORKS, ids=str)
@pytest.mark.parametrize("names", RELAXATIONS, ids=",".join)
def test_modes_in_any_order(names, changes):
    """Which fields act in a sweep, and what the readout was in the one before."""
    recipe = learning.recipe("G2", lam=0.8, lam_b=3.0, J_D=0.2, **changes)
    learner = learning.Learner.draw(N, 30, C, 2, recipe, rng=5)
    literal = plain.Plain(learner.couplings, recipe)
    rng = np.random.default_rng(6)
    X, labels = rng.choice([-1.0, 1.0], size=(5, N)), rng.integers(0, C, 5)
    expected = [literal.settle(x, y, names) for x, y in zip(X, one_hot(labels), strict=True)]
    for phases in ([(Mode[name], 1) for name in names], _joined(names)):
        found = learning.trajectory(learner, X, labels, phases=phases)
        np.testing.assert_array_equal(found.states.swapaxes(1, 2), np.swapaxes(expected, 0, 1))
        assert found.modes == names
    u = [literal.readout(states[-1], x) for states, x in zip(expected, X, strict=True)]
    np.testing.assert_allclose(found.logits[-1], u, atol=1e-4)


def _joined(names):
    """Return the phases with equal modes together."""
    phases = []
    for name in names:
        if phases and phases[-1][0] is Mode[name]:
            phases[-1] = (Mode[name], phases[-1][1] + 1)
        else:
            phases.append((Mode[name], 1))
    return phases


def test_modes_have_the_numbers_of_the_authors():
    table = {mode.value: (mode.right, mode.feedback, mode.label) for mode in Mode}
    assert table == {
        0: (True, True, True),
        1: (False, False, False),
        2: (True, True, False),
        3: (True, False, True),
        4: (True, False, False),
    }


def test_defaults_are_those_of_the_paper():
    recipe = learning.recipe("G2")
    strengths, schedule, rule = recipe.strengths, recipe.schedule, recipe.rule
    assert (strengths.J_D, strengths.lam_in, strengths.lam_b, strengths.lam_f) == (0.5, 5, 0.9, 1)
    assert (strengths.lam_int, strengths.lam, strengths.bias) == (1, 0, 0)
    assert (schedule.sweeps, schedule.double, schedule.p_update) == (5, True, 1)
    assert [tuple(phase) for phase in schedule.training(1)] == [
        (Mode.LEFT_ONLY, 1),
        (Mode.FULL, 4),
        (Mode.NO_FEEDBACK, 5),
    ]
    assert (rule.lr_J, rule.lr_in, rule.lr_W) == (0.005, 0.03, 0.1)
    assert (rule.wd_J, rule.wd_in, rule.wd_W) == (0.005, 0, 0.005)
    assert (rule.k, rule.kappa_out, rule.beta) == (0.9, 3, None)


def test_the_earlier_generation_is_as_published():
    learner = learning.Learner.draw(6, 10, 4, 1, learning.recipe("G1"), rng=1)
    np.testing.assert_array_equal(learner.couplings.W_in[0], 1000 * np.eye(6, 10))
    recipe = learner.recipe
    rule = recipe.rule
    assert (recipe.kappa, rule.kappa_out) == (pytest.approx(0.7), 3)
    assert (rule.lr_J, rule.lr_in, rule.lr_W, rule.wd_J, rule.wd_W) == (0.03, 0, 0.1, 0.005, 0.005)
    assert [tuple(phase) for phase in recipe.schedule.training(1)] == [
        (Mode.LEFT_ONLY, 1),
        (Mode.FULL, 4),
    ]
    z = np.array([1, -1, 0, -1], dtype=np.float32)
    np.testing.assert_array_equal(recipe.strengths.feedback(z), z)
    np.testing.assert_array_equal(rule.targets(z), z)


@pytest.mark.parametrize(("name", "within"), [("reservoir", 1.0), ("random_features", 0.0)])
def test_baselines_learn_the_readout_alone(name, within):
    learner = learning.Learner.draw(N, 40, C, 1, learning.recipe(name), rng=1)
    before = copy.deepcopy(learner.couplings.arrays)
    rng = np.random.default_rng(2)
    X, labels = rng.choice([-1.0, 1.0], size=(64, N)), rng.integers(0, C, 64)
    learner.epoch(X, labels)
    moved = [
        key for key, old in before.items() if not np.array_equal(old, learner.couplings.arrays[key])
    ]
    assert moved == ["W_f"]
    off = before["J"][0][~np.eye(40, dtype=bool)]
    assert off.std() * np.sqrt(40) == pytest.approx(within, rel=0.1)
    if name == "random_features":
        features = np.sign(X.astype(np.float32) @ before["W_in"][0])
        np.testing.assert_array_equal(learner.states(X.astype(np.float32))[0], features)


def test_scales_are_the_published_pairs():
    z = np.array([1] + [-1] * 9, dtype=np.float32)
    scales = {
        "balanced": (1.5811, -0.5),
        "darnax": (1.5, -1 / 3),
        "none": (1, -1),
        (2, -1): (2, -1),
    }
    for scale, (positive, negative) in scales.items():
        sent = learning.Strengths(feedback_scale=scale).feedback(z)
        np.testing.assert_allclose(sent, [positive] + [negative] * 9, rtol=1e-4)
    targets = {"balanced": (2.5, -0.79057), "plain": (1, -1), (3.0, 0.0): (3, 0)}
    for scale, (positive, negative) in targets.items():
        asked = learning.Rule(target_scale=scale).targets(z)
        np.testing.assert_allclose(asked, [positive] + [negative] * 9, rtol=1e-4)


def test_noise_is_the_fraction_that_starts_at_random():
    """The first state shows where nothing drives a layer: there it stays."""
    recipe = learning.recipe(
        "G2", noise=0.3, lam_in=0.0, lam_int=0.0, lam_b=0.0, J_D=1.0, p_update=1e-12
    )
    learner = learning.Learner.draw(2, 400, 2, 1, recipe, rng=1)
    states = learning.trajectory(learner, np.ones((50, 2)), np.zeros(50, dtype=int)).states[0]
    assert np.mean(states != 0) == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / states.size))
    assert np.mean(states[states != 0]) == pytest.approx(0, abs=5 / np.sqrt(0.3 * states.size))


@pytest.mark.parametrize("engine", ["events", "dense"])
def test_the_probability_to_follow_a_field(engine):
    """From zeros, without couplings, a unit has moved within t sweeps with 1 - (1 - p)^t."""
    recipe = learning.recipe("G2", lam_int=0.0, p_update=0.3, sweeps=3)
    learner = learning.Learner.draw(10, 500, 2, 1, recipe, rng=1, engine=engine)
    X = np.random.default_rng(1).choice([-1.0, 1.0], size=(40, 10)).astype(np.float32)
    phases, y = [Phase(learning.Mode.LEFT_ONLY, 3)], np.ones((40, 2), dtype=np.float32)
    at = settle(Batch(learner.couplings, recipe, X, y, np.random.default_rng(1), engine), phases)
    moved = np.mean(at.s != 0)
    assert moved == pytest.approx(1 - 0.7**3, abs=5 * np.sqrt(0.25 / 20000))


@pytest.mark.parametrize("start", ["zeros", "input"])
def test_events_settle_in_all_modes_as_the_dense_engine_does(start):
    recipe = learning.recipe(
        "G2", lam=0.8, lam_b=3.0, J_D=0.2, p_update=0.7, noise=0.2, start=start, sweeps=8
    )
    rng = np.random.default_rng(6)
    X, labels = rng.choice([-1.0, 1.0], size=(48, N)), rng.integers(0, C, 48)
    pair = []
    for engine in ("events", "dense"):
        learner = learning.Learner.draw(N, 60, C, 2, recipe, rng=5, engine=engine)
        learner.epoch(X, labels)
        pair.append(learner)
    for key, array in pair[0].couplings.arrays.items():
        np.testing.assert_allclose(array, pair[1].couplings.arrays[key], atol=1e-5)
    np.testing.assert_allclose(pair[0].logits(X), pair[1].logits(X), atol=1e-4)
