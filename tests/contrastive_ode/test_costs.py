"""Costs of velocities and of several outputs, against differences, and against plain ones."""

import re

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems

COSTS = {
    "own constants": ode.Cost("a * cosh(b * (x - y))", {"a": 0.7, "b": 1 / 3}),
    "velocities": ode.Cost("(v - y)**2 / 2 + x * v"),
    "a difference": ode.Cost("(x_0 - sin(x_1) - y_0)**2 / (1 + v_2**2)"),
    "order": ode.Cost("(sqrt(mean(cos(x))**2 + mean(sin(x))**2) - y_0)**2"),
    "a frequency": ode.Cost("((x_0 * v_2 - x_2 * v_0) / (x_0**2 + x_2**2) - y_1)**2"),
    "an energy": ode.Cost("(mean(k * x**2 / 2 + v**2 / 2) - y_2)**2", {"k": 0.9}),
}


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


@pytest.fixture
def swing(plain):
    """Return the pendulums without damping, and with reciprocal springs."""
    case = next(case for case in plain.CASES if "pendulums" in case.name)
    values = case.model.unpack(case.w)
    K = (values["K"] + values["K"].T) / 2
    return case, case.model.pack(**values | {"K": K, "gamma": 0.0})


def task(case, loss, h=0.05, **changes):
    """Return one with two positions and a momentum as outputs, a force and an imposed node."""
    given = {
        "forces": {6: lambda t: 0.3 * np.sin(2 * t)},
        "imposed": {0: lambda t: 0.5 + 0.3 * np.sin(t)},
        "points": {1.0: [0.2, 0.4, 0.3], 2.0: [0.1, 0.0, 0.2]},
        "target": lambda t: [0.5 * np.cos(t), 0.3, 0.1],
        "weight": lambda t: 1 + 0.2 * np.sin(t),
    }
    return ode.Task(case.x, [4, 2, 9], 3.0, h, loss=loss, **given | changes)


@pytest.mark.parametrize("name", COSTS)
def test_the_gradient_is_that_of_the_cost(swing, name):
    case, w = swing
    asked = task(case, COSTS[name])
    found = ode.gradient(case.model, asked, w)
    assert found.costs == pytest.approx(ode.simulate(case.model, asked, w).costs, rel=1e-12)
    step = 1e-5
    for a in np.flatnonzero(case.model.tunable)[::3]:
        ahead, behind = (
            ode.simulate(case.model, asked, w + s * np.eye(case.model.P)[a]).costs[0]
            for s in (step, -step)
        )
        assert abs((ahead - behind) / (2 * step) - found.dw[a]) < 1e-8 * np.abs(found.dw).max()


def test_values_by_hand(swing):
    """From the trajectory, with velocities from the equations by hand."""
    case, w = swing
    moved = ode.simulate(case.model, task(case, "x * y"), w)
    weight = 1 + 0.2 * np.sin(moved.t)
    x = moved.x[0][:, [4, 2, 9]]
    rates = np.array([case.rhs(z, case.model.unpack(w)) for z in moved.x[0]])[:, [4, 2, 9]]
    r = np.abs(np.exp(1j * x).mean(axis=1))
    by_hand = {
        "order": ((r - 0.5 * np.cos(moved.t)) ** 2, (r[20] - 0.2) ** 2 + (r[40] - 0.1) ** 2),
        "an energy": (
            ((0.9 * x**2 + rates**2).mean(axis=1) / 2 - 0.1) ** 2,
            sum(((0.9 * x[n] ** 2 + rates[n] ** 2).mean() / 2 - y) ** 2 for n, y in P_ENERGY),
        ),
    }
    for name, (running, points) in by_hand.items():
        found = ode.simulate(case.model, task(case, COSTS[name]), w).costs[0]
        assert found == pytest.approx(np.trapezoid(weight * running, moved.t) + points, rel=1e-12)


