"""Initial states that are learned: their gradient is the adjoint at the start."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems


@pytest.fixture
def swing(plain):
    """Return the pendulums without damping, and with reciprocal springs."""
    case = next(case for case in plain.CASES if "pendulums" in case.name)
    values = case.model.unpack(case.w)
    K = (values["K"] + values["K"].T) / 2
    return case, case.model.pack(**values | {"K": K, "gamma": 0.0})


def tasks(case, h=0.05, **changes):
    given = {"outputs": [4, 2], "imposed": {0: np.sin}, "initial": {"p": "s", "x": "b"}}
    given |= {"points": {0.0: [0.2, 0.1], 2.0: [0.1, 0.0]}, "T": 3.0, "h": h}
    both = [ode.Task(case.x, target=value, **given | changes) for value in (0.3, -0.2)]
    return ode.Task.stack(both)


def test_the_gradient_reaches_the_initial_states(swing):
    """Also of a parameter that is in the rates too, and of a start that is imposed, with none."""
    case, w = swing
    asked = tasks(case)
    found = ode.gradient(case.model, asked, w)
    assert found.costs == pytest.approx(ode.simulate(case.model, asked, w).costs, rel=1e-12)
    where = [
        *range(*case.model.where("s").indices(w.size)),
        *range(*case.model.where("b").indices(w.size)),
    ]
    for a in where:
        unit = 1e-5 * np.eye(case.model.P)[a]
        ahead, behind = (
            ode.simulate(case.model, asked, w + s * unit).costs.mean() for s in (1, -1)
        )
        assert abs((ahead - behind) / 2e-5 - found.dw[a]) < 1e-8 * np.abs(found.dw).max()
    assert found.dw[where[0]] == 0
    assert np.abs(found.dw[where]).min(initial=1, where=np.arange(10) % 5 > 0) > 1e-4


def test_echo_and_gradient_reach_them_too(swing):
    case, w = swing
    for rule in (ode.Rule("gradient"), ode.Rule("echo", 1e-4, order=2)):
        errors = []
        for h in (0.05, 0.025):
            wanted = -ode.gradient(case.model, tasks(case, h), w).dw
            found = ode.local_update(case.model, tasks(case, h), w, rule).dw
            errors.append(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))
        assert errors[0] / errors[1] == pytest.approx(4, abs=0.2)


def test_a_start_is_learned(swing):
    case, w = swing
    frozen = dict.fromkeys(["K", "m", "gamma", "b"], True)
    allowed = ode.Constraints(case.model, frozen=frozen)
    asked = tasks(case, initial={"p": "s"}, points={})
    given = {"rate": 0.3, "iterations": 20, "rule": "descent", "constraints": allowed}
    assert ode.train(case.model, asked, w, **given).best_cost < 0.9 * (
        ode.simulate(case.model, asked, w).costs.mean()
    )


def test_what_does_not_reach_the_start_is_refused(swing):
    case, w = swing
    with pytest.raises(ValueError, match="initial states are not learned under the supervisor for"):
        ode.local_update(case.model, tasks(case), w)
    with pytest.raises(ValueError, match="initial must name parameters of nodes, got 'K'"):
        ode.gradient(case.model, tasks(case, initial={"x": "K"}), w)
    with pytest.raises(ValueError, match="initial must be one of x, p"):
        ode.gradient(case.model, tasks(case, initial={"q": "s"}), w)
    model = systems.kuramoto.on(ode.all_to_all(2), omega=0.0)
    asked = ode.Task([0, 0], [1], 1.0, 0.1, target=0.0, initial={"x": "omega"})
    with pytest.raises(ValueError, match="initial must name parameters of nodes, got 'omega'"):
        ode.simulate(model, asked, model.pack(K=0.0))
