"""Training: what it keeps, how it stops, and how it goes on."""

import warnings

import numpy as np
import pytest

import contrastive_ode as ode


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
    path.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="cannot be read"):
        ode.train(case.model, case.task(), case.w, **options(checkpoint=path))


def test_best_is_the_lowest(plain):
    case = neurons(plain)
    training = ode.train(case.model, case.task(), case.w, **options(rate=0.03))
    costs = ode.simulate(case.model, case.task(), training.w).costs
    assert training.best_cost == training.loss.min() == costs.mean()
    assert training.loss.min() < 0.5 * training.loss[0]


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
    change = ode.local_update(case.model, case.task(), case.w).dw
    change = 0.05 * (change - 3.0 * 0.1 * case.w**2)
    free = np.ones(case.model.P, dtype=bool)
    free[5:10] = False
    free[case.model.where("b")] = False
    change[~free] = 0
    change *= min(1, 0.05 / np.linalg.norm(change))
    expected = case.w + change
    expected[case.model.where("g")] = np.clip(expected[case.model.where("g")], 0.5, 0.9)
    np.testing.assert_allclose(training.last, expected, rtol=1e-14)
    np.testing.assert_allclose(
        training.loss[0],
        ode.simulate(case.model, case.task(), case.w).costs[0] + 3.0 * 0.1 / 3 * np.sum(case.w**3),
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
    assert "reached" in training.status


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


def test_a_dead_point(plain):
    """Without couplings, a push at the output changes nothing but the couplings into it."""
    case = next(c for c in plain.CASES if "Kuramoto" in c.name)
    start = np.random.default_rng(1).uniform(-1, 1, 5)
    task = ode.Task(start, [4], 3.0, 0.05, target=lambda t: np.sin(t), imposed={0: np.sin})
    training = ode.train(case.model, task, np.zeros(case.model.P), **options(rate=0.5))
    changed = training.last != 0
    np.testing.assert_array_equal(changed, case.model.topology.edges[:, 0] == 4)


def test_step_that_is_too_long_is_told(plain):
    case = neurons(plain)
    stiff = case.model.pack(W=0.0, b=0.0, g=40.0)
    with pytest.warns(ode.StepWarning, match="h = 0.1 is too long"):
        ode.simulate(case.model, ode.Task(case.x, [4], 1.0, 0.1, target=0.0), stiff)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ode.simulate(case.model, ode.Task(case.x, [4], 1.0, 0.05, target=0.0), stiff)
