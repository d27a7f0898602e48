"""Training: what it keeps, how it stops, and how it goes on."""

import warnings
from pathlib import Path

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems, tasks


def neurons(plain):
    return next(case for case in plain.CASES if "neurons" in case.name)


def options(iterations=40, rate=0.05, rule="forward", constraints=None, throw=True, **changes):
    """Return keywords of `train`; those that are not its own are of its iterations."""
    wanted = ode.Iterations(iterations, **{"every": 5} | changes)
    given = {"rate": rate, "rule": rule, "constraints": constraints, "throw": throw}
    return given | {"iterations": wanted, "rng": 3}


def same(a, b):
    for name in ("w", "last", "loss", "measured", "alignment"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert a.best_cost == b.best_cost


def two_examples(case):
    return ode.Task.stack([case.task(), case.task(target=0.2)])


@pytest.mark.parametrize("batch", [None, 1])
def test_resumed_is_the_same_bit_for_bit(plain, tmp_path, batch):
    case = neurons(plain)
    task = two_examples(case)
    whole = ode.train(case.model, task, case.w, **options(batch=batch))
    path = tmp_path / "run.npz"
    for stop in (0, 7, 23, 40):
        part = ode.train(
            case.model, task, case.w, **options(batch=batch, iterations=stop, checkpoint=path)
        )
        assert len(part.loss) == stop
    same(part, whole)
    assert not list(tmp_path.glob(".*")), "no temporary file stays"


def test_resumed_after_a_blow_up(plain, tmp_path):
    """The checkpoint holds all that was done, also when a trajectory blows up."""
    case = neurons(plain)
    path = tmp_path / "run.npz"
    with pytest.raises(ode.BlowUpError, match="blew up in step"):
        ode.train(case.model, case.task(), case.w, **options(rate=1e7, checkpoint=path))
    ended = ode.train(
        case.model, case.task(), case.w, **options(rate=1e7, checkpoint=path, throw=False)
    )
    assert not ended.converged
    assert "blew up" in ended.status
    assert np.isfinite(ended.w).all()
    assert np.isfinite(ended.last).all()
    assert len(ended.loss) >= 1


def test_checkpoint_of_another_training_is_refused(plain, tmp_path):
    case = neurons(plain)
    path = tmp_path / "run.npz"
    ode.train(case.model, case.task(), case.w, **options(checkpoint=path))
    with pytest.raises(ValueError, match="another training"):
        ode.train(case.model, case.task(), case.w, **options(rate=0.06, checkpoint=path))
    with np.load(path) as stored:
        kept = dict(stored)
    np.savez(path, **kept, speed=1.0)
    with pytest.raises(
        ValueError, match="is of another version of contrastive_ode, with alignment,"
    ):
        ode.train(case.model, case.task(), case.w, **options(checkpoint=path))
    path.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="cannot be read"):
        ode.train(case.model, case.task(), case.w, **options(checkpoint=path))


def test_a_checkpoint_of_an_older_version_is_resumed(tmp_path):
    """One of November 2026, after 12 of 30 iterations; the numbers are that version's."""
    old = (Path(__file__).parent / "checkpoint_of_november.npz").read_bytes()
    path = tmp_path / "run.npz"
    path.write_bytes(old)
    with np.load(path) as stored:
        kept = dict(stored)
    kept["alignment"][5] = -2.0  # as that version kept nan
    np.savez(path, **kept)
    model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    first, second = (
        ode.Task([0, 0, 0], outputs=[2], T=2, h=0.1, forces={0: force}, target=target)
        for force, target in ((1.0, 0.1), (0.5, 0.2))
    )
    training = ode.train(
        model,
        ode.Task.stack([first, second]),
        model.pack(k=0.5),
        rate=0.2,
        iterations=ode.Iterations(30, batch=1, every=5, checkpoint=path),
        constraints=ode.Constraints(
            model,
            bounds={"k": (0, None)},
            reciprocal=["k"],
            penalty=ode.Penalty(0.01, 3.0),
            clip=0.5,
        ),
        rng=3,
    )
    expected = [0.03085003, 0.03063247, 0.03061045, 0.03030533]
    np.testing.assert_allclose(training.loss[[0, 11, 12, 29]], expected, rtol=1e-6)
    assert training.best_cost == pytest.approx(0.018904005902509718)
    expected = [0.97283004, np.nan, 0.92994391, 0.92884054, 0.92684892, 0.92585379]
    np.testing.assert_allclose(training.alignment, expected, rtol=1e-6)


