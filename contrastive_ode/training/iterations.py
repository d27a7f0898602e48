"""How many updates a training makes, of which examples, and what happens between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass

from contrastive_ode.training.checkpoint import Checkpoint
from foundation import domains
from foundation.domains import Floats

Until = Callable[[Floats], bool]


@dataclass(frozen=True)
class Iterations:
    """The iterations of a training. A number stands for that many with the defaults.

    Parameters
    ----------
    number
        Number of iterations, >= 0.
    batch
        Examples of an iteration; None for all. Otherwise each pass over the examples is in a new
        random order.
    every
        Number of iterations from one measurement of the alignment to the next, >= 1.
    until
        Function of the parameters that is asked at these; True ends the training.
    noise
        Amplitudes of white noise on variables, `{index: amplitude}`, as `Task.with_noise` takes
        them: drawn anew in each iteration, a function of the seed and its number. The cost of the
        parameters that are kept is that without noise, measured when the alignment is.
    checkpoint
        Where to keep the state of the training: a `Checkpoint`, or the path of one.
    progress
        Whether to show a progress bar.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    Two examples in turn, until the output is near its target in both:

    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task.stack(
    ...     [
    ...         ode.Task([0, 0, 0], outputs=[2], T=9, h=0.1, forces={0: force}, target=force / 10)
    ...         for force in (1.0, 2.0)
    ...     ]
    ... )
    >>> def near(w):
    ...     outputs = ode.simulate(model, task, w).x[:, -1, 2]
    ...     return bool(np.abs(outputs - [0.1, 0.2]).max() < 0.05)
    >>> wanted = ode.Iterations(1000, batch=1, every=10, until=near)
    >>> training = ode.train(model, task, model.pack(k=0.5), rate=0.1, iterations=wanted, rng=1)
    >>> training.converged, near(training.w)
    (True, True)
    """

    number: int
    _: KW_ONLY
    batch: int | None = None
    every: int = 50
    until: Until | None = None
    noise: Mapping[int, float] | None = None
    checkpoint: Checkpoint | str | os.PathLike[str] | None = None
    progress: bool = False

    def __post_init__(self) -> None:
        kept = self.checkpoint
        if not isinstance(kept, Checkpoint | None):
            kept = Checkpoint(kept)
        for name, value in {
            "number": domains.integer("number", self.number, 0),
            "batch": None if self.batch is None else domains.integer("batch", self.batch, 1),
            "every": domains.integer("every", self.every, 1),
            "noise": None if self.noise is None else domains.mapping("noise", self.noise),
            "checkpoint": kept,
            "progress": domains.boolean("progress", self.progress),
        }.items():
            object.__setattr__(self, name, value)
        if not (self.until is None or callable(self.until)):
            raise TypeError(
                f"until must be a function of the parameters or None, got {self.until!r}"
            )

    @classmethod
    def of(cls, given: Iterations | int) -> Iterations:
        """Return the iterations that are given, or a number of them."""
        return given if isinstance(given, cls) else cls(domains.integer("iterations", given, 0))
