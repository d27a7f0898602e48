"""The compiled step against the dense engine, state by state, and what it refuses."""

import numpy as np
import pytest
from llvmlite import binding

import learning
from learning import ErrorRule, Learner, SteeredClassifier, recipe
from learning.fused import emitter, products
from learning.fused.given import Given
from learning.fused.layout import zeros
from learning.fused.training import Training
from learning.network import fields
from learning.network.schedule import Phase
from learning.relaxation.phases import relax, settle
from learning.steered.averaging import copied
from learning.steered.batches import Batches

DATA = learning.prototypes(N=37, classes=5, per_class=60, flipped=0.25, rng=3)
ROUNDING = 1e-5  # of a field of size 5 in float32, added up in any order
LEARNED = ("J", "W_in", "W_f", "W_b")


def pair(made, H=70, batch=16):
    """Return the same network twice, trained by events: for the dense engine, for the compiled."""
    learner = Learner.draw(37, H, 5, 1, made, rng=2)
    for _ in range(2):
        learner.epoch(DATA.X, DATA.y, batch)
    twin = Learner(
        copied(learner.couplings), made, np.random.default_rng(3), learner.epochs, "compiled"
    )
    twin.averaged = copied(learner.averaged) if learner.averaged else None
    if learner.senders:
        twin.senders.x, twin.senders.s = learner.senders.x.copy(), learner.senders.s.copy()
    learner.engine, learner.rng = "dense", np.random.default_rng(3)
    return learner, twin


def alike(one, other):
    for name in LEARNED:
        expected, found = one.couplings.arrays[name], other.couplings.arrays[name]
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=2e-6, err_msg=name)


RECIPES = {
    "G2": ("G2", {}, 16),
    "error": ("error", {}, 16),
    "error, frozen": ("error", {"lr_b": 0.0, "wd_in": 0.1, "wd_J": 1.0, "bias": 0.5}, 16),
    "error margin": ("error_margin", {"wd_J": 2.0}, 16),
    "margin of error": ("error_margin", {"warm_up": 2, "agreeing": False, "readout": "margin"}, 5),
    "learned": ("G2", {"feedback": "learned", "warm_up": 3, "target_scale": "plain"}, 40),
    "centred": ("G2", {"presynaptic": "centred", "J_D": 0.2, "sweeps": 8}, 16),
    "centred error": ("error", {"presynaptic": "centred"}, 64),
    "G1": ("G1", {}, 16),
    "tied": ("G2", {"feedback": "tied"}, 16),
    "normalised": ("G2", {"feedback": "normalised", "bias": 0.5}, 3),
    "sign": ("G2", {"feedback": "sign", "double": False}, 17),
    "reservoir": ("reservoir", {}, 16),
    "random features": ("random_features", {}, 16),
}


@pytest.mark.parametrize("name", RECIPES)
def test_twenty_steps_are_those_of_the_dense_engine(name):
    """What goes another way has a field that rounding cannot tell from zero, or the margin."""
    which, changes, batch = RECIPES[name]
    made = recipe(which, flipped=0.0, averaged=0.0, **changes)
    dense, compiled = pair(made, batch=batch)
    plain, steps, rng = dense.steps(), compiled.steps(), np.random.default_rng(5)
    for _ in range(20):
        rows = rng.integers(len(DATA.X), size=batch)
        x, truth, weights = DATA.X[rows], DATA.y[rows], rng.random(batch).astype(np.float32)
        y = 2 * np.eye(5, dtype=np.float32)[truth] - 1
        at = settle(dense._batch(x, y, dense.rng, dense.couplings), dense._phases)
        with Training(steps, compiled._phases, batch) as training:
            counts = training.learn(Given(x[None], y[None], truth[None], weights[None]))
            s = training.network.units.s[:70, :batch].T
        parted = s != at.s[0]
        if parted.any():
            assert closest(dense, x, y)[parted.any(axis=1)].max() < ROUNDING
            return
        if tuple(counts) != dense.step(plain, x, y, truth, weights):
            assert undecided(made, at) < ROUNDING
            return
    alike(dense, compiled)


