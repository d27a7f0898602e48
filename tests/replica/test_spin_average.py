"""The parts of the solver for clusters: averages over the spins of a site, and over its field."""

import itertools

import numpy as np
import pytest
from scipy import integrate, special

from replica.gauss.spin_average import spin_averages
from replica.groups.common_field import common_field
from replica.groups.site import site


def exact_averages(bias, y, q_hat):
    """Integrate over the Gaussian field by adaptive quadrature, around its peaks."""
    root = np.sqrt(q_hat)
    points = sorted({k + s * y * root for k in (-13, -5, 0, 5, 13) for s in (-1, 0, 1)})
    shift = y * np.logaddexp(bias, -bias) + (y * root) ** 2 / 2  # above all exponents

    def average(function):
        def integrand(t):
            u = bias + root * t
            return np.exp(y * np.logaddexp(u, -u) - t**2 / 2 - shift) * function(u)

        pieces = [
            integrate.quad(integrand, *ends, epsabs=1e-15, epsrel=1e-13)[0]
            for ends in itertools.pairwise(points)
        ]
        return sum(pieces) / np.sqrt(2 * np.pi)

    def gap(u):
        return 2 * special.expit(-2 * u)

    def spread(u):
        return 4 * special.expit(2 * u) * special.expit(-2 * u)

    total = average(lambda u: 1)
    functions = (gap, lambda u: gap(u) ** 2, spread, lambda u: spread(u) ** 2)
    functions += (lambda u: gap(u) * spread(u),)
    columns = [average(f) / total for f in (*functions, lambda u: np.logaddexp(u, -u) - abs(bias))]
    return shift + np.log(total) - y * abs(bias), columns


@pytest.mark.parametrize("q_hat", [1e-12, 0.99e-6, 1.01e-6, 1e-3, 0.4, 7.0])
@pytest.mark.parametrize("y", [1.0, 2.7, 40.0])
def test_spin_averages(y, q_hat):
    for bias in (-25.0, -3.0, 0.0, 0.1, 9.0, 60.0):
        log_G, averages = exact_averages(bias, y, q_hat)
        result, *columns = spin_averages(np.zeros(1), np.array([bias]), y, q_hat)
        size = 1 + abs(bias)  # of the terms that cancel
        assert result[0] == pytest.approx(log_G, rel=2e-14, abs=1e-15 * y * size)
        np.testing.assert_allclose(np.ravel(columns), averages, rtol=1e-11, atol=1e-15 * size)


def test_one_replica_of_a_site_in_closed_form():
    """At y = 1, G = 2 cosh(b) exp(q_hat / 2), and <T> = tanh b."""
    bias = np.array([-200.0, -30.0, -1.0, 0.0, 0.4, 15.0, 200.0])
    for q_hat in (1e-10, 0.3, 9.0):
        # each by itself: what is negligible beside the others is left out
        for b in bias:
            found = spin_averages(np.zeros(1), np.array([b]), 1.0, q_hat)
            exact = np.log1p(np.exp(-2 * abs(b))) + q_hat / 2
            assert found.log_weight[0] == pytest.approx(exact, rel=1e-14)
            assert found.gap[0] == pytest.approx(1 - np.tanh(b), abs=1e-15)


def test_two_replicas_of_a_site_in_closed_form():
    """At y = 2, (2 cosh u)^2 = 2 + 2 cosh 2u."""
    bias = np.linspace(-6, 6, 7)
    for q_hat in (1e-10, 0.05, 2.0):
        log_G = spin_averages(np.zeros(7), bias, 2.0, q_hat).log_weight
        exact = np.log(2 + 2 * np.cosh(2 * bias) * np.exp(2 * q_hat)) - 2 * np.abs(bias)
        np.testing.assert_allclose(log_G, exact, rtol=1e-14, atol=1e-14)


def test_negligible_nodes_have_no_weight():
    log_G, *columns = spin_averages(np.array([0.0, -1000.0]), np.zeros(2), 3.0, 0.2)
    assert log_G[1] == -np.inf
    assert np.isfinite(columns).all()


@pytest.mark.parametrize("y", [1.5, 6.0, 300.0])
@pytest.mark.parametrize(("d", "J_D"), [(0.001, 0.1), (0.2, 0.0), (0.4, 2.0)])
def test_derivatives_of_the_partition_function(y, d, J_D):
    """Those that the heat equation gives, against differences."""
    q, q_hat, p_hat, h = 1 - 2 * d, 0.3 / np.sqrt(y), 0.2, 1e-4

    def log_I(y=y, q=q, q_hat=q_hat, p_hat=p_hat, J_D=J_D):
        field = common_field(q, (1 - q) / 2, J_D, 0.4 * min(0.05, y**-0.5)).both_signs
        return site(field, y, q_hat, p_hat).log_I()

    def slope(name, value, step):
        values = [log_I(**{name: value + k * step}) for k in (-2, -1, 1, 2)]
        return np.dot([1, -8, 8, -1], values) / (12 * step)

    here = site(common_field(q, d, J_D, 0.4 * min(0.05, y**-0.5)).both_signs, y, q_hat, p_hat)
    T_squared = 1 - here.mean(here.spread)
    by_q_1 = y * (y - 1) / 2 * here.mean(here.log_M_zeta_2)
    expected = {
        "q_hat": (q_hat, h * q_hat, (y + y * (y - 1) * T_squared) / 2),
        "p_hat": (p_hat, h, y * (1 - here.mean(here.spin_gap))),
        "q": (q, h * d, by_q_1),
        "y": (y, h * y, here.mean(here.log_M)),
        "J_D": (J_D, h, y * here.mean(here.log_M_J)),
    }
    for name, (value, step, exact) in expected.items():
        assert slope(name, value, step) == pytest.approx(exact, rel=1e-7), name
    # 1 - T^2 = (1 - T) (2 - (1 - T)), node by node
    np.testing.assert_allclose(here.spread, 2 * here.spin_gap - here.spin_gap_2, atol=1e-14)


@pytest.mark.parametrize(("d", "J_D"), [(1e-4, 0.0), (1e-4, 2.0), (0.01, 0.3), (0.45, 5.0)])
def test_the_common_field(d, J_D):
    """Moments of a normal variable, and the probability that a spin is stable."""
    q = 1 - 2 * d
    field = common_field(q, d, J_D, 0.02)
    weight = np.exp(field.log_weight)
    assert weight.sum() == pytest.approx(1, abs=1e-14)
    # H_+ + H_- is even, and H averages to Phi(J_D); P2 is the average of its square
    up, down = (np.exp(field.log_H - np.abs(field.bias) + s * field.bias) for s in (1, -1))
    assert weight @ (up + down) / 2 == pytest.approx(special.ndtr(J_D), rel=1e-14)
    P2 = special.ndtr(J_D) - 2 * special.owens_t(J_D, np.sqrt(d / (1 - d)))
    assert weight @ (up**2 + down**2) / 2 == pytest.approx(P2, rel=1e-13)
    both = field.both_signs
    weight = np.exp(both.log_weight)
    up = np.exp(both.log_H - np.abs(both.bias) + both.bias)
    assert weight @ up == pytest.approx(special.ndtr(J_D), rel=1e-14)
    assert weight @ both.bias == pytest.approx(0, abs=1e-12)
