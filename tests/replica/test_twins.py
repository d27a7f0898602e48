"""Closed forms against their high-precision twins: 13 digits, over the whole domain.

Where a value passes through zero its last digits are lost to the terms that cancel: an absolute
error of 1e-15 times the size of those terms is allowed, which is 1 per neuron. For a finite network
it is N; its pairs need three times as much, for `scipy.special.betaln` of large N.
"""

import mpmath
import numpy as np
import pytest

import replica
from replica import high_precision

J_D = [0, 1e-12, 1e-3, 0.1, 0.5, 1.3, 4, 12, 40]
ETA = [-1, -1 + 1e-9, -0.97, -0.5, -1e-6, 1e-6, 0.3, 1]


def assert_digits(value, twin, size=1.0):
    assert np.isfinite(value) == np.isfinite(float(twin))
    if np.isfinite(value):
        assert abs(float(twin - value)) <= 1e-13 * abs(float(twin)) + 1e-15 * size


@pytest.mark.parametrize("eta", [0, *ETA])
def test_fixed_points(eta):
    for J in J_D:
        if (J, eta) != (0, -1):
            twin = high_precision.fixed_point_entropy(J, eta, digits=18)
            assert_digits(replica.fixed_point_entropy(J, eta), twin)


@pytest.mark.parametrize("L", [None, 1, 2, 3, 20, 100_000])
def test_layers(L):
    for J in J_D:
        for lam in [0, 1e-7, 0.2, 1, 5, 40]:
            twin = high_precision.layered_entropy(J, lam, L, digits=18)
            assert_digits(replica.layered_entropy(J, lam, L), twin)


@pytest.mark.parametrize("d", [1e-12, 1e-6, 0.003, 0.2, 0.5, 0.77, 1 - 1e-12])
def test_pairs_and_the_franz_parisi_potential(d):
    for J in J_D:
        twin = high_precision.pair_entropy(d, J, digits=18)
        assert_digits(replica.pair_entropy(d, J), twin)
        assert_digits(replica.franz_parisi(d, J), twin - high_precision.fixed_point_entropy(J))


CORRELATED = [
    (1e-12, 0.5, -1),
    pytest.param(1e-12, 0, 1, marks=pytest.mark.thorough),
    pytest.param(1e-12, 40, -0.5, marks=pytest.mark.thorough),
    (0.003, 0, -0.5),
    pytest.param(0.003, 0.5, 1, marks=pytest.mark.thorough),
    pytest.param(0.003, 3, -1, marks=pytest.mark.thorough),
    pytest.param(0.2, 0.5, -1 + 1e-9, marks=pytest.mark.thorough),
    (0.2, 1e-3, 0.3),
    (0.5, 0, 1),
    pytest.param(0.5, 0.3, -0.97, marks=pytest.mark.thorough),
    pytest.param(0.77, 0.5, 1e-6, marks=pytest.mark.thorough),
    (0.77, 20, 1),
]


@pytest.mark.parametrize(("d", "J", "eta"), CORRELATED)
def test_correlated_pairs(d, J, eta):
    twin = high_precision.pair_entropy(d, J, eta, digits=16)
    assert_digits(replica.pair_entropy(d, J, eta), twin)


@pytest.mark.parametrize("N", [2, 3, 18, 1000, 100_000])
def test_finite_asymmetric_networks(N):
    for J in J_D:
        twin = high_precision.log_expected_fixed_points(N, J, digits=18)
        assert_digits(replica.log_expected_fixed_points(N, J), twin, size=N)


FINITE = [
    *((N, J, eta) for N in (3, 100_000) for J, eta in ((0, 1), (0.5, 0.3))),
    (18, 0.5, -0.5),
    (1000, 3, -0.97),
]
THOROUGH = [
    *((N, 40, 1) for N in (3, 18, 100_000)),
    *((18, J, eta) for J, eta in ((0, 1), (0.5, 0.3))),
    *((N, 0.5, -0.5) for N in (4, 1000, 100_000)),
    *((N, J, -1) for N in (1000, 100_000) for J in (0.5, 40)),
    (18, 40, -1),
]
SLOW = [(4, 0, -0.99), (18, 0.5, -1), (18, 0.1, -0.97), (1000, 0, -0.99)]


@pytest.mark.parametrize(
    ("N", "J", "eta"),
    [
        *FINITE,
        *(pytest.param(*case, marks=pytest.mark.thorough) for case in THOROUGH),
        *(pytest.param(*case, marks=pytest.mark.long) for case in SLOW),
    ],
)
def test_finite_correlated_networks(N, J, eta):
    twin = high_precision.log_expected_fixed_points(N, J, eta, digits=16)
    assert_digits(replica.log_expected_fixed_points(N, J, eta), twin, size=N)


@pytest.mark.parametrize("N", [2, 3, 18, 1000, 100_000])
def test_finite_pairs(N):
    for J in [0, 0.1, 0.6, 3, 40]:
        log_pairs = replica.log_expected_pairs(N, J)
        for k in {0, 1, N // 3, N // 2, N - 1, N}:
            twin = high_precision.log_expected_pairs(N, k, J, digits=18)
            assert_digits(log_pairs[k], twin, size=3 * N)


def test_a_published_number():
    """Metastable states of the Sherrington-Kirkpatrick model: 0.1992."""
    twin = high_precision.fixed_point_entropy(0, 1, digits=25)
    assert mpmath.nstr(twin, 20).startswith("0.19922849103578394")
    assert replica.fixed_point_entropy(0.0, eta=1.0) == pytest.approx(0.19922849103578394, 1e-14)


@pytest.mark.long
@pytest.mark.parametrize(
    "at",
    [
        (1.2, 0.2, 0.0),
        (1.5, 0.05, 0.6),
        (2, 0.2, 0.3),
        (2.5, 0.4, 0.2),
        (3, 0.1, 0.1),
        (3, 0.25, 0.5),
        (3.5, 0.1, 0.3),
        (4, 0.05, 0.06),
        (5, 0.02, 0.1),
        (5, 0.3, 0.1),
        (6, 0.1, 0.2),
    ],
)
def test_stabilities(at):
    state, twin = replica.clusters(*at), high_precision.stabilities(*at, digits=10)
    assert state.inner_stability == pytest.approx(float(twin.inner), abs=1e-13)
    assert state.outer_stability == pytest.approx(float(twin.outer), abs=1e-13)
