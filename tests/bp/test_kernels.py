"""The nodes of the message passing, against sums over states and finite differences."""

import itertools

import numpy as np
import pytest
from scipy.special import log_ndtr

from bp.messages import normal
from bp.messages import single_precision as single
from bp.messages.column import log_partition, update_columns
from bp.messages.neuron import Focusing, Inputs, Outputs, update_neurons

NONE = Focusing(np.zeros(1), np.ones(1))

X = np.concatenate([np.linspace(-40, 10, 2001), [-1e3, -1e-8, 0.0, 1e-8]])


def slope_of_log_cdf(x):
    return np.exp(-(x**2) / 2 - log_ndtr(x)) / np.sqrt(2 * np.pi)


def test_gaussian_tail():
    value, slope = np.array([normal.log_cdf(x) for x in X]).T
    np.testing.assert_allclose(value, log_ndtr(X), rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(slope[X > -37], slope_of_log_cdf(X[X > -37]), rtol=1e-11)
    assert normal.log_cdf(-1e3)[1] == pytest.approx(1e3, rel=1e-5)


def test_single_precision():
    x = X.astype(np.float32)
    value, slope = np.array([single.log_cdf(v) for v in x]).T
    np.testing.assert_allclose(value, log_ndtr(x.astype(float)), rtol=3e-6, atol=2e-7)
    exact = slope_of_log_cdf(x.astype(float))
    near = abs(x) < 9
    np.testing.assert_allclose(slope[near], exact[near], rtol=5e-6)
    exponents = np.linspace(-80, 80, 4001).astype(np.float32)
    exact = np.exp(exponents.astype(float))
    np.testing.assert_allclose([single.exp(v) for v in exponents], exact, rtol=3e-7)
    numbers = exact.astype(np.float32)
    logs = np.array([single.log(v) for v in numbers])
    np.testing.assert_allclose(logs, np.log(numbers.astype(float)), rtol=3e-7, atol=1e-7)
    assert single.exp(np.float32(-100)) == 0


@pytest.mark.parametrize("gamma", [0.0, 0.01, 0.5, 3.0])
def test_through_a_coupling(gamma):
    a = np.linspace(-9, 9, 181)
    exact = np.arctanh(np.tanh(gamma) * np.tanh(a))
    np.testing.assert_allclose([normal.through(gamma, x) for x in a], exact, atol=1e-13)
    np.testing.assert_allclose([single.through(gamma, np.float32(x)) for x in a], exact, atol=2e-6)
    assert normal.through(gamma, 1e9) == pytest.approx(gamma)
    chained = [normal.through(gamma, 2 * normal.through(gamma, x)) for x in a]
    np.testing.assert_allclose([normal.focus(gamma, 3.0, x) for x in a], chained)


def test_focusing_is_a_sum_over_centre_and_replicas():
    gamma, y, u = 0.7, 4, 0.3
    weight = np.zeros(2)
    for s, *others, centre in itertools.product([-1, 1], repeat=y + 1):
        exponent = gamma * centre * (s + sum(others)) + u * sum(others)
        weight[(s + 1) // 2] += np.exp(exponent)
    assert normal.focus(gamma, y, u) == pytest.approx(np.log(weight[1] / weight[0]) / 2)


def column(L, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=L), rng.normal(size=L), rng.uniform(0.1, 1, L), 0.3, 0.4


def states_of_column(h, omega, V, J_D, lam):
    """Return all states of a column, the terms of ln Z, and their slopes in omega."""
    states = np.array(list(itertools.product([-1, 1], repeat=len(h))))
    padded = np.pad(states, ((0, 0), (1, 1)))
    x = (J_D + states * (lam * (padded[:, :-2] + padded[:, 2:]) + omega)) / np.sqrt(V)
    return states, (h * states + log_ndtr(x)).sum(axis=1), states / np.sqrt(V), x


@pytest.mark.parametrize("L", [1, 2, 3, 5])
def test_column_is_a_sum_over_its_states(L):
    h, omega, V, J_D, lam = column(L)
    states, terms, root, x = states_of_column(h, omega, V, J_D, lam)
    log_Z = np.log(np.exp(terms).sum())
    assert log_partition(h, omega, V, J_D, lam) == pytest.approx(log_Z, rel=1e-12)
    p = np.exp(terms - log_Z)
    slope = root * slope_of_log_cdf(x)
    second = -x * slope_of_log_cdf(x) / V
    out = Outputs(*np.zeros((6, 1, L, 1)))
    update_columns(Inputs(*(a[None, :, None] for a in (h, omega, V))), J_D, lam, NONE, out)
    _, t, m, v, g, bend = out
    np.testing.assert_allclose(m[0, :, 0], p @ states, rtol=1e-11)
    np.testing.assert_allclose(np.tanh(t), m, rtol=1e-11)
    np.testing.assert_allclose(v, 1 - m**2, rtol=1e-11)
    np.testing.assert_allclose(g[0, :, 0], p @ slope, rtol=1e-11)
    np.testing.assert_allclose(bend[0, :, 0], p @ second - (p @ slope) ** 2, rtol=1e-10)


def test_response_and_slope_are_derivatives():
    h, omega, V, J_D, lam = column(3)
    step, out = 1e-4, Outputs(*np.zeros((6, 1, 3, 1)))
    update_columns(Inputs(*(a[None, :, None] for a in (h, omega, V))), J_D, lam, NONE, out)
    for l in range(3):
        e = step * np.eye(3)[l]
        low, middle, high = (log_partition(h, omega + k * e, V, J_D, lam) for k in (-1, 0, 1))
        assert out.g[0, l, 0] == pytest.approx((high - low) / (2 * step), rel=1e-7)
        assert out.slope[0, l, 0] == pytest.approx((high - 2 * middle + low) / step**2, rel=1e-5)


@pytest.mark.parametrize("saturated", [False, True])
def test_single_precision_neurons_are_columns_of_one_layer(saturated):
    rng = np.random.default_rng(1)
    h, omega = rng.normal(size=(2, 2, 1, 200)) * (30 if saturated else 1)
    V = rng.uniform(1e-4 if saturated else 0.1, 1, size=(2, 1, 200))
    focusing = Focusing(np.array([0.0, 0.6]), np.array([1.0, 7.0]))
    exact = np.zeros((6, 2, 1, 200))
    update_columns(Inputs(h, omega, V), 0.3, 0.0, focusing, Outputs(*exact))
    fast = np.zeros((6, 2, 1, 200), np.float32)
    inputs = Inputs(*(a[:, 0].astype(np.float32) for a in (h, omega, V)))
    update_neurons(inputs, 0.3, focusing, Outputs(*(a[:, 0] for a in fast)))
    assert np.isfinite(fast).all()
    for a, b in zip(fast, exact, strict=True):
        scale = np.abs(b).max()
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-5 * scale)


def test_frozen_neurons_stay_finite():
    focusing = Focusing(np.ones(1), 9 * np.ones(1))
    fast = np.zeros((6, 1, 3), np.float32)
    h, omega = np.array([[1e6, -1e6, 0]], np.float32), np.array([[50, -50, 0]], np.float32)
    update_neurons(Inputs(h, omega, 0 * h), 0.0, focusing, Outputs(*fast))
    assert np.isfinite(fast).all()
    columns = np.zeros((6, 1, 3, 1))
    shaped = Inputs(*(np.reshape(a, (1, 3, 1)).astype(float) for a in (h, omega, 0 * h)))
    update_columns(shaped, 0.0, 2.0, focusing, Outputs(*columns))
    assert np.isfinite(columns).all()
