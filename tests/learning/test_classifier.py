"""The estimators as scikit-learn and a user meet them."""

import json
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_class_weight_classifiers, check_estimator

import learning
from learning.baselines.adamw import AdamW
from learning.steered import storage

DATA = learning.prototypes(N=30, classes=4, per_class=40, flipped=0.15, rng=5)


def classifier(**parameters):
    return learning.SteeredClassifier(**{"H": 60, "epochs": 3, "random_state": 1, **parameters})


EXPECTED = {  # as for SGDClassifier
    f"check_sample_weight_equivalence_on_{kind}_data": "a weighted batch draws other random numbers"
    for kind in ("dense", "sparse")
}
EXPECTED["check_class_weight_classifiers"] = "without biases no class can take all inputs"


@pytest.mark.parametrize(
    "estimator",
    [
        learning.SteeredClassifier(H=40, epochs=10, random_state=0),
        learning.EntangledProjection(20, random_state=0),
        learning.PatchProjection(20, random_state=0),
        learning.Thermometer(),
        learning.Thermometer([-0.5, 0.5]),
        pytest.param(
            learning.BinarisedMLP(60, epochs=50, rate=0.01, random_state=0),
            marks=pytest.mark.thorough,
        ),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.filterwarnings("ignore:X has entries of size:UserWarning")
def test_estimator_passes_the_checks_of_scikit_learn(estimator):
    results = check_estimator(
        estimator, on_skip=None, on_fail=None, expected_failed_checks=EXPECTED
    )
    failed = [(one["check_name"], one["exception"]) for one in results if one["status"] == "failed"]
    assert not failed
    assert len(results) > 35


@pytest.mark.filterwarnings("ignore:X has entries of size:UserWarning")
def test_weights_of_classes_pass_the_check_of_scikit_learn_with_biases():
    recipe = learning.recipe("G2", bias=100)  # its inputs are of size 20
    check_class_weight_classifiers("", classifier(H=40, epochs=10, recipe=recipe))


def test_it_learns_and_follows_its_accuracy():
    fitted = classifier(epochs=5, validation_fraction=0.25).fit(DATA.X, DATA.y)
    assert fitted.score(DATA.X_test, DATA.y_test) > 0.95
    assert [one.number for one in fitted.history_] == [1, 2, 3, 4, 5]
    assert fitted.history_[-1].validation > 0.8
    assert fitted.history_[-1].unstable < fitted.history_[0].unstable
    assert fitted.n_features_in_ == 30


def test_labels_of_any_kind():
    names = np.array(["north", "east", "south", "west"])
    fitted = classifier().fit(DATA.X, names[DATA.y])
    assert fitted.score(DATA.X_test, names[DATA.y_test]) > 0.9
    two = DATA.y < 2
    pair = classifier().fit(DATA.X[two], DATA.y[two])
    assert pair.decision_function(DATA.X).shape == (160,)
    np.testing.assert_array_equal(pair.predict(DATA.X) == 1, pair.decision_function(DATA.X) > 0)


def test_same_seed_same_network():
    first, second, other = (
        classifier(random_state=seed).fit(DATA.X, DATA.y).decision_function(DATA.X_test)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_early_stop():
    stopped = classifier(epochs=100, validation_fraction=0.3, patience=3).fit(DATA.X, DATA.y)
    followed = [one.validation for one in stopped.history_]
    assert 4 <= len(followed) < 100
    assert max(followed[-3:]) <= max(followed[:-3])


HARD = learning.prototypes(N=30, classes=4, per_class=40, flipped=0.35, rng=5)
EARLY = {"epochs": 30, "validation_fraction": 0.3, "patience": 4, "cooling": 0.9}


@pytest.fixture(scope="module")
def stopped():
    return classifier(**EARLY).fit(HARD.X, HARD.y)


def test_early_stop_keeps_the_best_network(stopped):
    """It is, bit for bit, the one that a training of fewer epochs ends with."""
    followed = [one.validation for one in stopped.history_]
    kept = stopped.history_.kept
    assert kept == 1 + int(np.argmax(followed)), "of equals the first"
    assert kept == len(followed) - 4
    assert followed[-1] < followed[kept - 1], "the last network is worse"
    shorter = classifier(**{**EARLY, "epochs": kept, "patience": None}).fit(HARD.X, HARD.y)
    assert shorter.history_.kept == kept
    for name, array in shorter.learner_.couplings.arrays.items():
        np.testing.assert_array_equal(stopped.learner_.couplings.arrays[name], array, err_msg=name)


def test_the_best_is_kept_where_the_epochs_run_out(stopped):
    kept = stopped.history_.kept
    short = classifier(**{**EARLY, "epochs": kept + 2}).fit(HARD.X, HARD.y)
    assert (len(short.history_), short.history_.kept) == (kept + 2, kept)
    np.testing.assert_array_equal(short.learner_.couplings.J, stopped.learner_.couplings.J)


def test_training_goes_on_from_the_best_network(stopped, tmp_path):
    stopped.save(tmp_path / "network.npz")
    first, second = (learning.SteeredClassifier.load(tmp_path / "network.npz") for _ in range(2))
    kept, passed = stopped.history_.kept, len(stopped.history_)
    assert first.history_.kept == kept
    first.partial_fit(HARD.X, HARD.y)
    assert first.history_.kept == first.history_[-1].number == passed + 1
    second.set_params(warm_start=True).fit(HARD.X, HARD.y)
    history = second.history_
    assert [one.number for one in history] == list(range(1, len(history) + 1))
    assert len(history) >= passed + 4, "patience counts from where the fit begins"
    seen = {
        one.number: one.validation
        for one in history
        if one.number in {kept, *range(passed + 1, 99)}
    }
    assert seen[history.kept] == max(seen.values()), "where it began counts too"
    if history.kept == kept:
        np.testing.assert_array_equal(second.learner_.couplings.J, stopped.learner_.couplings.J)


@pytest.mark.parametrize("recipe", ["G2", "G1", "reservoir"])
def test_training_resumes_bit_for_bit(recipe, tmp_path):
    whole = classifier(epochs=4, recipe=recipe, cooling=0.7).fit(DATA.X, DATA.y)
    half = classifier(epochs=2, recipe=recipe, cooling=0.7, warm_start=True).fit(DATA.X, DATA.y)
    half.save(tmp_path / "half.npz")
    resumed = learning.SteeredClassifier.load(tmp_path / "half.npz")
    assert resumed.get_params()["H"] == 60
    resumed.fit(DATA.X, DATA.y)
    for name, array in whole.learner_.couplings.arrays.items():
        np.testing.assert_array_equal(array, resumed.learner_.couplings.arrays[name], err_msg=name)
    assert [one.number for one in resumed.history_] == [1, 2, 3, 4]
    np.testing.assert_array_equal(resumed.classes_, whole.classes_)

    by_hand = clone(half).partial_fit(DATA.X, DATA.y)
    for _ in range(3):
        by_hand.partial_fit(DATA.X, DATA.y)
    np.testing.assert_array_equal(
        whole.decision_function(DATA.X), by_hand.decision_function(DATA.X)
    )


STATEFUL = {
    "probability": {"p_update": 0.7},
    "noise": {"noise": 0.3},
    "one after the other": {"order": "asynchronous", "sweeps": 9},
    "decay": {"wd_J": 3.0, "wd_W": 2.0, "wd_in": 1.0},
    "normalised": {"feedback": "normalised"},
    "learned": {"feedback": "learned", "lr_b": 0.3},
    "projected": {"symmetry": "projected", "symmetric": True},
    "cross-entropy": {"beta": 3.0, "hidden_at": "first"},
    "scales": {"feedback_scale": (1.5, -0.4), "target_scale": (2.0, -1.0)},
    "chain": {"lam": 1.0, "lam_fc": 0.4, "lam_io": 0.5, "bias": 0.3, "sweeps": 6},
}


@pytest.mark.parametrize("name", STATEFUL)
def test_every_option_resumes_bit_for_bit(name, tmp_path):
    parameters = {
        "L": 2 if name == "chain" else 1,
        "recipe": learning.recipe("G2", **STATEFUL[name]),
        "cooling": 0.8,
        "validation_fraction": 0.2,
        "warm_start": True,
    }
    whole = classifier(epochs=4, **parameters).fit(DATA.X, DATA.y)
    half = classifier(epochs=2, **parameters).fit(DATA.X, DATA.y)
    half.save(tmp_path / "half")
    resumed = learning.SteeredClassifier.load(tmp_path / "half").fit(DATA.X, DATA.y)
    for key, array in whole.learner_.couplings.arrays.items():
        np.testing.assert_array_equal(array, resumed.learner_.couplings.arrays[key], err_msg=key)
    facts = [
        [(one.number, one.unstable, one.missed, one.flips, one.validation) for one in of.history_]
        for of in (whole, resumed)
    ]
    assert facts[0] == facts[1]
    assert resumed.learner_.recipe == whole.learner_.recipe


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937"])
def test_any_generator_of_numpy_is_saved(kind, tmp_path):
    rng = np.random.Generator(getattr(np.random, kind)(3))
    fitted = classifier(epochs=1, random_state=rng, warm_start=True).fit(DATA.X, DATA.y)
    fitted.save(tmp_path / "network.npz")
    resumed = learning.SteeredClassifier.load(tmp_path / "network.npz")
    for one in (fitted, resumed):
        one.fit(DATA.X, DATA.y)
    np.testing.assert_array_equal(fitted.learner_.couplings.J, resumed.learner_.couplings.J)


def test_numbers_of_numpy_are_saved(tmp_path):
    given = {"H": np.int64(20), "J_D": np.float32(0.25), "progress": np.False_, "batch": np.int8(9)}
    recipe = learning.recipe("G2", symmetric=np.True_, feedback_scale=np.array([1.0, -1.0]))
    fitted = classifier(epochs=np.int32(1), recipe=recipe, random_state=np.int64(7), **given)
    fitted.fit(DATA.X, DATA.y).save(tmp_path / "network.npz")
    loaded = learning.SteeredClassifier.load(tmp_path / "network.npz")
    for name, value in {**given, "random_state": 7, "recipe": recipe}.items():
        assert loaded.get_params()[name] == value


def test_names_of_columns_are_saved(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(DATA.X, columns=[f"pixel {i}" for i in range(30)])
    fitted = classifier(epochs=1).fit(frame, DATA.y)
    fitted.save(tmp_path / "network.npz")
    loaded = learning.SteeredClassifier.load(tmp_path / "network.npz")
    np.testing.assert_array_equal(loaded.predict(frame), fitted.predict(frame))
    with pytest.raises(ValueError, match="feature names"):
        loaded.predict(frame.rename(columns={"pixel 0": "pixel"}))


def test_without_a_bar_nothing_is_made_for_one(monkeypatch):
    """A lock of tqdm would be reported as leaked where a worker process is killed."""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert len(classifier(epochs=2).fit(DATA.X, DATA.y).history_) == 2
    with pytest.raises(ImportError):
        classifier(epochs=2, progress=True).fit(DATA.X, DATA.y)


def test_columns_of_text_are_named():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(DATA.X, columns=[f"pixel {i}" for i in range(30)])
    fitted = classifier(epochs=1).fit(frame, DATA.y)
    texts = frame.assign(colour="red", shape="round", size="3")  # a number, in quotes
    message = "^X must hold numbers, got columns that do not: 'colour', 'shape'; encode them"
    for ask in (lambda X: classifier().fit(X, DATA.y), fitted.predict, fitted.predict_proba):
        with pytest.raises(ValueError, match=message):
            ask(texts)


def test_training_goes_on_with_another_rule():
    fitted = classifier(warm_start=True).fit(DATA.X, DATA.y)
    before = fitted.learner_.couplings.W_in.copy()
    fitted.set_params(recipe=learning.recipe("G2", lr_in=0.0)).fit(DATA.X, DATA.y)
    np.testing.assert_array_equal(fitted.learner_.couplings.W_in, before)
    assert [one.number for one in fitted.history_] == [1, 2, 3, 4, 5, 6]


def test_classes_that_come_later():
    late = classifier().partial_fit(DATA.X[DATA.y < 2], DATA.y[DATA.y < 2], classes=[3, 0, 1, 2])
    np.testing.assert_array_equal(late.classes_, [0, 1, 2, 3])
    for _ in range(3):
        late.partial_fit(DATA.X, DATA.y)
    assert late.score(DATA.X_test, DATA.y_test) > 0.9


def test_progress_is_shown_when_asked(capsys):
    classifier(progress=True).fit(DATA.X, DATA.y)
    assert "epochs: 100%" in capsys.readouterr().err
    classifier().fit(DATA.X, DATA.y)
    assert not capsys.readouterr().err


def stored(tmp_path):
    """Return a file with a network, its arrays, and its facts."""
    path = tmp_path / "network.npz"
    classifier(epochs=1, H=12).fit(DATA.X, DATA.y).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    return path, arrays, json.loads(str(arrays["steering"]))


def refused(path, arrays, message="truncated or something else"):
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=message):
        learning.SteeredClassifier.load(path)


def test_damaged_arrays_are_refused(tmp_path):
    path, arrays, _ = stored(tmp_path)
    for name, array in arrays.items():
        rest = {key: value for key, value in arrays.items() if key != name}
        refused(path, rest)
        refused(path, {**arrays, name: np.array([None, {}], dtype=object)})
        if name == "steering":
            continue
        refused(path, {**arrays, name: np.array(["a", "b"])})
        refused(path, {**arrays, name: np.zeros((3, 3, 3, 3), np.float32)})
        if array.size:
            refused(path, {**arrays, name: array[..., :-1]})
            refused(path, {**arrays, name: array.astype(np.float32) * np.float32(np.nan)})


def test_damaged_facts_are_refused(tmp_path):
    path, arrays, facts = stored(tmp_path)

    def with_facts(content):
        refused(path, {**arrays, "steering": np.array(content)})

    for content in ("[]", "3", "null", '"a"', "{", "{}", ""):
        with_facts(content)
    for name in set(facts) - {"format"}:
        with_facts(json.dumps({key: value for key, value in facts.items() if key != name}))
        for wrong in (None, "abc", -1, {}):
            with_facts(json.dumps({**facts, name: wrong}))
    for name in facts["parameters"]:
        with_facts(json.dumps({**facts, "parameters": {**facts["parameters"], name: "wrong"}}))
    with_facts(json.dumps({**facts, "parameters": {**facts["parameters"], "more": 1}}))
    with_facts(json.dumps({**facts, "rng": {**facts["rng"], "bit_generator": "seed"}}))


def test_a_recipe_keeps_its_name(tmp_path):
    for recipe in ("G1", learning.recipe("G2", lr_J=0.02)):
        classifier(epochs=1, recipe=recipe).fit(DATA.X, DATA.y).save(tmp_path / "one")
        loaded = learning.SteeredClassifier.load(tmp_path / "one")
        assert loaded.recipe == recipe
        assert loaded.learner_.recipe == learning.recipe(recipe)


def test_only_what_is_needed_is_read(tmp_path):
    """A file of 2 MB could fill 2 GB: members of other names, and compressed ones, are not read."""
    path, arrays, _ = stored(tmp_path)
    np.savez(path, **arrays, more=np.array([{}], dtype=object))  # which cannot be read
    assert learning.SteeredClassifier.load(path).H == 12
    np.savez_compressed(path, **arrays)
    with pytest.raises(ValueError, match=r"something else: .*is compressed"):
        learning.SteeredClassifier.load(path)


def test_a_file_that_is_not_ours_is_refused(tmp_path):
    path = tmp_path / "network.npz"
    fitted = classifier(epochs=1, random_state=np.random.default_rng(1)).fit(DATA.X, DATA.y)
    fitted.save(path)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:-1], b"", b"\x80\x04N."):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="truncated or something else"):
            learning.SteeredClassifier.load(path)
    with pytest.raises(ValueError, match="no such file"):
        learning.SteeredClassifier.load(tmp_path / "none.npz")
    np.savez(path, J=np.zeros(3), steering=np.array(json.dumps({"format": 99})))
    with pytest.raises(ValueError, match=r"format 5 or older, .* has format 99"):
        learning.SteeredClassifier.load(path)
    with pytest.raises(ValueError, match="objects"):
        storage.write(path, {"classes": np.array([1, "a"], dtype=object)}, {})
    assert [file.name for file in tmp_path.iterdir()] == ["network.npz"], "nothing is left over"


