"""The expansions for short times, against the integrals that they expand."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

import contrastive_ode as ode
from contrastive_ode import systems

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


def over(a, b, integrand):
    """Integrate from a to b."""
    times = a + (b - a) * (NODES + 1) / 2
    total = sum(q * integrand(t) for t, q in zip(times, WEIGHTS, strict=True))
    return (b - a) / 2 * total


def linear_pair(A, x0, e, tau_e, tau_m):
    """Return both updates for a pulse at tau_e from the state x0 at time 0."""

    def local(t):
        return np.outer(expm(A * (t - tau_e)) @ e, expm(A * t) @ x0)

    def downhill(t):
        return np.outer(expm(A.T * (tau_e - t)) @ e, expm(A * t) @ x0)

    return over(tau_e, tau_e + tau_m, local).ravel(), over(0, tau_e, downhill).ravel()


def draw(rng, N=10, p=None):
    A, x0, e = rng.normal(size=(N, N)), rng.normal(size=N), rng.normal(size=N)
    if p is not None:
        parts = [(A + A.T), (A - A.T)]
        S, K = (part / np.linalg.norm(part) for part in parts)
        A = p * S + (1 - p) * K
        A /= np.linalg.norm(A)
    return A, x0, e


@pytest.mark.parametrize(("tau_e", "tau_m"), [(0.01, 0.01), (0.005, 0.02), (0.02, 0.005)])
def test_linear_expansion_with_its_mixed_term(tau_e, tau_m):
    """The error is of third order: a tenth of the times gives a thousandth of it."""
    A, x0, e = draw(np.random.default_rng(1))
    errors = []
    for scale in (0.1, 0.01):  # at 1, the third and fourth orders may cancel
        a, b = scale * tau_e, scale * tau_m
        exact = 1 - ode.cosine(*linear_pair(A, x0, e, a, b))
        expanded = ode.linear_misalignment(A, expm(A * a) @ x0, e, a, b)
        errors.append(abs(exact - expanded) / (a + b) ** 2)
    assert errors[1] < 0.15 * errors[0]
    assert errors[1] < 0.02 * expanded / (a + b) ** 2


def test_both_expansions_are_one(plain):
    rng = np.random.default_rng(2)
    A, x, e = draw(rng, 5)
    model = systems.linear_network.on(ode.all_to_all(5, self_coupling=True), kappa=0.0)
    w = model.pack(A=A)
    general = ode.misalignment(model, w, x, e, 0.1, 0.3)
    assert abs(general - ode.linear_misalignment(A, x, e, 0.1, 0.3)) < 1e-12


def test_published_means_of_the_linear_case():
    """Mean misalignment over draws at tau = 0.1, for antisymmetric to symmetric matrices."""
    rng = np.random.default_rng(3)
    for p, published in ((0, 9.57e-4), (0.5, 7.39e-4), (1, 4.02e-4)):
        values = []
        for _ in range(60):
            A, x0, e = draw(rng, p=p)
            values.append(ode.linear_misalignment(A, expm(0.1 * A) @ x0, e, 0.1, 0.1))
        error = np.std(values) / np.sqrt(len(values))
        assert abs(np.mean(values) - published) < 4 * error


def test_neurons(plain):
    """Against the updates from their own equations, by another integrator."""
    case = next(c for c in plain.CASES if "neurons" in c.name)
    e, size = np.random.default_rng(4).normal(size=5), 5

    def path(t, y):
        x, S = y[:size], y[size:].reshape(size, size)
        return np.concatenate([case.rhs(x), (case.J(x) @ S).ravel()])

    y0 = np.concatenate([case.x, np.eye(size).ravel()])
    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-13, "dense_output": True}
    sol = solve_ivp(path, (0, 0.3), y0, **options).sol

    def at(t):
        y = sol(t)
        return y[:size], y[size:].reshape(size, size)

    errors = []
    for tau in (0.04, 0.02, 0.01):
        x_e, S_e = at(tau)

        def local(t, S_e=S_e):
            x, S = at(t)
            return (S @ np.linalg.solve(S_e, e)) @ case.G(x)

        def downhill(t, S_e=S_e):
            x, S = at(t)
            return (e @ S_e @ np.linalg.inv(S)) @ case.G(x)

        exact = 1 - ode.cosine(over(tau, 2 * tau, local), over(0, tau, downhill))
        expanded = ode.misalignment(case.model, case.w, x_e, e, tau, tau)
        errors.append(abs(exact - expanded))
        assert abs(exact / expanded - 1) < 0.02
    ratios = np.divide(errors[:-1], errors[1:])
    assert (ratios > 6.5).all()  # third order or better
