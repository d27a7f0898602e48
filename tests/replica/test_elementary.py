"""The twins, and what they cannot reach, against sums and integrals done the plain way."""

import itertools

import mpmath
import numpy as np
import pytest
from scipy import special, stats

import replica
from replica import high_precision
from replica.counts.response import response
from replica.gauss.orthant import orthant, orthant_probability


def plain_orthant(J, rho, n=300):
    """Integrate the density of two correlated normal variables over a square, by Gauss's rule."""
    x, w = np.polynomial.legendre.leggauss(n)
    top = 9.0
    x, w = -J + (x + 1) * (top + J) / 2, w * (top + J) / 2
    s = 1 - rho**2
    density = np.exp(-(x[:, None] ** 2 - 2 * rho * x[:, None] * x + x**2) / (2 * s))
    return w @ density @ w / (2 * np.pi * np.sqrt(s))


@pytest.mark.parametrize("rho", [-0.9, -0.4, 0.0, 0.3, 0.9])
@pytest.mark.parametrize("J", [0.0, 0.4, 2.0])
def test_orthant_by_a_double_integral(J, rho):
    plain = plain_orthant(J, rho)
    twin = float(high_precision.orthant(mpmath.mpf(J), mpmath.mpf(rho)))
    normal = stats.multivariate_normal(cov=[[1, rho], [rho, 1]])
    assert twin == pytest.approx(plain, rel=1e-12)
    assert orthant_probability(J, (1 - rho) / 2, (1 + rho) / 2) == pytest.approx(twin, rel=1e-13)
    assert normal.cdf([J, J]) == pytest.approx(twin, rel=1e-7)


def test_orthant_at_the_ends():
    J = np.array([0.0, 1e-9, 0.3, 8.0, 40.0])
    np.testing.assert_array_equal(orthant_probability(J, 0.0, 1.0), special.ndtr(J))
    np.testing.assert_allclose(orthant_probability(J, 1.0, 0.0), special.erf(J / np.sqrt(2)))
    np.testing.assert_allclose(orthant_probability(J, 0.5, 0.5), special.ndtr(J) ** 2, rtol=1e-14)
    rho = np.linspace(-1, 1, 21)
    exact = 0.25 + np.arcsin(rho) / (2 * np.pi)
    np.testing.assert_allclose(orthant_probability(0.0, (1 - rho) / 2, (1 + rho) / 2), exact)


@pytest.mark.parametrize(
    "delta",
    [
        0.0,
        0.01,
        1 - 1e-6,
        *(pytest.param(x, marks=pytest.mark.thorough) for x in (1e-12, 0.5, 0.99)),
    ],
)
@pytest.mark.parametrize("J", [-1e-9, -0.3, -2.0, -50.0])
def test_orthant_and_its_slope_in_the_tail(J, delta):
    """By the integral along the diagonal, and the conditional probability."""
    epsilon = 1 - delta
    with mpmath.workdps(40):
        d, e, h = mpmath.mpf(delta), 1 - mpmath.mpf(delta), -mpmath.mpf(J)
        p, c = h / mpmath.sqrt(e), mpmath.sqrt(e / (2 * d)) if delta else 1

        def scaled(t):
            return mpmath.exp(-p * t - t**2 / 2) * (mpmath.erf(c * t) if delta else 1)

        points = sorted({1 / c / 4, 1 / c, 4 / c, 1 / (1 + p), 8 / (1 + p), 32 / (1 + p), 1, 4})
        R = mpmath.quad(scaled, [0, *(t for t in points if t < 20), 20])
        conditional = mpmath.erfc(h * mpmath.sqrt(d / e / 2)) * mpmath.exp(p**2 / 2 - h**2 / 2)
        log_scaled = float(mpmath.log(R / mpmath.sqrt(2 * mpmath.pi)))
        scaled_slope = float(e * conditional / R - h)
    result = orthant(*(np.array([x]) for x in (J, delta, epsilon)))
    assert result.log_scaled[0] == pytest.approx(log_scaled, rel=2e-13, abs=2e-15)
    assert result.scaled_slope[0] == pytest.approx(scaled_slope, rel=1e-12)


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.6])
@pytest.mark.parametrize("J", [-0.5, -2.0])
def test_orthant_in_the_tail_by_a_double_integral(J, rho):
    delta, epsilon = (np.array([(1 + sign * rho) / 2]) for sign in (-1, 1))
    log_P = orthant(np.array([J]), delta, epsilon).log_scaled - J**2 / (2 * epsilon)
    assert np.exp(log_P) == pytest.approx(plain_orthant(J, rho), 1e-11)


@pytest.mark.parametrize("eta", [-1.0, -0.7, -0.1, 0.4, 1.0])
@pytest.mark.parametrize("delta", [0.0, 1e-6, 0.3, 0.8, 1 - 1e-4])
@pytest.mark.parametrize("J", [0.05, 0.5, 2.0])
def test_the_response_is_at_an_extremum(J, eta, delta):
    """It is a maximum for eta > 0, a minimum for eta < 0, and the sides are even."""
    J, eta, delta, epsilon = (np.array([x]) for x in (J, eta, delta, 1 - delta))
    g, a = response(J, eta, 1 + eta, delta, epsilon)

    def F(a):
        threshold = J + eta * a
        log_P = orthant(threshold, delta, epsilon).log_scaled
        return epsilon * log_P - np.where(threshold < 0, threshold**2 / 2, 0) - eta * a**2 / 2

    step = 1e-3 * a
    left, middle, right = (F(a + sign * step) for sign in (-1, 0, 1))
    assert abs(g - middle) < 1e-12 * (1 + a**2)
    bend = -np.sign(eta) * (left + right - 2 * middle)
    assert bend > 0
    assert abs(left - right) < 0.02 * bend + 1e-13 * (1 + a**2)


