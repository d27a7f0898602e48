"""The theory of the margin rule, against relaxations, samples of inputs, and learners."""

import functools

import numpy as np
import pytest

import learning
from learning.relaxation.phases import Batch, settle
from learning.theory import closures, motion
from learning.theory.population import labelled_sweeps
from learning.theory.units import Units, drawn, fields, first_states, held

FAST = {"lr_in": 0.12, "lr_J": 0.02}
INPUTS = learning.InputOverlaps.isotropic(N=40, C=4, m0=0.3, m1=0.05)


def a_mixture(spread=3.0):
    """Six clusters of four classes, of different sizes, apart along the last inputs."""
    means = INPUTS.means[[0, 1, 2, 3, 0, 1]].copy()
    means[[0, 1, 4, 5], [-1, -2, -1, -2]] = spread * np.array([1, 1, -1, -1])
    shares = [0.1, 0.2, 0.15, 0.25, 0.2, 0.1]
    return learning.InputOverlaps(means, np.linspace(0.1, 1.2, 40), [0, 1, 2, 3, 0, 1], shares)


class Quiet:
    """A generator that draws only zeros."""

    def standard_normal(self, shape):
        return np.zeros(shape)


def one_vs_all(y, C):
    return (2 * np.eye(C, dtype=np.float32)[y] - 1).astype(np.float32)


@pytest.mark.parametrize("double", [True, False])
def test_a_relaxation_moves_the_thresholds(double):
    """Exact without couplings J: not a single state differs."""
    recipe = learning.recipe("G2", J_D=0.3, double=double)
    learner = learning.Learner.draw(40, 60, 4, 1, recipe, rng=1)
    learner.couplings.J[:] = 0
    learner.couplings.reset_diagonals()
    data = INPUTS.sample(300, rng=2)
    y = one_vs_all(data.y, 4)
    batch = Batch(learner.couplings, recipe, data.X, y, learner.rng)
    s = settle(batch, recipe.phases(1)).s[0]
    W, W_b = learner.couplings.W_in[0].astype(float), learner.couplings.W_b[0].astype(float)
    h = data.X @ W
    b = recipe.strengths.feedback(y) @ W_b
    theta = np.zeros_like(b)
    for label in labelled_sweeps(recipe):
        theta = held(theta, b if label else 0.0 * b, 0.3)
    np.testing.assert_array_equal(s, np.sign(h + theta))
    assert (np.sign(h) != s).mean() > 0.01
    if double:
        size = np.minimum(0.3, np.maximum(np.abs(b) - 0.3, 0))
        np.testing.assert_allclose(theta, np.sign(b) * size, atol=1e-12)


def a_population(J_D=0.3, M=12, uneven=True, lam_in=2.0):
    inputs = INPUTS
    if uneven:
        inputs = a_mixture()
    recipe = learning.recipe("G2", J_D=J_D, lam_in=lam_in)
    units = drawn(inputs, recipe, M, np.random.default_rng(3))
    return inputs, recipe, units


@functools.cache
def sampled(size=20_000):
    """Sample inputs and the noise of the recurrent field, and relax state by state."""
    inputs, recipe, units = a_population()
    rng = np.random.default_rng(4)
    states = first_states(units, inputs)
    at = fields(units, states, inputs)
    y = rng.choice(inputs.K, size=size, p=inputs.shares)
    nu = np.sqrt(inputs.variances) * rng.standard_normal((size, inputs.N))
    z = nu @ units.W.T
    linear = nu @ at.rest.T
    left = at.rest_variance.T[y] - at.rest**2 @ inputs.variances
    zeta = linear + np.sqrt(left) * rng.standard_normal(z.shape)
    h = at.mean.T[y] + z
    xi = (units.J @ states.S).T[y] + at.follow * z + zeta
    s = np.sign(h)
    for label in labelled_sweeps(recipe):
        on = units.back.T[y] if label else 0
        s = np.sign(h + xi + on + recipe.strengths.J_D * s)
    es = s * (s * (h + xi) <= recipe.rule.k)
    return states, at, y, nu, z, zeta, s, es


