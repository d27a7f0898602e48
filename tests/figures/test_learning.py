"""What the figures of learning compute beside the learning."""

import numpy as np
import pytest

import learning
from figures.gallery import stored
from figures.steered import (
    benchmarks_learning,
    chains,
    competitors,
    emnist_width,
    encoded,
    entangled,
    equilibration_time,
    learning_transition,
    merging,
    symmetry,
)


def test_area_under_the_curve_is_the_chance_that_a_known_input_flips_less():
    rng = np.random.default_rng(1)
    known, other = rng.integers(0, 6, 300), rng.integers(2, 9, 200)
    detected, area = equilibration_time.roc(known, other)
    less = (known[:, None] < other).mean() + 0.5 * (known[:, None] == other).mean()
    assert area == pytest.approx(less, abs=1e-12)
    assert detected[-1] == 1
    assert (np.diff(detected) >= 0).all()
    exact = np.interp((other <= 3).mean(), equilibration_time.RATES, detected)
    assert exact == pytest.approx((known <= 3).mean(), abs=0.01)


def test_symmetricity_of_independent_couplings():
    found = []
    for seed in range(400):
        J = np.random.default_rng(seed).normal(scale=20**-0.5, size=(20, 20))
        np.fill_diagonal(J, 0.7)
        found.append(float(learning.symmetricity(J)))
    mean, deviation = symmetry.independent(0.7, 20)
    assert abs(np.mean(found) - mean) < 4 * deviation / 20
    assert np.std(found) == pytest.approx(deviation, rel=0.15)


def test_entangled_digits_are_signs_and_the_mean_can_be_left_out():
    kept, less = (
        entangled.entangled(name, np.random.default_rng(1)) for name in ("digits", "centred digits")
    )
    assert kept.X.shape == (1437, entangled.N)
    assert set(np.unique(kept.X)) == {-1.0, 1.0}
    assert np.abs(kept.X.mean(0)).mean() > 2 * np.abs(less.X.mean(0)).mean()


@pytest.mark.parametrize(
    ("name", "learners"),
    [("emnist_width", competitors.COMPETITORS), ("robustness", competitors.ALONE)],
)
def test_the_parameters_in_use_are_those_that_the_search_chose(name, learners):
    data = stored.load(name)
    chosen = dict(zip(data["competitor"].values, data["chosen"].values, strict=True))
    assert data.attrs["images"] == "MNIST"
    assert chosen == {learner: competitors.CHOSEN[learner] for learner in learners}


@pytest.mark.parametrize(
    ("encoding", "N"), [("projections", 100), ("pixels", 64), ("levels", 192), ("patches", 144)]
)
def test_digits_become_signs_in_four_ways(encoding, N):
    data = encoded.encoded("digits", encoding, np.random.default_rng(1), P=300)
    assert data.X.shape == (300, N)
    assert data.X_test.shape == (360, N)
    assert set(np.unique(data.X)) == {-1.0, 1.0}
    common = np.abs(data.X.mean(0)).mean()
    assert (common < 0.3) == (encoding in ("projections", "patches"))


def test_only_data_sets_that_are_present_are_asked_for(monkeypatch):
    asked = []

    def run(function, grid, **options):
        asked.append(grid["dataset"])
        raise InterruptedError

    monkeypatch.setattr(benchmarks_learning, "present", lambda names: [*names][-1:])
    for full in (False, True):
        with pytest.raises(InterruptedError):
            benchmarks_learning.compute(run, full)
    assert asked == [["digits"], ["digits", "animals"]]


