"""Probabilities of classes, and the parts of scikit-learn that need them."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import learning
from learning.estimators.temperature import temperature

DATA = learning.prototypes(N=20, classes=3, per_class=100, flipped=0.33, rng=5)
RNG = np.random.default_rng(1)


def steered(**parameters):
    return learning.SteeredClassifier(**{"H": 40, "epochs": 4, "random_state": 1, **parameters})


def binarised():
    return learning.BinarisedMLP(40, epochs=10, rate=0.01, random_state=1)


@pytest.fixture(scope="module")
def fitted():
    return steered(validation_fraction=0.3).fit(DATA.X, DATA.y)


@pytest.mark.parametrize("T", [0.2, 1.0, 30.0])
def test_the_temperature_of_labels_that_were_drawn_at_it(T):
    p = RNG.dirichlet(np.ones(4), size=20000)
    truth = (p.cumsum(axis=1) < RNG.random((len(p), 1))).sum(axis=1)
    u = (T * np.log(p) + RNG.normal(size=(len(p), 1))).astype(np.float32)
    assert temperature(u, truth) == pytest.approx(T, rel=0.04)


def test_the_temperature_is_where_the_cross_entropy_is_least():
    u, truth = RNG.normal(size=(50, 3)).astype(np.float32), RNG.integers(0, 3, 50)
    u[np.arange(50), truth] += 1
    sure = (50 * np.eye(3)[truth] + 1 / 3) / 51
    best = minimize_scalar(
        lambda T: -np.sum(sure * log_softmax(u / T, axis=1)), bounds=(0.05, 20), method="bounded",
        options={"xatol": 1e-9},
    )  # fmt: skip
    assert temperature(u, truth) == pytest.approx(best.x, rel=1e-5)
    counts = np.full(50, 3)
    assert temperature(u, truth, counts / 7) == pytest.approx(temperature(u, truth), rel=1e-12)
    weights = np.where(truth == 0, 1.0, 0.0)
    only = truth == 0
    assert temperature(u, truth, weights) == pytest.approx(temperature(u[only], truth[only]))


def test_the_temperature_stays_finite():
    truth = np.array([0, 1] * 10)
    right = (2 * np.eye(2)[truth] - 1).astype(np.float32)
    sure = temperature(right, truth)
    p = softmax(right[0] / sure)
    assert p[0] == pytest.approx(20.5 / 21, abs=1e-6), "one label in 21 is at random"
    assert 1e2 < temperature(-right, truth) < 1e4, "worse than chance: no preference"
    assert temperature(0 * right, truth) == 1


@pytest.mark.parametrize("make", [steered, binarised])
@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_are_those_of_the_logits(make, classes):
    chosen = DATA.y < classes
    model = make().fit(DATA.X[chosen], DATA.y[chosen])
    p = model.predict_proba(DATA.X_test)
    assert p.shape == (len(DATA.X_test), classes)
    assert p.dtype == np.float64
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_array_equal(p.argmax(axis=1), model.predict(DATA.X_test))
    np.testing.assert_allclose(np.log(p), model.predict_log_proba(DATA.X_test), rtol=1e-9)
    u = model.decision_function(DATA.X_test) / model.temperature_
    expected = np.log(p[:, 1] / p[:, 0]) if classes == 2 else np.log(p / p[:, :1])
    np.testing.assert_allclose(expected, u if classes == 2 else u - u[:, :1], atol=1e-5)


def test_inputs_held_back_make_honest_probabilities(fitted):
    """Their log loss on new ones is near the least at any temperature."""

    def loss(T):
        return log_loss(DATA.y_test, softmax(fitted.decision_function(DATA.X_test) / T, axis=1))

    least = min(loss(T) for T in fitted.temperature_ * np.geomspace(0.1, 10, 60))
    found = log_loss(DATA.y_test, fitted.predict_proba(DATA.X_test))
    assert found == pytest.approx(loss(fitted.temperature_), rel=1e-6)
    assert found < least + 0.02 < np.log(3)


def test_what_is_learned_by_heart_is_sure_only_without_inputs_held_back():
    x, y = RNG.choice([-1.0, 1.0], size=(60, 40)), RNG.integers(0, 2, 60)
    by_heart, held = (
        steered(epochs=20, H=200, validation_fraction=fraction).fit(x, y) for fraction in (0, 0.3)
    )
    new = RNG.choice([-1.0, 1.0], size=(200, 40))
    sure = [model.predict_proba(new).max(axis=1).mean() for model in (by_heart, held)]
    assert sure[0] > 0.75
    assert sure[1] < 0.65


def test_the_temperature_is_stored(fitted, tmp_path):
    fitted.save(tmp_path / "new.npz")
    loaded = learning.SteeredClassifier.load(tmp_path / "new.npz")
    np.testing.assert_array_equal(
        loaded.predict_proba(DATA.X_test), fitted.predict_proba(DATA.X_test)
    )
    del loaded.temperature_  # as of a network stored before there were probabilities
    loaded.save(tmp_path / "old.npz")
    old = learning.SteeredClassifier.load(tmp_path / "old.npz")
    with pytest.raises(NotFittedError, match="before probabilities were known: call partial_fit"):
        old.predict_proba(DATA.X_test)
    assert old.partial_fit(DATA.X, DATA.y).predict_proba(DATA.X_test).shape == (300, 3)


def test_soft_voting():
    voters = [("steered", steered()), ("binarised", binarised()), ("linear", LogisticRegression())]
    voted = VotingClassifier(voters, voting="soft").fit(DATA.X, DATA.y)
    mean = np.mean([one.predict_proba(DATA.X_test) for one in voted.estimators_], axis=0)
    np.testing.assert_allclose(voted.predict_proba(DATA.X_test), mean)
    assert voted.score(DATA.X_test, DATA.y_test) > 0.7


@pytest.mark.parametrize("make", [steered, binarised])
def test_boosting(make):
    boosted = AdaBoostClassifier(make(), n_estimators=4, random_state=1).fit(DATA.X, DATA.y)
    assert len(boosted.estimators_) > 1
    alone = boosted.estimators_[0].score(DATA.X, DATA.y)
    assert boosted.score(DATA.X, DATA.y) >= alone > 0.7


@pytest.mark.parametrize("make", [steered, binarised])
def test_calibration(make):
    """Weights are in the precision of the logits, which scikit-learn 1.6 asks for."""
    calibrated = CalibratedClassifierCV(make(), cv=3, ensemble=False).fit(
        DATA.X, DATA.y, sample_weight=np.linspace(1, 2, len(DATA.y), dtype=np.float32)
    )
    assert log_loss(DATA.y_test, calibrated.predict_proba(DATA.X_test)) < 0.9
