"""Many examples at once, and checkpoints of the way back, change the time and no result."""

import numpy as np
import pytest

import contrastive_ode as ode
import foundation.compiled
from contrastive_ode import systems
from contrastive_ode.engine import arguments
from contrastive_ode.kernels import load
from contrastive_ode.supervision import batches

SUPERVISORS = ("forward", "tangent", "clamp", "gradient", "descent")
MIXED = ode.System(
    "of all kinds",
    node="-x_i + q * sin(t)",
    pair={
        "x_i": "W_ij * tanh(x_j) + B_ij * x_i * x_j + q * x_j",
        "x_j": "0.05 * W_ji * x_i * x_j - 0.1 * W_ij * x_i",
    },
    parameters=["W_ij", "q"],
    constants=["B_ij"],
)


@pytest.fixture
def together(monkeypatch):
    """Return a switch: from then on examples are computed together, by kernels not compiled."""
    found = {}

    def kernels(model, loss="(x - y)**2 / 2"):
        key = (model.system, model._layout, loss)
        if key not in found:
            with monkeypatch.context() as patched:
                patched.setattr(foundation.compiled, "compiled", plain)
                found[key] = load._batch.__wrapped__(*key)
        return found[key]

    def plain(function=None, /, **_):
        return plain if function is None else function

    def switch():
        monkeypatch.setattr(ode.Model, "batch_kernels", kernels)
        monkeypatch.setattr(batches, "LARGE", 0)
        monkeypatch.setattr(batches, "ROWS", 2)

    return switch


def results(model, task, w):
    """Return everything that can be computed together, by what it is."""
    path = ode.simulate(model, task, w)
    updates = {name: ode.local_update(model, task, w, name) for name in SUPERVISORS}
    open_loop = ode.local_update(model, task, w, ode.Rule("forward", nudge=0.1, error_on="free"))
    found = {name: [update.dw, update.costs] for name, update in updates.items()}
    return found | {"free": [path.x, path.costs], "open loop": [open_loop.dw]}


@pytest.fixture
def dense(case):
    if not case.model.topology.dense:
        pytest.skip("sums over lists of edges are computed one by one")
    return case


def of_several(case):
    """Return three examples, of half a time each, with all kinds of inputs and costs."""
    short = {"points": {0.2: [0.2, 0.4], 0.3: [0.1, 0.0]}}
    tasks = []
    for shift in (0.0, 0.4, 1.0):
        tasks.append(
            ode.Task(
                case.x + 0.1 * shift,
                [4, 2],
                0.5,
                0.1,
                target=lambda t, a=shift: [np.cos(t + a), 0.3],
                forces={1: lambda t, a=shift: 0.3 * np.sin(2 * t + a)},
                imposed={0: lambda t, a=shift: 0.5 + 0.3 * np.sin(t + a)},
                **short,
            )
        )
    return ode.Task.stack(tasks)


def assert_same(ours, theirs):
    for name in theirs:
        for a, b in zip(ours[name], theirs[name], strict=True):
            # what a nudge of 1e-3 makes of rounding
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12 * np.abs(b).max(), err_msg=name)


def test_examples_together_are_as_one_by_one(dense, together):
    model, task = dense.model, of_several(dense)
    w = np.where(model.tunable, dense.w, 0.3)  # what no edge has is not looked at
    theirs = results(model, task, w)
    together()
    assert model.batch_kernels().SEPARABLE
    ours = results(model, task, w)
    assert_same(ours, theirs)
    assert (ours["forward"][0][~model.tunable] == 0).all()


@pytest.mark.long
def test_examples_together_compiled():
    """By numba and BLAS, and with terms that change both ends of an edge."""
    rng = np.random.default_rng(0)
    model = MIXED.on(ode.all_to_all(24), B=rng.normal(size=(24, 24)) / 24)
    few = [ode.Task(rng.uniform(0, 1, 24), [4], 1.0, 0.1, target=0.3) for _ in range(150)]
    task, w = ode.Task.stack(few), rng.normal(size=model.P) / 24
    ours = results(model, task, w)
    parts = [results(model, one, w) for one in few]
    for name, found in ours.items():
        each = [part[name][0] for part in parts]
        theirs = np.concatenate(each) if name == "free" else np.mean(each, axis=0)
        np.testing.assert_allclose(found[0], theirs, rtol=1e-10, atol=1e-11 * np.abs(theirs).max())


def test_what_is_no_sum_of_products_is_computed_one_by_one(together):
    apart = ode.System("apart", node="-x_i", pair="tanh(K_ij * x_j)", parameters=["K_ij"])
    model = apart.on(ode.all_to_all(3))
    together()
    assert not model.batch_kernels().SEPARABLE
    task = ode.Task(np.ones(3), [2], 0.2, 0.1, target=0.0)
    assert np.isfinite(ode.simulate(model, task, model.pack(K=1.0)).x).all()


def test_one_of_many_that_blows_up_is_named(together):
    model = systems.linear_network.on(ode.all_to_all(3), kappa=-60.0)
    starts = np.eye(3)[[0, 0, 0]] * np.array([[0.0], [0.0], [1.0]])
    task = ode.Task.stack([ode.Task(x, [2], 1.0, 0.1, target=0.0) for x in starts])
    w = model.pack(A=0.0)
    alone = ode.simulate(model, task, w, throw=False)
    together()
    found = ode.simulate(model, task, w, throw=False)
    assert alone.status.tolist() == found.status.tolist()
    assert found.converged.tolist() == [True, True, False]
    assert not found.costs[:2].any()
    with pytest.raises(ode.BlowUpError, match="example 2"):
        ode.local_update(model, task, w)


@pytest.mark.parametrize("steps", [1, 7, 36])
def test_checkpoints_change_no_bit(case, monkeypatch, steps):
    task = ode.Task(case.x, [4, 2], 0.05 * steps, 0.05, target=0.1, points={0.05: 0.2})
    whole = [ode.local_update(case.model, task, case.w, s) for s in ("gradient", "descent")]
    monkeypatch.setattr(arguments, "TAPE", 0)
    kept = arguments.tape(steps, case.x.size)
    assert max(map(len, kept)) <= 2 * np.sqrt(steps) + 1
    parts = [ode.local_update(case.model, task, case.w, s) for s in ("gradient", "descent")]
    for a, b in zip(whole, parts, strict=True):
        assert np.array_equal(a.dw, b.dw)
        assert np.array_equal(a.costs, b.costs)


def test_checkpoints_of_many_examples(dense, together, monkeypatch):
    task = of_several(dense)
    together()
    whole = ode.gradient(dense.model, task, dense.w)
    monkeypatch.setattr(arguments, "TAPE", 0)
    parts = ode.gradient(dense.model, task, dense.w)
    assert np.array_equal(whole.dw, parts.dw)
    assert np.array_equal(whole.costs, parts.costs)