P_ENERGY = ((20, 0.3), (40, 0.2))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("supervisor", "plainly", "constants"),
    [
        ("descent", "(x - y)**4", {"a": 4, "b": 1}),
        ("gradient", "(x - y)**4", {"a": 4, "b": 1}),
        ("echo", "(x - y)**2 / 2", {"a": 2, "b": 2}),  # whose echo other tests need, too
    ],
)
def test_a_plain_cost_is_the_same_cost(swing, supervisor, plainly, constants):
    """To rounding where slopes at the steps count, else to the fourth order in the step."""
    case, w = swing
    named = ode.Cost("(x - y)**a / b", constants)
    rule = ode.Rule(supervisor, 1e-4, "free")
    errors = []
    for h in (0.1, 0.05):
        plain, own = (
            ode.local_update(case.model, task(case, loss, h), w, rule) for loss in (plainly, named)
        )
        np.testing.assert_allclose(own.costs, plain.costs, rtol=1e-12)
        errors.append(relative(own.dw, plain.dw))
    if supervisor in ("descent", "gradient"):
        assert max(errors) < 1e-12
    else:
        assert errors[1] < 1e-5
        assert errors[0] / errors[1] > 12


# the echo is compiled once more for such costs
WHO = pytest.mark.parametrize(
    "supervisor", ["gradient", pytest.param("echo", marks=pytest.mark.thorough)]
)


@WHO
@pytest.mark.parametrize("name", ["velocities", "order"])
def test_supervisors_that_know_the_gradient_descend_it(swing, supervisor, name):
    """Also what depends on the parameters directly, as velocities do."""
    case, w = swing
    rule = ode.Rule(supervisor, 1e-4, order=2 if supervisor == "echo" else 1)
    errors = []
    for h in (0.05, 0.025):
        asked = task(case, COSTS[name], h)
        wanted = -ode.gradient(case.model, asked, w).dw
        errors.append(relative(ode.local_update(case.model, asked, w, rule).dw, wanted))
    assert errors[0] / errors[1] == pytest.approx(4, abs=0.2)
    assert errors[1] < 2e-3


def swinging(case, supervisor_h=0.05, **changes):
    """Return a task of frequency for free pendulums, long enough for some turns."""
    given = {"target": [0.2, 0.15], "weight": [1.0, 2.0], "loss": ode.Frequency(0.1, after=1.0)}
    return ode.Task(case.x - 0.6, [4, 2], 30.0, supervisor_h, **given | changes)


def test_the_gradient_of_a_frequency(swing):
    """The frequency is that of the passages."""
    case, w = swing
    asked = swinging(case)
    found = ode.gradient(case.model, asked, w)
    moved = ode.simulate(case.model, asked, w)
    expected = 0.0
    for o, y, weight in ((4, 0.2, 1.0), (2, 0.15, 2.0)):
        line = np.interp(np.arange(1.0, 30.0, 1e-4), moved.t, moved.x[0, :, o]) > 0.1
        at = np.flatnonzero(line[1:] & ~line[:-1]) * 1e-4
        expected += weight * ((len(at) - 1) / (at[-1] - at[0]) - y) ** 2 / 2
        assert len(at) > 2
    assert found.costs[0] == pytest.approx(expected, rel=1e-3)
    assert moved.costs[0] == pytest.approx(found.costs[0], rel=1e-12)
    step = 1e-5  # a passage that moves from one step to the next makes a kink
    for a in np.flatnonzero(case.model.tunable)[::4]:
        unit = step * np.eye(case.model.P)[a]
        low, less, more, high = (
            ode.simulate(case.model, asked, w + s * unit).costs[0] for s in (-2, -1, 1, 2)
        )
        slope = (8 * (more - less) - (high - low)) / (12 * step)
        assert abs(slope - found.dw[a]) < 1e-8 * np.abs(found.dw).max()


