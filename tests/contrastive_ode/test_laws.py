"""The independent checks of the engine: each for some systems, and then for all others."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import contrastive_ode as ode

SYSTEMS = (
    *("linear", "Kuramoto", "leaky", "Michaelis-Menten", "Lotka-Volterra", "rate", "genes,"),
    "pendulums",
)


def first(*names):
    """Return the mark of tests of all systems, of which these are not left out by default."""
    others = [name for name in SYSTEMS if name not in names]
    further = [pytest.param(name, marks=pytest.mark.thorough) for name in others]
    return pytest.mark.parametrize("case", [*names, *further], indirect=True)


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


@first("linear", "Kuramoto", "leaky", "Michaelis-Menten", "Lotka-Volterra", "rate", "pendulums")
def test_right_hand_side_and_derivatives_are_those_by_hand(case):
    rng = np.random.default_rng(0)
    v = rng.normal(size=case.x.size)
    np.testing.assert_allclose(case.model.rhs(case.w, case.x), case.rhs(case.x), rtol=1e-13)
    J, G = case.J(case.x), case.G(case.x)
    np.testing.assert_allclose(case.model.jacobian(case.w, case.x), J, rtol=1e-12, atol=1e-14)
    expected = np.where(case.model.tunable, v @ G, 0)
    found = case.model.sensitivity(case.w, case.x, v)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    back = np.empty(case.x.size)
    case.model.kernels().vjp(0.0, case.x, v, case.model.net(case.w), back)
    np.testing.assert_allclose(back, v @ J, rtol=1e-12, atol=1e-14)


@first("linear", "leaky", "pendulums")
def test_rate_of_the_sensitivity(case):
    """Along the flow, by central differences."""
    v, F, step = np.ones(case.x.size), case.rhs(case.x), 1e-5
    ahead, behind = (v @ case.G(case.x + s * F) for s in (step, -step))
    expected = np.where(case.model.tunable, (ahead - behind) / (2 * step), 0)
    found = case.model.sensitivity_rate(case.w, case.x, v)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)


@first("linear", "Kuramoto", "leaky", "Michaelis-Menten", "pendulums")
def test_adjoint_is_the_gradient_of_the_discretised_cost(case):
    task = case.task()
    found = ode.gradient(case.model, task, case.w).dw
    step = 1e-5
    chosen = np.flatnonzero(case.model.tunable)[:: max(1, case.model.P // 25)]
    for a in chosen:
        ahead, behind = (
            ode.simulate(case.model, task, case.w + s * np.eye(case.model.P)[a]).costs[0]
            for s in (step, -step)
        )
        slope = (ahead - behind) / (2 * step)
        assert abs(slope - found[a]) < 1e-8 * np.abs(found).max()


def test_integrator_is_of_order_four(case):
    """Against another integrator on the right-hand side by hand, with a force and an input."""

    def rhs(t, x):
        x = x.copy()
        x[0] = 0.5 + 0.3 * np.sin(t)
        F = case.rhs(x)
        F[1] += 0.3 * np.sin(2 * t)
        F[0] = 0.3 * np.cos(t)
        return F

    start = case.x.copy()
    start[0] = 0.5
    exact = solve_ivp(rhs, (0, 3), start, "DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
    errors = [
        np.abs(ode.simulate(case.model, case.task(h), case.w).x[0, -1] - exact).max()
        for h in (0.1, 0.05, 0.025)
    ]
    ratios = np.divide(errors[:-1], errors[1:])
    # the coarser ratio still shows the next order
    assert abs(ratios[1] - 16) < abs(ratios[0] - 16) + 0.5
    assert 14 < ratios[1] < 20


@first("leaky", "pendulums")
def test_gradient_supervisor_descends_the_gradient_to_second_order(case):
    errors = []
    for h in (0.05, 0.025, 0.0125):
        task = case.task(h)
        downhill = -ode.gradient(case.model, task, case.w).dw
        local = ode.local_update(case.model, task, case.w, "gradient").dw
        errors.append(relative(local, downhill))
    ratios = np.divide(errors[:-1], errors[1:])
    assert abs(ratios[1] - 4) < 0.1
    assert errors[-1] < 5e-3


@first("linear", "leaky", "pendulums")
@pytest.mark.parametrize("error_on", ["clamped", "free"])
def test_finite_nudge_tends_to_the_tangent_linearly(case, error_on):
    task = case.task()
    limit = ode.local_update(case.model, task, case.w, "tangent").dw
    errors = [
        relative(
            ode.local_update(case.model, task, case.w, ode.Rule(nudge=nudge, error_on=error_on)).dw,
            limit,
        )
        for nudge in (1e-2, 1e-3, 1e-4)
    ]
    if case.name == "linear oscillators" and error_on == "free":
        assert max(errors) < 1e-10  # nothing of second order is there
        return
    ratios = np.divide(errors[:-1], errors[1:])
    np.testing.assert_allclose(ratios, 10, rtol=0.1)


@first("leaky", "pendulums")
@pytest.mark.parametrize("supervisor", ["forward", "clamp"])
def test_opposite_nudges_tend_to_their_limit_quadratically(case, supervisor):
    """What is odd in the nudge falls out of the mean of both signs."""

    def mean(nudge):
        return ode.local_update(case.model, task, case.w, ode.Rule(supervisor, nudge, order=2)).dw

    # a clamp cannot hold what it is asked for at once, so no cost at single times
    task = case.task(points={})
    signs = [
        ode.local_update(case.model, task, case.w, ode.Rule(supervisor, nudge)).dw
        for nudge in (1e-2, -1e-2)
    ]
    np.testing.assert_allclose(mean(1e-2), sum(signs) / 2, rtol=1e-13, atol=1e-15)
    changes = [relative(mean(2 * nudge), mean(nudge)) for nudge in (2e-2, 1e-2)]
    if case.name != "linear oscillators":
        assert changes[0] / changes[1] == pytest.approx(4, rel=0.1)
    assert changes[1] < 1e-2


HOLOMORPHIC = [
    pytest.param(name, marks=[] if name == "leaky" else pytest.mark.long)
    for name in ("linear", "Kuramoto", "leaky", "Michaelis-Menten", "Lotka-Volterra", "pendulums")
]


@pytest.mark.thorough
@pytest.mark.parametrize("name", HOLOMORPHIC)
def test_holomorphic_nudges_are_exact_to_their_order(plain, name):
    """Complex ones, of large size, whose mean is the tangent but for a high power of the size."""
    case = next(case for case in plain.CASES if case.name.startswith(name) or name in case.name)
    task = case.task()
    limit = ode.local_update(case.model, task, case.w, "tangent").dw

    def error(nudge, order):
        rule = ode.Rule("forward", nudge, order=order)
        return relative(ode.local_update(case.model, task, case.w, rule).dw, limit)

    for order in (3, 4):
        assert error(0.1, order) / error(0.05, order) == pytest.approx(2**order, rel=0.1)
    assert error(0.1, 16) < 1e-13
    found = ode.local_update(case.model, task, case.w, ode.Rule("forward", 0.1, order=5))
    costs = ode.simulate(case.model, task, case.w).costs
    np.testing.assert_allclose(found.costs, costs, rtol=1e-13)


@first("leaky", "Kuramoto")
def test_forward_update_is_the_double_integral(case):
    """Equation (20), from the signal matrix of another integrator, at all pairs of times."""
    h, size = 0.01, case.x.size
    task = case.task(h)
    free = np.arange(size) > 0  # node 0 is imposed: nothing passes through it

    def full(t, x):
        x = x.copy()
        x[0] = 0.5 + 0.3 * np.sin(t)
        return x

    def rhs(t, y):
        x, S = full(t, y[:size]), y[size:].reshape(size, size)
        F = case.rhs(x)
        F[1] += 0.3 * np.sin(2 * t)
        F[0] = 0
        return np.concatenate([F, ((case.J(x) @ S) * free[:, None]).ravel()])

    start = np.concatenate([full(0, case.x), np.eye(size).ravel()])
    solution = solve_ivp(rhs, (0, 3), start, "DOP853", rtol=1e-12, atol=1e-13, dense_output=True)

    def at(t):
        y = solution.sol(t)
        return full(t, y[:size]), y[size:].reshape(size, size)

    def pushed(t, targets):
        x, S = at(t)
        slope = np.zeros(size)
        slope[[4, 2]] = x[[4, 2]] - targets
        return np.linalg.solve(S, slope)

    nodes, weights = np.polynomial.legendre.leggauss(4)
    expected, integral = np.zeros(case.model.P), np.zeros(size)
    for n, t in enumerate(task.times):
        x, S = at(t)
        jump = np.zeros(size)
        for time, targets in ((1.0, [0.2, 0.4]), (2.0, [0.1, 0.0])):
            if abs(t - time) < 1e-9:
                jump = pushed(t, targets)
        weight = h / 2 if n in (0, task.steps) else h
        expected -= weight * (S @ (integral + jump / 2)) @ case.G(x)
        integral += jump
        for u, q in zip(nodes, weights, strict=True):
            time = t + h * (u + 1) / 2
            integral += h / 2 * q * pushed(time, [0.5 * np.cos(time), 0.3])
    expected[~case.model.tunable] = 0
    tangent = ode.local_update(case.model, task, case.w, "tangent").dw
    forward = ode.local_update(case.model, task, case.w, ode.Rule(nudge=2e-8)).dw
    assert relative(tangent, expected) < 1e-7
    assert relative(forward, expected) < 1e-7


@first("leaky", "pendulums")
def test_clamp_holds_the_outputs(case):
    """Directly: the outputs of the clamped copy are imposed, at every stage of every step."""
    h, eta = 0.05, 1e-2
    task = case.task(h, points=None)
    outputs, x, y = [4, 2], None, None
    expected = np.zeros(case.model.P)

    def targets(t):
        return np.array([0.5 * np.cos(t), 0.3])

    def rate(t, z):
        z[0] = 0.5 + 0.3 * np.sin(t)
        F = case.rhs(z)
        F[1] += 0.3 * np.sin(2 * t)
        F[0] = 0
        return F

    def held(t, free, clamped):
        clamped[outputs] = free[outputs] - eta * (free[outputs] - targets(t))

    x = case.x.copy()
    x[0] = 0.5
    y = x.copy()
    for n, t in enumerate(task.times):
        held(t, x, y)
        weight = h / 2 if n in (0, task.steps) else h
        expected += weight / eta * (y - x) @ case.G(x)
        kx, ky, total_x, total_y = np.zeros((4, x.size))
        for a, b in ((0, 1), (0.5, 2), (0.5, 2), (1, 1)):
            X, Y = x + a * h * kx, y + a * h * ky
            kx = rate(t + a * h, X)
            held(t + a * h, X, Y)
            ky = rate(t + a * h, Y)
            total_x, total_y = total_x + b * kx, total_y + b * ky
        x, y = x + h / 6 * total_x, y + h / 6 * total_y
        x[0] = y[0] = 0.5 + 0.3 * np.sin(t + h)
    expected[~case.model.tunable] = 0
    found = ode.local_update(case.model, task, case.w, ode.Rule("clamp", nudge=eta)).dw
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@first("leaky")
def test_gradient_against_another_adjoint(case):
    """With jax and diffrax, where they are installed."""
    jax = pytest.importorskip("jax", reason="diffrax (and jax) not installed")
    diffrax = pytest.importorskip("diffrax", reason="diffrax not installed")
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    times = jnp.array([1.0, 2.0])
    targets = jnp.array([[0.2, 0.4], [0.1, 0.0]])

    def cost(values):
        term = diffrax.ODETerm(lambda t, x, _: case.rhs(x, values, jnp))
        solution = diffrax.diffeqsolve(
            term,
            diffrax.Dopri8(),
            0.0,
            2.0,
            0.01,
            jnp.array(case.x),
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=diffrax.PIDController(rtol=1e-11, atol=1e-12),
            max_steps=10_000,
        )
        return 0.5 * jnp.sum((solution.ys[:, jnp.array([4, 2])] - targets) ** 2)

    task = case.task(0.005, target=None, forces=None, imposed=None)
    found = ode.gradient(case.model, task, case.w)
    values = {name: jnp.array(v) for name, v in case.model.unpack(case.w).items()}
    value, slopes = jax.value_and_grad(cost)(values)
    expected = np.concatenate([np.ravel(slopes[name]) for name in values])
    expected[~case.model.tunable] = 0
    assert abs(float(value) - found.costs[0]) < 1e-8 * abs(float(value))
    assert relative(found.dw, expected) < 1e-8