def test_best_is_the_lowest(plain):
    case = neurons(plain)
    training = ode.train(case.model, case.task(), case.w, **options(rate=0.03))
    costs = ode.simulate(case.model, case.task(), training.w).costs
    assert training.best_cost == training.loss.min() == costs.mean()
    assert training.loss.min() < 0.5 * training.loss[0]


def test_best_of_batches_is_the_lowest_cost_of_all_examples(plain):
    """An example that is easy has a low loss, whatever the parameters do for the other one."""
    case = neurons(plain)
    task = ode.Task.stack([case.task(target=value, points=None) for value in (0.2, 4.0)])
    training = ode.train(case.model, task, case.w, **options(rate=0.02, batch=1, iterations=20))
    assert training.best_cost == ode.simulate(case.model, task, training.w).costs.mean()
    assert training.best_cost > 3 * training.loss.min()
    start = ode.train(case.model, task, case.w, **options(rate=0.02, batch=1, iterations=1))
    assert (
        training.best_cost < start.best_cost == ode.simulate(case.model, task, case.w).costs.mean()
    )


def test_one_step_by_hand(plain):
    """Rate, clip, penalty, bounds, frozen entries: as the formulas say."""
    case = neurons(plain)
    frozen = np.zeros((5, 5), dtype=bool)
    frozen[1] = True
    constraints = ode.Constraints(
        case.model,
        bounds={"g": (0.5, 0.9)},
        frozen={"W": frozen, "b": True},
        penalty=ode.Penalty(0.1, power=3),
        clip=0.05,
    )
    training = ode.train(
        case.model,
        case.task(),
        case.w,
        **options(iterations=1, constraints=constraints),
    )
    w, g = case.w.copy(), case.model.where("g")
    w[g] = np.clip(w[g], 0.5, 0.9)  # the start too
    change = ode.local_update(case.model, case.task(), w).dw
    change = 0.05 * (change - 3.0 * 0.1 * w**2)
    free = np.ones(case.model.P, dtype=bool)
    free[5:10] = False
    free[case.model.where("b")] = False
    change[~free] = 0
    change *= min(1, 0.05 / np.linalg.norm(change))
    expected = w + change
    expected[g] = np.clip(expected[g], 0.5, 0.9)
    np.testing.assert_allclose(training.last, expected, rtol=1e-14)
    np.testing.assert_allclose(
        training.loss[0],
        ode.simulate(case.model, case.task(), w).costs[0] + 3.0 * 0.1 / 3 * np.sum(w**3),
        rtol=1e-13,
    )


def test_penalty_is_a_cost_whose_gradient_it_descends():
    penalty, w = ode.Penalty(0.3, power=2.5), np.array([0.4, -1.2, 0.7])
    for a, unit in enumerate(np.eye(3)):
        ahead, behind = (penalty.cost(w + s * unit, 2.0) for s in (1e-6, -1e-6))
        assert abs((behind - ahead) / 2e-6 - penalty.downhill(w, 2.0)[a]) < 1e-8


def test_alignment_is_recorded_and_projected(plain):
    case = neurons(plain)
    training = ode.train(case.model, case.task(), case.w, **options())
    np.testing.assert_array_equal(training.measured, np.arange(0, 40, 5))
    assert training.alignment[0] == ode.alignment(case.model, case.task(), case.w)
    assert abs(training.mean_alignment - training.alignment.mean()) < 1e-15
    exact = ode.train(case.model, case.task(), case.w, **options(rule="descent"))
    np.testing.assert_allclose(exact.alignment, 1, rtol=1e-12)
    assert (np.diff(exact.loss) < 0).all()


