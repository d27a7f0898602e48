"""One iteration of a training, and all that it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.model import Model
from contrastive_ode.supervision.updates import Rule
from contrastive_ode.training.alignment import cosine
from contrastive_ode.training.checkpoint import fingerprint
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.penalty import Penalty
from foundation.domains import Floats

Rate = float | Callable[[int], float]


@dataclass
class State:
    """All that changes during a training."""

    w: Floats
    best: Floats
    best_cost: Any
    iteration: Any
    loss: Floats
    alignment: Floats

    @classmethod
    def fresh(cls, w: Floats) -> "State":
        """Return that before the first iteration."""
        return cls(w.copy(), w.copy(), np.inf, 0, np.zeros(0), np.zeros(0))

    def sized(self, iterations: int) -> "State":
        """Return it with room for more iterations; those not done are nan."""
        for name in ("loss", "alignment"):
            longer = np.full(max(iterations, int(self.iteration)), np.nan)
            known = getattr(self, name)[: len(longer)]
            longer[: len(known)] = known
            setattr(self, name, longer)
        return self


@dataclass
class Loop:
    """What one iteration does; nothing in here changes."""

    model: Model
    rule: Rule
    exact: Rule
    constraints: Constraints
    rate: Rate
    clip: float
    penalty: Penalty
    batch: int
    every: int
    seed: int

    def fingerprint(self, start: Floats) -> str:
        """Return what tells this training from others: all that decides its course."""
        rule, model, limits = self.rule, self.model, self.constraints
        rate = "a function" if callable(self.rate) else self.rate
        topology = model.topology
        return fingerprint(
            repr(model.system),
            [topology.N, topology.dense, topology.rows, topology.columns, topology.triples],
            list(model.constants.values()),
            list(rule.task.arrays),
            rule.task.loss,
            start,
            [rule.supervisor, rule.nudge, rule.closed, rate, self.clip, self.batch, self.every],
            [limits.low, limits.high, limits.free, limits.partner, self.penalty, self.seed],
        )

    def iterate(self, n: int, state: State) -> None:
        """Make iteration n."""
        examples = self._examples(n)
        T = self.rule.task.T
        decay = self.penalty.downhill(state.w, T)
        update = self.rule(state.w, examples)
        change = self.constraints.project(update.dw + decay)
        state.loss[n] = update.costs.mean() + self.penalty.cost(state.w, T)
        if n % self.every == 0:
            downhill = self.constraints.project(self.exact(state.w, examples).dw + decay)
            value = cosine(change, downhill)
            state.alignment[n] = -2.0 if np.isnan(value) else value  # nan means not measured
        if self.batch == self.rule.task.examples:
            cost = state.loss[n]
        else:
            cost = np.inf if n % self.every else self.cost(state.w)
        if cost < state.best_cost:
            state.best_cost, state.best = cost, state.w.copy()
        change *= self.rate(n) if callable(self.rate) else self.rate
        norm = float(np.linalg.norm(change))
        if norm > self.clip:
            change *= self.clip / norm
        state.w = self.constraints.apply(state.w + change)
        state.iteration = n + 1

    def _examples(self, n: int) -> npt.NDArray[np.int64]:
        """Return the examples of iteration n, a function of n and the seed: nothing is stored."""
        count = self.rule.task.examples
        if self.batch == count:
            return np.arange(count)
        chosen = []
        for position in range(n * self.batch, (n + 1) * self.batch):
            passage, place = divmod(position, count)
            chosen.append(np.random.default_rng([self.seed, passage]).permutation(count)[place])
        return np.array(chosen)

    def cost(self, w: Floats) -> float:
        """Return the mean cost of all examples."""
        task = self.rule.task
        costs = self.exact(w, np.arange(task.examples)).costs
        return float(costs.mean()) + self.penalty.cost(w, task.T)
