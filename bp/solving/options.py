"""What `focusing` and `reinforcement` are told about a search, apart from the protocol."""

from dataclasses import dataclass

import numpy as np

from bp import arguments
from foundation import domains


@dataclass(frozen=True)
class Settings:
    """How a protocol is run, unless the caller says otherwise."""

    runs: int = 1
    iterations: int = 10  # in a step
    damping: float = 0.8
    start: float = 0.01  # standard deviation of the first fields


@dataclass(frozen=True)
class SearchOptions:
    """The arguments that `focusing` and `reinforcement` share."""

    damping: float
    iterations: int
    runs: int
    restarts: int
    repair_sweeps: int
    rng: np.random.Generator
    history: bool
    start: float
    stop: bool = True  # at the first fixed point, or where all runs have lost them

    @classmethod
    def checked(
        cls,
        usual: Settings,
        rng: int | np.random.Generator | None,
        *,
        damping: object = None,
        iterations: object = None,
        runs: object = None,
        restarts: object = 0,
        repair_sweeps: object = 0,
        history: object = False,
    ) -> "SearchOptions":
        """Return the options, each in its domain; None for the usual."""
        return cls(
            damping=arguments.below_one("damping", usual.damping if damping is None else damping),
            iterations=domains.integer(
                "iterations", usual.iterations if iterations is None else iterations
            ),
            runs=domains.integer("runs", usual.runs if runs is None else runs),
            restarts=domains.integer("restarts", restarts, low=0),
            repair_sweeps=domains.integer("repair_sweeps", repair_sweeps, low=0),
            rng=domains.generator(rng),
            history=domains.boolean("history", history),
            start=usual.start,
        )