def closest(learner, x, y):
    """Return how close to zero the fields come that decide, for each sample, in any sweep."""
    phases = [Phase(phase.mode, 1) for phase in learner._phases for _ in range(phase.sweeps)]
    least, f = np.full(len(x), np.inf), fields.drive(learner.couplings, x)
    for at in relax(learner._batch(x, y, learner.rng, learner.couplings), phases):
        least = np.minimum(least, np.abs(f + at.g)[0].min(axis=1))
        f = at.f.copy()
    return least


def undecided(made, at):
    """Return how close a unit comes to where it begins to learn."""
    if isinstance(made.rule, ErrorRule):
        return np.abs(np.abs(at.f - made.strengths.J_D * at.s) - made.rule.window).min()
    return np.abs(at.s * at.f - made.kappa).min()


@pytest.mark.parametrize("which", ["G2", "error"])
def test_an_epoch_is_that_of_the_other_engines(which):
    changes = {"flipped": 0.1, "averaged": 0.2, "presynaptic": "centred"}
    events, compiled = pair(recipe(which, **changes))
    events.engine = "events"
    for pace in (1.0, 0.5):
        records = [one.epoch(DATA.X, DATA.y, pace=pace) for one in (events, compiled)]
        expected, found = ((one.unstable, one.missed, one.flips) for one in records)
        assert expected == found
    alike(events, compiled)
    np.testing.assert_allclose(compiled.senders.x, events.senders.x, atol=1e-6)
    np.testing.assert_allclose(compiled.senders.s, events.senders.s, atol=1e-6)
    assert compiled.rng.random() == events.rng.random()
    for name in LEARNED:
        own = compiled.averaged.arrays[name]
        np.testing.assert_allclose(own, events.averaged.arrays[name], rtol=2e-6, atol=2e-6)
    assert not np.array_equal(compiled.averaged.J, compiled.couplings.J)
    np.testing.assert_allclose(compiled.logits(DATA.X), events.logits(DATA.X), atol=1e-5)
    np.testing.assert_array_equal(compiled.states(DATA.X), events.states(DATA.X))


def test_one_step_of_a_learner_leaves_its_couplings_learned():
    dense, compiled = pair(recipe("G2", wd_J=1.0))
    y = 2 * np.eye(5, dtype=np.float32)[DATA.y] - 1
    given = DATA.X[:12], y[:12], DATA.y[:12], None
    steps = [one.steps() for one in (dense, compiled)]
    for _ in range(3):
        assert dense.step(steps[0], *given) == compiled.step(steps[1], *given)
    assert steps[0].undecayed == steps[1].undecayed
    alike(dense, compiled)
    np.testing.assert_array_equal(np.diagonal(compiled.couplings.J[0]), np.float32(0.5))


def test_what_was_learned_stays_when_an_epoch_is_interrupted(monkeypatch):
    _, compiled = pair(recipe("G2"))
    before, part = compiled.couplings.J.copy(), Batches.part

    def interrupted(self, begin, end):
        if begin:
            raise KeyboardInterrupt
        return part(self, begin, end)

    monkeypatch.setattr(Batches, "part", interrupted)
    with pytest.raises(KeyboardInterrupt):
        compiled.epoch(DATA.X, DATA.y)
    assert np.abs(compiled.couplings.J - before).max() > 1e-4


def test_the_classifier_with_this_engine(tmp_path):
    arguments = {"H": 70, "epochs": 2, "random_state": 1}
    events, compiled = (
        SteeredClassifier(engine=engine, **arguments).fit(DATA.X, DATA.y)
        for engine in ("events", "compiled")
    )
    assert compiled.score(DATA.X_test, DATA.y_test) == events.score(DATA.X_test, DATA.y_test)
    alike(events.learner_, compiled.learner_)
    compiled.save(tmp_path / "network.npz")
    loaded = SteeredClassifier.load(tmp_path / "network.npz")
    assert loaded.engine == loaded.learner_.engine == "compiled"
    one, other = (own.partial_fit(DATA.X, DATA.y).learner_.couplings for own in (compiled, loaded))
    np.testing.assert_array_equal(one.J, other.J)
    again = compiled.set_params(warm_start=True, engine="events", epochs=1).fit(DATA.X, DATA.y)
    assert again.learner_.engine == "events"


