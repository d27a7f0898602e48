"""The pair entropy at small distances."""

import mpmath
import numpy as np
import pytest
import sympy

import replica
from replica import high_precision

d, J_D = sympy.symbols("d J_D", positive=True)


@pytest.fixture(scope="module")
def expansion():
    return replica.small_distance_expansion()


def test_the_coefficients(expansion):
    assert expansion.free_symbols == {d, J_D}
    Phi = (1 + sympy.erf(J_D / sympy.sqrt(2))) / 2
    leading = -sympy.exp(-(J_D**2) / 2) / (sympy.pi * Phi)
    terms = sympy.expand(expansion)
    assert sympy.simplify(terms.coeff(sympy.sqrt(d)) - leading) == 0
    assert terms.coeff(d * sympy.log(d)) == -1
    constant = terms.as_independent(d)[0]
    assert sympy.simplify(constant - sympy.log(2 * Phi)) == 0


@pytest.mark.parametrize("J", [0.3, 0.7, 1.5])
def test_the_remainder_shrinks_as_the_next_power(expansion, J):
    value = sympy.lambdify((d, J_D), expansion, "mpmath")
    with mpmath.workdps(40):
        scaled = []
        for power in (-6, -8, -10):
            distance = mpmath.mpf(10) ** power
            exact = high_precision.pair_entropy(distance, J, digits=30)
            scaled.append((exact - value(distance, mpmath.mpf(J))) / distance ** mpmath.mpf("1.5"))
    first, second, third = map(float, scaled)
    assert 1e-3 < abs(third) < 10
    assert abs(third - second) < 0.2 * abs(second - first) + 1e-9
    assert abs(second / third - 1) < 1e-2


@pytest.mark.parametrize("J", [0.3, 1.5])
def test_it_describes_the_closed_form(expansion, J):
    distance = 1e-8
    value = float(expansion.subs({d: distance, J_D: J}))
    assert replica.pair_entropy(distance, J) == pytest.approx(value, abs=1e-11)
    leading = -np.sqrt(distance) * np.exp(-(J**2) / 2) / np.pi
    assert replica.franz_parisi(distance, J) < 0.5 * leading
