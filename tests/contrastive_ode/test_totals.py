"""Rates that depend on sums over edges: what is refused, and what else must know of them."""

import re

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode.attractors.course import depends_on_time

RATES = {"node": "-x_i + tanh(h_i)", "total": {"h_i": "W_ij * x_j"}, "parameters": ["W_ij"]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"total": {"h_i": "W_ij * x_j", "g_i": "W_ij * tanh(h_j)"}},
            "total g_i uses h_j, a sum inside a sum: take a factor of h_i out into the rate of the "
            "node, beside a second total; instead of h_j use y_j, a state that follows it: "
            "{'y_i': '(h_i - y_i) / tau'}",
        ),
        ({"pair": "W_ij * h_i * x_j"}, "pair rate of x_i uses h_i, a sum inside a sum"),
        ({"triple": "h_k * x_j"}, "triple rate of x_i uses h_k, a sum inside a sum"),
        ({"node": "-x_i"}, "total h_i must be used in a rate of a node: write h_i there"),
        ({"node": "h_j"}, "node rate of x_i uses h_j, which is not declared"),
        ({"total": {"h": "x_j"}}, "total must be a quantity of a node, such as h_i, got 'h'"),
        ({"total": {"h_ij": "x_j"}}, "total must be a quantity of a node, such as h_i"),
        ({"total": {"h_i": "U_ij * x_j"}}, "total h_i uses U_ij, which is not declared"),
        ({"constants": ["h_i"]}, "names must be declared once"),
        ({"constants": ["lift_h"]}, "names must not be lift_h"),
        ({"total": {"x_i": "x_j"}}, "names must be declared once"),
    ],
)
def test_bad_totals_are_told(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ode.System("wrong", **RATES | changes)


def test_a_total_needs_edges():
    with pytest.raises(ValueError, match="must have edges: rates has a total over them"):
        ode.System("rates", **RATES).on(ode.three_body(3))


def test_the_time_in_a_total_is_noticed():
    still, moving = (
        ode.System("s", **RATES | {"total": {"h_i": text}}).on(ode.all_to_all(2))
        for text in ("W_ij * x_j", "W_ij * x_j * sin(t)")
    )
    assert not depends_on_time(still)
    assert depends_on_time(moving)


def test_systems_that_differ_in_a_total_are_not_one():
    first, second = (
        ode.System("s", **RATES | {"total": {"h_i": text}}) for text in ("W_ij*x_j", "W_ij*x_j**2")
    )
    assert repr(first) != repr(second)
    results = [
        s.on(ode.all_to_all(2)).rhs([0.0, 1.0, 1.0, 0.0], [0.5, 2.0]) for s in (first, second)
    ]
    np.testing.assert_allclose(results[0], np.tanh([2, 0.5]) - [0.5, 2], rtol=1e-14)
    np.testing.assert_allclose(results[1], np.tanh([4, 0.25]) - [0.5, 2], rtol=1e-14)


@pytest.mark.thorough
def test_totals_of_several_variables_in_several_rates():
    """Excitation and inhibition: rates and derivatives by hand, by complex steps."""
    system = ode.System(
        "columns",
        states=["E", "I"],
        node={"E_i": "-E_i + tanh(e_i - s_i)", "I_i": "-I_i + e_i / (1 + e_i**2) * t"},
        total={"e_i": "W_ij * E_j * t", "s_i": "W_ij * I_j**2 * c_j"},
        parameters=["W_ij"],
        constants=["c_i"],
    )
    c = np.array([0.5, 1.0, 2.0])
    model = system.on(ode.all_to_all(3, self_coupling=True), c=c)
    rng = np.random.default_rng(1)
    w, x, v, u, t = (rng.uniform(0.2, 1, n) for n in (9, 6, 6, 6, 1))
    t = float(t[0])

    def by_hand(w, x, t=t):
        E, I, W = x[:3], x[3:], w.reshape(3, 3)
        e, s = W @ E * t, W @ (I**2 * c)
        return np.concatenate([-E + np.tanh(e - s), -I + e / (1 + e**2) * t])

    def sensitivity(x, t):
        units = 1e-30j * np.eye(9)
        return np.array([v @ by_hand(w + unit, x, t).imag for unit in units]) / 1e-30

    J = np.stack([by_hand(w, x + 1e-30j * unit).imag for unit in np.eye(6)], axis=1) / 1e-30
    np.testing.assert_allclose(model.rhs(w, x, t), by_hand(w, x), rtol=1e-13)
    np.testing.assert_allclose(model.jacobian(w, x, t), J, rtol=1e-12, atol=1e-14)
    back = np.empty(6)
    model.kernels().vjp(t, x, v, model.net(w), back)
    np.testing.assert_allclose(back, v @ J, rtol=1e-12)
    np.testing.assert_allclose(model.sensitivity(w, x, v, t), sensitivity(x, t), rtol=1e-12)
    ahead, behind = (sensitivity(x + s * u, t + s) for s in (1e-5, -1e-5))
    found = model.sensitivity_rate(w, x, v, t, velocity=u)
    np.testing.assert_allclose(found, (ahead - behind) / 2e-5, rtol=1e-7, atol=1e-8)
