"""Rates made of pieces, and rates of an edge that know of the edge back."""

import re

import numpy as np
import pytest

import contrastive_ode as ode

N = 4
BENT = ode.System(
    "bent",
    node="-x_i + Piecewise((h_i / 10, h_i < 0), (h_i / (1 + h_i), True))"
    " + Heaviside(x_i - 5) + Min(x_i, 0, -x_i / 2)",
    total={"h_i": "W_ij * Max(x_j - theta, 0)"},
    pair="K_ij * K_ji**2 * Max(x_j - x_i, 0) + (W_ij - W_ji) * x_j / 4",
    parameters=["W_ij", "K_ij"],
    constants=["theta"],
)


def by_hand(x, W, K, theta=0.1):
    """Return the right-hand side; complex numbers are compared by their real parts."""
    largest = [np.where((x[j] - theta).real > 0, x[j] - theta, 0) for j in range(N)]
    h = W @ np.array(largest)
    rise = np.where(h.real < 0, h / 10, h / (1 + h))
    least = np.where(x.real > 0, -x / 2, np.where(x.real < 0, x, 0))
    up = np.where((x[None] - x[:, None]).real > 0, x[None] - x[:, None], 0)
    return -x + rise + least + (K * K.T**2 * up).sum(axis=1) + (W - W.T) / 4 @ x


@pytest.fixture(params=["dense", pytest.param("sparse", marks=pytest.mark.thorough)])
def bent(request):
    """Return a model on all edges, dense or as a graph, its parameters and a state."""
    edges = [(i, j) for i in range(N) for j in range(i)]
    topology = ode.all_to_all(N) if request.param == "dense" else ode.graph(N, edges)
    model = BENT.on(topology, theta=0.1)
    rng = np.random.default_rng(2)
    W, K = rng.normal(size=(2, N, N)) * (1 - np.eye(N))
    return model, model.pack(W=W, K=K), rng.normal(size=N)


def matrices(model, w):
    real, imaginary = ([model.matrix(name, part) for name in "WK"] for part in (w.real, w.imag))
    return [a + 1j * b for a, b in zip(real, imaginary, strict=True)]


def test_derivatives_of_pieces_and_of_the_edge_back(bent):
    model, w, x = bent
    v = np.random.default_rng(3).normal(size=N)
    units = 1e-30j * np.eye(model.P)[model.tunable]
    np.testing.assert_allclose(model.rhs(w, x), by_hand(x, *matrices(model, w)).real, rtol=1e-13)
    J = [by_hand(x + 1e-30j * e, *matrices(model, w)).imag / 1e-30 for e in np.eye(N)]
    np.testing.assert_allclose(model.jacobian(w, x), np.transpose(J), rtol=1e-12, atol=1e-14)
    G = [v @ by_hand(x, *matrices(model, w + unit)).imag / 1e-30 for unit in units]
    found = model.sensitivity(w, x, v)
    np.testing.assert_allclose(found[model.tunable], G, rtol=1e-12, atol=1e-14)
    assert not found[~model.tunable].any()
    back = np.empty(N)
    model.kernels().vjp(0.0, x, v, model.net(w), back)
    np.testing.assert_allclose(back, J @ v, rtol=1e-12, atol=1e-14)


@pytest.mark.thorough
@pytest.mark.parametrize("bent", ["sparse"], indirect=True)
def test_the_gradient_of_trajectories_that_pass_kinks(bent):
    model, w, x = bent
    task = ode.Task(x, [1], 3.0, 0.1, target=0.3, forces={0: lambda t: 3 * np.sin(3 * t)})
    found = ode.gradient(model, task, w).dw
    path = ode.simulate(model, task, w).x[0]
    assert (np.diff(np.sign(path - 0.1), axis=0) != 0).sum() > 3
    for a in np.flatnonzero(model.tunable)[::2]:
        step = 1e-5 * np.eye(model.P)[a]
        costs = [ode.simulate(model, task, w + s * step).costs[0] for s in (1, -1)]
        assert abs((costs[0] - costs[1]) / 2e-5 - found[a]) < 1e-8 * np.abs(found).max()


def test_what_is_stated_at_a_kink():
    """The first of equal arguments counts, the piece that holds there; a step has no slope."""
    system = ode.System(
        "kinks",
        states=["a", "b", "c", "d", "e", "f"],
        node={
            "a_i": "Max(2 * a_i, 0) + Max(0, 8 * a_i)",
            "b_i": "Min(2 * b_i, 0) + Min(0, 8 * b_i)",
            "c_i": "Piecewise((c_i, c_i <= 0), (3 * c_i, True))",
            "d_i": "Piecewise((d_i, d_i < 0), (3 * d_i, True))",
            "e_i": "Heaviside(e_i)",
            "f_i": "Heaviside(f_i, 1) + Max(2, 3)",
        },
    )
    model, w = system.on(ode.all_to_all(1)), np.zeros(0)
    assert np.diag(model.jacobian(w, np.zeros(6))).tolist() == [2, 2, 1, 3, 0, 0]
    assert model.rhs(w, np.zeros(6)).tolist() == [0, 0, 0, 0, 0.5, 4]
    assert model.rhs(w, np.full(6, -1.0)).tolist() == [0, -10, -1, -1, 0, 3]


def test_a_cost_of_pieces():
    """Huber's, quadratic near the target and linear far from it."""
    huber = "Piecewise(((x - y)**2 / 2, Abs(x - y) < 1), (Abs(x - y) - 1/2, True))"
    kernels = BENT.on(ode.all_to_all(2), theta=0.0).kernels(huber)
    assert [kernels.loss(x, 1.0) for x in (1.5, 4.0, -2.0)] == [0.125, 2.5, 2.5]
    assert [kernels.loss_slope(x, 1.0) for x in (1.5, 4.0, -2.0)] == [0.5, 1, -1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Piecewise(x_i, 0)", "must give Piecewise its values with conditions"),
        ("Piecewise((x_i, x_i > 0))", "the last is True"),
        ("Piecewise((0, True), (x_i, True))", "the first that holds counts"),
        ("Piecewise((0, 0 < x_i < 1), (x_i, True))", "must give Piecewise its values"),
        ("Piecewise((0, x_i == 1), (x_i, True))", "must give Piecewise its values"),
        ("Piecewise((1/0, x_i < 1), (x_i, True))", "must be made of finite real numbers"),
        ("Piecewise((1, x_i < 10**400), (x_i, True))", "must be made of finite real numbers"),
        ("Piecewise((1, y_i < 1), (x_i, True))", "uses y_i, which is not declared"),
        ("Piecewise(((1, x_i < 1), x_i < 0), (x_i, True))", "numbers, names, functions"),
        ("Max(x_i)", "must give Max two arguments or more"),
        ("Max(x_i, x_i < 1)", "numbers, names, functions"),
        ("Heaviside()", "must give Heaviside one argument"),
        ("True * x_i", "may use real numbers, got True"),
    ],
)
def test_pieces_that_are_none(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ode.System("wrong", node=text)


def test_an_edge_back_must_be_there():
    with pytest.raises(ValueError, match=re.escape("uses the index ji, got none for (1, 2)")):
        BENT.on(ode.graph(N, [(0, 1), (1, 0), (1, 2)], directed=True), theta=0.1)
    with pytest.raises(ValueError, match="node rate of x_i uses K_ji, which is not declared"):
        ode.System("s", node="K_ji * x_i", parameters=["K_ij"])
    with pytest.raises(ValueError, match="declared once"):
        ode.System("s", node="x_i", parameters=["K_ij"], constants=["K_ji"])
