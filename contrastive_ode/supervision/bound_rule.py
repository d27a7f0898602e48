"""A rule on a network and its task: what is checked once, and then called often."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.engine.arguments import End, NetArrays, Tape, TaskArrays, tape
from contrastive_ode.errors import BlowUpError, EventError
from contrastive_ode.events.arguments import EventTape, event_tape
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.analytic import check_analytic
from contrastive_ode.supervision.batches import batches, doubled, kernels_together, memory
from contrastive_ode.supervision.echo import Echo
from contrastive_ode.supervision.events import check_rule
from contrastive_ode.supervision.linearised import Linearised
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task, fitting
from foundation.domains import Floats

PUSHING = ("forward", "tangent", "clamp")
BACKWARDS = ("gradient", "descent")
EXACT = (*BACKWARDS, "echo")
FINITE = "The update is finite."


@dataclass(frozen=True, eq=False)
class Update:
    """A change of the parameters, for a rate of 1.

    Attributes
    ----------
    dw
        The change, of shape (P,): the mean over the examples.
    costs
        Cost of the free trajectory of each example.
    converged
        Whether all is finite; if not, `dw` and `costs` are nan.
    status
        What happened; on failure where, and what to do.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> update = ode.local_update(model, task, model.pack(k=0.5))
    >>> update.dw.shape, update.costs.shape, update.status
    ((9,), (1,), 'The update is finite.')
    >>> downhill = ode.Update(-ode.gradient(model, task, model.pack(k=0.5)).dw, update.costs)
    >>> ode.cosine(update.dw, downhill.dw) > 0.5
    True
    """

    dw: Floats
    costs: Floats
    converged: bool = True
    status: str = FINITE


class BoundRule:
    """A rule for one network and one task; `w` and the examples are not checked again."""

    def __init__(self, model: Model, task: Task, rule: Rule) -> None:
        self.model, self.task, self.rule = *fitting(model, task), rule
        check_rule(model, task, rule)
        late = task.points.size and task.points[-1] == task.steps
        if rule.supervisor in PUSHING and late:
            raise ValueError(
                "points must leave a tail: a push at the final time changes nothing that the rule "
                "sees; make T longer by one or two relaxation times"
            )
        if rule.supervisor == "clamp" and not task.running.any():
            raise ValueError("supervisor clamp needs a running cost, got point costs only")
        if task.initial and rule.supervisor not in EXACT:
            raise ValueError(
                f"initial states are not learned under the supervisor {rule.supervisor}: its push "
                "changes what comes after it; take gradient, descent, or echo where it holds"
            )
        self.closed = rule.error_on == "clamped"
        self.echo = Echo(self.model, self.task) if rule.supervisor == "echo" else None
        self.holomorphic = rule.order > 2
        self.kind = complex if self.holomorphic else float
        if self.holomorphic:
            check_analytic(self.model.system, self.task.loss)
        self.kernels = model.kernels(task.loss, self.holomorphic)
        self.work = model.workspace(self.kind)
        self.linearised: Linearised | None = None
        if self.task.cost:
            # the exact ones see that velocities depend on all variables, the others push outputs
            everywhere = rule.supervisor in EXACT
            self.linearised = Linearised(self.model, self.task, self.task.cost, everywhere)
        self.kept_steps = task.steps if rule.supervisor in BACKWARDS else 0

    @cached_property
    def tape(self) -> Tape | EventTape:
        """Memory for the way back."""
        if self.model.system.threshold:
            return event_tape(self.kept_steps, self.model.size)
        return tape(self.kept_steps, self.model.size)

    def on(self, task: Task) -> BoundRule:
        """Return the rule for a task that differs in its forces only."""
        other = copy(self)
        other.task = task
        if self.echo:
            other.echo = Echo(self.model, task)
        return other

    def __call__(self, w: Floats, examples: npt.NDArray[np.int64]) -> Update:
        """Return the update."""
        # a sum with -0.0 leaves the zeros of both signs as they are
        dw, costs = np.full(self.model.P, -0.0), np.zeros(len(examples))
        task, net = self.task.started(self.model, w), self.model.net(w)
        asked = task.arrays
        if self.linearised:
            asked = replace(self.linearised, task=task)(net, examples, dw, costs)
        if self.holomorphic:
            net = self.model.net(w, complex)
        size = 1 if task.initial else len(examples)  # what the start does is told of the last one
        for nudge, share in zip(self.rule.nudges, self.rule.shares, strict=True):
            values = np.zeros(len(examples), self.kind)
            for first in range(0, len(examples), size):
                part, shown = np.zeros(self.model.P, self.kind), slice(first, first + size)
                end = self._add(nudge, net, (examples[shown], asked), part, values[shown])
                sizes = self.model.size, self.model.N
                EventError.check_events(end, examples[shown], self.task.h, sizes)
                BlowUpError.check(end, examples[shown], self.task.h, self.model.variable)
                self._add_start(nudge, part)
                own = self.model.returned(part.real)
                own *= share
                dw += own
        if self.echo:
            self.echo.check(w)
        BlowUpError.check_update(dw)
        dw /= len(examples)
        return Update(dw, costs if self.linearised else values.real.copy())

    def _add(
        self,
        nudge: float | complex,
        net: NetArrays,
        shown: tuple[npt.NDArray[np.int64], TaskArrays],
        dw: npt.NDArray[Any],
        costs: npt.NDArray[Any],
    ) -> End:
        """Add the updates of all examples for one nudge, and their costs."""
        if not (self.holomorphic or self.echo) and self._add_together(nudge, net, shown, dw, costs):
            return End(-1, -1, -1)
        grads = self.model.split(dw)
        arrays, supervisor = (*shown, net, self.work), self.rule.supervisor
        if supervisor in ("forward", "clamp"):
            hard = supervisor == "clamp"
            end = self.kernels.nudged(*arrays, nudge, self.closed, hard, grads, costs)
        elif self.echo:
            self.echo.looks = looks = np.empty(self.echo.looks.shape, self.kind)
            end = self.kernels.echo(*arrays, nudge, self.closed, looks, grads, costs)
        elif supervisor == "tangent":
            end = self.kernels.tangent(*arrays, grads, costs)
        else:
            exact = supervisor == "descent"
            end = self.kernels.adjoint(*arrays, self.tape, exact, grads, costs)
            if exact:
                np.negative(dw, out=dw)
        return End(*end)

    def _add_together(
        self,
        nudge: float | complex,
        net: NetArrays,
        shown: tuple[npt.NDArray[np.int64], TaskArrays],
        dw: npt.NDArray[Any],
        costs: npt.NDArray[Any],
    ) -> bool:
        """Do what `_add` does for many examples at once; return whether that was possible.

        A trajectory that blows up is left to the computation one by one, which says where it did.
        """
        examples, asked = shown
        kernels = kernels_together(self.model, self.task, len(examples))
        if kernels is None:
            return False
        values, supervisor = np.zeros_like(costs), self.rule.supervisor
        grads, hard = self.model.split(dw), supervisor == "clamp"
        for part in batches(len(examples)):
            some = examples[part]
            if supervisor in ("forward", "clamp"):
                some = doubled(some)
            batch = memory(self.model, kernels, net, len(some), self.kept_steps)
            arrays, result = (some, asked, net, batch), (grads, values[part])
            if supervisor in ("forward", "clamp"):
                end = kernels.nudged_batch(*arrays, nudge, self.closed, hard, *result)
            elif supervisor == "tangent":
                end = kernels.tangent_batch(*arrays, *result)
            else:
                end = kernels.adjoint_batch(*arrays, supervisor == "descent", *result)
            if end[0] >= 0:
                dw[:] = 0.0
                return False
        if supervisor == "descent":
            np.negative(dw, out=dw)
        costs += values
        return True

    def _add_start(self, nudge: float | complex, dw: npt.NDArray[Any]) -> None:
        """Add minus the slopes of the last example's cost by the start, where that is learned."""
        if not self.task.initial:
            return
        if self.echo:  # it ends with the displacements of the partners
            downhill = np.roll(self.work.right, self.model.size // 2) / nudge
        else:
            downhill = -self.work.y
        downhill[self.task.imposed] = 0.0
        for state, parameter in self.task.initial.items():
            dw[self.model.where(parameter)] += downhill[self.model.nodes(state)]
