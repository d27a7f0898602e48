"""The analyses against loops over samples and units, on small networks of all kinds."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

import learning

_spec = importlib.util.spec_from_file_location("plain", Path(__file__).with_name("plain.py"))
plain = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plain)

N, H, C = 20, 24, 3
NETWORKS = {
    "default": (1, {}),
    "no self-coupling": (1, {"J_D": 0.0, "lam_in": 2.0}),
    "label kept": (1, {"double": False, "lam_b": 2.0}),
    "label kept, two sweeps of it": (1, {"double": False, "lam_b": 2.0, "warm_up": 3}),
    "label just given": (1, {"double": False, "lam_b": 2.0, "warm_up": 4}),
    "bias": (1, {"bias": 1.0, "lam_io": 0.5}),
    "chain": (3, {"lam": 0.8, "sweeps": 6}),
    "chain, both ways": (2, {"lam": 0.8, "inference": "no_supervision", "lam_b_skip": 1.0}),
    "chain, dense": (2, {"lam_fc": 0.5, "double": False, "lam_b": 2.0}),
    "from the input": (1, {"start": "input"}),
}


def network(name, seed=1, epochs=1):
    L, changes = NETWORKS[name]
    learner = learning.Learner.draw(N, H, C, L, learning.recipe("G2", **changes), rng=seed)
    rng = np.random.default_rng(seed)
    X, labels = rng.choice([-1.0, 1.0], size=(48, N)), rng.integers(0, C, 48)
    for _ in range(epochs):
        learner.epoch(X, labels)
    return learner, plain.Plain(learner.couplings, learner.recipe), X, labels


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_fixed_points(name, labelled):
    """One more sweep of the last mode, with the readout at the label, changes nothing."""
    learner, literal, X, labels = network(name)
    free = ["LEFT_ONLY", "NO_SUPERVISION"][learner.recipe.schedule.inference != "left_only"]
    modes = literal.training_modes() if labelled else [free] * learner.recipe.schedule.sweeps
    held = []
    for x, label in zip(X, labels, strict=True):
        y = np.where(np.arange(C) == label, 1.0, -1.0)
        s = literal.settle(x, y if labelled else None, modes)[-1]
        after, _ = literal.sweep(s, y, x, y, modes[-1])
        held.append((after == s).all())
    found = learning.fixed_point_fraction(learner, X, labels if labelled else None)
    assert found == pytest.approx(np.mean(held), abs=1e-12)


@pytest.mark.parametrize("name", ["default", "no self-coupling", "label kept", "bias"])
@pytest.mark.parametrize("longest", [1, pytest.param(3, marks=pytest.mark.thorough), 40])
def test_equilibration(name, longest):
    learner, literal, X, labels = network(name)
    for given in (None, labels):
        found = learning.equilibration(learner, X, given, max_sweeps=longest)
        for p, x in enumerate(X):
            z = np.zeros(C) if given is None else np.where(np.arange(C) == given[p], 1.0, -1.0)

            def field(s, i, x=x, z=z):
                return literal.inference_field(0, s, x)[i] + literal.feedback_field(0, z)[i]

            driven = literal.W_in[0] @ x + literal.bias[0]
            s = np.array([[plain.sign(driven[i]) for i in range(H)]])
            first, sweeps, flips = s.copy(), 0, 0
            for _ in range(longest):
                new = np.array([[plain.sign(field(s, i)) for i in range(H)]])
                if (new == s).all():
                    break
                sweeps, flips = sweeps + 1, flips + (new != s).sum()
                s = new
            settled = all(plain.sign(field(s, i)) == s[0, i] for i in range(H))
            assert (found.sweeps[p], found.converged[p]) == (sweeps, settled)
            assert found.flips[p] == pytest.approx(flips / H)
            assert found.overlap[p] == pytest.approx((first * s).sum() / H, abs=1e-6)
    if name == "no self-coupling" and longest == 40:
        assert not found.converged.all(), "some go round for ever"
        assert (found.sweeps[~found.converged] == longest).all()


def test_flips_of_a_trajectory():
    learner, literal, X, labels = network("no self-coupling")
    found = learning.trajectory(learner, X, labels)
    states = [
        literal.settle(x, np.where(np.arange(C) == label, 1.0, -1.0), literal.training_modes())
        for x, label in zip(X, labels, strict=True)
    ]
    for t in range(1, 10):
        flips = sum(
            states[p][t][0, i] != states[p][t - 1][0, i] for p in range(len(X)) for i in range(H)
        )
        assert found.flips[t - 1] == pytest.approx(flips / len(X) / H)
    assert found.flips.shape == (9,)


def test_overlaps_and_similarities():
    states = np.random.default_rng(1).choice([-1, 1], size=(4, 2, 5, 7)).astype(np.int8)
    times = learning.overlaps(states[0], states[-1])  # of two times
    layers = learning.overlaps(states[:, 0], states[:, 1])  # of two layers
    alike = learning.similarity(states)
    assert (times.shape, layers.shape, alike.shape) == ((2, 5), (4, 5), (4, 2, 5, 5))
    for t, l, p in np.ndindex(4, 2, 5):
        assert times[l, p] == pytest.approx(sum(states[0, l, p] * states[3, l, p]) / 7)
        assert layers[t, p] == pytest.approx(sum(states[t, 0, p] * states[t, 1, p]) / 7)
        for r in range(5):
            agree = sum(states[t, l, p, i] == states[t, l, r, i] for i in range(7))
            assert alike[t, l, p, r] == pytest.approx(agree / 7)


@pytest.mark.parametrize("size", [1.0, 1e200, 1e-200])
def test_symmetricity_of_any_matrix(size):
    J = np.random.default_rng(1).normal(size=(3, 6, 6))
    for found, matrix in zip(learning.symmetricity(size * J), J, strict=True):
        norms = [
            math.sqrt(
                sum(((matrix[i, j] + c * matrix[j, i]) / 2) ** 2 for i, j in np.ndindex(6, 6))
            )
            for c in (1, -1)
        ]
        assert found == pytest.approx((norms[0] - norms[1]) / (norms[0] + norms[1]), rel=1e-12)
