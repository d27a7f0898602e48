"""Bad input: an error that names the argument and says what to do, before any work."""

import re

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems, tasks


@pytest.fixture(scope="module")
def model():
    return systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pair": "K_ij * x_j"}, "pair rate of x_i uses K_ij, which is not declared"),
        ({"node": "a * x_i", "constants": ["a_i"]}, "uses a, which is not declared"),
        ({"node": "x_j"}, "uses x_j"),
        ({"node": "x_i +"}, "cannot be read"),
        ({"node": "foo(x_i)"}, "got foo"),
        ({"node": "x_i^2"}, "** for powers"),
        ({"node": "x_i.imag"}, "may not use attributes"),
        ({}, "must have a rate"),
        ({"node": {"y_i": "x_i"}}, "must change one of"),
        ({"node": "x_i", "parameters": ["K_ij"], "constants": ["K_i"]}, "declared once"),
        ({"node": "x_i", "constants": ["sin"]}, "sin"),
        ({"node": "x_i", "constants": ["2a"]}, "2a"),
        ({"node": "x_i", "constants": ["lambda"]}, "lambda"),
        ({"node": "x_i", "states": ["x", "y"]}, "must say what changes"),
    ],
)
def test_declarations(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ode.System("wrong", **arguments)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ode.all_to_all(0), ValueError, "N must be an integer >= 1"),
        (lambda: ode.all_to_all(2.5), TypeError, "N must be an integer"),
        (lambda: ode.graph(3, [(0, 3)]), ValueError, "edges must be nodes in [0, 2]"),
        (lambda: ode.graph(3, [(1, 1)]), ValueError, "edges must be distinct nodes"),
        (lambda: ode.graph(3, [(0, 1, 2)]), ValueError, "edges must be rows of 2"),
        (lambda: ode.random_graph(5, 9.0), ValueError, "degree must be at most"),
        (lambda: ode.three_body(2), ValueError, "N must be an integer >= 3"),
        (lambda: ode.jammed_packing(32, 0.5), ValueError, "phi must be"),
        (lambda: ode.jammed_packing(32, 0.9, rng="a"), TypeError, "rng"),
        (lambda: systems.kuramoto.on(ode.three_body(4), omega=0), ValueError, "must have edges"),
        (
            lambda: systems.michaelis_menten.on(ode.all_to_all(4), gamma=1),
            ValueError,
            "must have triples",
        ),
        (lambda: systems.kuramoto.on(ode.all_to_all(4)), ValueError, "must be omega, got none"),
        (
            lambda: systems.kuramoto.on(ode.all_to_all(4), omega=[1, 2]),
            ValueError,
            "omega must have shape (4,), got (2,)",
        ),
        (lambda: systems.kuramoto.on("all", omega=0), TypeError, "topology must be made by"),
        (lambda: ode.Penalty(-1.0), ValueError, "strength"),
        (lambda: ode.Penalty(1.0, 0.5), ValueError, "power"),
        (lambda: ode.cosine([1, 2], [1, 2, 3]), ValueError, "b must have shape (2,)"),
        (
            lambda: ode.linear_misalignment(np.eye(3)[:2], [1, 1], [1, 1], 0.1, 0.1),
            ValueError,
            "A must be a square matrix",
        ),
        (
            lambda: ode.linear_misalignment(np.eye(2), [0, 0], [1, 1], 0.1, 0.1),
            ValueError,
            "x must not be zero",
        ),
        (lambda: tasks.gate("NAN"), ValueError, "name must be one of NOT"),
        (lambda: tasks.recorded("theo", "/nowhere"), FileNotFoundError, "STEERING_DATA"),
        (lambda: tasks.recognition("theo"), TypeError, "utterances"),
        (lambda: tasks.timed_targets(times=(1.0,)), ValueError, "values must be as many"),
        (lambda: tasks.timed_targets(times=3), TypeError, "times must be a sequence"),
        (lambda: tasks.timed_targets(values="abcd"), TypeError, "values must be a finite number"),
        (lambda: tasks.two_lags(lags=(0.5,)), ValueError, "lags must be two"),
        (lambda: tasks.two_lags(reciprocal="no"), TypeError, "reciprocal must be True or False"),
        (lambda: tasks.synchronisation(reciprocal=2), TypeError, "reciprocal must be True or"),
        (lambda: tasks.allostery(period="long"), TypeError, "period must be a finite number > 0"),
        (
            lambda: tasks.allostery(rng=1, N=8, period=1.3),
            ValueError,
            "T must be a multiple of the step",
        ),
        (lambda: tasks.recorded(folder=3), TypeError, "folder must be a path"),
        (lambda: tasks.recognition(tasks.synthetic(rng=1), frame=None), TypeError, "frame must be"),
        (lambda: tasks.demonstration(np.zeros(2)), TypeError, "name must be one of"),
        (
            lambda: tasks.demonstration("ecology", rng=3),
            ValueError,
            "rng must be an integer in [0, 2]",
        ),
        (lambda: ode.all_to_all(3, "no"), TypeError, "self_coupling must be True or False"),
        (lambda: ode.graph(3, [(0, 1)], 1), TypeError, "directed must be True or False"),
        (lambda: ode.graph(3, [(0, 1), (1,)]), ValueError, "edges must be rows of 2 nodes, got a"),
        (lambda: ode.three_body(3, [(0, 1, 1)]), ValueError, "triples must be distinct nodes"),
        (lambda: ode.Penalty(10**400), ValueError, "strength must be a finite number >= 0"),
        (lambda: ode.Penalty(np.complex128(1j)), TypeError, "strength must be a finite number"),
        (lambda: ode.cosine(["a"], [1]), TypeError, "a must be an array of real numbers"),
        (lambda: ode.cosine([[1], [1, 2]], [1]), TypeError, "a must be an array of real numbers"),
        (lambda: ode.cosine([np.inf], [1]), ValueError, "a must be finite, got inf"),
        (lambda: ode.System("s", node="x_i", states=[]), ValueError, "states must not be empty"),
        (lambda: ode.System("s", node="x_i", parameters=3), TypeError, "parameters must be a seq"),
        (lambda: ode.merge(3), TypeError, "found must be attractors"),
        (lambda: ode.merge([3]), TypeError, "found must be of the type Attractor"),
    ],
)
def test_networks(make, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"h": -0.1}, ValueError, "h must be a finite number > 0"),
        ({"h": "a"}, TypeError, "h must be a finite number > 0"),
        ({"T": 1.05}, ValueError, "T must be a multiple of the step"),
        ({"outputs": [3]}, ValueError, "outputs must be indices in [0, 2], got 3"),
        ({"outputs": [1, 1]}, ValueError, "outputs must be distinct"),
        ({"outputs": []}, ValueError, "outputs must not be empty"),
        ({"outputs": 2}, TypeError, "outputs must be a sequence"),
        ({"outputs": [[1], [1, 2]]}, TypeError, "outputs must be a list of indices"),
        ({"forces": {0.7: 1.0}}, TypeError, "forces must be a list of indices"),
        ({"forces": [1.0]}, TypeError, "forces must be a mapping"),
        ({"imposed": 3}, TypeError, "imposed must be a mapping"),
        ({"points": [0.5]}, TypeError, "points must be a mapping"),
        ({"points": {"late": 0.5}}, TypeError, "points must be a finite number"),
        ({"imposed": {2: 1.0}}, ValueError, "outputs must not be imposed inputs, got [2]"),
        ({"imposed": {0: 1.0}, "forces": {0: 1.0}}, ValueError, "forces must not act on imposed"),
        ({"forces": {5: 1.0}}, ValueError, "forces must be indices"),
        ({"target": None}, ValueError, "target or points must be given"),
        ({"target": [1.0, 2.0, 3.0]}, ValueError, "target must have shape"),
        ({"target": lambda t: np.nan}, ValueError, "target must be finite"),
        ({"weight": -1.0}, ValueError, "weight must be >= 0"),
        ({"points": {2.0: 0.1}}, ValueError, "points must be times in [0, 1]"),
        ({"points": {0.05: 0.1}}, ValueError, "points must be a multiple of the step"),
        ({"points": {0.5: [0.1, 0.2]}}, ValueError, "points[0.5] must have shape (1,)"),
        ({"start": np.zeros((2, 3))}, ValueError, "start must have shape"),
        (
            {"loss": "(x - z)**2"},
            ValueError,
            "loss uses z, which is not declared (it may use x, y)",
        ),
    ],
)
def test_tasks(changes, error, message):
    arguments = {"start": np.zeros(3), "outputs": [2], "T": 1.0, "h": 0.1, "target": 0.5}
    with pytest.raises(error, match=re.escape(message)):
        ode.Task(**arguments | changes)