REFUSED = {
    "L = 2 layers": ({"L": 2}, {"lam": 1.0}),
    "batch > 64, got 65,": ({"batch": 65}, {}),
    "order='asynchronous'": ({}, {"order": "asynchronous"}),
    "p_update < 1": ({}, {"p_update": 0.5}),
    "noise > 0": ({}, {"noise": 0.1}),
    "start='input'": ({}, {"start": "input"}),
    "lam_io > 0": ({}, {"lam_io": 1.0}),
    "hidden_at='first'": ({}, {"hidden_at": "first"}),
    "beta=2.0": ({}, {"beta": 2.0}),
    "symmetry='update'": ({}, {"symmetry": "update"}),
}


@pytest.mark.parametrize("word", REFUSED)
def test_it_says_what_it_cannot_do_before_any_work(word):
    own, changes = REFUSED[word]
    made = recipe("G2", **changes)
    classifier = SteeredClassifier(H=70, engine="compiled", recipe=made, **own)
    expected = f"engine='compiled' cannot train with {word}: use engine='events'"
    with pytest.raises(ValueError, match=f"^{expected.replace('=', '.')}"):
        classifier.fit(DATA.X, DATA.y)
    assert not hasattr(classifier, "learner_")
    if "batch" not in own:
        with pytest.raises(ValueError, match="engine='compiled'"):
            Learner.draw(37, 70, 5, own.get("L", 1), made, rng=1, engine="compiled")


def test_without_vectors_the_products_are_those_of_blas(monkeypatch):
    rng = np.random.default_rng(1)
    A, V, F = zeros(64, 96), zeros(96, 32), zeros(64, 32)
    for array in (A, V, F):
        array[:] = rng.normal(size=array.shape)
    unit = rng.permutation(90)[:13]
    found, expected = F.copy(), F.copy()
    products.add_columns(A, V, found, unit, 13, 61)
    products._columns_of_blas(A, V, expected, unit, 13, 61)
    np.testing.assert_allclose(found[:61], expected[:61], atol=1e-5)
    np.testing.assert_allclose(expected[:61], (F + A[:, unit] @ V[:13])[:61], atol=1e-5)
    wanted = np.where(rng.random((64, 32)) < 0.1, F, 0).astype(np.float32)
    moves = products.Moves(
        np.zeros(16, dtype=np.int64),
        np.zeros((16, 32), dtype=np.int64),
        np.zeros((16, 4, 32), "f4"),
    )
    products.wanted_by(wanted, np.float32(0.5), 61, moves)
    P = zeros(32, 96)
    P[:, :90] = rng.normal(size=(32, 90))
    found, expected = A.copy(), A.copy()
    products.add_rows(found, P, moves, 61, 90)
    products._rows_of_blas(expected, P, moves, 61, 90)
    np.testing.assert_allclose(found[:61, :90], expected[:61, :90], atol=1e-5)
    np.testing.assert_allclose(expected[:61], (A + 0.5 * wanted @ P)[:61], atol=1e-5)
    assert emitter.work()
    monkeypatch.delattr(emitter.Emitter, "spread")
    assert not emitter.work()


MACHINES = {
    "x86_64": ("+avx2,+fma", "vfmadd", "ymm"),
    "x86_64 ": ("+avx512f", "vfmadd", "zmm"),
    "aarch64": ("+neon", "fmla", ".4s"),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_vectors_are_those_of_each_machine(machine):
    """Code is made for processors that are not here; it is not run."""
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    triple = f"{machine.strip()}-unknown-linux-gnu"
    try:
        target = binding.Target.from_triple(triple)
    except RuntimeError:
        pytest.skip("this LLVM makes no code for it")
    features, *words = MACHINES[machine]
    text = target.create_target_machine(features=features).emit_assembly(
        binding.parse_assembly(emitter.probe())
    )
    assert all(word in text for word in words)
    assert "call" not in text
    assert "fmaf" not in text