def test_what_depth_needs_is_spread_around_where_it_begins():
    found = [chains.configuration(index) for index in range(12)]
    for block in np.arange(12).reshape(3, 4):
        assert sorted(found[index]["lam"] for index in block) == [0, 1, 2, 4]
    assert all((one["lam"] == 0) == (one["lam_fc"] == 1) for one in found)
    for name, most in chains.DRAWN.items():
        factors = [one[name] for one in found]
        assert 1 / most <= min(factors) < 0.6
        assert 1.5 < max(factors) <= most
    first = chains.made("error", 5, 0, order="asynchronous")
    chain = {"lam": 2.0, "sweeps": 9, "order": "asynchronous"}
    begun = {**chains.BEGUN, "lam_b_skip": chains.BEGUN["lam_b"], "cooling": 0.1}
    assert first == learning.recipe("error", **begun, **chain)
    assert chains.made("margin", 1, 0).rule == learning.recipe("G2").rule
    for index in range(12):
        frozen = chains.made("error_frozen", 7, index, epochs=3)
        frozen.check(100, 100, 7)
        assert frozen.rule.lr_b == 0
        assert frozen.strengths.lam_b_skip == frozen.strengths.lam_b
        assert frozen.training.cooling == pytest.approx(0.1**0.5)


def test_the_random_networks_of_the_transition_settle_above_it():
    settled = [
        learning_transition.settles(60, 1, 1.5, 0.0, np.random.default_rng(s)) for s in (1, 2)
    ]
    moving = [
        learning_transition.settles(60, 2, 0.0, 0.0, np.random.default_rng(s)) for s in (1, 2)
    ]
    assert settled == [True, True]
    assert moving == [False, False]


def test_patches_of_photographs_are_pixels():
    patches = equilibration_time.photographs("digits", 20, np.random.default_rng(1))
    assert patches.shape == (20, 64)
    assert 0 <= patches.min() < patches.max() <= 1
    assert len(np.unique(patches, axis=0)) > 15


def test_a_crossing_is_interpolated():
    assert merging.crossing([0, 1, 2], [1.0, 0.95, 0.85]) == pytest.approx(1.5)
    assert np.isnan(merging.crossing([0, 1], [0.8, 0.7]))
    assert np.isnan(merging.crossing([0, 1], [0.99, 0.95]))


def test_overlaps_of_states_are_those_of_pairs():
    s = np.sign(np.random.default_rng(1).standard_normal((30, 50)) + 0.5)
    pairs = (s @ s.T / 50)[~np.eye(30, dtype=bool)]
    assert merging.overlap(s) == pytest.approx(pairs.mean())


def test_the_push_that_is_needed_grows_with_the_margin_and_stays_below_it():
    for k in (0.45, 0.9):
        a, push = merging.withstood(k)
        np.testing.assert_allclose(push, np.log(np.cosh(a * k)) / a)
        assert (np.diff(push) > 0).all()
        assert push[0] == pytest.approx(a[0] * k**2 / 2, rel=1e-3)
        assert push[-1] == pytest.approx(k - np.log(2) / a[-1], rel=1e-3)
        assert push.max() < k
    assert merging.envelope(5.0, 0.9, 0.65) == pytest.approx(0.195, abs=1e-3)


def test_the_law_of_thresholds_has_no_exception():
    assert merging.law_mismatches(0.3, 60, 50, np.random.default_rng(1)) == {"mismatch": 0}


@pytest.mark.parametrize("name", ["error", "margin", "random_features", "mlp"])
def test_a_training_that_is_killed_goes_on(name, tmp_path):
    """What is learned in pieces is what `fit` learns, bit for bit."""
    data = entangled.entangled("digits", np.random.default_rng(1), 200)

    def network(epochs):
        values, rng = competitors.configuration(name), np.random.default_rng(2)
        return competitors.learner(name, values, 30, epochs, rng, "compiled")

    whole = network(3).fit(data.X, data.y)
    file = tmp_path / "network.npz"
    learn = learning.SteeredClassifier.partial_fit

    def killed(self, X, y):
        if len(getattr(self, "history_", [])) == 2:
            raise KeyboardInterrupt
        return learn(self, X, y)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(learning.SteeredClassifier, "partial_fit", killed)
        if name != "mlp":
            with pytest.raises(KeyboardInterrupt):
                emnist_width.trained_on(network(3), data, file)
    again = emnist_width.trained_on(network(3), data, file)
    np.testing.assert_array_equal(
        again.decision_function(data.X_test), whole.decision_function(data.X_test)
    )
