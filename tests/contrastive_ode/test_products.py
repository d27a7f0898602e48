"""Products of matrices and vectors, compiled and not, against numpy."""

import numba
import numpy as np
import pytest

from contrastive_ode.engine import products
from contrastive_ode.engine.blas import add_outer_product, by_plain, by_turned


@numba.njit
def all_three(a, b, turned, plain, outer):
    by_turned(a, b, turned)
    by_plain(a, b, plain)
    add_outer_product(a, a, outer)


@pytest.mark.parametrize("function", [all_three, all_three.py_func], ids=["compiled", "plain"])
@pytest.mark.parametrize("rows", [1, 2, 7])
def test_products_by_blas(function, rows):
    rng = np.random.default_rng(0)
    a, b, outer = rng.normal(size=(rows, 5)), rng.normal(size=(5, 5)), rng.normal(size=(5, 5))
    turned, plain, added = np.empty((rows, 5)), np.empty((rows, 5)), outer.copy()
    function(a, b, turned, plain, added)
    for found, expected in ((turned, a @ b.T), (plain, a @ b), (added, outer + a.T @ a)):
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


def test_products_by_blas_refuse_arrays_with_gaps():
    a, b = np.ones((2, 5))[:, ::2], np.ones((3, 3))
    with pytest.raises(numba.TypingError, match="a product takes matrices of numbers, row by row"):
        all_three(a, b, np.empty((2, 3)), np.empty((2, 3)), b.copy())


@pytest.mark.parametrize("large", [4, 512])
@pytest.mark.parametrize("N", [1, 3, 4, 9])
@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_products_with_few_vectors(monkeypatch, N, rows, large):
    monkeypatch.setattr(products, "LARGE", large)
    rng = np.random.default_rng(1)
    matrix, vectors, found = (
        rng.normal(size=(N, N)),
        rng.normal(size=(rows, N)),
        np.empty((rows, N)),
    )
    products.multiply(matrix, vectors, found)
    np.testing.assert_allclose(found, vectors @ matrix.T, rtol=1e-12, atol=1e-13)
    products.multiply_back(matrix, vectors, found)
    np.testing.assert_allclose(found, vectors @ matrix, rtol=1e-12, atol=1e-13)
