"""Spoken digits, heard by leaky integrate-and-fire neurons: task C2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contrastive_ode import systems
from contrastive_ode.models.topology import all_to_all
from contrastive_ode.motion.simulation import simulate
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.tasks.demonstration import Demonstration
from contrastive_ode.tasks.utterances import BANDS, FRAMES, Utterances
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from foundation import domains
from foundation.domains import Floats

OUTPUTS = (8, 9)  # "Zero" and "One"
TARGETS = {0: (1.0, 0.0), 1: (0.0, 1.0)}


@dataclass(frozen=True, eq=False)
class Recognition:
    """A demonstration with what it hears.

    Attributes
    ----------
    demonstration
        The network and its task, of four utterances.
    inputs
        Envelopes of the bands of all utterances, of shape (utterances, frames, bands).
    digit
        What they say.
    bands
        Frequencies that were chosen, in hertz.
    training
        Which utterances it learns from; all other ones are for the test.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.recognition(tasks.synthetic(rng=1, count=5), rng=1)
    >>> made.inputs.shape, made.training.shape
    ((10, 40, 3), (4,))
    >>> made.outputs(made.demonstration.w).shape
    (10, 61, 2)
    >>> isinstance(made, tasks.Recognition)
    True
    """

    demonstration: Demonstration
    inputs: Floats
    digit: npt.NDArray[np.int64]
    bands: Floats
    training: npt.NDArray[np.int64]

    def outputs(self, w: Floats, frame: float = 0.1) -> Floats:
        """Return the course of both outputs for every utterance, (utterances, steps + 1, 2)."""
        task = hear(self.inputs, self.digit, frame)
        return simulate(self.demonstration.model, task, w).x[:, :, list(OUTPUTS)]


def recognition(
    utterances: Utterances, *, rng: int | np.random.Generator | None = None, frame: float = 0.1
) -> Recognition:
    """Return C2: ten neurons that tell "zero" from "one" at the end of the word.

    Two utterances of each digit are for training: the bands are chosen, and the inputs scaled, by
    these alone; all others are for the test. The leaks are slow, so that the network remembers.
    Half of the synapses exist.

    Parameters
    ----------
    utterances
        Of one speaker, `recorded` or `synthetic`.
    rng
        A seed, a generator, or None for a fresh seed.
    frame
        Time of a frame, a multiple of the step 0.1.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.recognition(tasks.synthetic(rng=1, count=5), rng=1)
    >>> made.demonstration
    Demonstration(speech, Model(leaky integrate-and-fire neurons, N=10, P=120), ...)
    >>> sorted(made.demonstration.assess(made.demonstration.w))
    ['test', 'training']
    """
    domains.instance("utterances", utterances, Utterances)
    generator = domains.generator(rng)
    frame = domains.real("frame", frame, low=0, exclusive=True)
    N, digit = 10, utterances.digit
    training = np.concatenate(
        [generator.choice(np.flatnonzero(digit == d), 2, replace=False) for d in (0, 1)]
    )
    apart = 10 if len(utterances.frequencies) > 40 else 1
    bands = choose_bands(utterances.spectra[training], digit[training], apart=apart)
    inputs = utterances.spectra[:, :, bands]
    inputs = 2 * inputs / inputs[training].max(axis=(0, 1))
    model = systems.leaky_integrate_and_fire.on(all_to_all(N, self_coupling=True))
    present = generator.random((N, N)) < 0.5
    w = model.pack(
        W=np.where(present, generator.normal(0, 1 / np.sqrt(N / 2), (N, N)), 0),
        b=generator.normal(0, 0.3, N),
        g=generator.uniform(0.2, 0.6, N),
    )
    everything = hear(inputs, digit, frame)
    heard = np.setdiff1d(np.arange(len(digit)), training)

    def assess(w: Floats) -> dict[str, float]:
        end = round(FRAMES * frame / everything.h)
        x = simulate(model, everything, w).x[:, end][:, list(OUTPUTS)]
        right = x.argmax(axis=1) == digit
        return {"test": float(right[heard].mean()), "training": float(right[training].mean())}

    def passes(training: object, found: Mapping[str, float]) -> bool:
        return found["training"] == 1 and found["test"] >= 0.8

    return Recognition(
        demonstration=Demonstration(
            name="speech",
            model=model,
            task=hear(inputs[training], digit[training], frame),
            w=w,
            assess=assess,
            passes=passes,
            rate=0.2,
            iterations=Iterations(20_000, batch=1, every=100),
            rule=Rule(),
            constraints=Constraints(
                model, bounds={"g": (0.1, None)}, frozen={"W": ~present}, clip=0.2
            ),
        ),
        inputs=inputs,
        digit=digit,
        bands=utterances.frequencies[bands],
        training=training,
    )


def hear(inputs: Floats, digit: npt.NDArray[np.int64], frame: float) -> Task:
    """Return the task whose examples are utterances: forces on the first neurons, and one target.

    The target counts at the end of the word; a tail of 2 follows, in which the update forms.
    """
    end, h = FRAMES * frame, 0.1
    times = np.arange(2 * round((end + 2) / h) + 1) * h / 2
    frames = np.arange(inputs.shape[1]) * frame

    def task(envelopes: Floats, d: int) -> Task:
        courses = {
            m: np.interp(times, frames, band, right=0.0) for m, band in enumerate(envelopes.T)
        }
        return Task(np.zeros(10), OUTPUTS, end + 2, h, points={end: TARGETS[d]}, forces=courses)

    return Task.stack([task(x, int(d)) for x, d in zip(inputs, digit, strict=True)])


def choose_bands(
    spectra: Floats, digit: npt.NDArray[np.int64], count: int = BANDS, apart: int = 10
) -> npt.NDArray[np.int64]:
    """Return the bands that separate the two digits best, judged by these utterances alone.

    Every band is scaled to a maximum of 1, as the network hears it. Its score is the summed square
    of the difference of the two mean envelopes, over that within the digits, the mean of which over
    all bands is added: few utterances may agree by chance.

    Parameters
    ----------
    spectra
        Of shape (utterances, frames, frequencies).
    digit
        Of shape (utterances,), at least two of each.
    count
        How many, >= 1.
    apart
        Least distance between two, >= 1: ten bins of 31 Hz are about the width of a formant.

    Raises
    ------
    ValueError
        If there are not so many.
    """
    loudest = spectra.max(axis=(0, 1))
    heard = loudest > 0.05 * loudest.max()
    scaled = spectra / np.where(heard, loudest, 1.0)
    zero, one = scaled[digit == 0], scaled[digit == 1]
    between = ((zero.mean(axis=0) - one.mean(axis=0)) ** 2).sum(axis=0)
    within = (zero.var(axis=0) + one.var(axis=0)).sum(axis=0)
    score = np.where(heard, between / (within + within[heard].mean()), 0.0)
    chosen: list[int] = []
    for band in np.argsort(-score):
        if all(abs(int(band) - other) >= apart for other in chosen):
            chosen.append(int(band))
        if len(chosen) == count:
            return np.sort(np.array(chosen))
    raise ValueError(f"count must be at most {len(chosen)} for bands that are {apart} apart")
