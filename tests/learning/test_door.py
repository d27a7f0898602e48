"""Inputs are checked at the door, once, and not copied inside."""

import inspect
import tracemalloc
from functools import cache

import numpy as np
import pytest

import learning
from learning.estimators import logit_classifier
from learning.steered import learner as learner_module

RNG = np.random.default_rng(1)
X = RNG.choice(np.array([-1, 1], dtype=np.float32), size=(4000, 500))  # 8 MB
Y = RNG.integers(0, 3, 4000)
LEARNER = learning.Learner.draw(500, 4, 3, 1, learning.recipe(), rng=1)
CLASSIFIER = learning.SteeredClassifier(H=4, epochs=1, batch=50, random_state=1)
MLP = learning.BinarisedMLP(H=4, epochs=1, batch=50, random_state=1)


@cache
def fitted():
    return learning.SteeredClassifier(H=4, epochs=1, batch=50).fit(X[:100], Y[:100])


def peak(call):
    """Return the largest memory that a call holds at a time, in bytes."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "use",
    [
        lambda X: CLASSIFIER.fit(X, Y),
        lambda X: CLASSIFIER.set_params(validation_fraction=0.1).fit(X, Y),
        lambda X: CLASSIFIER.partial_fit(X, Y),
        lambda X: fitted().predict(X),
        lambda X: MLP.fit(X, Y),
        lambda X: LEARNER.epoch(X, Y, batch=50),
        lambda X: LEARNER.logits(X),
        lambda X: LEARNER.score(X, Y),
    ],
    ids=["fit", "held back", "partial_fit", "predict", "mlp", "epoch", "logits", "score"],
)
def test_single_precision_is_not_copied_and_double_precision_once(use):
    use(X)  # compiles
    assert peak(lambda: use(X)) < 0.3 * X.nbytes
    double = X.astype(np.float64)
    if use.__code__.co_names[0] != "LEARNER":  # which looks at all numbers in double precision
        assert peak(lambda: use(double)) < 1.3 * X.nbytes


def test_fit_looks_at_the_inputs_once(monkeypatch):
    looked = []
    true = logit_classifier.bounded
    monkeypatch.setattr(logit_classifier, "bounded", lambda x: looked.append(len(x)) or true(x))
    monkeypatch.setattr(learner_module, "single", lambda X: pytest.fail("checked again"))
    some = slice(0, 200)
    for model in (learning.SteeredClassifier(H=4, epochs=3), learning.BinarisedMLP(H=4, epochs=3)):
        model.fit(X[some], Y[some])
        model.predict(X[:50])
        assert looked == [200, 50]
        looked.clear()


@pytest.mark.parametrize("make", [np.asfortranarray, np.float64, lambda X: X[:, ::-1][:, ::-1]])
def test_neither_precision_nor_order_in_memory_changes_a_bit(make):
    real = RNG.normal(size=(60, 40)).astype(np.float32)
    some = Y[:60]
    found = []
    for inputs in (real, make(real)):
        model = learning.SteeredClassifier(H=30, epochs=2, random_state=1).fit(inputs, some)
        found.append((model.decision_function(inputs), model.learner_.logits(inputs)))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e10])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_what_is_refused_at_every_door(wrong, kind):
    bad = X[:40, :6].astype(kind)
    model = learning.SteeredClassifier(H=4, epochs=1).fit(bad, Y[:40])
    bad[3, 2] = wrong
    words = {"nan": "NaN|nan|finite", "inf": "infinity|finite|inf"}.get(
        str(wrong), "1e.?10|1e9|1e.09"
    )
    for use in (model.learner_.logits, model.predict, lambda bad: model.fit(bad, Y[:40])):
        with pytest.raises(ValueError, match=words):
            use(bad)
    with pytest.raises(ValueError, match="X must"):
        learning.flip(bad, 0.1)


def test_what_draws_takes_rng_by_name():
    drawing = [
        *(learning.prototypes, learning.hidden_manifold, learning.xor, learning.flip),
        *(learning.load_digits, learning.capacity, learning.Learner.draw),
    ]
    for function in drawing:
        rng = inspect.signature(function).parameters["rng"]
        assert rng.kind is rng.KEYWORD_ONLY, function
        assert rng.default in (None, 0)
    first, second = (learning.Learner.draw(5, 9, 2, 1, learning.recipe()) for _ in range(2))
    assert not np.array_equal(first.couplings.J, second.couplings.J)


def test_help_shows_the_hints_as_they_are_written():
    for name in learning.__all__:
        thing = getattr(learning, name)
        members = [thing, *(vars(thing).values() if inspect.isclass(thing) else ())]
        for member in members:
            if inspect.isfunction(member):
                written = str(inspect.signature(member))
                assert "_NestedSequence" not in written, (name, written)
