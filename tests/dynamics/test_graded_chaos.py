"""Chaos of infinitely many graded neurons: the well, the noise, and what cannot be."""

import numpy as np
import pytest
from scipy import integrate, interpolate, optimize

import dynamics
from dynamics.graded.classical import average
from dynamics.graded.periodic import follow, follow_linear, noise, rate, spectrum


@pytest.mark.parametrize("g", [1.5, 3.0])
def test_the_exponent_by_both_ways(g):
    """The root of rho(lambda) = 1, on a circle, has the lowest level in the well."""
    chaos = dynamics.classical_chaos(g)
    steps = 2048
    period = 2 * chaos.tau[-1]
    t = np.arange(steps) * period / steps
    covariance = interpolate.CubicSpline(chaos.tau, chaos.covariance)(np.minimum(t, period - t))
    levels = chaos.variance * (1 - np.cos(np.linspace(0, np.pi, 100))) / 2
    slopes = average(lambda x: np.cosh(x) ** -2.0, levels, chaos.variance)
    product = interpolate.CubicSpline(levels, slopes)(covariance)
    omega = 2 * np.pi * np.fft.rfftfreq(steps, period / steps)

    def excess(exponent):
        k = np.exp(-np.minimum(t, period - t))
        for _ in range(60):
            new = product * np.fft.irfft(
                g**2 * np.fft.rfft(k) / ((1 + exponent) ** 2 + omega**2), steps
            )
            ratio = new @ k / (k @ k)
            k = new / new.max()
        return ratio - 1

    found = optimize.brentq(excess, 0.01, 1, xtol=1e-7)
    assert abs(found - chaos.lyapunov) < 1e-5
    assert chaos.lyapunov_error < 1e-5


def test_the_orbit_of_the_covariance():
    """It starts at rest at the variance, and obeys its equation; q by adaptive quadrature."""
    chaos = dynamics.classical_chaos(2.0)
    second = np.gradient(np.gradient(chaos.covariance, chaos.tau), chaos.tau)
    force = chaos.covariance - 4 * chaos.correlation
    np.testing.assert_allclose(second[3:-3:50], force[3:-3:50], atol=2e-4)
    width = np.sqrt(chaos.variance)

    def density(x):
        return np.tanh(x * width) ** 2 * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)

    np.testing.assert_allclose(chaos.q, integrate.quad(density, -9, 9)[0], rtol=1e-9)


@pytest.mark.thorough
def test_the_onset():
    """The exponent is (g - 1)² / 2 to leading order, extrapolated from three couplings."""
    epsilon = np.array([0.02, 0.04, 0.08])
    ratio = [dynamics.classical_chaos(1 + e).lyapunov / e**2 for e in epsilon]
    assert abs(np.polyfit(epsilon, ratio, 2)[-1] - 0.5) < 0.01


def test_noise_has_its_correlation():
    rng = np.random.default_rng(1)
    steps = 64
    t = np.minimum(np.arange(steps), steps - np.arange(steps))
    correlation = np.exp(-t / 4.0)
    paths = noise(np.fft.rfft(correlation).real, 20000, steps, rng)
    found = np.mean(paths[:, :1] * paths, axis=0)
    np.testing.assert_allclose(found, correlation, atol=0.04)
    lags = [np.mean(paths * np.roll(paths, k, axis=1)) for k in range(steps)]
    np.testing.assert_allclose(np.fft.irfft(spectrum(paths), steps), lags, atol=1e-12)


def test_a_rate_is_a_hyperbolic_tangent():
    y = np.concatenate([np.linspace(-40, 40, 4001), [1e-12, -1e-300, 0.0, 800.0]])
    np.testing.assert_allclose([rate(value) for value in y], np.tanh(y), rtol=0, atol=3e-16)