def test_averages_are_those_of_samples():
    _, recipe, units = a_population()
    states, at, y, _, z, zeta, s, es = sampled()
    static = closures.Static(labelled_sweeps(recipe))
    found = static.average(units, at, states, 0.3, 0.9)
    by_cluster = [y == k for k in range(6)]

    def check(theory, samples):
        mean, error = samples.mean(0), samples.std(0) / np.sqrt(len(samples))
        assert np.abs((theory - mean) / error).max() < 4.5

    for k, mine in enumerate(by_cluster):
        check(found.drift[:, k], es[mine])
        check(found.below[:, k], np.abs(es[mine]))
        check(found.states.S[:, k], s[mine])
    check(found.states.slope, s * z / at.variance)
    check(found.along_z, es * z / at.variance)
    check(found.along_rest, es * zeta / at.rest_variance.T[y])


def test_couplings_move_by_the_mean_steps():
    inputs, recipe, units = a_population()
    states, at, y, nu, z, _, _, es = sampled()
    found = closures.Static(labelled_sweeps(recipe)).average(units, at, states, 0.3, 0.9)
    rate, dt = motion.rates(recipe, 40, 10**9, 16)._replace(decay_J=0.0), 1e-6
    after = motion.moved(units, at, found, inputs, rate, dt, Quiet())
    x = inputs.means[y] + nu
    told = found.states.S.T[y] + found.states.slope * z
    off_diagonal = ~np.eye(12, dtype=bool)
    for new, old, pre, size in (
        (after.W, units.W, x, rate.W),
        (after.J, units.J, told, rate.J / 12),
    ):
        step = (new - old) / (dt * size)
        mean = es.T @ pre / len(es)
        square = (es**2).T @ pre**2 / len(es)
        z_score = (step - mean) / np.sqrt((square - mean**2) / len(es))
        if new is after.J:
            z_score = z_score[off_diagonal]
        assert np.abs(z_score).max() < 5


def test_the_noise_of_counting():
    """Many steps from the same place scatter as sums of single events do."""
    inputs, recipe, units = a_population(M=6)
    states = first_states(units, inputs)
    at = fields(units, states, inputs)
    found = closures.Static(labelled_sweeps(recipe)).average(units, at, states, 0.3, 0.9)
    rate, rng = motion.rates(recipe, 40, 400, 16), np.random.default_rng(1)
    steps = np.array(
        [motion.moved(units, at, found, inputs, rate, 1.0, rng).W - units.W for _ in range(600)]
    )
    below = found.below * inputs.shares
    expected = rate.W**2 * (below @ inputs.means**2 + below.sum(1)[:, None] * inputs.variances)
    np.testing.assert_allclose(steps.var(0).sum(1), expected.sum(1), rtol=0.1)


def test_without_couplings_both_closures_are_the_same():
    inputs, recipe, units = a_population()
    units = units._replace(J=np.zeros_like(units.J))
    states = first_states(units, inputs)
    at = fields(units, states, inputs)
    labels = labelled_sweeps(recipe)
    a = closures.Static(labels).average(units, at, states, 0.3, 0.9)
    moving = closures.BySweeps(labels, inputs.K, np.random.default_rng(1))
    b = moving.average(units, at, states, 0.3, 0.9)
    assert len(moving.weights) == 16
    assert len(closures.BySweeps(labels, 500, np.random.default_rng(1)).weights) == 2
    np.testing.assert_allclose(a.drift, b.drift, atol=1e-12)
    np.testing.assert_allclose(a.states.S, b.states.S, atol=1e-12)


def learned(J_D, seen, seed, rule="raw", inputs=INPUTS):
    recipe = learning.recipe("G2", J_D=J_D, presynaptic=rule, **FAST)
    learner = learning.Learner.draw(40, 100, 4, 1, recipe, rng=seed)
    data = inputs.sample(seen, rng=100 + seed)
    learner.epoch(data.X, data.y)
    X = inputs.sample(400, rng=7).X
    s = np.sign(X @ learner.couplings.W_in[0])
    size = len(X)
    return ((s.mean(0) ** 2).mean() * size - 1) / (size - 1)


