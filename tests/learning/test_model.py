"""Both engines against the model written out literally, and against each other."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import learning
from learning.plasticity.margin import MarginSteps
from learning.steered.learner import Learner

_spec = importlib.util.spec_from_file_location("plain", Path(__file__).with_name("plain.py"))
plain = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plain)

SETTINGS = {
    "default": (1, {}),
    "earlier generation": (1, {"recipe": "G1"}),
    "reservoir": (1, {"recipe": "reservoir"}),
    "random features": (1, {"recipe": "random_features"}),
    "single": (1, {"double": False, "target_scale": "plain", "feedback_scale": "darnax"}),
    "biased": (1, {"bias": 1.0, "lam_io": 0.5, "kept": 0.3, "warm_up": 0}),
    "chain": (3, {"lam": 1.5, "sweeps": 6, "feedback_scale": "none"}),
    "chain, all skips": (
        3,
        {"lam": 0.7, "input_to": "all", "lam_f_skip": 0.5, "lam_b_skip": 0.8, "sweeps": 5},
    ),
    "chain, dense": (2, {"lam": 0.4, "lam_fc": 0.8, "lam_io": 0.3, "J_D": 0.2}),
    "chain, both ways": (2, {"lam": 2.0, "J_D": 0.0, "inference": "no_supervision", "sweeps": 7}),
    "symmetric start": (1, {"symmetric": True, "symmetry": "both_unstable", "k": 0.2}),
    "symmetric step": (1, {"symmetry": "update"}),
    "projected": (1, {"symmetry": "projected", "wd_J": 3.0, "wd_W": 1.0}),
}


def problem(name, H=40, C=5, seed=1, **more):
    L, changes = SETTINGS[name]
    changes = {**changes, **more}
    recipe = learning.recipe(changes.pop("recipe", "G2"), **changes)
    rng = np.random.default_rng(seed)
    learner = Learner.draw(30, H, C, L, recipe, rng=rng)
    X = rng.choice(np.array([-1, 1], dtype=np.float32), size=(160, 30))
    return learner, X, rng.integers(0, C, 160)


def one_hot(labels, C=5):
    return (2 * np.eye(C) - 1)[labels].astype(np.float32)


@pytest.mark.parametrize("name", SETTINGS)
def test_states_and_couplings_are_those_of_the_formulas(name):
    learner, X, labels = problem(name)
    literal = plain.Plain(learner.couplings, learner.recipe)
    Y = one_hot(labels)

    recorded = learning.trajectory(learner, X[:4], labels[:4])
    assert recorded.modes == literal.training_modes()
    for b in range(4):
        expected = literal.settle(X[b], Y[b], literal.training_modes())
        np.testing.assert_array_equal(recorded.states[:, :, b], expected)

    plasticity = MarginSteps(learner.couplings, learner.recipe)
    for start in range(0, 32, 8):
        batch = slice(start, start + 8)
        learner.step(plasticity, X[batch], Y[batch], labels[batch])
        literal.learn(X[batch], Y[batch])
    plasticity.decay()
    for array in ("J", "W_in", "W_f", "W_b", "W_io", "forward", "backward"):
        turned = getattr(learner.couplings, array).swapaxes(-1, -2)
        np.testing.assert_allclose(turned, getattr(literal, array), atol=2e-6, err_msg=array)
    free = ["LEFT_ONLY", "NO_SUPERVISION"][learner.recipe.schedule.inference != "left_only"]
    logits = learner.logits(X[:6])
    for x, u in zip(X, logits, strict=False):
        last = literal.settle(x, None, [free] * learner.recipe.schedule.sweeps)[-1]
        np.testing.assert_allclose(u, literal.readout(last, x), atol=1e-4)


@pytest.mark.parametrize("more", [{}, {"p_update": 0.8}, {"noise": 0.5}, {"start": "input"}])
@pytest.mark.parametrize("name", ["default", "chain", "chain, dense", "chain, both ways"])
def test_both_engines_are_one(name, more):
    pair = []
    for engine in ("events", "dense"):
        learner, X, labels = problem(name, H=150, **more)
        learner.engine = engine
        pair.append(learner)
    Y = one_hot(labels)
    first, second = (MarginSteps(learner.couplings, learner.recipe) for learner in pair)
    for step in range(20):
        batch = slice(8 * step, 8 * step + 8)
        for learner in pair:  # the relaxations to come draw from the same generators
            learner.rng = np.random.default_rng(step)
        states = [[at.s.copy() for at in one._relax(X[batch], Y[batch])] for one in pair]
        np.testing.assert_array_equal(*states)
        for learner, plasticity in zip(pair, (first, second), strict=True):
            learner.rng = np.random.default_rng(step)
            learner.step(plasticity, X[batch], Y[batch], labels[batch])
    for name, array in pair[0].couplings.arrays.items():
        np.testing.assert_allclose(array, pair[1].couplings.arrays[name], atol=1e-6)


def test_asynchronous_relaxation_is_that_of_one_unit_after_the_other():
    learner, X, labels = problem("chain", order="asynchronous", sweeps=30, warm_up=2)
    literal = plain.Plain(learner.couplings, learner.recipe)
    y = one_hot(labels)
    learner.rng = np.random.default_rng(3)
    phases = learner.recipe.schedule.training(3)
    ends = [at.s[:, 0].copy() for at in learner._relax(X[:1], y[:1])]

    draws = np.random.default_rng(3)
    s, z, reached = np.zeros((3, 40)), np.zeros(5), []
    for mode, sweeps in phases:
        # where the readout changes in between, a new relaxation begins
        parts = {"FULL": [1, sweeps - 1], "LEFT_ONLY": [sweeps - 1, 1]}.get(mode.name, [sweeps])
        for part in parts:
            after = literal.sweep(s, z, X[0], y[0], mode.name)[1]
            for _ in range(part):
                old = s.copy()
                for l, visits in enumerate([draws.permutation(40) for _ in range(3)]):
                    for i in visits:
                        h = literal.inference_field(l, s, X[0])[i]
                        if mode.right:
                            h += literal.right_field(l, s)[i]
                        if mode.feedback:
                            h += literal.feedback_field(l, z)[i]
                        s[l, i] = plain.sign(h)
                if (s == old).all():
                    break
            z = after
        reached.append(s.copy())
    np.testing.assert_array_equal(ends, reached)


def test_a_sample_that_has_settled_leaves_the_others_alone():
    learner, X, _ = problem("default", H=200, J_D=0.1)
    whole = learner.logits(X)
    alone = np.concatenate([learner.logits(x[None]) for x in X])
    np.testing.assert_allclose(whole, alone, atol=1e-4)
