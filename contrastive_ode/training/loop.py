"""One iteration of a training, and all that it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.supervision.bound_rule import BoundRule
from contrastive_ode.training.alignment import cosine
from contrastive_ode.training.checkpoint import Stored, fingerprint
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.pace import Pace
from foundation.domains import Floats


@dataclass
class State:
    """All that changes during a training; what was not measured is nan.

    `kept` holds the vectors that the `Pace` remembers, one a row.
    """

    w: Floats
    best: Floats
    best_cost: Any
    iteration: Any
    loss: Floats
    alignment: Floats
    kept: Floats

    @classmethod
    def loaded(cls, stored: Stored, start: Floats, vectors: int) -> State:
        """Return what is stored, or the state before the first iteration."""
        kept = np.zeros((vectors, len(start)))
        found = stored.load(
            {field.name for field in fields(cls) if vectors or field.name != "kept"}
        )
        if not found:
            return cls(start.copy(), start.copy(), np.inf, 0, np.zeros(0), np.zeros(0), kept)
        state = cls(**{"kept": kept} | found)
        # versions before this one kept -2 where an alignment is nan
        state.alignment[state.alignment < -1.5] = np.nan
        return state

    def stored(self) -> dict[str, Any]:
        """Return what a checkpoint holds: nothing new where nothing is remembered."""
        return {name: value for name, value in vars(self).items() if name != "kept" or len(value)}

    def sized(self, iterations: int) -> State:
        """Return it with room for more iterations."""
        for name in ("loss", "alignment"):
            longer = np.full(max(iterations, int(self.iteration)), np.nan)
            known = getattr(self, name)[: len(longer)]
            longer[: len(known)] = known
            setattr(self, name, longer)
        return self


@dataclass(frozen=True)
class Loop:
    """What one iteration does."""

    rule: BoundRule
    exact: BoundRule
    constraints: Constraints
    pace: Pace
    batch: int
    every: int
    noise: Mapping[int, float]
    seed: int

    def fingerprint(self, start: Floats) -> str:
        """Return what tells this training from others: all that decides its course."""
        bound, rule, limits = self.rule, self.rule.rule, self.constraints
        model, topology = bound.model, bound.model.topology
        taught = [rule.supervisor, rule.nudge, bound.closed]
        if rule.order > 1:  # so that what was kept before there were orders is still known
            taught.append(rule.order)
        if bound.task.cost:
            taught.append(repr(bound.task.cost))
        if bound.task.initial:
            taught.append(repr(bound.task.initial))
        return fingerprint(
            repr(model.system),
            [topology.N, topology.dense, topology.rows, topology.columns, topology.triples],
            list(model.constants.values()),
            list(bound.task.arrays),
            bound.task.loss,
            start,
            [*taught, *self.pace.told, limits.clip, self.batch, self.every],
            [limits.low, limits.high, limits.free, limits.partner, limits.penalty, self.seed],
            *([] if limits.group is None else [[limits.group]]),
            *([] if not self.noise else [sorted(self.noise.items())]),
        )

    def iterate(self, n: int, state: State) -> None:
        """Make iteration n."""
        examples, limits = self._examples(n), self.constraints
        T = self.rule.task.T
        decay = limits.penalty.downhill(state.w, T)
        rule, exact = self.rule, self.exact
        if self.noise:
            noisy = rule.task.with_noise(self.noise, rng=np.random.default_rng([self.seed, n, 1]))
            rule, exact = rule.on(noisy), exact.on(noisy)
        update = rule(state.w, examples)
        change = limits.project(update.dw + decay)
        state.loss[n] = update.costs.mean() + limits.penalty.cost(state.w, T)
        if n % self.every == 0:
            downhill = limits.project(exact(state.w, examples).dw + decay)
            state.alignment[n] = cosine(change, downhill)
        if self.batch == self.rule.task.examples and not self.noise:
            cost = state.loss[n]
        else:
            cost = np.inf if n % self.every else self.cost(state.w)
        if cost < state.best_cost:
            state.best_cost, state.best = cost, state.w.copy()
        change = self.pace.change(n, state.kept, change)
        state.w = limits.apply(state.w + limits.clipped(change))
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
        return float(costs.mean()) + self.constraints.penalty.cost(w, task.T)
