"""Momentum and Adam against their textbooks, in a training that may stop and go on."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems

RULES = [ode.Momentum(0.1, beta=0.8), ode.Adam(0.03, beta1=0.8, beta2=0.95, eta=1e-3)]


@pytest.fixture(scope="module")
def model():
    return systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)


@pytest.fixture(scope="module")
def task():
    return ode.Task([0, 0, 0], outputs=[2], T=2, h=0.1, forces={0: 1.0}, target=0.1)


def start(model):
    return model.pack(k=np.random.default_rng(1).uniform(0.3, 0.6, (3, 3)))


def trained(model, task, rule, number=12, constraints=None, checkpoint=None):
    wanted = ode.Iterations(number, checkpoint=checkpoint)
    # exact updates: a nudge multiplies the last digit of w by its inverse
    given = {"iterations": wanted, "constraints": constraints, "rng": 1, "rule": "descent"}
    return ode.train(model, task, start(model), rate=rule, **given)


def test_momentum_sums_what_was(model, task):
    """In closed form: every earlier update counts, by a power of its age."""
    w, updates = start(model), []
    for n in range(12):
        updates.append(ode.local_update(model, task, w, "descent").dw)
        w = w + 0.1 * sum(0.8 ** (n - m) * update for m, update in enumerate(updates))
    np.testing.assert_allclose(trained(model, task, RULES[0]).last, w, rtol=1e-13)


def test_adam_is_that_of_the_textbook(model, task):
    """In the order of operations that PyTorch has, entry by entry."""
    w = start(model)
    mean, square = [0.0] * model.P, [0.0] * model.P
    for n in range(1, 13):
        for a, downhill in enumerate(ode.local_update(model, task, w, "descent").dw.tolist()):
            gradient = -downhill
            mean[a] += (gradient - mean[a]) * (1 - 0.8)
            square[a] = square[a] * 0.95 + gradient * gradient * (1 - 0.95)
            denominator = square[a] ** 0.5 / (1 - 0.95**n) ** 0.5 + 1e-3
            w[a] -= 0.03 / (1 - 0.8**n) * mean[a] / denominator
    np.testing.assert_allclose(trained(model, task, RULES[1]).last, w, rtol=1e-12)


@pytest.mark.parametrize("rule", RULES, ids=["momentum", "Adam"])
def test_resumed_is_the_same_bit_for_bit(model, task, tmp_path, rule):
    whole, path = trained(model, task, rule), tmp_path / "run.npz"
    for number in (0, 5, 12):
        part = trained(model, task, rule, number, checkpoint=path)
    np.testing.assert_array_equal(part.last, whole.last)
    np.testing.assert_array_equal(part.loss, whole.loss)
    with pytest.raises(ValueError, match="of another training"):
        trained(model, task, 0.1, checkpoint=path)


def test_the_plain_rule_keeps_what_it_always_kept(model, task, tmp_path):
    trained(model, task, 0.1, checkpoint=tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as stored:
        assert set(stored) == {"w", "best", "best_cost", "iteration", "loss", "alignment", "run"}


@pytest.mark.parametrize("rule", RULES, ids=["momentum", "Adam"])
def test_constraints_hold_under_every_rule(model, task, rule):
    frozen = np.zeros((3, 3), dtype=bool)
    frozen[0, 1] = True
    allowed = ode.Constraints(
        model, bounds={"k": (0.35, None)}, reciprocal=["k"], frozen={"k": frozen}, clip=0.02
    )
    found = trained(model, task, rule, 30, allowed)
    k, before = model.matrix("k", found.last), model.matrix("k", start(model))
    assert (k[0, 1], k[1, 0]) == (before[0, 1], before[1, 0])
    assert k[0, 2] == k[2, 0] != (before[0, 2] + before[2, 0]) / 2
    assert found.last[model.tunable].min() >= 0.3
    assert k[1, 2] == k[2, 1] >= 0.35
    one = trained(model, task, rule, 1, allowed)
    assert np.linalg.norm(one.last - allowed.start(start(model))) <= 0.02 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ode.Adam(0.0), ValueError, "rate must be a finite number > 0"),
        (lambda: ode.Adam(0.1, beta1=1.0), ValueError, r"beta1 must be in \[0, 1\), got 1"),
        (lambda: ode.Adam(0.1, beta2=-0.1), ValueError, "beta2 must be a finite number >= 0"),
        (lambda: ode.Adam(0.1, eta=0.0), ValueError, "eta must be a finite number > 0"),
        (lambda: ode.Momentum("fast"), TypeError, "rate must be a finite number > 0"),
        (lambda: ode.Momentum(0.1, beta=1.5), ValueError, r"beta must be in \[0, 1\), got 1.5"),
    ],
)
def test_rules_that_cannot_be(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_rate_may_change_under_every_rule(model, task):
    falling = trained(model, task, ode.Adam(lambda n: 0.1 / (1 + n)), 5).last - start(model)
    constant = trained(model, task, ode.Adam(0.1), 5).last - start(model)
    assert 0 < np.linalg.norm(falling) < np.linalg.norm(constant)