def test_neurons_and_perturbations_follow_their_equations():
    """Against an adaptive solver, in a field of two waves; the second is linear, in closed form."""
    steps, dt = 400, 0.02
    t = dt * np.arange(steps)
    period = steps * dt
    omega = 2 * np.pi / period
    field = np.array([np.sin(omega * t) + 0.5 * np.cos(2 * omega * t)])
    path = np.empty_like(field)
    follow(field, np.array([0.3]), 1.5, dt, path)

    def velocity(t, x):
        return 1.5 * np.tanh(x) - x + np.sin(omega * t) + 0.5 * np.cos(2 * omega * t)

    exact = integrate.solve_ivp(
        velocity, (0, 2 * period), [0.3], t_eval=period + t, rtol=1e-9, atol=1e-11
    )
    np.testing.assert_allclose(path[0], exact.y[0], atol=2e-4)
    follow_linear(np.full((1, steps), -1.0), field, 0.5, dt, path)
    closed = ((1j * omega + 1.5) ** -1 * np.exp(1j * omega * t)).imag
    closed += 0.5 * ((2j * omega + 1.5) ** -1 * np.exp(2j * omega * t)).real
    np.testing.assert_allclose(path[0], closed, atol=2e-4)


def test_stationary_chaos_is_the_classical_one():
    exact = dynamics.classical_chaos(3.0)
    found = dynamics.stationary(0.0, 3.0, samples=150, period=51.2, rounds=(12, 18), rng=3)
    assert abs(found.q - exact.q) < 5 * found.q_error < 0.02  # of six blocks
    assert abs(found.variance - exact.variance) < 5 * found.variance_error
    assert abs(found.lyapunov - exact.lyapunov) < 4 * found.lyapunov_error < 0.1
    correlation = np.interp(found.tau, exact.tau, exact.correlation)
    assert np.abs(found.correlation - correlation)[:100].max() < 0.03


def test_frozen_neurons_are_no_stationary_chaos():
    quick = {"period": 12.8, "samples": 20, "rounds": (6, 6), "rng": 1}
    with pytest.raises(dynamics.ConvergenceError, match="raise period; neurons that freeze"):
        dynamics.stationary(4.0, 1.0, **quick)
    with pytest.warns(UserWarning, match="of the correlation is left"):
        assert not dynamics.stationary(4.0, 1.0, **quick, throw=False).converged


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"s": 0.3, "g": 0.5}, r"s \+ g must be > 1, got s=0.3, g=0.5"),
        ({"dt": 0.3}, r"dt must be in \(0, 0.2\] at s = 1.5, got 0.3"),
        ({"period": 1.0}, "period must be 40 to a million steps dt"),
        ({"rounds": (10, 3)}, "rounds must be an integer >= 6, got 3"),
    ],
)
def test_what_the_scheme_cannot_bear(arguments, match):
    with pytest.raises(ValueError, match=match):
        dynamics.stationary(**{"s": 1.5, "g": 2.0, **arguments})


@pytest.mark.long
@pytest.mark.parametrize(("g", "q", "variance"), [(2.0, 0.51318, 1.9248), (5.0, 0.81075, 16.964)])
def test_stationary_chaos_to_four_digits(g, q, variance):
    found = dynamics.stationary(0.0, g, rng=1)
    assert abs(found.q - q) < 5 * found.q_error < 0.006
    assert abs(found.variance - variance) < 5 * found.variance_error
    exact = dynamics.classical_chaos(g).lyapunov
    assert abs(found.lyapunov - exact) < found.lyapunov_error
    assert found.lyapunov_error < 0.01 * exact + 0.002  # what it claims beside the scatter


@pytest.mark.long
@pytest.mark.parametrize(
    ("s", "g", "q", "exponent"),
    [(1.5, 2.5, (0.8826, 0.0001), (0.3778, 0.0005)), (2.0, 4.0, None, (0.583, 0.001))],
)
def test_stationary_chaos_with_self_excitation(s, g, q, exponent):
    """Another program of the same equations; networks of 8000 at (1.5, 2.5): q = 0.8819(18)."""
    found = dynamics.stationary(s, g, rng=1)
    value, error = exponent
    assert abs(found.lyapunov - value) < 3.5 * np.hypot(found.lyapunov_error, error)
    assert found.lyapunov_error < 0.02 * value
    if q is not None:
        assert abs(found.q - q[0]) < 3.5 * np.hypot(found.q_error, q[1])
        assert found.q_error < 0.002