def plain_layers(J_D, lam, L):
    """Sum over all spins of one site in all layers."""
    total = 0.0
    for s in itertools.product([-1, 1], repeat=L):
        neighbours = [sum(s[k] for k in (l - 1, l + 1) if 0 <= k < L) for l in range(L)]
        total += np.prod([special.ndtr(J_D + lam * s[l] * neighbours[l]) for l in range(L)])
    return np.log(total) / L


@pytest.mark.parametrize("L", [1, 2, 3, 6, 9])
@pytest.mark.parametrize(("J_D", "lam"), [(0, 0.4), (0.5, 0.2), (1.5, 2)])
def test_layers_by_a_sum_over_all_spins(J_D, lam, L):
    assert replica.layered_entropy(J_D, lam, L) == pytest.approx(plain_layers(J_D, lam, L), 1e-13)
    N = 7
    scale = np.sqrt(N / (N - 1))
    exact = N * L * plain_layers(J_D * scale, lam * scale, L)
    assert replica.log_expected_layered_fixed_points(N, L, J_D, lam) == pytest.approx(exact, 1e-12)


def test_one_neuron():
    assert replica.log_expected_fixed_points(1, 0.0) == -np.inf
    for eta in (-1, 0, 0.5):
        assert replica.log_expected_fixed_points(1, 1e-9, eta) == np.log(2)
    np.testing.assert_allclose(np.exp(replica.log_expected_pairs(1, 0.1)), [2, 2])
    assert (replica.log_expected_pairs(1, 0.0) == -np.inf).all()


@pytest.mark.parametrize("J_D", [0.1, 0.5, 4.0])
def test_two_neurons(J_D):
    """The stabilities are J_12 and J_21, of variance 1/2 and correlation eta."""
    x = J_D * np.sqrt(2)
    for eta in (-0.9, -0.3, 0.3, 0.9):
        exact = np.log(4 * plain_orthant(x, eta))
        assert replica.log_expected_fixed_points(2, J_D, eta) == pytest.approx(exact, 1e-11)
    for eta, exact in ((1, 4 * special.ndtr(x)), (-1, 4 * special.erf(x / np.sqrt(2)))):
        log_E = replica.log_expected_fixed_points(2, J_D, eta)
        assert log_E == pytest.approx(np.log(exact), 1e-13)
    pairs = [4 * special.ndtr(x) ** 2, 8 * special.erf(x / np.sqrt(2)) ** 2]
    exact = np.log([*pairs, pairs[0]])
    np.testing.assert_allclose(replica.log_expected_pairs(2, J_D), exact, rtol=1e-13)


def plain_three(J_D, eta, n=400):
    """Integrate three normal variables of correlation eta/2: two of them given the third."""
    h, rho = J_D * np.sqrt(3 / 2), eta / 2
    x, w = np.polynomial.legendre.leggauss(n)
    x, w = -h + (x + 1) * (10 + h) / 2, w * (10 + h) / 2
    J = (h + rho * x) / np.sqrt(1 - rho**2)
    delta, epsilon = (np.full(n, (1 + sign * rho / (1 + rho)) / 2) for sign in (-1, 1))
    log_P = orthant(J, delta, epsilon).log_scaled - np.where(J < 0, J**2 / (2 * epsilon), 0)
    return np.log(8 * np.sum(w * np.exp(log_P - x**2 / 2)) / np.sqrt(2 * np.pi))


@pytest.mark.parametrize("eta", [-0.9, -0.5, 0.3, 1.0])
def test_three_neurons(eta):
    for J_D in (0.2, 0.5, 2.0):
        log_E = replica.log_expected_fixed_points(3, J_D, eta)
        assert log_E == pytest.approx(plain_three(J_D, eta), 1e-10)
    without = np.log(1 + 6 * np.arcsin(eta / 2) / np.pi)
    assert replica.log_expected_fixed_points(3, 0.0, eta) == pytest.approx(without, 1e-12)


@pytest.mark.parametrize("J_D", [1e-3, 0.1, 0.5, 2.0])
def test_three_antisymmetric_neurons(J_D):
    """Their stabilities have the mean J_D: all three cannot be negative, so count one and two."""
    h = J_D / np.sqrt(2 / 3)
    with mpmath.workdps(40):
        h_ = mpmath.mpf(J_D) / mpmath.sqrt(mpmath.mpf(2) / 3)
        # P(x < -h, y < -h) = 1 - 2 Phi(h) + P(x < h, y < h)
        both = 1 - 2 * mpmath.ncdf(h_) + high_precision.orthant(h_, -mpmath.mpf(1) / 2)
        exact = mpmath.log(8 * (1 - 3 * mpmath.ncdf(-h_) + 3 * both))
    assert h > 0
    log_E = replica.log_expected_fixed_points(3, J_D, -1.0)
    assert log_E == pytest.approx(float(exact), 1e-13, 1e-15 * 3)


def test_couplings_near_the_largest_float_are_strong_ones():
    """Twice of them overflows, without a warning."""
    for found, expected in (
        replica.layered_entropy(0.1, [1e3, 1e308], 3),
        replica.layered_pair_entropy(0.1, 0.1, [1e3, 1e308], 2),
        replica.log_expected_layered_fixed_points(5, 2, 0.1, [1e3, 1e308]),
    ):
        assert found == expected
