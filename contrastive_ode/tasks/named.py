"""The demonstrations by name."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from contrastive_ode.tasks.demonstration import Demonstration
from contrastive_ode.tasks.ecology import revival
from contrastive_ode.tasks.frequency import amplitude, lag, two_lags
from contrastive_ode.tasks.gates import TABLES, gate
from contrastive_ode.tasks.neurons import timed_targets
from contrastive_ode.tasks.phases import allostery, synchronisation
from contrastive_ode.tasks.speech import Recognition, recognition, recorded, synthetic
from foundation import domains

SPEAKER = "theo"
COMMUNITIES = ((3, None), (4, 30), (4, 27))  # seeds of the draw, and species to bring back


def listener(seed: int) -> Recognition:
    """Return the recognition of real speech, or of made-up utterances where there is none."""
    try:
        return recognition(recorded(SPEAKER), seed)
    except FileNotFoundError:
        return recognition(synthetic(7), seed)


def slow_synchronisation(seed: int) -> Demonstration:
    """Return an easier synchronisation, at a lower frequency."""
    made = synchronisation(seed, frequency=0.5, spread=0.2)
    return replace(made, options={**made.options, "rate": 0.001, "iterations": 10_000})


MAKERS: Mapping[str, Callable[[int], Demonstration]] = {
    "amplitude": amplitude,
    "lag": lag,
    "reciprocal lag": lambda seed: two_lags(seed, lags=(0.5, 0.5), reciprocal=True),
    "two lags": two_lags,
    "reciprocal lags": lambda seed: two_lags(seed, reciprocal=True),
    "allostery": allostery,
    "synchronisation": synchronisation,
    "slow synchronisation": slow_synchronisation,
    "reciprocal synchronisation": lambda seed: synchronisation(seed, reciprocal=True),
    "targets": timed_targets,
    "speech": lambda seed: listener(seed).demonstration,
    **{name: lambda seed, name=name: gate(name, seed) for name in TABLES},  # type: ignore[misc]
    "ecology": lambda seed: revival(*COMMUNITIES[seed]),
}


def demonstration(name: str, seed: int = 0) -> Demonstration:
    """Return a demonstration by name.

    Parameters
    ----------
    name
        One of `MAKERS`. `speech` is made up where there are no recordings.
    seed
        Of its random draws; 0, 1 or 2 for `ecology`, where it says which of three communities.

    Raises
    ------
    TypeError, ValueError
        If there is none.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> tasks.demonstration("XOR", seed=1)
    Demonstration(XOR, Model(Michaelis-Menten reactions, N=8, P=1008), Task(4 examples, ...))
    """
    maker = MAKERS[domains.choice("name", name, MAKERS)]
    return maker(
        domains.integer("seed", seed, 0, len(COMMUNITIES) - 1 if name == "ecology" else None)
    )
