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
        Parameters to start from; where something is trained before, that starts from them.
    assess
        Function of the parameters that returns what counts in the end, by name.
    passes
        Function of training and assessment: whether the demonstration succeeded.
    rate, iterations, rule, constraints
        Settings for `contrastive_ode.train` that work.
    before
        What is trained first, on the same network: this one starts from what that has learned.

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
    >>> staged = tasks.synchronisation(rng=1)
    >>> [stage.task.T for stage in staged.stages]
    [2.5, 5.0, 10.0, 20.0, 40.0]
    >>> staged.before.task.T, staged.lasting(100).iterations.number
    (20.0, 20)
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
    before: Demonstration | None = None

    @property
    def stages(self) -> list[Demonstration]:
        """All that is trained, one behind the other; the last is this one."""
        return [*(self.before.stages if self.before else []), self]

    def lasting(self, number: int, every: int | None = None) -> Demonstration:
        """Return it with another number of iterations in all, which its stages share as before.

        Parameters
        ----------
        number
            Of iterations, >= 0.
        every
            Number of iterations from one measurement to the next; None for that of each stage.
        """
        number = domains.integer("number", number, 0)
        mine, *others = (stage.iterations.number for stage in reversed(self.stages))
        last = round(number * mine / (mine + sum(others))) if others else number
        wanted = replace(self.iterations, number=last, every=every or self.iterations.every)
        before = self.before and self.before.lasting(number - last, every)
        return replace(self, iterations=wanted, before=before)

    def train(
        self,
        *,
        iterations: Iterations | int | None = None,
        rule: Rule | str | None = None,
        rng: int | np.random.Generator | None = None,
        throw: bool = True,
    ) -> Training:
        """Train it, with its own settings unless others are given.

        What stands `before` is trained first. The history is that of all stages, one behind the
        other, all else that of the last one.

        Parameters
        ----------
        iterations
            A number takes the place of its own number alone, see `lasting`; `Iterations` that of
            all settings of the last stage.
        rule
            A name takes the place of its supervisor alone, a `Rule` that of the whole rule.
        rng, throw
            As in `contrastive_ode.train`.
        """
        if not isinstance(iterations, Iterations | None):
            number = domains.integer("iterations", iterations, 0)
            return self.lasting(number).train(rule=rule, rng=rng, throw=throw)
        first = self.before and self.before.train(rule=rule, rng=rng, throw=throw)
        if isinstance(rule, str):
            rule = replace(self.rule, supervisor=rule)
        last = train(
            self.model,
            self.task,
            first.w if first else self.w,
            rate=self.rate,
            iterations=self.iterations if iterations is None else iterations,
            rule=self.rule if rule is None else rule,
            constraints=self.constraints,
            rng=rng,
            throw=throw,
        )
        return joined(first, last) if first else last

    def __repr__(self) -> str:
        return f"Demonstration({self.name}, {self.model}, {self.task})"


def joined(first: Training, last: Training) -> Training:
    """Return the second of two trainings with the history of both."""
    return replace(
        last,
        loss=np.concatenate([first.loss, last.loss]),
        measured=np.concatenate([first.measured, len(first.loss) + last.measured]),
        alignment=np.concatenate([first.alignment, last.alignment]),
    )


def reduction(training: Training) -> float:
    """Return the factor by which the cost fell."""
    return float(training.loss[0] / training.best_cost)


def relative_error(found: Floats, wanted: Floats) -> float:
    """Return the root mean square of an error, in units of that of the wanted values."""
    return float(np.sqrt(np.mean((found - wanted) ** 2) / np.mean(wanted**2)))
