"""The echo: exact for networks that run back along their path, refused for all others."""

import re

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


@pytest.fixture
def swing(plain):
    """Return the pendulums without damping, and with reciprocal springs."""
    case = next(case for case in plain.CASES if "pendulums" in case.name)
    values = case.model.unpack(case.w)
    K = (values["K"] + values["K"].T) / 2
    return case, case.model.pack(**values | {"K": K, "gamma": 0.0})


def task(case, h=0.05, **changes):
    """Return one with outputs that are a position and a momentum, and a cost at the very end."""
    given = {
        "outputs": [4, 7],
        "forces": {6: lambda t: 0.3 * np.sin(2 * t)},
        "imposed": {0: lambda t: 0.5 + 0.3 * np.sin(t)},
        "points": {1.0: [0.2, 0.4], 3.0: [0.1, 0.0]},
        "target": lambda t: [0.5 * np.cos(t), 0.3],
    }
    given |= changes
    return ode.Task(case.x, T=3.0, h=h, **given)


def test_the_echo_descends_the_gradient(swing):
    """To the second order in the step, as the supervisor does that knows the adjoint."""
    case, w = swing
    errors, differences = [], []
    for h in (0.05, 0.025):
        echo = ode.Rule("echo", 1e-4, order=2)
        wanted = -ode.gradient(case.model, task(case, h), w).dw
        errors.append(relative(ode.local_update(case.model, task(case, h), w, echo).dw, wanted))
        # without a running cost both sum the same values at the same steps
        jumps = task(case, h, target=None)
        known = ode.local_update(case.model, jumps, w, "gradient").dw
        differences.append(relative(ode.local_update(case.model, jumps, w, echo).dw, known))
    assert errors[0] / errors[1] == pytest.approx(4, abs=0.1)
    assert errors[1] < 1e-3
    assert differences[0] / differences[1] > 15
    assert differences[1] < 1e-7


@pytest.mark.parametrize("error_on", ["clamped", "free"])
def test_the_echo_tends_to_its_limit_as_the_order_says(swing, error_on):
    case, w = swing

    def update(nudge, order):
        rule = ode.Rule("echo", nudge, error_on, order)
        return ode.local_update(case.model, task(case), w, rule).dw

    limit = update(1e-4, 2)
    for order in (1, 2):
        errors = [relative(update(nudge, order), limit) for nudge in (2e-2, 1e-2)]
        assert errors[0] / errors[1] == pytest.approx(2**order, rel=0.05)


@pytest.mark.long
def test_holomorphic_echoes_are_exact_to_their_order(swing):
    case, w = swing

    def update(nudge, order):
        return ode.local_update(case.model, task(case), w, ode.Rule("echo", nudge, order=order)).dw

    limit = update(0.05, 16)
    assert relative(update(1e-4, 2), limit) < 1e-6
    assert relative(update(0.1, 16), limit) < 1e-12
    errors = [relative(update(nudge, 4), limit) for nudge in (0.1, 0.05)]
    assert errors[0] / errors[1] == pytest.approx(16, rel=0.1)


def test_a_network_of_one_state_has_no_echo():
    model = systems.kuramoto.on(ode.all_to_all(2), omega=0.0)
    asked = ode.Task(np.zeros(2), [1], 1.0, 0.1, target=0.0)
    with pytest.raises(ValueError, match=re.escape("such as states=['x', 'p'], got ['x']")):
        ode.local_update(model, asked, model.pack(K=0.0), "echo")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gamma": 0.1}, r"the rate of p_\d does not allow that: take away damping"),
        ({"K": np.arange(25.0).reshape(5, 5)}, "make the couplings reciprocal"),
    ],
)
def test_the_echo_is_refused_where_it_does_not_hold(swing, changes, message):
    case, w = swing
    wrong = case.model.pack(**case.model.unpack(w) | changes)
    undriven = task(case, imposed=None)
    assert np.isfinite(ode.local_update(case.model, undriven, w, "echo").dw).all()
    for supervised in (undriven, task(case)):
        with pytest.raises(ValueError, match=message):
            ode.local_update(case.model, supervised, wrong, "echo")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"imposed": {5: 1.0}}, "positions to be imposed, not momenta"),
        ({"forces": {1: 1.0}}, "forces on momenta, not on positions"),
        ({"imposed": {2: 1.0}}, "outputs whose positions are not imposed"),
    ],
)
def test_the_echo_says_what_a_task_may_not_do(swing, changes, message):
    case, w = swing
    with pytest.raises(ValueError, match=message):
        ode.local_update(case.model, task(case, **changes), w, "echo")


def test_only_a_finite_nudge_has_an_order():
    with pytest.raises(ValueError, match="order must be 1 under the supervisor tangent"):
        ode.Rule("tangent", order=2)
    with pytest.raises(ValueError, match="order must be an integer in"):
        ode.Rule(order=65)


def test_complex_nudges_need_analytic_functions():
    model = ode.System("kinks", node="-Abs(x_i)", pair="W_ij * x_j", parameters=["W_ij"]).on(
        ode.all_to_all(2)
    )
    asked = ode.Task([0.5, 0.5], [1], 1.0, 0.1, target=0.0)
    with pytest.raises(ValueError, match="order must be 1 or 2 where Abs is in a rate"):
        ode.local_update(model, asked, model.pack(W=0.1), ode.Rule(order=3))


def test_springs_learn_by_their_echo(swing):
    """As long as they are reciprocal: without that constraint, the second update is refused."""
    case, w = swing
    frozen = {"gamma": True}
    free = ode.Constraints(case.model, frozen=frozen)
    bound = ode.Constraints(case.model, frozen=frozen, reciprocal=["K"])
    rule = ode.Rule("echo", order=2)
    found = ode.train(
        case.model, task(case), w, rate=0.1, iterations=30, rule=rule, constraints=bound
    )
    assert found.best_cost < 0.5 * found.loss[0]
    assert found.mean_alignment > 0.999
    with pytest.raises(ValueError, match="make the couplings reciprocal"):
        ode.train(case.model, task(case), w, rate=0.1, iterations=2, rule=rule, constraints=free)
