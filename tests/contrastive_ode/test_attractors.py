"""Attractors whose kind, period and exponent are known."""

import numpy as np
import pytest

import contrastive_ode as ode

# two variables that turn, on a circle of radius sqrt(mu) or into the origin
ROTORS = ode.System(
    "rotors",
    states=["a", "b"],
    node={
        "a_i": "mu_i*a_i - omega_i*b_i - a_i*(a_i**2 + b_i**2)",
        "b_i": "mu_i*b_i + omega_i*a_i - b_i*(a_i**2 + b_i**2)",
    },
    constants=["mu_i", "omega_i"],
)
LORENZ = ode.System(
    "Lorenz",
    states=["x", "y", "z"],
    node={
        "x_i": "10*(y_i - x_i)",
        "y_i": "x_i*(28 - z_i) - y_i",
        "z_i": "x_i*y_i - 8*z_i/3",
    },
)


def rotors(*mu):
    omega = [1.0, (1 + np.sqrt(5)) / 2][: len(mu)]
    return ROTORS.on(ode.all_to_all(len(mu)), mu=list(mu), omega=omega)


def find(model, start, T=400.0, h=0.02):
    return ode.settle(model, np.zeros(0), start, T=T, h=h, extensions=1)


def test_fixed_point():
    found = find(rotors(-1.0, -0.5), [0.3, 0.2, 0.1, 0.4])
    assert found.kind == "fixed point"
    assert np.abs(found.mean).max() < 1e-6
    assert not found.alive.any()


def test_limit_cycle_and_its_period():
    found = find(rotors(1.0, -0.5), [0.3, 0.2, 0.1, 0.4])
    assert found.kind == "limit cycle"
    assert abs(found.period - 2 * np.pi) < 1e-3
    assert 0 <= found.period_error < 1e-3
    assert np.isnan(found.exponent_error)
    np.testing.assert_allclose(found.high, [1, 0, 1, 0], atol=1e-3)
    np.testing.assert_allclose(found.mean, 0, atol=2e-3)


def test_torus():
    found = find(rotors(1.0, 1.0), [0.3, 0.2, 0.1, 0.4])
    assert found.kind == "quasi-periodic"
    assert abs(found.exponent) < 1e-3


def test_chaos_and_its_exponent():
    """0.9056 is the published exponent of the Lorenz system."""
    model = LORENZ.on(ode.all_to_all(1))
    found = find(model, [1.0, 1.0, 20.0], T=50.0, h=0.01)
    assert found.kind == "chaotic"
    assert abs(found.exponent - 0.9056) < 4 * found.exponent_error < 0.5
    assert np.isnan(found.period_error)
    exponent = ode.lyapunov_exponent(model, np.zeros(0), [1.0, 1.0, 20.0], 1000, 0.01)
    assert abs(exponent - 0.9056) < 0.02


def test_exponent_of_a_stable_point_is_its_slowest_eigenvalue():
    found = ode.lyapunov_exponent(rotors(-1.0, -0.5), np.zeros(0), [0, 0.1, 0, 0], 100, 0.02)
    assert abs(found + 0.5) < 0.02


def test_merging_counts_and_tells_apart():
    point = ode.Attractor("fixed point", *(np.array([0.5, 0.0]),) * 3)
    near = ode.Attractor("fixed point", *(np.array([0.5004, 0.0]),) * 3, count=3)
    far = ode.Attractor("fixed point", *(np.array([0.6, 0.0]),) * 3)
    cycle = ode.Attractor("limit cycle", *(np.array([0.5, 0.0]),) * 3, period=2.0)
    other = ode.Attractor("limit cycle", *(np.array([0.5, 0.0]),) * 3, period=2.1)
    found = ode.merge([point, far, near, cycle, other, cycle])
    assert [(a.kind, a.count) for a in found] == [
        ("fixed point", 4),
        ("limit cycle", 2),
        ("fixed point", 1),
        ("limit cycle", 1),
    ]
    with pytest.raises(TypeError, match="found"):
        ode.merge([1])
