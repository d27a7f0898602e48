"""Encodings as signs, against their definitions written out."""

import numpy as np
import pytest

import learning


def test_a_thermometer_counts_the_levels_below():
    X = np.random.default_rng(1).gamma(2.0, size=(400, 3)) * [1, 10, 100]
    signs = learning.Thermometer(4).fit_transform(X).reshape(400, 3, 4)
    assert set(np.unique(signs)) == {-1.0, 1.0}
    assert (np.diff(signs, axis=2) <= 0).all()  # no level without those below it
    counts = [np.bincount((signs[:, p] > 0).sum(1), minlength=5) for p in range(3)]
    assert np.ptp(counts) == 0  # even parts
    order = np.argsort(X[:, 1])
    assert (np.diff((signs[order, 1] > 0).sum(1)) >= 0).all()


def test_levels_of_a_feature_that_is_mostly_zero_tell_the_others():
    X = np.array([[0.0]] * 7 + [[2.0], [3.0], [4.0]], dtype=np.float32)
    signs = learning.Thermometer(1).fit_transform(X)
    assert signs.dtype == np.float32
    assert signs.ravel().tolist() == [-1.0] * 7 + [1.0] * 3


@pytest.mark.parametrize(
    ("shape", "size", "step", "places"),
    [((7, 9), 4, 2, 6), ((2, 5, 6), 3, 1, 12), ((1, 4), 6, 3, 1), (None, 4, 3, 3)],
)
def test_patches_are_projected_one_by_one(shape, size, step, places):
    channels, height, width = (1, 1, *(shape or (1, 12)))[-3:]
    X = np.random.default_rng(2).normal(size=(5, channels * height * width))
    patches = learning.PatchProjection(3, shape=shape, size=size, step=step, random_state=1)
    signs = patches.fit(X).transform(X)
    found = []
    for row in X:
        image = row.reshape(channels, height, width)
        tall, wide = min(size, height), min(size, width)
        for top in range(0, height - tall + 1, step):
            for left in range(0, width - wide + 1, step):
                patch = image[:, top : top + tall, left : left + wide].ravel()
                for k in range(3):
                    total = sum(
                        g * v for g, v in zip(patches.components_[:, k], patch, strict=True)
                    )
                    found.append(1.0 if total >= 0 else -1.0)
    assert signs.shape == (5, 3 * places) == (5, len(patches.get_feature_names_out()))
    np.testing.assert_array_equal(signs.ravel(), found)


def test_many_images_are_taken_in_parts(monkeypatch):
    X = np.random.default_rng(3).normal(size=(11, 36))
    patches = learning.PatchProjection(2, shape=(6, 6), size=3, random_state=1).fit(X)
    whole = patches.transform(X)
    monkeypatch.setattr("learning.data.patches._AT_ONCE", 4)
    np.testing.assert_array_equal(patches.transform(X), whole)
