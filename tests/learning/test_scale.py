"""Inputs that are not of the size that the recipes were made for are told of."""

import warnings

import numpy as np
import pytest
from sklearn import datasets
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import learning

RAW = {
    "wine": datasets.load_wine,
    "iris": datasets.load_iris,
    "cancer": datasets.load_breast_cancer,
}
DIGITS = learning.load_digits()
CENTRED = DIGITS.X - DIGITS.X.mean(axis=0)


def steered(**parameters):
    return learning.SteeredClassifier(**{"H": 40, "epochs": 1, "random_state": 1, **parameters})


@pytest.mark.parametrize("name", RAW)
def test_raw_measurements_are_told_of_and_scaled_ones_are_not(name):
    X, y = RAW[name](return_X_y=True)
    with pytest.warns(UserWarning, match="best. Put a .*StandardScaler before it") as caught:
        steered().fit(X, y)
    assert caught[0].filename == __file__
    make_pipeline(StandardScaler(), steered()).fit(X, y)


@pytest.mark.parametrize(
    "data",
    [
        learning.hidden_manifold(rng=1),
        learning.prototypes(N=30, classes=4, per_class=40, flipped=0.15, rng=5),
        learning.prototypes(N=30, classes=2, per_class=2, flipped=0.1, rng=5),
        learning.xor(rng=1),
    ],
    ids=["hidden_manifold", "prototypes", "a few prototypes", "xor"],
)
def test_the_data_of_this_package_are_of_the_right_size(data):
    steered(H=200).fit(data.X, data.y)
    steered(H=200).fit(learning.flip(data.X, 0.1, rng=1), data.y)


def test_digits_behind_a_projection_are_of_the_right_size():
    projection = learning.EntangledProjection(100, random_state=1).fit(CENTRED)
    steered().fit(projection.transform(CENTRED), DIGITS.y)
    with pytest.warns(UserWarning, match="size 0.48 .*, and 69% of their mean square"):
        steered().fit(DIGITS.X, DIGITS.y)


@pytest.mark.parametrize(
    ("size", "mean", "told"),
    [(1, 0, 0), (0.35, 0, 0), (0.3, 0, 1), (2.8, 0, 0), (3.2, 0, 1), (1, 1.1, 0), (1, 1.4, 1)],
)
@pytest.mark.parametrize("P", [20, 2000])
def test_where_the_warning_begins(size, mean, told, P):
    X = size * (mean + np.resize([1.0, -1.0, -1.0, 1.0], (P, 30)))
    X += 1e-3 * np.random.default_rng(1).normal(size=X.shape)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        steered().fit(X, np.arange(P) % 2)
    assert len(caught) == told


@pytest.mark.parametrize(("large", "told"), [(13, 0), (4, 0), (2, 1), (1, 1)])
def test_few_large_features_are_told_of(large, told):
    """Their root mean square is 1, and their mean 0, as it should be."""
    X, y = datasets.load_wine(return_X_y=True)
    X = StandardScaler().fit_transform(X) * np.where(np.arange(13) < large, 1.0, 1e-3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        steered().fit(X / np.sqrt(np.mean(X**2)), y)
    assert len(caught) == told


def test_scaled_wine_is_learned_better():
    X, y = datasets.load_wine(return_X_y=True)
    test = np.random.default_rng(1).permutation(len(y)) % 3 == 0
    model = steered(H=200, epochs=20)
    with pytest.warns(UserWarning, match="StandardScaler"):
        raw = model.fit(X[~test], y[~test]).score(X[test], y[test])
    scaled = make_pipeline(StandardScaler(), model).fit(X[~test], y[~test]).score(X[test], y[test])
    assert scaled > 0.9 > raw