def test_tasks_that_do_not_stack():
    first = ode.Task(np.zeros(3), [2], 1.0, 0.1, target=0.5)
    with pytest.raises(ValueError, match="same outputs"):
        ode.Task.stack([first, ode.Task(np.zeros(3), [1], 1.0, 0.1, target=0.5)])
    with pytest.raises(ValueError, match="must not be empty"):
        ode.Task.stack([])
    with pytest.raises(TypeError, match="tasks must be of the type Task, got 3"):
        ode.Task.stack([first, 3])
    with pytest.raises(ValueError, match="same shape of starts"):
        ode.Task.stack([first, ode.Task(np.zeros(4), [2], 1.0, 0.1, target=0.5)])


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"rule": "teacher"}, ValueError, "rule must be one of forward"),
        ({"rule": 1e-3}, TypeError, "rule must be a Rule or the name of a supervisor, got 0.001"),
        ({"throw": 1}, TypeError, "throw must be True or False"),
        ({"examples": [1]}, ValueError, "examples must be indices in [0, 0]"),
        ({"examples": []}, ValueError, "examples must not be empty"),
        ({"examples": 0}, TypeError, "examples must be a sequence"),
        ({"w": np.zeros(4)}, ValueError, "w must have shape (9,)"),
        ({"w": np.full(9, np.nan)}, ValueError, "w must be finite"),
        ({"w": "zero"}, TypeError, "w must be an array of real numbers"),
        ({"model": 1}, TypeError, "model must be of the type Model"),
        ({"task": 1}, TypeError, "task must be of the type Task"),
    ],
)
def test_updates(model, changes, error, message):
    task = ode.Task(np.zeros(3), [2], 1.0, 0.1, target=0.5)
    arguments = {"model": model, "task": task, "w": np.zeros(9)}
    with pytest.raises(error, match=re.escape(message)):
        ode.local_update(**arguments | changes)