@pytest.mark.parametrize(
    ("J_D", "rule", "inputs"),
    [
        pytest.param(0.0, "raw", INPUTS, marks=pytest.mark.thorough),
        (0.4, "raw", INPUTS),
        (0.4, "raw", a_mixture(spread=6.0)),
        (0.0, "centred", INPUTS),
    ],
)
def test_the_course_is_that_of_learners(J_D, rule, inputs):
    recipe = learning.recipe("G2", presynaptic=rule, **FAST)
    options = {"H": 100, "seen": 800, "units": 100, "throw": False}
    theory = learning.population(J_D, inputs, recipe, **options, rng=1)
    simulated = [learned(J_D, 800, seed, rule, inputs) for seed in range(6)]
    scatter = np.std(simulated, ddof=1)
    error = scatter * np.sqrt(1 / 6 + 1 / 2)  # two populations scatter as networks do
    assert abs(theory.first[-1] - np.mean(simulated)) < 4 * error
    assert abs(theory.first[-1] - theory.first[0]) > 4 * error or rule == "centred"


def test_overlaps_are_those_of_pairs():
    data = INPUTS.sample(1500, rng=1)
    found = learning.input_overlaps(data.X, data.y)
    pairs = data.X @ data.X.T / 40
    same = data.y[:, None] == data.y
    other = ~np.eye(1500, dtype=bool)
    assert found.m0 == pytest.approx(pairs[~same].mean(), abs=1e-3)
    assert found.m0 + found.m1 == pytest.approx(pairs[same & other].mean(), abs=5e-3)
    assert INPUTS.m0 == pytest.approx(0.3)
    assert INPUTS.m1 == pytest.approx(0.05)
    assert INPUTS.v_eff == pytest.approx(1)
    assert found.v_eff > 1


def test_overlaps_are_those_of_pairs_of_classes_of_different_sizes():
    data = a_mixture().sample(1500, rng=1)
    pairs = data.X @ data.X.T / 40
    same, other = data.y[:, None] == data.y, ~np.eye(1500, dtype=bool)
    for inputs in (a_mixture(), learning.input_overlaps(data.X, data.y)):
        assert inputs.m0 == pytest.approx(pairs[~same].mean(), abs=0.02)
        assert inputs.m0 + inputs.m1 == pytest.approx(pairs[same & other].mean(), abs=0.02)


def test_clusters_are_found():
    mixture = a_mixture(spread=6.0)
    data = mixture.sample(4000, rng=2)
    plain = learning.input_overlaps(data.X, data.y)
    found = learning.input_overlaps(data.X, data.y, clusters=2, rng=1)
    assert (found.K, found.C, plain.K) == (8, 4, 4)
    np.testing.assert_array_equal(found.labels, np.repeat(range(4), 2))
    for name in ("m0", "m1", "v_eff"):  # what they say of classes does not depend on clusters
        assert getattr(found, name) == pytest.approx(getattr(plain, name), abs=1e-12)
    shares = np.sort(found.shares[found.labels < 2])
    np.testing.assert_allclose(shares, [0.1, 0.1, 0.2, 0.2], atol=0.03)
    halves = [found.means[found.labels == c] for c in range(2)]
    distances = [np.linalg.norm(one - other) for one, other in halves]
    np.testing.assert_allclose(distances, 12, rtol=0.02)
    assert found.variances.sum() < plain.variances.sum() - 10
    again = learning.input_overlaps(data.X, data.y, clusters=2, rng=1)
    np.testing.assert_array_equal(found.means, again.means)


def test_units_of_a_cluster_feel_the_label_of_its_class():
    _, _, units = a_population()
    np.testing.assert_array_equal(units.back[:, 4:], units.back[:, :2])
    assert (units.back[:, 0] != units.back[:, 1]).all()


