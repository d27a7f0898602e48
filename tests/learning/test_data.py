"""What is drawn has the statistics it should have."""

import numpy as np
import pytest

import learning


def test_digits_are_all_there_once():
    data = learning.load_digits(test=100, rng=3)
    assert data.X.shape == (1697, 64)
    assert data.X_test.shape == (100, 64)
    everything = np.concatenate([data.X, data.X_test])
    assert len(np.unique(everything, axis=0)) == 1797
    assert everything.min() == 0
    assert everything.max() == 1
    assert not np.array_equal(data.y, learning.load_digits(test=100, rng=4).y)


def test_prototypes_are_flipped_as_often_as_asked():
    data = learning.prototypes(N=200, classes=5, per_class=300, flipped=0.35, rng=1)
    np.testing.assert_array_equal(np.bincount(data.y), [300] * 5)
    for c in range(5):
        copies = data.X[data.y == c]
        overlap = (copies[::2] * copies[1::2]).mean()
        assert overlap == pytest.approx((1 - 0.7) ** 2, abs=0.02)
    across = data.X[data.y == 0] @ data.X[data.y == 1].T / 200
    assert abs(across.mean()) < 0.02


def test_xor_cannot_be_learned_by_an_odd_network_and_can_with_bias():
    data = learning.xor(N=12, size=4000, test_size=500, rng=1)
    flipped = learning.xor(N=12, size=4000, test_size=500, rng=1)
    np.testing.assert_array_equal(data.y, flipped.y)
    odd = learning.SteeredClassifier(H=200, epochs=5, random_state=1).fit(data.X, data.y)
    both = np.concatenate([data.X_test, -data.X_test])
    assert odd.score(both, np.tile(data.y_test, 2)) == 0.5
    recipe = learning.recipe("G2", bias=3.0, lam_in=3.0)
    biased = learning.SteeredClassifier(H=200, epochs=10, recipe=recipe, random_state=1)
    assert biased.fit(data.X, data.y).score(data.X_test, data.y_test) > 0.8


def test_hidden_manifold_is_low_dimensional_and_labelled():
    data = learning.hidden_manifold(N=80, dimension=5, classes=2, size=3000, rng=2)
    assert set(np.unique(data.X)) == {-1.0, 1.0}
    spectrum = np.linalg.svd(data.X - data.X.mean(0), compute_uv=False) ** 2
    assert spectrum[:10].sum() > 0.6 * spectrum.sum()
    from sklearn.linear_model import LogisticRegression

    linear = LogisticRegression(max_iter=1000).fit(data.X, data.y)
    assert linear.score(data.X_test, data.y_test) > 0.8


def test_entangled_projection_is_a_sign_of_gaussian_projections():
    rng = np.random.default_rng(1)
    a = rng.standard_normal((1, 50))
    b = 0.6 * a / np.linalg.norm(a) + 0.8 * (c := rng.standard_normal((1, 50))) / np.linalg.norm(c)
    projected = learning.EntangledProjection(40000, random_state=1).fit(a)
    cosine = (a @ b.T).item() / np.linalg.norm(a) / np.linalg.norm(b)
    overlap = np.mean(projected.transform(a) * projected.transform(b))
    assert overlap == pytest.approx(1 - 2 * np.arccos(cosine) / np.pi, abs=5 / np.sqrt(40000))
