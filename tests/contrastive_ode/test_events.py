"""Neurons that fire: against closed forms, differences, and another integrator with events."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import contrastive_ode as ode
from contrastive_ode import systems

N = 4
GENERAL = ode.System(  # everything at once, what is learned and what depends on time
    "firing in general",
    states=["v", "s"],
    node={"v_i": "b_i - g_i * v_i + total_i", "s_i": "-s_i / tau + sin(2 * t) / 9"},
    total="W_ij * s_j * (1 + cos(t) / 9)",
    threshold="v_i - c_i * (1 + sin(t) / 9)",
    reset={"v_i": "r_i * v_i**2 - t / (50 + t)", "s_i": "s_i + q * (1 + v_i)"},
    parameters=["W_ij", "b_i", "g_i", "c_i", "r_i", "q"],
    constants=["tau"],
)
FIXED = ode.System(  # the same, but what is in events is not learned
    "firing",
    states=["v", "s"],
    node={"v_i": "b_i - g_i * v_i", "s_i": "-s_i / tau"},
    pair={"v_i": "W_ij * s_j"},
    threshold="v_i - 1",
    reset={"v_i": "v_i**2 / 10", "s_i": "s_i + 1 + v_i / 10"},
    parameters=["W_ij", "b_i", "g_i"],
    constants=["tau"],
)


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def make(system, topology=None):
    rng = np.random.default_rng(1)
    model = system.on(topology or ode.all_to_all(N, True), tau=0.7)
    values = {"W": rng.normal(0, 0.3, (N, N)), "b": rng.uniform(1.1, 1.6, N)}
    values |= {"g": rng.uniform(0.7, 1, N)}
    if system is GENERAL:
        values |= {"c": 1.0, "r": 0.1, "q": 1.0}
    return model, model.pack(**values)


def task(h=0.1, **changes):
    """Return one with outputs that jump, a force, an imposed trace, running and point costs."""
    start = np.r_[np.random.default_rng(5).uniform(0, 0.8, N), np.zeros(N)]
    arguments = {
        "target": lambda t: [0.5 * np.cos(t), 0.3, 0.2 * t],
        "weight": lambda t: 1 + 0.5 * np.sin(t),
        "points": {1.0: [0.2, 0.4, 0.1], 2.0: [0.1, 0.0, 0.3]},
        "forces": {1: lambda t: 0.3 * np.sin(2 * t)},
        "imposed": {4: lambda t: 0.5 + 0.3 * np.sin(t)},
    }
    return ode.Task(start, [2, 3, 6], 3.0, h, **arguments | changes)


def neurons(n=1, a=0.0, b=2.0, **given):
    model = systems.integrate_and_fire.on(ode.all_to_all(n), a=a, tau=2.0)
    given = {"outputs": [0], "T": 3.0, "h": 0.1, "target": 0.5} | given
    start = given.pop("start", np.zeros(2 * n))
    return model, ode.Task(start, **given), model.pack(W=0.0, b=b)


@pytest.mark.thorough
def test_a_neuron_fires_at_multiples_of_its_period():
    """From rest to 1 at the drive b: a time log(b / (b - 1)), whatever the step."""
    period = np.log(2.0)
    for h, tolerance in ((0.25, 1e-4), (0.025, 1e-8)):
        found = ode.simulate(*neurons(h=h))
        times, nodes = found.events[0].T
        np.testing.assert_allclose(times, period * np.arange(1, 5), rtol=tolerance)
        assert (nodes == 0).all()
        late = 3.0 - times
        assert found.x[0, -1, 1] == pytest.approx(0.5 * np.exp(-late / 2).sum(), rel=tolerance)
    count = 2 * len(ode.simulate(*neurons(n=2, T=2000.0)).events[0][::2])
    assert count == 2 * int(2000 / period)  # both at once, and more than there was room for


@pytest.mark.thorough
def test_what_goes_wrong_is_told():
    with pytest.raises(ode.EventError, match="node 0 of example 0 starts above its threshold: st"):
        ode.simulate(*neurons(start=[1.5, 0.0]))
    with pytest.raises(ode.EventError, match=r"fire too often in step 1 \(t = 2\): decrease"):
        ode.simulate(*neurons(b=60.0, h=2.0, T=2.0))
    told = ode.simulate(*neurons(start=[1.5, 0.0]), throw=False)
    assert not told.converged[0]
    assert "starts above" in told.status[0]


@pytest.mark.parametrize(
    ("rule", "changes", "message"),
    [
        ("clamp", {}, "the supervisor clamp does not hold where nodes reset: take one of forward"),
        ("echo", {}, "the supervisor echo does not hold"),
        (ode.Rule(order=4), {}, "order must be 1 or 2 where nodes reset"),
        (ode.Rule(error_on="free"), {}, "error_on must be clamped where nodes reset"),
        ("descent", {"loss": ode.Cost("v**2")}, "loss must be an expression in x and y where"),
        ("tangent", {}, "c, r, q must be constant under the supervisor tangent"),
    ],
)
def test_what_does_not_hold_is_refused(rule, changes, message):
    model, w = make(GENERAL if rule == "tangent" else FIXED)
    asked = task(**{"points": None} | changes)
    with pytest.raises(ValueError, match=message):
        ode.local_update(model, asked, w, rule)
    if changes:
        with pytest.raises(ValueError, match=message):
            ode.simulate(model, asked, w)
    for function in (
        lambda: ode.flow(model, w, np.zeros(2 * N), 1.0, 0.1),
        lambda: ode.settle(model, w, np.zeros(2 * N), h=0.1),
    ):
        with pytest.raises(ValueError, match="model must have no events, but firing"):
            function()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reset": None}, "must have a threshold and a reset, or neither"),
        ({"threshold": "b_i - 1"}, "threshold must be an expression of the node's state that"),
        ({"threshold": "total_i - 1"}, "threshold uses total_i, which is not declared"),
        ({"threshold": "W_ij - x_i"}, "threshold uses W_ij, which is not declared"),
        ({"reset": {"y_i": "0"}}, r"reset must change one of \['x_i'\], got 'y_i'"),
        ({"reset": {"x_i": "x_j"}}, "reset of x_i uses x_j, which is not declared"),
        ({"reset": {}}, "reset must say what becomes of a state"),
    ],
)
def test_declarations_are_checked(changes, message):
    arguments = {
        "node": "total_i",
        "total": "W_ij * x_j",
        "threshold": "x_i - 1",
        "reset": {"x_i": "0"},
        "parameters": ["W_ij", "b_i"],
    }
    with pytest.raises(ValueError, match=message):
        ode.System("bad", **arguments | changes)


SYSTEMS = pytest.mark.parametrize(
    ("system", "topology"),
    [(GENERAL, None), (FIXED, None), (FIXED, ode.graph(N, [(0, 1), (1, 2), (2, 3), (3, 0)]))],
    ids=["general", "dense", "sparse"],
)


@pytest.mark.long
@SYSTEMS
def test_gradient_is_that_of_differences(system, topology):
    """With what is learned in thresholds, resets and the start, and explicit time in all."""
    model, w = make(system, topology)
    asked = task(initial={"s": "g"})
    found = ode.gradient(model, asked, w).dw
    fired = ode.simulate(model, asked, w).events[0]
    assert len(fired) >= 6
    assert len({*fired[:, 1]}) >= 3
    step = 1e-5
    for a in np.flatnonzero(model.tunable):
        ahead, behind = (
            ode.simulate(model, asked, w + s * np.eye(model.P)[a]).costs[0] for s in (step, -step)
        )
        assert abs((ahead - behind) / (2 * step) - found[a]) < 1e-8 * np.abs(found).max()


@pytest.mark.long
@SYSTEMS
def test_gradient_supervisor_descends_the_gradient_to_second_order(system, topology):
    model, w = make(system, topology)
    errors = []
    for h in (0.02, 0.01, 0.005):
        downhill = -ode.gradient(model, task(h), w).dw
        errors.append(relative(ode.local_update(model, task(h), w, "gradient").dw, downhill))
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.1)
    assert errors[-1] < 1e-4


@pytest.mark.long
@pytest.mark.parametrize("order", [1, 2])
def test_finite_nudge_tends_to_the_tangent_linearly(order):
    """Also with both signs: the time between paired events is lost under either."""
    model, w = make(FIXED)
    limit = ode.local_update(model, task(), w, "tangent").dw
    errors = [
        relative(ode.local_update(model, task(), w, ode.Rule(nudge=e, order=order)).dw, limit)
        for e in (1e-3, 1e-4, 1e-5)
    ]
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 10, rtol=0.05)
    assert errors[-1] < 1e-4


class ByHand:
    """The right-hand side of FIXED, the tangent with its saltations, and the rule (12)."""

    def __init__(self, model, w, epsilon):
        self.values, self.tau = model.unpack(w), 0.7
        self.epsilon, self.P = epsilon, model.P
        self.open = np.ones(N)

    def F(self, x):
        W, b, g = (self.values[name] for name in ("W", "b", "g"))
        return np.r_[b - g * x[:N] + W @ x[N:], -x[N:] / self.tau]

    def G(self, x, d):
        """Return d . G; the traces have no parameters."""
        return np.r_[np.outer(d[:N], x[N:]).ravel(), d[:N], -d[:N] * x[:N]]

    def pushed(self, t, x):
        slope, given = np.zeros(2 * N), task(h=0.5)
        aims = np.array([0.5 * np.cos(t), 0.3, 0.2 * t])
        slope[given.outputs] = (1 + 0.5 * np.sin(t)) * (x[given.outputs] - aims)
        return slope

    def rate(self, t, z):
        x, y, d = z[: 6 * N].reshape(3, 2 * N)
        apart = (y - x) / self.epsilon
        J = np.r_[-self.values["g"] * d[:N] + self.values["W"] @ d[N:], -d[N:] / self.tau]
        parts = (
            self.F(x),
            self.F(y) - self.epsilon * self.pushed(t, y),
            J - self.pushed(t, x),
            self.G(x, apart),
            self.G(x, apart * np.r_[self.open, self.open]),
            self.G(x, d),
        )
        return np.concatenate(parts)

    @staticmethod
    def after(x, i):
        new = x.copy()
        new[i], new[N + i] = x[i] ** 2 / 10, x[N + i] + 1 + x[i] / 10
        return new

    def run(self, start):
        """Return the integrals of (12), of it without the unpaired times, of d G, the windows."""
        z, t, windows = np.r_[start, start, np.zeros(2 * N + 3 * self.P)], 0.0, np.zeros(self.P)

        def event(copy, i):
            def level(t, z):
                return z[copy * 2 * N + i] - 1

            level.terminal, level.direction = True, 1
            return level

        events = [event(copy, i) for copy in (0, 1) for i in range(N)]
        while t < 3.0:
            found = solve_ivp(
                self.rate, (t, 3.0), z, "DOP853", events=events, rtol=1e-11, atol=1e-13
            )
            t, z = found.t[-1], found.y[:, -1].copy()
            for m in [m for m, times in enumerate(found.t_events) if len(times)]:
                copy, i = divmod(m, N)
                x, d = z[copy * 2 * N : (copy + 1) * 2 * N], z[4 * N : 6 * N]
                new = self.after(x, i)
                self.open[i] = 1 - self.open[i]
                if copy == 0:
                    late = -d[i] / self.F(x)[i]
                    windows += late * self.G(new if late > 0 else x, x - new)
                    d += late * self.F(x)
                    d[N + i] += d[i] / 10
                    d[i] *= x[i] / 5
                    d -= late * self.F(new)
                x[:] = new
        return (*z[6 * N :].reshape(3, self.P), windows)


@pytest.mark.long
def test_rule_against_another_integrator_with_events():
    """The plain (12) has in addition what happens between paired events, which does not vanish."""
    model, w = make(FIXED)
    start = task().starts[0]
    plain, paired = [], []
    for epsilon in (1e-3, 1e-4):
        naive, gated, limit, windows = ByHand(model, w, epsilon).run(start)
        plain.append(relative(naive, limit + windows))
        paired.append(relative(gated, limit))
    assert plain[0] / plain[1] == pytest.approx(10, rel=0.1)
    assert paired[0] / paired[1] == pytest.approx(10, rel=0.1)
    assert np.linalg.norm(windows) > 0.1 * np.linalg.norm(limit)

    def found(h):
        asked = task(h, points=None, forces=None, imposed=None)
        return ode.local_update(model, asked, w, "tangent").dw

    coarse, fine = found(0.02), found(0.01)
    assert relative(coarse, limit) / relative(fine, limit) == pytest.approx(4, rel=0.05)
    assert relative(fine + (fine - coarse) / 3, limit) < 1e-6
    asked = task(0.01, points=None, forces=None, imposed=None)
    finite = ode.local_update(model, asked, w, ode.Rule(nudge=1e-4)).dw
    assert relative(finite, gated) < relative(fine, limit) * 1.5
    x = [
        ode.simulate(model, task(h, points=None, forces=None, imposed=None), w).x
        for h in (0.1, 0.05)
    ]
    final = ode.simulate(model, task(0.0125, points=None, forces=None, imposed=None), w).x[0, -1]
    errors = [np.abs(path[0, -1] - final).max() for path in x]
    assert errors[0] / errors[1] == pytest.approx(16, rel=0.25)


@pytest.mark.long
def test_grazing_is_told():
    """A force that lifts the neuron just to its threshold: found by halving, by the events."""

    def asked(size):
        return neurons(b=0.0, T=6.0, forces={0: lambda t: size * np.sin(t)})

    low, high = 0.5, 5.0
    while high - low > 1e-13:
        middle = (low + high) / 2
        fires = len(ode.simulate(*asked(middle)).events[0])
        low, high = (low, middle) if fires else (middle, high)
    message = "node 0 of example 0 grazes its threshold in step .*: change the inputs, the start or"
    for rule in ("descent", "gradient", "tangent", "forward"):
        with pytest.raises(ode.EventError, match=message):
            ode.local_update(*asked(high), rule)
    told = ode.local_update(*asked(high), throw=False)
    assert not told.converged
    assert ode.local_update(*asked(1.01 * high)).converged
    assert ode.local_update(*asked(0.99 * low)).converged


@pytest.mark.long
def test_a_push_that_moves_too_many_events_is_told():
    model, asked, w = neurons(b=1.5, T=20.0, target=3.0)
    with pytest.raises(
        ode.EventError, match=r"fires once more or once less in step .* smaller nudge"
    ):
        ode.local_update(model, asked, w, ode.Rule(nudge=2.0))
    stuck = ode.System("stuck", node="1", threshold="x_i - 1", reset={"x_i": "1.5"})
    with pytest.raises(ode.EventError, match="is at or above its threshold after its reset in"):
        ode.simulate(stuck.on(ode.all_to_all(2)), asked, np.zeros(0))


@pytest.mark.long
def test_weights_into_an_imposed_node_never_change():
    model, w = make(FIXED)
    asked = task(imposed={0: lambda t: 0.9 * np.sin(t), N: 0.3}, points=None)
    for rule in ("tangent", "forward", "gradient", "descent"):
        dw = ode.local_update(model, asked, w, rule).dw
        assert not model.matrix("W", dw)[0].any()
        assert dw.any()
