"""The demonstrations by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from contrastive_ode.tasks.demonstration import Demonstration
from contrastive_ode.tasks.ecology import revival
from contrastive_ode.tasks.frequency import amplitude, lag, two_lags
from contrastive_ode.tasks.gates import TABLES, gate
from contrastive_ode.tasks.neurons import timed_targets
from contrastive_ode.tasks.phases import allostery, synchronisation
from contrastive_ode.tasks.speech import Recognition, recognition
from contrastive_ode.tasks.utterances import recorded, synthetic
from contrastive_ode.training.iterations import Iterations
from foundation import domains

Seed = int | np.random.Generator | None
SPEAKERS = ("theo", "jackson", "nicolas")
COMMUNITIES = ((3, None), (4, 30), (4, 27))  # seeds of the draw, and species to bring back


def listener(*, rng: Seed, speaker: str = SPEAKERS[0]) -> Recognition:
    """Return the recognition of real speech, or of made-up utterances where there is none."""
    try:
        return recognition(recorded(speaker), rng=rng)
    except FileNotFoundError:
        return recognition(synthetic(rng=7), rng=rng)


def slow_synchronisation(*, rng: Seed) -> Demonstration:
    """Return an easier synchronisation, at a lower frequency, and in one stage."""
    made = synchronisation(rng=rng, frequency=0.5, spread=0.2, horizons=(10.0,))
    return replace(made, rate=0.001, iterations=Iterations(10_000))


def one_of_three(*, rng: Seed) -> Demonstration:
    """Return the revival in one of three communities."""
    which = domains.integer("rng", rng, 0, len(COMMUNITIES) - 1)
    draw, species = COMMUNITIES[which]
    return revival(rng=draw, o=species)


MAKERS: Mapping[str, Callable[..., Demonstration]] = {
    "amplitude": amplitude,
    "lag": lag,
    "reciprocal lag": partial(two_lags, lags=(0.5, 0.5), reciprocal=True),
    "two lags": two_lags,
    "reciprocal lags": partial(two_lags, reciprocal=True),
    "allostery": allostery,
    "synchronisation": synchronisation,
    "slow synchronisation": slow_synchronisation,
    "reciprocal synchronisation": partial(synchronisation, reciprocal=True),
    "targets": timed_targets,
    "speech": lambda rng: listener(rng=rng).demonstration,
    "speech of jackson": lambda rng: listener(rng=rng, speaker="jackson").demonstration,
    "speech of nicolas": lambda rng: listener(rng=rng, speaker="nicolas").demonstration,
    **{name: partial(gate, name) for name in TABLES},
    "ecology": one_of_three,
}


def demonstration(name: str, *, rng: int | np.random.Generator | None = 0) -> Demonstration:
    """Return a demonstration by name.

    Parameters
    ----------
    name
        One of `MAKERS`. `speech` is made up where there are no recordings.
    rng
        A seed, a generator, or None for a fresh seed; for `ecology` 0, 1 or 2, which says which of
        three communities.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> tasks.demonstration("XOR", rng=1)
    Demonstration(XOR, Model(Michaelis-Menten reactions, N=8, P=1008), Task(4 examples, ...))
    """
    return MAKERS[domains.choice("name", name, MAKERS)](rng=rng)
