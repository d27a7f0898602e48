"""What weights of inputs and of classes mean."""

import numpy as np
import pytest

import learning
from learning.estimators.weights import relative, with_classes
from learning.network import fields
from learning.plasticity.margin import MarginSteps
from learning.plasticity.steps import Arrived

DATA = learning.prototypes(N=20, classes=3, per_class=30, flipped=0.2, rng=5)
P = len(DATA.y)
WEIGHTS = np.random.default_rng(2).uniform(0.5, 3, P)


def steered(**parameters):
    return learning.SteeredClassifier(30, **{"epochs": 2, "random_state": 1, **parameters})


def binarised(**parameters):
    return learning.BinarisedMLP(30, **{"epochs": 2, "random_state": 1, **parameters})


def logits(model, *data, **more):
    return model.fit(*data, **more).decision_function(DATA.X_test)


RULES = {
    "default": {},
    "cross-entropy": {"beta": 2.0},
    "both unstable": {"symmetry": "both_unstable"},
    "symmetric steps": {"symmetry": "update"},
    "learned feedback": {"feedback": "learned", "lr_b": 0.3},
    "all couplings": {"lam": 0.5, "lam_fc": 0.4, "lam_io": 0.5},
}


@pytest.mark.parametrize("name", RULES)
def test_integer_weights_are_repetitions(name):
    """A step of all inputs over the root of their number is the expected step of any batch."""
    changes = {"lam": 0.5, **RULES[name], "wd_J": 0, "wd_W": 0, "lr_J": 0.1, "sweeps": 6}
    recipe = learning.recipe("G2", **changes)
    counts = np.random.default_rng(3).integers(1, 5, 24)
    moved = []
    for rows, weights in (
        (np.arange(24), relative(counts.astype(float), np.arange(24))),
        (np.repeat(np.arange(24), counts), None),
    ):
        learner = learning.Learner.draw(20, 30, 3, 2, recipe, rng=4)
        before = {key: array.copy() for key, array in learner.couplings.arrays.items()}
        x = DATA.X[rows].astype(np.float32)
        y = 2 * np.eye(3, dtype=np.float32)[DATA.y[rows]] - 1
        *_, at = learner._relax(x, y)
        arrived = Arrived(at.s, at.margin_fields(learner.couplings, recipe.schedule.free))
        u = fields.readout(learner.couplings, x, at.s)
        MarginSteps(learner.couplings, recipe).step(x, y, arrived, arrived, u, weights)
        moved.append(
            {
                key: (array - before[key]) / np.sqrt(len(rows))
                for key, array in learner.couplings.arrays.items()
            }
        )
    for key in moved[0]:
        np.testing.assert_allclose(moved[0][key], moved[1][key], atol=2e-7, err_msg=key)
    changed = {key for key, array in moved[0].items() if np.any(array)}
    assert changed >= {"J", "W_in", "W_f"}
    assert ("W_b" in changed) == (name == "learned feedback")