def test_in_a_pipeline():
    data = learning.load_digits()
    steered = make_pipeline(
        StandardScaler(with_std=False),
        learning.EntangledProjection(100, random_state=1),
        classifier(H=200, epochs=10),
    )
    accuracy = steered.fit(data.X, data.y).score(data.X_test, data.y_test)
    assert accuracy > 0.85


def test_binarised_gradients_are_those_of_the_pretended_network():
    rng = np.random.default_rng(1)
    model = learning.BinarisedMLP(7, beta=0.5)
    model.weights_ = [rng.normal(size=(5, 7)), rng.normal(size=(7, 3))]
    x, truth = rng.normal(size=(4, 5)), np.array([0, 2, 1, 1])
    h = x @ model.weights_[0]
    base, inside = np.sign(h), np.abs(0.5 * h) < 1

    def loss(W_1, W_2):
        """Replace the sign by its value and the pretended slope around it."""
        s = base + np.where(inside, 0.5 * (x @ W_1 - h), 0)
        u = s @ W_2
        return np.mean(np.log(np.exp(u).sum(1)) - u[np.arange(4), truth])

    for k, gradient in enumerate(model._gradients(x, truth)):
        for where in np.ndindex(gradient.shape):
            ends = []
            for sign in (1, -1):
                moved = [W.copy() for W in model.weights_]
                moved[k][where] += sign * 1e-6
                ends.append(loss(*moved))
            assert gradient[where] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-7)


def test_importing_learning_is_light_and_complete():
    with warnings.catch_warnings(), pytest.raises(AttributeError, match="nothing"):
        learning.nothing  # noqa: B018
    for name in learning.__all__:
        assert getattr(learning, name).__doc__


def test_steps_of_adam_with_decoupled_decay():
    """As published: bias-corrected moments, decay by the rate times the weight."""
    rng = np.random.default_rng(1)
    w, gradients = rng.normal(size=4), rng.normal(size=(5, 4))
    weights = [w.astype(np.float32)]
    adam = AdamW(weights, rate=0.02, decay=0.3)
    m, v = np.zeros(4), np.zeros(4)
    for t, gradient in enumerate(gradients, start=1):
        adam.step([gradient.astype(np.float32)])
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        scaled = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w = w - 0.02 * (scaled + 0.3 * w)
        np.testing.assert_allclose(weights[0], w, rtol=2e-5)