@pytest.mark.thorough
@pytest.mark.parametrize("supervisor", ["forward", "tangent", "clamp"])
def test_a_point_cost_at_the_end_needs_a_tail(model, supervisor):
    task = ode.Task(np.zeros(3), [2], 1.0, 0.1, points={1.0: 0.5})
    with pytest.raises(ValueError, match="points must leave a tail"):
        ode.local_update(model, task, np.zeros(9), supervisor)
    assert np.isfinite(ode.gradient(model, task, np.zeros(9)).dw).all()


def test_clamping_needs_a_running_cost(model):
    task = ode.Task(np.zeros(3), [2], 1.0, 0.1, points={0.5: 0.5})
    with pytest.raises(ValueError, match="clamp needs a running cost"):
        ode.local_update(model, task, np.zeros(9), "clamp")


def test_task_of_another_size(model):
    task = ode.Task(np.zeros(4), [2], 1.0, 0.1, target=0.5)
    with pytest.raises(ValueError, match=re.escape("start of shape (3,), got (4,)")):
        ode.simulate(model, task, np.zeros(9))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"rate": 0.0}, ValueError, "rate must be"),
        ({"rate": "fast"}, TypeError, "rate must be"),
        ({"iterations": -1}, ValueError, "iterations must be an integer >= 0"),
        ({"iterations": ode.Iterations(1, batch=2)}, ValueError, "batch must be an integer in [1"),
        ({"rule": "teacher"}, ValueError, "rule must be one of forward"),
        ({"rng": -1}, ValueError, "rng must be"),
        ({"constraints": 1}, TypeError, "constraints must be of the type Constraints"),
        ({"throw": None}, TypeError, "throw must be True or False"),
    ],
)
def test_training(model, changes, error, message):
    task = ode.Task(np.zeros(3), [2], 1.0, 0.1, target=0.5)
    with pytest.raises(error, match=re.escape(message)):
        ode.train(model, task, np.zeros(9), **{"rate": 0.1, "iterations": 1} | changes)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ode.Rule("teacher"), ValueError, "supervisor must be one of forward"),
        (lambda: ode.Rule(3), TypeError, "supervisor must be one of forward"),
        (lambda: ode.Rule(nudge=0.0), ValueError, "nudge must not be 0"),
        (lambda: ode.Rule(error_on="both"), ValueError, "error_on must be one of clamped, free"),
        (lambda: ode.Iterations("many"), TypeError, "number must be an integer >= 0"),
        (lambda: ode.Iterations(1, batch=0), ValueError, "batch must be an integer >= 1"),
        (lambda: ode.Iterations(1, every=0), ValueError, "every must be an integer >= 1"),
        (lambda: ode.Iterations(1, until=True), TypeError, "until must be a function"),
        (lambda: ode.Iterations(1, progress=1), TypeError, "progress must be True or False"),
        (lambda: ode.Iterations(1, checkpoint=3), TypeError, "checkpoint must be a path"),
        (lambda: ode.Checkpoint("."), ValueError, "checkpoint must be the path of a file, got '.'"),
        (lambda: ode.Checkpoint("run.npz", every=0), ValueError, "every must be an integer >= 1"),
    ],
)
def test_objects(make, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bounds": {"k": (1, 0)}}, "bounds[k] must be (low, high)"),
        ({"bounds": {"q": (0, 1)}}, "bounds must be one of k"),
        ({"bounds": {"k": (0, 1, 2)}}, "bounds[k] must be (low, high)"),
        ({"frozen": {"q": True}}, "frozen must be one of k"),
        ({"frozen": {"k": [True, False]}}, "frozen[k] must have shape"),
        ({"reciprocal": ["q"]}, "reciprocal must be one of k"),
        ({"clip": 0.0}, "clip must be a finite number > 0"),
    ],
)
def test_constraints(model, changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ode.Constraints(model, **changes)


def test_a_penalty_is_a_penalty(model):
    with pytest.raises(TypeError, match="penalty must be of the type Penalty"):
        ode.Constraints(model, penalty=0.1)


def test_reciprocity_needs_a_way_back():
    one_way = systems.kuramoto.on(ode.graph(3, [(0, 1)], directed=True), omega=0.0)
    with pytest.raises(ValueError, match="needs an edge back"):
        ode.Constraints(one_way, reciprocal=["K"])


def test_parameters(model):
    for values, message in (
        ({}, "parameters of linear oscillators must be k, got none"),
        ({"k": 1.0, "q": 1.0}, "must be k, got k, q"),
        ({"k": np.zeros((2, 2))}, "k must have shape (3, 3)"),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            model.pack(**values)


def test_packing_and_unpacking():
    graph = systems.kuramoto.on(ode.graph(3, [(0, 1), (1, 2)]), omega=0.0)
    K = np.arange(9.0).reshape(3, 3)
    w = graph.pack(K=K)
    np.testing.assert_array_equal(w, [1, 3, 5, 7])
    np.testing.assert_array_equal(graph.matrix("K", w), [[0, 1, 0], [3, 0, 5], [0, 7, 0]])
    dense = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    np.testing.assert_array_equal(dense.unpack(dense.pack(k=K))["k"], K * (1 - np.eye(3)))


@pytest.mark.thorough
def test_blow_up_names_step_and_node():
    model = ode.System("explosion", node="x_i**2").on(ode.all_to_all(2))
    task = ode.Task([0.1, 1.0], [0], 5.0, 0.01, target=0.0)
    with pytest.raises(ode.BlowUpError, match="x_1 of example 0 blew up in step") as caught:
        ode.simulate(model, task, np.zeros(0))
    assert caught.value.variable == 1
    assert abs(caught.value.step * 0.01 - 1) < 0.1  # x = 1 / (1 - t)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m, w: m.rhs(w, [0, 0]), ValueError, "x must have shape (3,)"),
        (lambda m, w: m.rhs(w, np.zeros(3), "now"), TypeError, "t must be a finite number"),
        (lambda m, w: m.sensitivity(w, np.zeros(3), "v"), TypeError, "v must be an array"),
        (
            lambda m, w: m.sensitivity_rate(w, np.zeros(3), np.zeros(3), 0.0, [np.nan]),
            ValueError,
            "velocity must be finite",
        ),
        (lambda m, w: m.matrix("q", w), ValueError, "name must be one of k"),
        (
            lambda m, w: ode.flow(3, w, np.zeros(3), 1, 0.1),
            TypeError,
            "model must be of the type Model",
        ),
        (lambda m, w: ode.flow(m, w, np.zeros(3), -1, 0.1), ValueError, "T must be a finite"),
        # in another order than (model, w, x)
        (lambda m, w: ode.flow(m, np.zeros(3), w, 1, 0.1), ValueError, "w must have shape (9,)"),
        (lambda m, w: m.rhs(np.zeros(3), w), ValueError, "w must have shape (9,)"),
        (
            lambda m, w: ode.misalignment(m, np.zeros(3), np.ones(3), w, 0.1, 0.1),
            ValueError,
            "w must have shape (9,)",
        ),
        (lambda m, w: ode.settle(m, w, [0, 0]), ValueError, "start must have shape (3,)"),
        (lambda m, w: ode.settle(m, w, np.zeros(3), T="long"), TypeError, "T must be a finite"),
        (lambda m, w: ode.settle(m, w, np.zeros(3), h=0), ValueError, "h must be a finite"),
        (lambda m, w: ode.settle(m, w, np.zeros(3), first=3), TypeError, "first must be a seq"),
        (lambda m, w: ode.settle(m, w, np.zeros(3), first=[3]), ValueError, "first must be (le"),
        (
            lambda m, w: ode.settle(None, w, np.zeros(3)),
            TypeError,
            "model must be of the type Model",
        ),
        (lambda m, w: ode.catalogue(m, w, np.zeros((2, 2))), ValueError, "starts must have shape"),
        (
            lambda m, w: ode.lyapunov_exponent(m, w, np.zeros(3), T=0.01, h=0.1),
            ValueError,
            "T must be at least one step",
        ),
        (
            lambda m, w: ode.lyapunov_exponent(m, w, np.zeros(2), T=1, h=0.1),
            ValueError,
            "start must have shape (3,)",
        ),
        (
            lambda m, w: ode.misalignment(m, w, np.zeros(3), np.zeros(3), 0.1, 0.1),
            ValueError,
            "error must be felt by some parameter",
        ),
        (
            lambda m, w: ode.misalignment(None, w, np.zeros(3), np.zeros(3), 0.1, 0.1),
            TypeError,
            "model must be of the type Model",
        ),
    ],
)
def test_states_and_trajectories(model, call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call(model, np.zeros(9))


def test_constraints_of_another_network(model):
    task = ode.Task(np.zeros(3), [2], 1.0, 0.1, target=0.5)
    other = ode.Constraints(systems.linear_oscillators.on(ode.all_to_all(4), kappa=1.0))
    with pytest.raises(ValueError, match="constraints must be of this network, with 9 parameters"):
        ode.alignment(model, task, np.zeros(9), constraints=other)
    with pytest.raises(TypeError, match="model must be of the type Model"):
        ode.alignment(None, task, np.zeros(9), constraints=other)
