"""Expressions are read by a white list, never evaluated, and mean what they meant."""

import os
import re
import time

import numpy as np
import pytest
import sympy

import contrastive_ode as ode
from contrastive_ode.kernels.building import built
from contrastive_ode.kernels.generation import kernels

REFUSED = [
    '__import__("os").mkdir("here")',
    '\'__import__("os").mkdir("here") or 1\'',
    "x_i or 0",
    "not x_i",
    "2 if t else x_i",
    "f'{x_i}'",
    "lambda: 1",
    "[x_i for a in 1]",
    "(x_i, 1)",
    "x_i < 1",
    "log(x=x_i)",
    "sin(*x_i)",
    "sin()",
    "sin(x_i, 2)",
    "2j * x_i",
    "True",
    "None * x_i",
    "x_i @ x_i",
    "x_i // 2",
    "~x_i",
    "(y := 1)",
    "await_(x_i)",
    "b'1' * x_i",
    "1e400 * x_i",
    "9**9**9**9 * x_i",
    "10**-1000000000 * x_i",
    "((1 + 1/10**6)**1000)**1000 * x_i",
    "x_i / (1 - 1)",
    "1 / (x_i - x_i)",
    "(-8)**(1/3) * x_i",
    "asin(2) * x_i",
    "log(0) * x_i",
    "exp(1000) * x_i",
    "x_i" + " + x_i" * 3000,
    "(" * 500 + "x_i" + ")" * 500,
    "x_i\0",
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:24].replace("\0", "0"))
def test_what_is_no_expression_is_refused_at_once(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    begun = time.process_time()
    with pytest.raises(ValueError, match=r"rate of x_i|must be real and finite"):
        ode.System("wrong", node=text).on(ode.all_to_all(2)).kernels()
    assert time.process_time() - begun < 5
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("loss", ["'x' or 1", "x if y else x", "x**2 + 9**9**9**9", "1 / (2 - 2)"])
def test_costs_are_read_by_the_same_list(loss):
    with pytest.raises(ValueError, match="loss"):
        ode.Task([0.0], [0], 1.0, 0.1, target=1.0, loss=loss)


@pytest.mark.parametrize(
    "text",
    [
        "-x**2 + 2/3*y - 0.1*x*y**-2",
        "+x - -y**0.5 * 1_000 + 1.50",
        "exp(-(x - y)**2 / 2) * sin(2*x - pi*y) + log(x, 2) * Abs(x) + sign(y)",
        "2**x * 7**(1/3) + 0.12345678901234567890 * 10**20 + 1e-3",
    ],
)
def test_a_text_means_what_sympy_reads_in_it(text):
    x, y = sympy.symbols("x y", real=True)
    wanted = sympy.parse_expr(text, local_dict={"x": x, "y": y})
    assert built("here", text, {"x": x, "y": y}) == wanted


def test_expressions_may_be_objects_of_sympy():
    x = sympy.Symbol("x_i")
    system = ode.System("objects", node=sympy.tanh(x) / 3 - sympy.Rational(1, 2) * x)
    found = system.on(ode.all_to_all(1)).rhs(np.zeros(0), [0.4])
    assert found[0] == pytest.approx(np.tanh(0.4) / 3 - 0.2, abs=1e-15)


@pytest.mark.thorough
def test_signs_large_numbers_and_many_turns_compile():
    model = ode.System(
        "rough",
        node="a_i * sign(x_i) * Abs(x_i) + exp(10**20 * x_i * (x_i - 9)) + sin(1000 * x_i)",
        parameters=["a_i"],
    ).on(ode.all_to_all(2))
    w, x, one = np.array([2.0, 3.0]), np.array([-0.5, 0.25]), np.ones(2)
    assert model.rhs(w, x) == pytest.approx(w * x + [np.inf, 0] + np.sin(1000 * x))
    x[0] = 0.5
    slopes = w + 1000 * np.cos(1000 * x)
    assert model.jacobian(w, x) == pytest.approx(np.diag(slopes))
    assert model.sensitivity(w, x, one) == pytest.approx(x)
    assert model.sensitivity_rate(w, x, one, velocity=one) == pytest.approx(one)


@pytest.mark.parametrize(
    "name", ["np", "range", "len", "floats", "direction_x", "flow_x", "nan", "logistic", "room"]
)
@pytest.mark.parametrize("kind", ["parameters", "constants", "states"])
def test_names_that_generated_code_uses_are_refused(name, kind):
    names = ["x", name] if kind == "states" else [name]
    with pytest.raises(ValueError, match=re.escape(f"names must not be {name}")):
        ode.System("s", node={"x_i": "x_i"}, **{kind: names})


@pytest.mark.parametrize(
    ("pair", "sums"),
    [
        ("K_ij * sin(x_j - x_i)", 2),
        ("K_ij * (x_j - x_i)", 1),
        pytest.param("K_ij * a_j * sin(x_j - x_i)", 2, marks=pytest.mark.thorough),
        pytest.param("K_ij * sin(x_j - x_i) * (x_j - x_i)", 1, marks=pytest.mark.thorough),
        pytest.param("K_ij * sin(x_j - x_i + a_i)", 1, marks=pytest.mark.thorough),
    ],
)
def test_products_of_functions_of_two_nodes_are_summed_apart(pair, sums):
    system = ode.System("s", pair=pair, parameters=["K_ij"], constants=["a_i"])
    (rhs, *_), rng = kernels(system, "sparse"), np.random.default_rng(0)
    first = rhs.partition("@in_order")[2].partition("@in_order")[0]
    assert len(set(re.findall(r"_sum\d", first))) == sums
    model = system.on(ode.random_graph(7, 4.0, rng=rng), a=rng.normal(size=7))
    x, w, (i, j) = rng.normal(size=7), rng.normal(size=model.P), model.topology.edges.T
    values = {"K_ij": w, "x_i": x[i], "x_j": x[j], "a_i": model.constants["a"][i]}
    values |= {"a_j": model.constants["a"][j], "sin": np.sin}
    expected = np.zeros(7)
    np.add.at(expected, i, eval(pair, values))
    assert model.rhs(w, x) == pytest.approx(expected, rel=1e-13, abs=1e-14)


def test_a_saturated_function_of_a_sum_is_a_number():
    """The hyperbolic tangent of a sum is not split: both parts of the quotient would vanish."""
    model = ode.System("sum", node="tanh(x_i + b_i)", parameters=["b_i"]).on(ode.all_to_all(2))
    assert model.rhs([-30.0, -15.0], [30.0, 15.1]) == pytest.approx(np.tanh([0, 0.1]), rel=1e-13)
