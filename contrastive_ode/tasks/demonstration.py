"""What all demonstrations have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from contrastive_ode.models.model import Model
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from contrastive_ode.training.pace import Pace, Rate
from contrastive_ode.training.result import Training
from contrastive_ode.training.train import train
from foundation import domains
from foundation.domains import Floats


@dataclass(frozen=True, eq=False, repr=False)
class Demonstration:
    """A network, its task, where it starts, and settings under which it learns.

    Attributes
    ----------
    name
        What to call it.
    model, task
        Network and task.
    w
        Parameters to start from.
    assess
        Function of the parameters that returns what counts in the end, by name.
    passes
        Function of training and assessment: whether the demonstration succeeded.
    rate, iterations, rule, constraints
        Settings for `contrastive_ode.train` that work.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.lag(rng=1)
    >>> made
    Demonstration(lag, Model(linear oscillators, N=10, P=90), Task(1 examples, ...))
    >>> training = made.train(iterations=100)
    >>> found = made.assess(training.w)
    >>> sorted(found)[:3], made.passes(training, found)  # 100 iterations are too few
    (['Gaussian', 'chirp', 'phase lag'], False)
    >>> made.rate, made.iterations.number, made.constraints.reciprocal
    (0.02, 6000, False)
    """

    name: str
    model: Model
    task: Task
    w: Floats
    assess: Callable[[Floats], dict[str, float]] = field(repr=False)
    passes: Callable[[Training, Mapping[str, float]], bool] = field(repr=False)
    rate: Rate | Pace
    iterations: Iterations
    rule: Rule
    constraints: Constraints

    def train(
        self,
        *,
        iterations: Iterations | int | None = None,
        rule: Rule | str | None = None,
        rng: int | np.random.Generator | None = None,
        throw: bool = True,
    ) -> Training:
        """Train it, with its own settings unless others are given.

        Parameters
        ----------
        iterations
            A number takes the place of its own number alone, `Iterations` that of all settings.
        rule
            A name takes the place of its supervisor alone, a `Rule` that of the whole rule.
        rng, throw
            As in `contrastive_ode.train`.
        """
        if not isinstance(iterations, Iterations | None):
            number = domains.integer("iterations", iterations, low=0)
            iterations = replace(self.iterations, number=number)
        if isinstance(rule, str):
            rule = replace(self.rule, supervisor=rule)
        return train(
            self.model,
            self.task,
            self.w,
            rate=self.rate,
            iterations=self.iterations if iterations is None else iterations,
            rule=self.rule if rule is None else rule,
            constraints=self.constraints,
            rng=rng,
            throw=throw,
        )

    def __repr__(self) -> str:
        return f"Demonstration({self.name}, {self.model}, {self.task})"


def reduction(training: Training) -> float:
    """Return the factor by which the cost fell."""
    return float(training.loss[0] / training.best_cost)


def relative_error(found: Floats, wanted: Floats) -> float:
    """Return the root mean square of an error, in units of that of the wanted values."""
    return float(np.sqrt(np.mean((found - wanted) ** 2) / np.mean(wanted**2)))
