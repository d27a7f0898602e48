"""The error rule, errors sent back in the margin rule, and what is done around any rule."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

import learning
from learning import Learner, recipe

_spec = importlib.util.spec_from_file_location("plain", Path(__file__).with_name("plain.py"))
plain = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plain)
Plain = plain.Plain
DATA = learning.prototypes(N=12, classes=3, per_class=60, flipped=0.2, rng=3)
NAMES = ("J", "W_in", "W_f", "W_b", "forward", "backward")


def softmax_error(y, u, T):
    p = [math.exp(c / T) for c in u]
    return np.array([(1 if one > 0 else 0) - q / sum(p) for one, q in zip(y, p, strict=True)])


class PlainError(Plain):
    """The steps of the error rule, one sample and one unit at a time."""

    def learn(self, X, Y, weights=None):
        rule, strengths, B = self.recipe.rule, self.recipe.strengths, len(X)
        change = {name: np.zeros_like(getattr(self, name)) for name in NAMES}
        weights = np.ones(B) if weights is None else weights
        for x, y, weight in zip(X, Y, weights, strict=True):
            s = self.settle(x, None, ["LEFT_ONLY"] * self.recipe.schedule.sweeps)[-1]
            e = softmax_error(y, self.readout(s, x), rule.temperature)
            for l in range(self.L):
                k = l - (self.L - len(self.W_b))
                f = self.inference_field(l, s, x) - strengths.J_D * strengths.lam_int * s[l]
                d = np.zeros(self.H)
                for i in range(self.H):
                    current = self.W_b[k][i] @ e if k >= 0 else 0.0
                    if abs(f[i]) < rule.window and abs(current) > rule.gate:
                        d[i] = weight * current
                change["J"][l] += np.outer(d, s[l])
                if l < len(self.W_in):
                    change["W_in"][l] += np.outer(d, x)
                if l > 0 and len(self.forward):
                    change["forward"][l - 1] += np.outer(d, s[l - 1])
                if l < self.L - 1 and len(self.backward):
                    change["backward"][l] += np.outer(d, s[l + 1])
                if k >= 0:
                    change["W_b"][k] += np.outer(s[l], weight * e)
                m = l - (self.L - len(self.W_f))
                if m >= 0:
                    change["W_f"][m] += np.outer(weight * e, s[l])
        rates = {
            "J": rule.lr_J * strengths.lam_int / math.sqrt(self.H),
            "forward": rule.lr_J * strengths.lam_fc / math.sqrt(self.H),
            "W_in": rule.lr_in * strengths.lam_in / math.sqrt(self.N),
            "W_f": rule.lr_W / math.sqrt(self.H),
            "W_b": rule.lr_b / math.sqrt(self.H),
        }
        rates["backward"] = rates["forward"]
        for name, step in change.items():
            setattr(self, name, getattr(self, name) + rates[name] / math.sqrt(B) * step)
        for matrices, value in ((self.J, self.J_D), (self.forward, 0), (self.backward, 0)):
            for one in matrices:
                np.fill_diagonal(one, value)

    @property
    def J_D(self):
        return self.recipe.strengths.J_D * self.recipe.strengths.lam_int


def batches(count, B=6):
    rng = np.random.default_rng(5)
    for _ in range(count):
        chosen = rng.integers(len(DATA.X), size=B)
        yield DATA.X[chosen], DATA.y[chosen], 2 * np.eye(3, dtype=np.float32)[DATA.y[chosen]] - 1


@pytest.mark.parametrize(
    ("L", "changes"),
    [
        (1, {}),
        (1, {"lr_b": 0.0, "gate": 0.1, "window": 1.0, "temperature": 0.7}),
        (2, {"lam": 0.4}),
        (3, {"lam_fc": 0.5, "lam_f_skip": 0.5, "input_to": "all"}),
    ],
)
def test_steps_are_those_written_out_unit_by_unit(L, changes):
    rule = recipe("error", flipped=0.0, averaged=0.0, lr_J=0.3, **changes)
    learner = Learner.draw(N=12, H=20, C=3, L=L, recipe=rule, rng=1)
    literal, steps = PlainError(learner.couplings, rule), learner.steps()
    before = {name: getattr(literal, name).copy() for name in NAMES}
    weights = np.array([1, 2, 0.5, 1, 3, 0], dtype=np.float32)
    for x, truth, y in batches(4):
        learner.step(steps, x, y, truth, weights)
        literal.learn(x, y, weights)
    for name in NAMES:
        array = learner.couplings.arrays[name]
        np.testing.assert_allclose(array.swapaxes(-1, -2), getattr(literal, name), atol=2e-5)
        if array.size and not (name == "W_b" and changes.get("lr_b") == 0):
            assert np.abs(getattr(literal, name) - before[name]).max() > 1e-3


@pytest.mark.parametrize(("L", "changes"), [(1, {}), (3, {"lam": 0.7}), (2, {"lam_fc": 0.9})])
def test_steps_where_one_unit_settles_after_the_other(L, changes):
    rule = recipe("error", lr_J=0.3, J_D=0.2, order="asynchronous", **changes)
    learner = Learner.draw(N=12, H=20, C=3, L=L, recipe=rule, rng=1)
    literal, steps, T = PlainError(learner.couplings, rule), learner.steps(), 5

    def settle(x, y, modes):
        s = np.zeros((L, 20))
        for of_layers in visits:
            for l, units in enumerate(of_layers):
                for i in units:
                    s[l, i] = plain.sign(literal.inference_field(l, s, x)[i])
        return [s]

    literal.settle = settle
    for number, (x, truth, y) in enumerate(batches(2)):
        learner.rng, draws = np.random.default_rng(number), np.random.default_rng(number)
        visits = [[draws.permutation(20) for _ in range(L)] for _ in range(T)]
        learner.step(steps, x, y, truth)
        literal.learn(x, y)
    for name in NAMES:
        array = learner.couplings.arrays[name]
        np.testing.assert_allclose(array.swapaxes(-1, -2), getattr(literal, name), atol=2e-5)


def test_without_J_from_zero_it_is_back_propagation_through_signs():
    """Straight-through: the derivative of a sign is one inside the window."""
    rule = recipe("error", lam_f=0.0, lam_b=0.0, lam_int=0.0, gate=0.0, flipped=0.0, window=2.0)
    learner = Learner.draw(N=12, H=30, C=3, L=1, recipe=rule, rng=2)
    W = learner.couplings
    W_1, W_2 = W.W_in[0].astype(float), np.zeros((30, 3))
    steps, T = learner.steps(), rule.rule.temperature
    lr_in, lr_W = rule.strengths.lam_in * rule.rule.lr_in, rule.rule.lr_W
    for x, truth, y in batches(20, B=8):
        learner.step(steps, x, y, truth)
        h = x @ W_1
        u = np.sign(h) @ W_2
        e = np.array([softmax_error(own, row, T) for own, row in zip(y, u, strict=True)])
        back = np.where(np.abs(h) < 2.0, e @ W_2.T, 0)  # minus the gradient of the cross-entropy
        W_1 += lr_in / math.sqrt(12 * 8) * x.T @ back
        W_2 += lr_W / math.sqrt(30 * 8) * np.sign(h).T @ e
        np.testing.assert_array_equal(W.W_b[0], W.W_f[0].T)
    np.testing.assert_allclose(W.W_in[0], W_1, atol=3e-5)
    np.testing.assert_allclose(W.W_f[0], W_2, atol=3e-5)
    assert np.abs(W_2).max() > 0.1


def error_settle(literal, x, y, T):
    """Settle as in training, with the error at the end of the warm-up sent back."""
    warm, full, after = 1, 4, 5
    s = literal.settle(x, None, ["LEFT_ONLY"] * warm)[-1]
    z = np.zeros(3)
    e = None
    for sweep in range(full):
        h = literal.inference_field(0, s, x) + (literal.W_b[0] @ e if sweep else 0)
        if not sweep:
            e = softmax_error(y, literal.readout(s, x), T)
        s, z = np.sign(h)[None], z
    for _ in range(after):
        s = np.sign(literal.inference_field(0, s, x))[None]
    return s, e


def test_a_margin_rule_that_is_sent_the_error():
    rule = recipe("error_margin", lam_b=20.0, J_D=0.1, k=1.5, lr_J=0.3, lr_b=0.2)
    learner = Learner.draw(N=12, H=30, C=3, L=1, recipe=rule, rng=4)
    literal, W = Plain(learner.couplings, rule), learner.couplings
    for x, truth, y in batches(1, B=1):
        s, e = error_settle(literal, x[0], y[0], 2.0)
        f = literal.inference_field(0, s, x[0])
        last = softmax_error(y[0], literal.readout(s, x[0]), 2.0)
        agrees = literal.W_b[0] @ e * s[0] >= 0
        wanted = s[0] * (s[0] * f <= 1.6) * agrees
        assert 0 < np.count_nonzero(wanted) < np.count_nonzero(s[0] * f <= 1.6)
        J, W_in = literal.J[0], literal.W_in[0]
        J = (1 - 0.005 * 0.3 / math.sqrt(30)) * J + 0.3 / math.sqrt(30) * np.outer(wanted, s[0])
        np.fill_diagonal(J, 0.1)
        rate = 0.1 / math.sqrt(30)
        W_f = (1 - 0.005 * rate) * literal.W_f[0] + rate * np.outer(last, s[0])
        W_b = literal.W_b[0] + 0.2 * 20 / math.sqrt(3) * np.outer(s[0], last)
        learner.step(learner.steps(), x, y, truth)
    np.testing.assert_allclose(W.J[0].T, J, atol=1e-5)
    expected = W_in + 0.03 * 5 / math.sqrt(12) * np.outer(wanted, x[0])
    np.testing.assert_allclose(W.W_in[0].T, expected, atol=1e-5)
    np.testing.assert_allclose(W.W_f[0].T, W_f, atol=1e-5)
    np.testing.assert_allclose(W.W_b[0].T, W_b, atol=1e-5)


@pytest.mark.parametrize("name", ["G2", "error", "error_margin"])
def test_centred_couplings_learn_from_covariances(name):
    """The step less the mean of the senders times what their units want in all."""
    rule = recipe(name, flipped=0.0, averaged=0.0, wd_J=0.0, lr_J=0.2)
    pair = [
        Learner.draw(N=12, H=30, C=3, L=1, recipe=one, rng=6)
        for one in (rule, rule.replace(presynaptic="centred"))
    ]
    raw, centred = pair
    (x, truth, y), (x_2, truth_2, y_2) = batches(2)
    old = raw.couplings.W_in.copy(), raw.couplings.J.copy()
    for learner in pair:
        learner.step(learner.steps(), x, y, truth)
    wanted = np.linalg.lstsq(x.T, raw.couplings.W_in[0] - old[0][0], rcond=None)[0]
    expected = raw.couplings.W_in[0] - np.outer(x.mean(0), wanted.sum(0))
    np.testing.assert_allclose(centred.couplings.W_in[0], expected, atol=1e-4)
    assert np.abs(wanted).max() > 1e-3
    mean = centred.senders.x.copy()
    np.testing.assert_allclose(mean, x.mean(0), atol=1e-6)
    centred.step(centred.steps(), x_2, y_2, truth_2)
    moved = mean + 6e-3 * (x_2.mean(0) - mean)
    np.testing.assert_allclose(centred.senders.x, moved, atol=1e-6)
    assert centred.senders.s.shape == (1, 1, 30)


def test_the_average_is_that_of_every_sixteenth_step():
    rule = recipe("error", averaged=0.25, flipped=0.0)
    learner = Learner.draw(N=12, H=20, C=3, L=1, recipe=rule, rng=7)
    learner.epoch(DATA.X, DATA.y, batch=5)
    assert learner.averaged is None
    twin = Learner.draw(N=12, H=20, C=3, L=1, recipe=rule.replace(averaged=0.0), rng=7)
    twin.epoch(DATA.X, DATA.y, batch=5)
    expected = twin.couplings.J.copy()
    learner.epoch(DATA.X, DATA.y, batch=5)
    order = twin.rng.permutation(len(DATA.X))[: len(DATA.X) // 5 * 5].reshape(-1, 5)
    steps = twin.steps()
    for number, chosen in enumerate(order):
        y = 2 * np.eye(3, dtype=np.float32)[DATA.y[chosen]] - 1
        twin.step(steps, DATA.X[chosen], y, DATA.y[chosen])
        if number % 16 == 0:
            expected += 0.25 * (twin.couplings.J - expected)
    np.testing.assert_allclose(learner.averaged.J, expected, atol=1e-6)
    np.testing.assert_array_equal(learner.couplings.J, twin.couplings.J)
    assert learner.in_use is learner.averaged
    u = learner.logits(DATA.X[:1])
    s = learner.states(DATA.X[:1])[0]
    np.testing.assert_allclose(u, s @ learner.averaged.W_f[0], atol=1e-5)


def test_flipped_inputs_are_as_many_as_asked_for():
    seen = []
    rule = recipe("G2", flipped=0.3)
    learner = Learner.draw(N=12, H=20, C=3, L=1, recipe=rule, rng=8)
    learner.step = lambda steps, x, *others: seen.append(x.copy()) or np.zeros(3, dtype=int)
    learner.epoch(np.ones((600, 12)), np.zeros(600, dtype=int), batch=10)
    wrong = np.concatenate(seen) < 0
    assert abs(wrong.mean() - 0.3) < 5 * math.sqrt(0.21 / wrong.size)
    assert (np.ones((600, 12)) == 1).all()


@pytest.mark.parametrize("name", ["error", "error_margin"])
def test_training_continues_from_a_file_bit_for_bit(tmp_path, name):
    made = recipe(name, averaged=0.1, presynaptic="centred", flipped=0.1)
    options = {"H": 20, "epochs": 2, "recipe": made, "random_state": 1}
    network = learning.SteeredClassifier(**options).fit(DATA.X, DATA.y)
    network.save(tmp_path / "network.npz")
    again = learning.SteeredClassifier.load(tmp_path / "network.npz")
    assert again.learner_.recipe == made
    for one in (network, again):
        one.partial_fit(DATA.X, DATA.y)
    for first, second in (
        (network.learner_.couplings, again.learner_.couplings),
        (network.learner_.averaged, again.learner_.averaged),
    ):
        for array, other in zip(first.arrays.values(), second.arrays.values(), strict=True):
            np.testing.assert_array_equal(array, other)


def test_an_early_stop_goes_back_to_the_average_too():
    options = {"H": 20, "epochs": 8, "recipe": "error", "random_state": 1}
    network = learning.SteeredClassifier(**options, validation_fraction=0.3, patience=2)
    network.fit(DATA.X, DATA.y)
    kept = network.history_[network.history_.kept - 1].validation
    held = learning.steered.held_back.divided(len(DATA.X), 0.3)[1]
    assert network.score(DATA.X[held], DATA.y[held]) == pytest.approx(kept)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "error", "k": 0.3}, "recipe has no parameter 'k'"),
        ({"name": "G2", "window": 3.0}, "recipe has no parameter 'window'"),
        ({"name": "error", "temperature": 0.0}, "temperature must be > 0, got 0"),
        ({"name": "G2", "agreeing": True}, "agreeing needs sent='error'"),
        ({"name": "G2", "presynaptic": "mean"}, "presynaptic must be"),
        ({"order": "asynchronous", "p_update": 0.8}, "p_update must be 1 in asynchronous order"),
        ({"name": "G2", "averaged": 1.5}, "averaged must be"),
        ({"name": "G2", "flipped": 1}, "flipped must be < 1, got 1"),
        ({"name": "G2", "presynaptic": "centred", "symmetry": "both_unstable"}, "has no step"),
    ],
)
def test_rules_say_what_they_cannot_do(changes, message):
    with pytest.raises((TypeError, ValueError), match=message):
        recipe(**changes)


@pytest.mark.parametrize(
    ("name", "L", "changes", "message"),
    [
        ("error", 2, {"lam_b_skip": 0.0}, "lam_b_skip must be > 0 for an ErrorRule in L = 2"),
        ("error_margin", 2, {"lam_b_skip": 0.0}, "lam_b_skip must be > 0 for agreeing=True"),
        ("error", 2, {}, "lam or lam_fc must be > 0 in L = 2 layers, .* input_to='all'"),
        ("error", 7, {"lam": 1.0}, "sweeps must be at least L = 7 in synchronous order, got 5"),
    ],
)
def test_layers_that_nothing_reaches_are_refused(name, L, changes, message):
    with pytest.raises(ValueError, match=message):
        recipe(name, **changes).check(N=12, H=20, L=L)


@pytest.mark.parametrize("L", [2, 7])
@pytest.mark.parametrize("order", ["synchronous", "asynchronous"])
@pytest.mark.parametrize("name", ["error", "error_margin"])
def test_chains_learn_in_both_orders(name, order, L):
    made = recipe(name, lam=4.0, sweeps=L + 2, order=order)
    network = learning.SteeredClassifier(30, L=L, epochs=5, recipe=made, random_state=1)
    assert network.fit(DATA.X, DATA.y).score(DATA.X_test, DATA.y_test) > 0.6


def test_back_propagation_is_given_the_same_care():
    options = {"H": 20, "rate": 0.01, "random_state": 1}
    plain = [learning.BinarisedMLP(**options, epochs=n).fit(DATA.X, DATA.y) for n in (1, 2)]
    one = learning.BinarisedMLP(**options, epochs=1, averaged=1.0).fit(DATA.X, DATA.y)
    np.testing.assert_array_equal(one.weights_[0], plain[0].weights_[0])
    # the average of weight one is the present one, of every sixteenth step: here the first
    two = learning.BinarisedMLP(**options, epochs=2, averaged=1.0).fit(DATA.X, DATA.y)
    assert not np.array_equal(two.weights_[0], plain[0].weights_[0])
    assert not np.array_equal(two.weights_[0], plain[1].weights_[0])
    cold = learning.BinarisedMLP(**options, epochs=2, cooling=1e-9).fit(DATA.X, DATA.y)
    np.testing.assert_allclose(cold.weights_[0], plain[0].weights_[0], atol=1e-6)
    noise = learning.BinarisedMLP(**options, epochs=5, flipped=0.5).fit(DATA.X, DATA.y)
    assert noise.score(DATA.X, DATA.y) < 0.7 < plain[1].score(DATA.X, DATA.y)
