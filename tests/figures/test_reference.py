"""What the verdicts are held against: they see it where a network does something else."""

import numpy as np
import pytest

import learning
from figures.relaxation import relaxation_layered
from figures.steered import equilibration_time, reference_learner
from figures.steered.learning_transition import excitatory
from figures.steered.reference_chain import learned
from figures.steered.reference_learner import ReferenceLearner
from figures.steered.untrained import overlap


@pytest.fixture(scope="module")
def data():
    return learning.prototypes(N=40, classes=4, per_class=40, flipped=0.3, rng=1)


@pytest.mark.parametrize(
    ("recipe", "L", "change"),
    [
        ("G2", 1, {"k": 0.8}),
        (learning.recipe("G2", feedback="tied"), 1, {"k": 0.8}),
        (excitatory(2, 2), 2, {"k": 0.8}),
        (learning.recipe("G2", presynaptic="centred", lam=2.0), 2, {"k": 0.8}),
        (learning.recipe("error", presynaptic="centred"), 1, {"window": 2.9}),
        ("error", 1, {"window": 2.9}),
        (learning.recipe("error", lam=2.0), 2, {"gate": 0.1}),
        (learning.recipe("error", lam_fc=1.0, sweeps=8), 7, {"lr_J": 0.03}),
        (learning.recipe("error", lr_b=0.0), 1, {"temperature": 1.8}),
        ("error_margin", 1, {"agreeing": False}),
        ("error_margin", 1, {"readout": "margin"}),
        (learning.recipe("error_margin", lam=1.0, lam_b=9.0, lam_b_skip=9.0), 3, {"k": 0.8}),
    ],
)
def test_a_network_agrees_and_a_changed_one_does_not(data, recipe, L, change, monkeypatch):
    rng = np.random.default_rng(1)
    found = reference_learner.recomputed(data, 60, L, recipe, rng)
    assert found["inference_mismatch"] == 0
    assert found["step_deviation"] < 0.5

    honest = ReferenceLearner.infer
    monkeypatch.setattr(
        ReferenceLearner, "infer", lambda self, X: honest(self, np.roll(X, 1, axis=1))
    )
    draw = ReferenceLearner.__init__

    def init(self, learner):
        draw(self, learner)
        self.recipe = self.recipe.replace(**change)

    monkeypatch.setattr(ReferenceLearner, "__init__", init)
    wrong = reference_learner.recomputed(data, 60, L, recipe, np.random.default_rng(1))
    assert wrong["inference_mismatch"] > 10
    assert wrong["step_deviation"] > 10


def test_a_chain_is_learned_again_and_a_pair_less_is_seen():
    rng = np.random.default_rng(1)
    X, Y = rng.choice([-1.0, 1.0], size=(2, 6, 24))
    chain = learning.HeteroAssociator(3, epochs=5, random_state=2).fit(X, Y)
    plain = learned(3, "natural", X, Y, 5, np.random.default_rng(2))
    np.testing.assert_allclose(chain.J_, plain.J, atol=1e-5)
    less = learned(3, "natural", X[:5], Y[:5], 5, np.random.default_rng(2))
    assert np.abs(chain.J_ - less.J).max() > 1e-3


def test_the_first_flips_of_an_untrained_network():
    rng = np.random.default_rng(1)
    g, h = rng.normal(size=(2, 10**6))
    flips = np.mean(np.sqrt(0.9) * h > 2 * np.abs(g) + 0.3)
    assert equilibration_time.first_flips(10, 0.3, 2.0) == pytest.approx(flips, rel=0.02)


def test_untrained_networks_take_opposite_inputs_to_opposite_states():
    assert overlap(0.0, 200, 2, 1000, np.random.default_rng(1)) == 0
    assert 0.3 < overlap(0.5, 200, 2, 1000, np.random.default_rng(1)) < 1 / 3 + 0.02


def test_a_chain_as_one_network():
    from networks import Layered

    chain = Layered(6, 3, 0.4, 0.7).sample(1)
    s = np.random.default_rng(2).choice([-1, 1], size=(3, 6))
    one = relaxation_layered.as_one(chain)
    np.testing.assert_allclose(one.fields(s.ravel()), chain.fields(s).ravel(), rtol=1e-5)
