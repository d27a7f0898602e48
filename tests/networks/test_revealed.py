"""A matrix of which only products are drawn: against matrices that are drawn as a whole."""

import re

import numpy as np
import pytest

from networks import Revealed


def algorithm(product, back, N):
    """Return the course of a non-linear iteration that uses both products."""
    x, y = np.ones(N), np.zeros(N)
    course = []
    for _ in range(6):
        y = np.tanh(product(x) + 0.5 * y)
        x = np.tanh(2 * back(y)) + 0.3 * x
        course.append([x.mean(), (x**2).mean(), (y**2).mean(), (x * y).mean()])
    return np.array(course)


@pytest.mark.thorough
def test_in_law_the_same_as_drawn_matrices():
    """Small ones: what is not exact is large there."""
    N, runs = 30, 3000
    rng = np.random.default_rng(1)
    found = np.empty((2, runs, 6, 4))
    for run in range(runs):
        J = rng.standard_normal((N, N)) / np.sqrt(N)
        found[0, run] = algorithm(lambda x, J=J: J @ x, lambda y, J=J: J.T @ y, N)
        revealed = Revealed(N, rng=rng)
        found[1, run] = algorithm(revealed.product, revealed.back, N)
    for moment in (found, found**2):
        mean = moment.mean(axis=1)
        error = moment.std(axis=1, ddof=1) / np.sqrt(runs)
        z = (mean[0] - mean[1]) / np.hypot(*error)
        assert np.abs(z).max() < 4.2


def test_a_fresh_matrix_each_time_has_another_law():
    """The same comparison fails by far if answers are not remembered: it can fail."""
    N, runs = 30, 300
    rng = np.random.default_rng(1)
    found = np.empty((2, runs, 6, 4))
    for run in range(runs):
        J = rng.standard_normal((N, N)) / np.sqrt(N)
        found[0, run] = algorithm(lambda x, J=J: J @ x, lambda y, J=J: J.T @ y, N)
        fresh = Revealed(N, rng=rng)
        found[1, run] = algorithm(
            lambda x, J=fresh: J.product(x, keep=False),
            lambda y, J=fresh: J.back(y, keep=False),
            N,
        )
    z = np.diff(found.mean(axis=1), axis=0)[0] / np.hypot(*(found.std(axis=1) / np.sqrt(runs)))
    assert np.abs(z).max() > 10


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-5)])
def test_one_matrix(dtype, tolerance):
    """Linear, the transpose is the transpose, and what was answered stays."""
    N = 200
    J = Revealed(N, dtype=dtype, rng=1)
    rng = np.random.default_rng(2)
    X, Y = rng.standard_normal((2, 40, N))
    answers = [(J.product(x), J.back(y)) for x, y in zip(X, Y, strict=True)]
    JX, JY = (np.array(part, dtype=np.float64) for part in zip(*answers, strict=True))
    scale = tolerance * N
    np.testing.assert_allclose(Y @ JX.T, JY @ X.T, atol=scale)
    mixed = rng.standard_normal(40)
    np.testing.assert_allclose(J.product(mixed @ X), mixed @ JX, atol=scale)
    np.testing.assert_allclose(J.back(mixed @ Y), mixed @ JY, atol=scale)
    assert J.directions == (40, 40)
    assert J.product(X[0]).dtype == dtype
    assert repr(J) == "Revealed(N=200, known in 40 + 40 directions)"


def test_a_whole_matrix_can_be_asked_for():
    """After N products nothing is left that is not known."""
    J = Revealed(20, rng=1)
    whole = np.array([J.product(e) for e in np.eye(20)]).T
    y = np.random.default_rng(1).standard_normal(20)
    np.testing.assert_allclose(J.back(y), whole.T @ y, atol=1e-12)
    assert np.linalg.matrix_rank(whole) == 20
    assert whole.std() == pytest.approx(20**-0.5, rel=0.1)
    np.testing.assert_array_equal(J.product(np.zeros(20)), np.zeros(20))


def test_an_answer_that_is_not_kept():
    J = Revealed(50, rng=1)
    x = np.ones(50)
    first, second = J.product(x, keep=False), J.product(x, keep=False)
    assert J.directions == (0, 0)
    assert (first != second).any()
    kept = J.product(x)
    np.testing.assert_allclose(J.product(x, keep=False), kept)


def test_same_seed_same_bits():
    x = np.ones(50)
    runs = [Revealed(50, rng=rng).product(x) for rng in (1, np.random.default_rng(1), 2)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"N": 0}, ValueError, "N must be an integer in [1, 1000000000], got 0"),
        ({"N": 2.0}, TypeError, "N must be an integer"),
        ({"dtype": "int"}, ValueError, "dtype must be"),
        ({"rng": "x"}, TypeError, "rng must be"),
    ],
)
def test_refused(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        Revealed(**{"N": 5, **arguments})


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones(4), r"x must have shape \(5,\), got shape \(4,\)"),
        (np.full(5, np.nan), "x must be"),
        ([np.inf, 0, 0, 0, 0], "x must be"),
        (np.ones((5, 1)), r"x must have shape \(5,\)"),
    ],
)
def test_refused_products(x, message):
    with pytest.raises(ValueError, match=message):
        Revealed(5, rng=1).product(x)


def test_answers_stay_consistent_where_little_is_new():
    """In single precision, of vectors that hardly change: what is new is near rounding errors."""
    N = 300
    J, rng = Revealed(N, dtype="float32", rng=1), np.random.default_rng(2)
    x = rng.standard_normal(N)
    for _ in range(200):
        x = x + 2e-6 * rng.standard_normal(N)
        J.product(x)
    e = J._asked.directions.astype(float)
    assert len(e) > 100
    np.testing.assert_allclose(e @ e.T, np.eye(len(e)), atol=1e-5)
