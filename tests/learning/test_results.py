"""Results as they print and as they are stored, and seeds of scikit-learn."""

import json
from pathlib import Path

import numpy as np
import pytest

import learning
from learning.estimators.random_state import as_generator
from learning.network import fields
from learning.steered import storage

DATA = learning.prototypes(N=6, classes=3, per_class=20, flipped=0.1, rng=1)


def fitted(y=DATA.y, **parameters):
    network = learning.SteeredClassifier(H=12, epochs=2, random_state=1, **parameters)
    return network.fit(DATA.X, y)


def test_what_results_print():
    learner = fitted().learner_
    found = learning.equilibration(learner, DATA.X)
    assert repr(found) == (
        f"Equilibration({np.mean(found.sweeps):.2f} sweeps on average, "
        f"{100 * np.mean(found.converged):.1f}% settled, overlap {np.mean(found.overlap):.3f})"
    )
    assert repr(learning.trajectory(learner, DATA.X[:4])) == (
        "Trajectory(5 sweeps of 4 inputs, 1 layers of 12 units)"
    )
    found = learning.capacity(8, 2, level=0.9, step=0.5, epochs=5, rng=1)
    assert repr(found) == (
        f"Capacity({found.P:.1f} pairs, {found.P / 8:.3f} N, tried {found.tried.tolist()})"
    )
    found = learning.capacity(8, 2, level=0.9, step=0.5, epochs=5, samples=2, rng=1)
    assert repr(found).startswith(f"Capacity({found.P:.1f}({found.error:.1f}) pairs")


@pytest.mark.parametrize("lam", [0.0, 0.4])
def test_the_network_of_the_theory_has_the_same_fields(lam):
    """Its fields are those of inference without input; the self-coupling is held apart."""
    changes = {"inference": "no_supervision", "input_to": "all"}
    recipe = learning.recipe(lam=lam, J_D=0.3, lam_int=1.5, **changes)
    couplings = learning.Learner.draw(4, 9, 2, 2, recipe, rng=1).couplings
    network = couplings.network()
    s = np.random.default_rng(2).choice([-1, 1], size=(2, 9))
    f, silent = np.zeros((2, 1, 9), np.float32), np.zeros((2, 1, 9), np.float32)
    fields.forward(couplings, silent, s[:, None].astype(np.float32), f)
    fields.add_backward(couplings, s[:, None].astype(np.float32), f)
    np.testing.assert_allclose(s * f[:, 0], network.stabilities(s), rtol=1e-5)
    dense = learning.Learner.draw(4, 9, 2, 2, learning.recipe(lam_fc=0.5), rng=1).couplings
    with pytest.raises(ValueError, match="no dense couplings between layers"):
        dense.network()


def test_labels_that_are_objects_are_stored_as_text(tmp_path):
    names = np.array(["zero", "one", "two"], dtype=object)[DATA.y]
    network = fitted(names)
    network.save(tmp_path / "network.npz")
    loaded = learning.SteeredClassifier.load(tmp_path / "network.npz")
    assert loaded.classes_.tolist() == ["one", "two", "zero"]
    assert (loaded.predict(DATA.X) == network.predict(DATA.X)).all()


@pytest.mark.parametrize(
    ("classes", "match"),
    [([2, 1, 0], "classes must be in rising order"), ([0, 1], "classes must be 3")],
)
def test_classes_that_do_not_fit_are_refused(tmp_path, classes, match):
    path = tmp_path / "network.npz"
    fitted().save(path)
    with np.load(path) as stored:
        arrays = {**stored, "classes": np.array(classes)}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=match):
        learning.SteeredClassifier.load(path)


def test_a_file_of_an_older_version_is_read():
    """Format 1 had other names for the couplings between layers, and no `validation_error`."""
    path = Path(__file__).with_name("network_of_format_1.npz")
    with np.load(path) as stored:
        old = dict(stored)
    assert {"A", "R"} <= set(old)
    loaded = learning.SteeredClassifier.load(path)
    couplings = loaded.learner_.couplings
    np.testing.assert_array_equal(couplings.forward, old["A"])
    np.testing.assert_array_equal(couplings.backward, old["R"])
    assert not np.array_equal(couplings.forward, couplings.backward)
    written = [[1.805446, -0.702753, -1.584850], [-2.443923, 0.795431, 1.228829]]
    np.testing.assert_allclose(loaded.decision_function(DATA.X_test[:2]), written, atol=1e-4)
    assert [epoch.number for epoch in loaded.history_] == [1, 2]
    assert loaded.history_[0].validation_error is None
    assert not hasattr(loaded, "temperature_")
    again = learning.SteeredClassifier(**loaded.get_params()).fit(DATA.X, DATA.y)
    np.testing.assert_allclose(again.learner_.couplings.forward, old["A"], atol=1e-5)


def test_what_cannot_be_stored_leaves_nothing_behind(tmp_path):
    with pytest.raises(TypeError, match=r"\{1\} cannot be stored"):
        storage.write(tmp_path / "file.npz", {}, {"fact": {1}})
    with pytest.raises(ValueError, match="path must be that of a file"):
        storage.write(tmp_path, {}, {})
    assert list(tmp_path.iterdir()) == []
    storage.write(tmp_path / "file.npz", {"J": np.arange(3)}, {"number": np.float32(0.5)})
    arrays, facts = storage.read(str(tmp_path / "file.npz"))
    assert arrays["J"].tolist() == [0, 1, 2]
    assert json.dumps(facts) == '{"format": 5, "number": 0.5}'


def test_a_random_state_of_old_moves_on():
    first, second = np.random.RandomState(3), np.random.RandomState(3)
    draws = [as_generator(first).random() for _ in range(2)]
    assert draws == [as_generator(second).random() for _ in range(2)]
    assert draws[0] != draws[1]


def test_signs_have_names():
    projection = learning.EntangledProjection(3, random_state=1).fit(DATA.X)
    names = projection.get_feature_names_out()
    assert names.tolist() == [f"entangledprojection{i}" for i in range(3)]
