"""What all demonstrations have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contrastive_ode.models.model import Model
from contrastive_ode.supervision.task import Task
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.training import Training, train
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
    options
        Keywords for `train` that work.
    assess
        Function of the parameters that returns what counts in the end, by name.
    passes
        Function of training and assessment: whether the demonstration succeeded.

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
    >>> made.allowed().reciprocal
    False
    """

    name: str
    model: Model
    task: Task
    w: Floats
    options: Mapping[str, Any]
    assess: Callable[[Floats], dict[str, float]] = field(repr=False)
    passes: Callable[[Training, Mapping[str, float]], bool] = field(repr=False)

    def train(self, **changes: Any) -> Training:
        """Train it, with its own settings unless others are given."""
        return train(self.model, self.task, self.w, **{**self.options, **changes})

    def allowed(self) -> Constraints:
        """Return the constraints that it trains under."""
        given = self.options.get("constraints")
        return given if isinstance(given, Constraints) else Constraints(self.model)

    def __repr__(self) -> str:
        return f"Demonstration({self.name}, {self.model}, {self.task})"


def reduction(training: Training) -> float:
    """Return by which factor the cost fell."""
    return float(training.loss[0] / training.best_cost)


def relative_error(found: Floats, wanted: Floats) -> float:
    """Return the root mean square of an error in units of that of what was wanted."""
    return float(np.sqrt(np.mean((found - wanted) ** 2) / np.mean(wanted**2)))