@WHO
def test_supervisors_know_the_slopes_of_a_frequency(swing, supervisor):
    case, w = swing
    asked = swinging(case)
    wanted = -ode.gradient(case.model, asked, w).dw
    rule = ode.Rule(supervisor, 1e-2, order=2 if supervisor == "echo" else 1)
    assert relative(ode.local_update(case.model, asked, w, rule).dw, wanted) < 2e-2


def test_what_does_not_turn_has_no_frequency(swing):
    case, w = swing
    asked = swinging(case, loss=ode.Frequency(level=50.0))
    with pytest.raises(ode.BlowUpError, match="output 0, counted from 0, has no frequency"):
        ode.gradient(case.model, asked, w)
    found = ode.simulate(case.model, asked, w, throw=False)
    assert np.isnan(found.costs[0])
    assert "it rises through 50 0 times" in found.status[0]
    with pytest.raises(ValueError, match="a Frequency needs a constant target"):
        swinging(case, points={1.0: [0.1, 0.1]})


def test_several_examples_and_batches(swing):
    case, w = swing
    tasks = [task(case, COSTS["velocities"], target=value) for value in (0.1, 0.5, 0.9)]
    both = ode.gradient(case.model, ode.Task.stack(tasks), w, examples=[2, 0])
    one, other = (ode.gradient(case.model, tasks[e], w) for e in (2, 0))
    np.testing.assert_allclose(both.costs, [one.costs[0], other.costs[0]], rtol=1e-13)
    np.testing.assert_allclose(both.dw, (one.dw + other.dw) / 2, rtol=1e-12, atol=1e-14)
    with pytest.raises(ValueError, match="the same cost"):
        ode.Task.stack([tasks[0], task(case, COSTS["order"])])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ode.Cost("(x - z)**2"), "loss uses z, which is not declared (it may use v, x, y)"),
        (lambda: ode.Cost("x_0 - y"), "must say of which it takes y: write x_0 or mean(x)"),
        (lambda: ode.Cost("mean(x) - x"), "must say of which it takes x"),
        (lambda: ode.Cost("mean(mean(x))"), "loss must not take the mean of a mean"),
        (lambda: ode.Cost("mean(x, v)"), "loss must give mean one argument"),
        (lambda: ode.Cost("median(x)"), "got median"),
        (lambda: ode.Cost("x +"), "loss cannot be read"),
        (lambda: ode.Cost("-" * 10**5 + "x"), "loss cannot be read"),
        (lambda: ode.Cost("a * x", {"x": 1.0}), "constants must have names of their own, got 'x'"),
        (lambda: ode.Cost("a * x", {"a": np.inf}), "constants[a] must be a finite number"),
        (
            lambda: ode.Task([0, 0], [1], 1.0, 0.1, target=0.0, loss=ode.Cost("x_0 - x_1")),
            "loss uses output 1, counted from 0, but outputs are 1",
        ),
        (
            lambda: ode.Task(
                [0, 0], [0, 1], 1.0, 0.1, target=0.0, weight=[1, 2], loss=ode.Cost("x_0 - x_1")
            ),
            "weight must be one for all outputs",
        ),
    ],
)
def test_costs_that_cannot_be(make, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


@pytest.mark.long
def test_oscillators_learn_a_frequency():
    """Reciprocal or not, phases that rotate at one rate are a cost of velocities."""
    model = systems.kuramoto.on(ode.all_to_all(4), omega=[0.2, 0.4, 0.9, 1.1])
    cost = ode.Cost("(v - y)**2 / 2")
    asked = ode.Task(np.arange(4.0), [0, 1, 2, 3], 10.0, 0.1, target=0.8, loss=cost)
    found = ode.train(model, asked, model.pack(K=0.1), rate=ode.Adam(0.05), iterations=60)
    assert found.best_cost < 0.5 * found.loss[0]
    singular = ode.Task(np.zeros(4), [0], 1, 0.1, target=0.0, loss=ode.Cost("log(x_0)"))
    with pytest.raises(ode.BlowUpError, match="example 0 is not finite at t = 0: keep"):
        ode.local_update(model, singular, found.w)
