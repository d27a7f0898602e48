"""What `focusing` and `reinforcement` are told about a search, apart from the protocol."""

from dataclasses import dataclass

import numpy as np

from bp import arguments
from foundation import domains


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
    stop: bool = True  # at the first fixed point, or where all runs have lost them

    @classmethod
    def checked(
        cls,
        damping: object,
        iterations: object,
        rng: int | np.random.Generator | None,
        *,
        runs: object = 1,
        restarts: object = 0,
        repair_sweeps: object = 0,
        history: object = False,
        stop: bool = True,
    ) -> "SearchOptions":
        """Return the options, each in its domain."""
        return cls(
            damping=arguments.below_one("damping", damping),
            iterations=domains.integer("iterations", iterations),
            runs=domains.integer("runs", runs),
            restarts=domains.integer("restarts", restarts, low=0),
            repair_sweeps=domains.integer("repair_sweeps", repair_sweeps, low=0),
            rng=domains.generator(rng),
            history=domains.boolean("history", history),
            stop=stop,
        )