def test_a_penalty_and_constraints_are_in_the_alignment(plain):
    case = neurons(plain)
    limits = ode.Constraints(case.model, frozen={"b": True}, penalty=ode.Penalty(0.5), clip=0.01)
    training = ode.train(case.model, case.task(), case.w, **options(1, constraints=limits))
    found = ode.alignment(case.model, case.task(), case.w, constraints=limits)
    assert training.alignment[0] == found
    free = np.ones(case.model.P, dtype=bool)
    free[case.model.where("b")] = False
    decay = 3.0 * 0.5 * case.w
    changes = [
        (dw - decay)[free]
        for dw in (
            ode.local_update(case.model, case.task(), case.w).dw,
            -ode.gradient(case.model, case.task(), case.w).dw,
        )
    ]
    assert found == pytest.approx(ode.cosine(*changes), rel=1e-12)


def test_an_angle_between_vectors_of_any_size():
    """What diverges has one, too: its square would overflow."""
    huge, tiny = np.array([1e200, 0.0, 1e200]), np.array([5e-324, 0.0, 0.0])
    assert ode.cosine(huge, tiny) == pytest.approx(np.sqrt(0.5), rel=1e-15)
    assert ode.cosine(huge, -huge) == pytest.approx(-1, rel=1e-15)
    assert np.isnan(ode.cosine(huge, 0 * huge))


def test_an_alignment_that_does_not_exist_is_measured_as_nan(plain):
    case = neurons(plain)
    frozen = ode.Constraints(case.model, frozen=dict.fromkeys("Wbg", True))
    training = ode.train(case.model, case.task(), case.w, **options(12, constraints=frozen))
    np.testing.assert_array_equal(training.measured, [0, 5, 10])
    assert np.isnan(training.alignment).all()
    np.testing.assert_array_equal(training.last, case.w)


def test_nothing_was_measured_in_no_iteration(plain):
    case = neurons(plain)
    training = ode.train(case.model, case.task(), case.w, **options(0))
    assert np.isnan(training.best_cost)
    assert training.loss.size == training.measured.size == 0


def test_every_example_once_in_a_pass(plain):
    case = neurons(plain)
    task = ode.Task.stack([case.task(target=value) for value in (0.0, 2.0, 4.0)])
    training = ode.train(
        case.model, task, case.w, **options(rate=1e-12, iterations=30, batch=1, every=1)
    )
    costs = ode.simulate(case.model, task, case.w).costs
    shown = np.abs(training.loss[:, None] - costs).argmin(axis=1).reshape(10, 3)
    assert (np.sort(shown, axis=1) == [0, 1, 2]).all()
    assert len({tuple(row) for row in shown}) > 1


def test_until_ends_it(plain):
    case = neurons(plain)
    asked = []

    def content(w):
        asked.append(w.copy())
        return len(asked) == 3

    training = ode.train(case.model, case.task(), case.w, **options(until=content))
    assert len(training.loss) == 11
    np.testing.assert_array_equal(training.w, asked[-1])
    assert training.converged
    assert training.status == "`until` was reached in iteration 10."


def test_until_that_is_not_reached_is_a_result(plain):
    case = neurons(plain)
    training = ode.train(case.model, case.task(), case.w, **options(until=lambda w: False))
    assert not training.converged
    assert "All 40 iterations were done before `until` was reached; raise" in training.status
    assert repr(training).endswith(", not converged)")


