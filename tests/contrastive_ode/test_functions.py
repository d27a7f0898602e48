"""The functions in generated kernels, against mpmath."""

import math

import mpmath
import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems
from contrastive_ode.engine import functions as ode_functions
from contrastive_ode.kernels.building import with_logistic
from contrastive_ode.kernels.printing import code


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


@pytest.mark.parametrize("largest", [1, 30, 600])
def test_logistic_function_and_its_slope(kernels, largest):
    x = arguments(largest)
    with mpmath.workdps(40):
        for value in x:
            at = mpmath.mpf(float(value))
            up, down = 1 / (1 + mpmath.exp(-at)), 1 / (1 + mpmath.exp(at))
            assert abs(kernels.logistic(value) - up) <= 2 * 2.3e-16 * up, value
            assert abs(kernels.logistic_slope(value) - up * down) <= 3 * 2.3e-16 * up * down, value


def test_logistic_function_is_found_in_a_rate():
    import sympy

    x, b = sympy.symbols("x b", real=True)
    rate = (
        b / (1 + sympy.exp(-b * (x - 1))) + x / (1.0 + sympy.exp(x)) ** 2 + 1 / (2 + sympy.exp(x))
    )
    found = with_logistic(rate)
    assert code(found).count("exp(") == 1
    assert code(found).count("logistic(") == 2
    logistic, slope = (getattr(ode_functions, name) for name in ("logistic", "logistic_slope"))
    for y, symbol in ((sympy.diff(rate, x), x), (sympy.diff(rate, x, x), x), (rate.diff(b), b)):
        order = 2 if y == sympy.diff(rate, x, x) else 1
        mine = sympy.lambdify(
            [x, b],
            sympy.diff(found, symbol, order),
            [{"logistic": logistic, "logistic_slope": slope}, "math"],
        )
        for at in ((0.3, 2.0), (-4.0, 1.5), (7.0, -0.5)):
            assert mine(*at) == pytest.approx(float(y.subs({x: at[0], b: at[1]})), rel=1e-13)


def test_limits(kernels):
    assert kernels.exp(710.0) == math.inf == kernels.exp(math.inf)
    assert kernels.exp(-1000.0) == 0.0 == kernels.exp(-math.inf)
    assert kernels.tanh(math.inf) == 1 == -kernels.tanh(-math.inf)
    for function in (kernels.sin, kernels.cos):
        assert math.isnan(function(2e9))
        assert math.isnan(function(math.inf))
    assert kernels.logistic(math.inf) == 1
    assert kernels.logistic(-math.inf) < 1e-290
    assert kernels.logistic_slope(math.inf) < 1e-290
    names = ("exp", "tanh", "sin", "cos", "logistic", "logistic_slope")
    for function in (getattr(kernels, name) for name in names):
        assert math.isnan(function(math.nan))
