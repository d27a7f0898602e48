"""Spoken digits, heard by leaky integrate-and-fire neurons: task C2."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contrastive_ode import systems
from contrastive_ode.models.topology import all_to_all
from contrastive_ode.motion.simulation import simulate
from contrastive_ode.supervision.task import Task
from contrastive_ode.tasks.demonstration import Demonstration
from contrastive_ode.training.constraints import Constraints
from foundation import domains
from foundation.domains import Floats

FILE = "spoken_zero_one.npz"
FRAMES, WINDOW, HOP, RATE = 40, 256, 128, 8000
BANDS = 3
OUTPUTS = (8, 9)  # "Zero" and "One"
TARGETS = {0: (1.0, 0.0), 1: (0.0, 1.0)}


@dataclass(frozen=True, eq=False, repr=False)
class Utterances:
    """Spectrograms of one speaker's digits, all of the same length.

    Attributes
    ----------
    spectra
        Square roots of the magnitudes, of shape (utterances, frames, frequencies).
    digit
        0 or 1, of shape (utterances,).
    frequencies
        In hertz.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> heard = tasks.synthetic(rng=1, count=5)
    >>> heard
    Utterances(10, 12 frequencies)
    >>> heard.spectra.shape, heard.digit.tolist()
    ((10, 40, 12), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    """

    spectra: Floats
    digit: npt.NDArray[np.int64]
    frequencies: Floats

    def __repr__(self) -> str:
        return f"Utterances({len(self.digit)}, {len(self.frequencies)} frequencies)"


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


def recorded(speaker: str = "theo", folder: str | Path | None = None) -> Utterances:
    """Return real utterances, of the Free Spoken Digit Dataset (CC BY-SA 4.0).

    Parameters
    ----------
    speaker
        theo, jackson or nicolas.
    folder
        Folder of the file `spoken_zero_one.npz`; None for the environment variable STEERING_DATA.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If there is no such speaker.

    Examples
    --------
    With the file in the folder STEERING_DATA, `recorded("theo")`; without it:

    >>> from contrastive_ode import tasks
    >>> try:
    ...     tasks.recorded("theo", folder="nowhere")
    ... except FileNotFoundError as error:
    ...     print(error)
    spoken_zero_one.npz is not in '/...nowhere': set STEERING_DATA to its folder, or use synthetic()
    """
    place = folder if folder is not None else os.environ.get("STEERING_DATA") or "."
    path = domains.path("folder", place) / FILE
    if not path.is_file():
        raise FileNotFoundError(
            f"{FILE} is not in {str(path.parent)!r}: set STEERING_DATA to its folder, or use "
            "synthetic()"
        )
    with np.load(path) as stored:
        data = {name: stored[name] for name in stored.files}
    domains.choice("speaker", speaker, sorted({str(name) for name in data["speaker"]}))
    chosen = np.flatnonzero(data["speaker"] == speaker)
    pieces = [data["samples"][data["offsets"][k] : data["offsets"][k + 1]] for k in chosen]
    return Utterances(
        spectra=np.array([spectrogram(piece) for piece in pieces]),
        digit=data["digit"][chosen].astype(np.int64),
        frequencies=domains.finite("frequencies", np.fft.rfftfreq(WINDOW, 1 / RATE)),
    )


def synthetic(
    rng: int | np.random.Generator | None = None, count: int = 50, frequencies: int = 12
) -> Utterances:
    """Return made-up utterances: for each digit smooth random envelopes, with jitter.

    Parameters
    ----------
    rng
        A seed, a generator, or None for a fresh seed.
    count
        Number of utterances of each digit, >= 3.
    frequencies
        Number of bands, >= 3.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> tasks.synthetic(rng=1)
    Utterances(100, 12 frequencies)
    """
    generator = domains.generator(rng)
    count = domains.integer("count", count, 3)
    frequencies = domains.integer("frequencies", frequencies, BANDS)
    t = np.linspace(0, 1, FRAMES)
    modes = np.sin(np.pi * np.outer(np.arange(1, 5), t))
    classes = generator.normal(size=(2, frequencies, 4)) / np.arange(1, 5)
    digit = np.repeat([0, 1], count)
    spectra = []
    for d in digit:
        shape = classes[d] + 0.2 * generator.normal(size=(frequencies, 4)) / np.arange(1, 5)
        loudness = generator.uniform(0.7, 1.3)
        spectra.append(loudness * np.sqrt(np.abs(shape @ modes)).T)
    bands = np.linspace(200.0, 200.0 * frequencies, frequencies)
    return Utterances(np.array(spectra), digit, bands)


def spectrogram(samples: npt.ArrayLike) -> Floats:
    """Return the square root of the magnitudes in 40 frames that span an utterance.

    Parameters
    ----------
    samples
        At 8 kHz, at least 384 of them.

    Raises
    ------
    TypeError, ValueError
        If they are not.
    """
    x = domains.finite("samples", samples)
    if x.ndim != 1 or len(x) < WINDOW + HOP:
        raise ValueError(f"samples must be at least {WINDOW + HOP} in a row, got shape {x.shape}")
    starts = np.arange(0, len(x) - WINDOW + 1, HOP)
    frames = np.hanning(WINDOW) * np.array([x[a : a + WINDOW] for a in starts])
    magnitudes = np.abs(np.fft.rfft(frames, axis=1))
    places = np.linspace(0, len(starts) - 1, FRAMES)
    columns = [np.interp(places, np.arange(len(starts)), band) for band in magnitudes.T]
    return np.sqrt(np.array(columns).T)


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


def recognition(
    utterances: Utterances, rng: int | np.random.Generator | None = None, frame: float = 0.1
) -> Recognition:
    """Return C2: ten neurons that tell "zero" from "one" at the end of the word.

    Two utterances of each digit are for training: the bands are chosen, and the inputs scaled, by
    these alone; all others are for the test. The leaks are slow, so that the network remembers.
    Half of the synapses are there.

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
            options={
                "rate": 0.2,
                "iterations": 20_000,
                "batch": 1,
                "every": 100,
                "clip": 0.2,
                "constraints": Constraints(
                    model, bounds={"g": (0.1, None)}, frozen={"W": ~present}
                ),
            },
            assess=assess,
            passes=passes,
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
