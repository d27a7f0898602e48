"""The demonstrations: quickly that they learn, at length that they meet their criteria."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import simulate, tasks
from contrastive_ode.tasks import speech, utterances
from contrastive_ode.tasks.gates import TABLES, bounds, rows

SEEDS = (0, 1, 2)  # fixed in advance
DATA = os.environ.get("STEERING_DATA", "")
needs_speech = pytest.mark.skipif(
    not (Path(DATA) / utterances.FILE).is_file(), reason=f"STEERING_DATA has no {utterances.FILE}"
)


@pytest.mark.parametrize(
    ("make", "iterations", "factor"),
    [
        (lambda: tasks.amplitude(rng=0), 200, 5),
        (lambda: tasks.lag(rng=0), 100, 10),
        (lambda: tasks.two_lags(rng=0), 200, 3),
        (lambda: tasks.timed_targets(rng=2), 150, 10),
        (lambda: tasks.synchronisation(rng=0, horizons=(2.5, 5.0)), 200, 3),
        pytest.param(lambda: tasks.gate("NOT", rng=0), 600, 1.3, marks=pytest.mark.thorough),
        (lambda: tasks.recognition(tasks.synthetic(rng=7), rng=1).demonstration, 400, 5),
    ],
    ids=["amplitude", "lag", "two lags", "targets", "synchronisation", "gate", "speech"],
)
def test_it_learns(make, iterations, factor):
    demonstration = make()
    training = demonstration.train(rng=0, iterations=iterations)
    task, model = demonstration.task, demonstration.model
    before, after = (simulate(model, task, w).costs.mean() for w in (demonstration.w, training.w))
    assert before / after > factor
    assert training.alignment[0] > 0.3


def test_allostery_starts_aligned():
    demonstration = tasks.allostery(rng=1)
    training = demonstration.train(iterations=ode.Iterations(30, every=10))
    assert training.mean_alignment > 0.9
    assert training.loss[-1] < training.loss[0]
    assert demonstration.assess(training.w)["distance"] == 4


def test_truth_tables():
    logic = {
        "NOT": lambda a: not a,
        "AND": lambda a, b: a and b,
        "OR": lambda a, b: a or b,
        "NAND": lambda a, b: not (a and b),
        "NOR": lambda a, b: not (a or b),
        "XOR": lambda a, b: a != b,
        "XNOR": lambda a, b: a == b,
    }
    assert set(logic) == set(TABLES)
    for name, function in logic.items():
        assert [int(function(*bits)) for bits in rows(name)] == list(TABLES[name])


def test_bands_are_found_where_they_were_put():
    """Envelopes that differ in three bands only; a band that is loud, but the same, is left."""
    rng = np.random.default_rng(1)
    digit = np.array([0, 0, 1, 1])
    spectra = 1 + 0.1 * rng.normal(size=(4, 40, 60))
    for band in (5, 25, 50):
        spectra[digit == 1, :20, band] += 1
    spectra[:, :, 35] *= 10
    assert speech.choose_bands(spectra, digit).tolist() == [5, 25, 50]


def test_spectrogram_of_a_tone():
    t = np.arange(4000) / utterances.RATE
    spectra = utterances.spectrogram(np.sin(2 * np.pi * 1000 * t))
    assert spectra.shape == (40, 129)
    assert (spectra.argmax(axis=1) == 32).all()


@needs_speech
def test_bands_and_scales_come_from_the_training_utterances_alone():
    heard = tasks.recorded("theo")
    first = tasks.recognition(heard, rng=1)
    changed = heard.spectra.copy()
    others = np.setdiff1d(np.arange(len(heard.digit)), first.training)
    changed[others] *= np.random.default_rng(1).uniform(0, 5, (len(others), 40, 129))
    second = tasks.recognition(tasks.Utterances(changed, heard.digit, heard.frequencies), rng=1)
    np.testing.assert_array_equal(first.bands, second.bands)
    np.testing.assert_array_equal(first.inputs[first.training], second.inputs[first.training])
    assert len(others) == 96


@pytest.mark.long
@pytest.mark.parametrize(
    "make",
    [
        tasks.amplitude,
        tasks.lag,
        tasks.two_lags,
        partial(tasks.two_lags, reciprocal=True),
        tasks.timed_targets,
        tasks.allostery,
        tasks.synchronisation,
        partial(tasks.synchronisation, reciprocal=True),
        *(partial(tasks.gate, name) for name in TABLES),
    ],
    ids=[
        *("amplitude", "lag", "lags", "reciprocal lags", "targets", "allostery"),
        *("synchronisation", "reciprocal synchronisation", *TABLES),
    ],
)
@pytest.mark.filterwarnings("ignore::contrastive_ode.StepWarning")
def test_all_three_seeds_pass(make):
    passed = []
    for seed in SEEDS:
        demonstration = make(rng=seed)
        training = demonstration.train(rng=seed, throw=False)
        found = demonstration.assess(training.w)
        passed.append(demonstration.passes(training, found))
        print(demonstration.name, seed, training, found, passed[-1])
    assert all(passed)


@pytest.mark.long
def test_ecology_passes_in_two_of_three_communities():
    passed = []
    for rng, o in ((3, None), (4, 30), (4, 27)):
        demonstration = tasks.revival(rng=rng, o=o)
        training = demonstration.train(throw=False)
        found = demonstration.assess(training.w)
        passed.append(demonstration.passes(training, found))
        print(rng, o, training, found, passed[-1])
    assert sum(passed) >= 2


@pytest.mark.long
@needs_speech
@pytest.mark.parametrize(("speaker", "least"), [("theo", 2), ("jackson", 1), ("nicolas", 2)])
def test_speech_passes_in_some_of_three_seeds(speaker, least):
    passed = []
    for seed in SEEDS:
        demonstration = tasks.recognition(tasks.recorded(speaker), rng=seed).demonstration
        training = demonstration.train(rng=seed, throw=False)
        passed.append(demonstration.passes(training, demonstration.assess(training.w)))
    assert sum(passed) >= least


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::contrastive_ode.StepWarning")
@pytest.mark.parametrize("supervisor", ["forward", "descent"])
def test_xnor_is_not_learned_in_one_stage(supervisor):
    """Nor by the exact gradient: it is the start that is at fault, not the rule."""
    made = tasks.gate("XNOR", rng=0)
    rng = np.random.default_rng(0)
    count = len(made.model.topology.triples)
    w = made.model.pack(
        V=np.maximum(rng.normal(0, 0.02, count), 0),
        K=np.maximum(rng.normal(1, 0.1, count), 0.1),
        C=np.maximum(rng.normal(1, 0.1, count), 0),
    )
    free = ode.Constraints(made.model, bounds=bounds(False), clip=0.1)
    plain = replace(made, before=None, w=w, rate=0.02, constraints=free)
    training = plain.train(rng=0, throw=False, rule=supervisor, iterations=15_000)
    assert not made.passes(training, made.assess(training.w))