def test_integer_weights_are_repetitions_in_the_gradient_of_the_baseline():
    model = binarised().fit(DATA.X, DATA.y)
    counts = np.random.default_rng(3).integers(1, 5, P)
    repeated, x = np.repeat(np.arange(P), counts), DATA.X.astype(np.float32)
    weighed = model._gradients(x, DATA.y, relative(counts.astype(float), np.arange(P)))
    for found, expected in zip(
        weighed, model._gradients(x[repeated], DATA.y[repeated]), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("make", [steered, binarised])
def test_laws_of_weights(make):
    plain = logits(make(), DATA.X, DATA.y)
    for same in (None, np.full(P, 0.3), np.full(P, 7)):
        np.testing.assert_array_equal(logits(make(), DATA.X, DATA.y, sample_weight=same), plain)
    weighed = logits(make(), DATA.X, DATA.y, sample_weight=WEIGHTS)
    assert not np.array_equal(weighed, plain)
    again = logits(make(), DATA.X, DATA.y, sample_weight=WEIGHTS / 2**60)
    np.testing.assert_array_equal(again, weighed, err_msg="only ratios matter")

    some = WEIGHTS > 1
    left = logits(make(), DATA.X[some], DATA.y[some], sample_weight=WEIGHTS[some])
    zeros = logits(make(), DATA.X, DATA.y, sample_weight=WEIGHTS * some)
    np.testing.assert_array_equal(zeros, left, err_msg="weight 0 is left out")

    by_class = np.array([1.0, 2.5, 0.5])
    labelled = logits(make(class_weight=dict(enumerate(by_class))), DATA.X, DATA.y)
    given = logits(make(), DATA.X, DATA.y, sample_weight=by_class[DATA.y])
    np.testing.assert_array_equal(labelled, given)


def test_balanced_classes_weigh_the_same():
    truth = np.array([0, 0, 0, 1, 2, 2])
    for own in (None, np.array([1.0, 2, 3, 4, 5, 6])):
        found = with_classes("balanced", np.array(["a", "b", "c"]), truth, own)
        totals = np.bincount(truth, found)
        np.testing.assert_allclose(totals, totals[0])


@pytest.mark.parametrize("make", [steered, binarised])
def test_what_weighs_more_is_learned_better(make):
    data = learning.prototypes(N=20, classes=2, per_class=200, flipped=0.4, rng=5)
    rare = np.concatenate([np.flatnonzero(data.y == 0), np.flatnonzero(data.y == 1)[:20]])
    missed = []
    for class_weight in (None, "balanced"):
        model = make(class_weight=class_weight, epochs=8)
        if make is binarised:
            model.set_params(rate=0.01)
        model.fit(data.X[rare], data.y[rare])
        missed.append(np.mean(model.predict(data.X_test[data.y_test == 1]) == 0))
    assert missed[1] < missed[0] - 0.05


@pytest.mark.parametrize("unit", [1e-322, 1e-200, 1e300])
@pytest.mark.parametrize("make", [steered, binarised])
def test_weights_have_no_unit(make, unit):
    """Sums of their squares overflow, or vanish."""
    weights = unit * np.array([4.0, 16.0])[np.arange(P) % 2]
    model = make(class_weight={0: 1e8, 1: 2e8, 2: 1e8})
    found = logits(model, DATA.X, DATA.y, sample_weight=weights)
    probabilities = model.predict_proba(DATA.X_test)
    np.testing.assert_array_equal(
        found, logits(model, DATA.X, DATA.y, sample_weight=weights / unit)
    )
    np.testing.assert_array_equal(probabilities, model.predict_proba(DATA.X_test))


def test_weights_of_a_single_call():
    x, y = DATA.X[:40], DATA.y[:40]
    first = steered().partial_fit(x, y, classes=[0, 1, 2], sample_weight=WEIGHTS[:40])
    second = steered(epochs=1).fit(x, y, sample_weight=WEIGHTS[:40])
    np.testing.assert_array_equal(first.decision_function(x), second.decision_function(x))


def test_weights_are_stored(tmp_path):
    steered(class_weight={0: 2.0, 2: np.float32(0.5)}).fit(DATA.X, DATA.y).save(tmp_path / "one")
    loaded = learning.SteeredClassifier.load(tmp_path / "one")
    assert loaded.class_weight == {0: 2.0, 2: 0.5}


@pytest.mark.parametrize("make", [steered, binarised])
def test_what_is_no_weight(make):
    for wrong, words in (
        (-WEIGHTS, "sample_weight must be"),
        (WEIGHTS[:-1], r"sample_weight must be of shape \(90,\)"),
        (np.zeros(P), "sample_weight must be > 0"),
        (WEIGHTS * np.nan, "sample_weight must be"),
    ):
        with pytest.raises(ValueError, match=words):
            make().fit(DATA.X, DATA.y, sample_weight=wrong)
    for class_weight, words in (
        ("balance", "did you mean 'balanced'"),
        ({0: -1.0}, "class_weight must be"),
        ({"zero": 1.0}, r"class_weight must be of labels among .* got 'zero'"),
        ({0: 0.0, 1: 0, 2: 0}, "class_weight must leave"),
    ):
        with pytest.raises(ValueError, match=words):
            make(class_weight=class_weight).fit(DATA.X, DATA.y)
    with pytest.raises(ValueError, match="weights must be > 0 for some input that learns"):
        relative(np.array([0.0, 0, 1]), np.arange(2))
    with pytest.raises(TypeError, match="class_weight must be a mapping"):
        make(class_weight=3).fit(DATA.X, DATA.y)
    with pytest.raises(ValueError, match="partial_fit"):
        steered(class_weight="balanced").partial_fit(DATA.X, DATA.y)