def test_what_has_reached_its_aim_stays_there_when_it_is_called_again(plain, tmp_path):
    case, path = neurons(plain), tmp_path / "run.npz"
    aim = ode.train(case.model, case.task(), case.w, **options()).loss[20]

    def content(w):
        return ode.simulate(case.model, case.task(), w).costs[0] < aim

    whole = ode.train(case.model, case.task(), case.w, **options(until=content))
    assert "reached" in whole.status
    assert 3 < len(whole.loss) < 40
    for iterations in (3, 40, 40):
        part = ode.train(
            case.model,
            case.task(),
            case.w,
            **options(until=content, checkpoint=path, iterations=iterations),
        )
    same(part, whole)
    assert part.status == whole.status


def test_a_rate_that_changes(plain):
    case = neurons(plain)
    constant = ode.train(case.model, case.task(), case.w, **options(rate=1e-4))
    same(constant, ode.train(case.model, case.task(), case.w, **options(rate=lambda n: 1e-4)))
    falling = ode.train(case.model, case.task(), case.w, **options(rate=lambda n: 1e-4 / (1 + n)))
    assert np.linalg.norm(falling.last - case.w) < np.linalg.norm(constant.last - case.w)


def test_step_that_is_too_long_is_told(plain):
    case = neurons(plain)
    stiff = case.model.pack(W=0.0, b=0.0, g=40.0)
    with pytest.warns(ode.StepWarning, match="h = 0.1 is too long"):
        ode.simulate(case.model, ode.Task(case.x, [4], 1.0, 0.1, target=0.0), stiff)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ode.simulate(case.model, ode.Task(case.x, [4], 1.0, 0.05, target=0.0), stiff)


def test_settings_of_a_demonstration_are_changed_one_by_one():
    """A number, or the name of a supervisor, leaves the other settings as they are."""
    made = tasks.gate("AND", rng=1, N=5)
    assert made.iterations.batch == 1
    training = made.train(iterations=101, rng=2)
    np.testing.assert_array_equal(training.measured, [0, 100])
    whole = made.train(iterations=ode.Iterations(3, every=1), rule="descent", rng=2)
    np.testing.assert_array_equal(whole.measured, [0, 1, 2])
    np.testing.assert_allclose(whole.alignment, 1)
    with pytest.raises(TypeError, match="iterations must be an integer >= 0, got 'few'"):
        made.train(iterations="few")


SPRINGS = ode.System(
    "springs",
    states=["x", "y"],
    node={"x_i": "(y_i - gamma * x_i) / m"},
    pair={"y_i": "k_ij * (x_j - x_i - side_ij * l_ij)"},
    parameters=["k_ij", "l_ij"],
    constants=["m", "gamma", "side_ij"],
)


@pytest.mark.thorough
def test_springs_learn_where_the_last_mass_rests():
    """With inertia, they learn their rest lengths, whose sum is where the masses rest."""
    N, gamma = 5, 0.5
    topology = ode.graph(N, [(i, i + 1) for i in range(N - 1)])
    i, j = topology.edges.T
    model = SPRINGS.on(topology, m=1.0, gamma=gamma, side=np.sign(j - i))
    w, x = model.pack(k=1.0, l=1.0), np.arange(N)
    task = ode.Task(
        np.r_[x, gamma * x],
        outputs=[N + 4],
        T=60,
        h=0.1,
        imposed={0: 0.0, N: 0.0},
        target=gamma * 5.0,
    )
    one = ode.Constraints(model, reciprocal=["k", "l"])
    training = ode.train(model, task, w, rate=0.02, iterations=100, constraints=one)
    path = ode.simulate(model, task, training.w).x[0, :, :N]
    lengths = model.unpack(training.w)["l"][j < i]
    assert np.abs(path[-1] - np.r_[0, np.cumsum(lengths)]).max() < 1e-4
    assert abs(path[-1, 4] - 5) < 0.05
    assert training.alignment[0] > 0.99
    fastest = np.linalg.eigvals(model.jacobian(w, np.r_[x, gamma * x])).imag.max()
    np.testing.assert_allclose(  # ω² = 2 - 2 cos θ of the chain with free ends, damped
        fastest, np.sqrt(2 - 2 * np.cos(np.pi * 4 / 5) - gamma**2 / 4), rtol=1e-12
    )
