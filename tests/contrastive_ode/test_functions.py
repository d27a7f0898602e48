"""The functions in generated kernels, against mpmath."""

import math

import mpmath
import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems


@pytest.fixture(scope="module")
def kernels():
    return systems.linear_network.on(ode.all_to_all(2), kappa=1.0).kernels()


def arguments(largest):
    rng = np.random.default_rng(1)
    return np.concatenate([rng.uniform(-largest, largest, 500), rng.normal(0, 1e-3, 50), [0.0]])


def exact(name, x):
    with mpmath.workdps(40):
        return [getattr(mpmath, name)(mpmath.mpf(float(value))) for value in x]


@pytest.mark.parametrize(("name", "largest"), [("exp", 1), ("exp", 707), ("tanh", 1), ("tanh", 30)])
def test_relative_error(kernels, name, largest):
    x = arguments(largest)
    for value, expected in zip(x, exact(name, x), strict=True):
        got = getattr(kernels, name)(value)
        assert abs(got - expected) <= 2 * 2.3e-16 * abs(expected), value


@pytest.mark.parametrize("name", ["sin", "cos"])
@pytest.mark.parametrize("largest", [1, 100, 1e5, 9e8])
def test_absolute_error(kernels, name, largest):
    x = arguments(largest)
    got = np.array([getattr(kernels, name)(value) for value in x])
    errors = [abs(a - b) for a, b in zip(got, exact(name, x), strict=True)]
    assert max(errors) < 2e-16
    assert np.abs(got).max() <= 1


def test_limits(kernels):
    assert kernels.exp(710.0) == math.inf == kernels.exp(math.inf)
    assert kernels.exp(-1000.0) == 0.0 == kernels.exp(-math.inf)
    assert kernels.tanh(math.inf) == 1 == -kernels.tanh(-math.inf)
    for function in (kernels.sin, kernels.cos):
        assert math.isnan(function(2e9))
        assert math.isnan(function(math.inf))
    for function in (kernels.exp, kernels.tanh, kernels.sin, kernels.cos):
        assert math.isnan(function(math.nan))