def test_the_threshold_is_where_the_curve_crosses():
    options = {"H": 100, "seen": 1000, "units": 40, "closure": "static"}
    fast = learning.recipe("G2", lr_in=0.3, lr_J=0.05)
    found = learning.collapse_threshold(INPUTS, fast, **options, overlap=0.75, rng=1)
    assert found.converged
    assert (np.diff(found.tried) > 0).all()
    near = found.tried[np.searchsorted(found.tried, found.J_D) + np.array([-1, 0])]
    q = [found.first[found.tried == J_D][0] for J_D in near]
    assert q[0] > 0.75 > q[1]
    assert found.error > 0


@pytest.mark.parametrize(
    ("name", "changes", "word"),
    [
        ("error", {}, "ErrorRule"),
        ("G1", {}, "input_to"),
        ("error_margin", {}, "sent"),
        ("G2", {"p_update": 0.8}, "p_update"),
        ("G2", {"cooling": 0.8}, "cooling"),
        ("G2", {"lam_in": 0.0}, "lam_in"),
    ],
)
def test_other_recipes_are_refused(name, changes, word):
    with pytest.raises(ValueError, match=word):
        learning.population(0.2, INPUTS, learning.recipe(name, **changes), seen=10)


def test_bad_arguments_are_named():
    with pytest.raises(TypeError, match="inputs"):
        learning.population(0.2, 3)
    with pytest.raises(ValueError, match="closure"):
        learning.population(0.2, INPUTS, closure="none")
    with pytest.raises(ValueError, match="m0"):
        learning.InputOverlaps.isotropic(10, 3, 0.9, 0.2)
    with pytest.raises(ValueError, match="variances"):
        learning.InputOverlaps(INPUTS.means, [1.0])
    with pytest.raises(ValueError, match="labels"):
        learning.InputOverlaps(INPUTS.means, np.ones(40), [0, 1, 1, 3])
    with pytest.raises(ValueError, match="labels"):
        learning.InputOverlaps(INPUTS.means, np.ones(40), [0, 0, 0, 0])
    with pytest.raises(ValueError, match="shares"):
        learning.InputOverlaps(INPUTS.means, np.ones(40), shares=[0.5, 0.5, 0, 0])
    with pytest.raises(ValueError, match="clusters must be at most"):
        learning.input_overlaps(np.eye(4), [0, 0, 0, 1], clusters=2)
    with pytest.raises(ValueError, match="each class"):
        learning.input_overlaps(np.ones((3, 2)), [0, 2, 2])


def test_no_threshold_raises_unless_asked_not_to():
    apart = learning.InputOverlaps.isotropic(40, 4, 0.0, 0.05)
    options = {"H": 100, "seen": 50, "units": 20, "closure": "static", "rng": 1}
    with pytest.raises(learning.ConvergenceError, match="do not merge"):
        learning.collapse_threshold(apart, **options)


def test_populations_that_differ_say_so():
    options = {"H": 100, "seen": 1000, "units": 2, "closure": "static", "rng": 1}
    found = learning.population(0.3, INPUTS, **options, throw=False)
    assert not found.converged
    assert "raise units" in found.status
    with pytest.raises(learning.ConvergenceError, match="raise units"):
        learning.population(0.3, INPUTS, **options)


def test_units_are_those_of_a_network():
    """Couplings have the variances with which `Learner.draw` draws."""
    inputs, recipe, _ = a_population()
    units = drawn(inputs, recipe, 300, np.random.default_rng(1))
    assert isinstance(units, Units)
    assert units.W.std() == pytest.approx(2 / np.sqrt(40), rel=0.05)
    assert units.J.std() * np.sqrt(300) == pytest.approx(1, rel=0.02)
    couplings = learning.Learner.draw(40, 2000, 4, 1, recipe, rng=1).couplings
    y = one_vs_all(np.arange(4), 4)
    back = recipe.strengths.feedback(y) @ couplings.W_b[0]
    assert units.back.std() == pytest.approx(back.std(), rel=0.1)
