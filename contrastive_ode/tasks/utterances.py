"""Spoken digits as spectrograms: recorded ones, and made-up ones."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats

FILE = "spoken_zero_one.npz"
FRAMES, WINDOW, HOP, RATE = 40, 256, 128, 8000
BANDS = 3


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
    *, rng: int | np.random.Generator | None = None, count: int = 50, frequencies: int = 12
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
