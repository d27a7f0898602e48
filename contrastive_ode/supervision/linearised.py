"""A cost of any form as the linear one that has its slopes along the free trajectories."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from contrastive_ode.engine.arguments import NetArrays, TaskArrays, Workspace, workspace
from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.cost import LINEAR, Cost
from contrastive_ode.supervision.frequency import Frequency, cost_of_frequency
from contrastive_ode.supervision.task import Task
from foundation.domains import Floats


@dataclass(frozen=True)
class Linearised:
    """A task with a `Cost` or a `Frequency`: its values, and the linear task with the same slopes.

    `everywhere`: the slopes by all variables, and not by the outputs alone.
    """

    model: Model
    task: Task
    cost: Cost | Frequency
    everywhere: bool

    @cached_property
    def work(self) -> Workspace:
        """Memory for a trajectory."""
        return workspace(self.model.size)

    def __call__(
        self, net: NetArrays, examples: npt.NDArray[np.int64], dw: Floats, costs: Floats
    ) -> TaskArrays:
        """Return the linear task; add the direct part of minus the gradient, and the costs."""
        task, size = self.task, self.model.size
        rows, P = 2 * task.steps + 1, len(task.points)
        free = np.ones(size, dtype=bool)
        free[task.imposed] = False
        outputs = np.flatnonzero(free) if self.everywhere else task.outputs
        target = np.zeros((task.examples, rows, len(outputs)))
        jumps = np.zeros((task.examples, P, len(outputs)))
        direct = np.full(self.model.P, -0.0)
        grads = self.model.split(direct)
        for b, e in enumerate(examples):
            path, rates = self._course(net, e)
            value, slopes, pull = self._running(e, path, rates)
            at = 2 * task.points
            value_p, slopes_p, pull_p = self._at_points(e, path[at], rates[at])
            self._check(e, np.linspace(0, task.T, rows), slopes + pull)
            self._check(e, task.times[task.points], slopes_p + pull_p)
            costs[b] = value + value_p
            if isinstance(self.cost, Cost) and self.cost.moving:
                kernels = self.model.kernels(LINEAR)
                kernels.pulled(task.arrays, net, self.work, path, pull, slopes, grads)
                back = np.empty(size)
                for p, n in enumerate(task.points):
                    t, z = n * task.h, path[2 * n]
                    kernels.vjp(t, z, pull_p[p], net, back)
                    slopes_p[p] += back
                    kernels.sensitivity(t, z, -pull_p[p], net, grads)
            target[e], jumps[e] = slopes[:, outputs], slopes_p[:, outputs]
        dw += self.model.returned(direct)
        running = np.ones_like(target)
        return task.arrays._replace(
            outputs=outputs, target=target, running=running, point_target=jumps
        )

    def costs(self, e: int, path: Floats, net: NetArrays) -> float:
        """Return the cost of a trajectory of example e, given at the steps."""
        half = np.zeros((2 * self.task.steps + 1, self.model.size))
        half[::2] = path
        rates = np.zeros_like(half)
        self._rates(net, e, 0, half, rates)
        at = 2 * self.task.points
        return self._running(e, half, rates)[0] + self._at_points(e, half[at], rates[at])[0]

    def _check(self, e: int, times: Floats, slopes: Floats) -> None:
        wrong = np.flatnonzero(~np.isfinite(slopes).all(axis=1))
        if wrong.size:
            t = float(times[wrong[0]])
            raise BlowUpError(
                f"a slope of the cost of example {e} is not finite at t = {t:g}: keep the outputs "
                "where the functions of the cost are smooth, or write it without what diverges",
                int(e),
                round(t / self.task.h),
            )

    def _rates(self, net: NetArrays, e: int, first: int, path: Floats, rates: Floats) -> None:
        kernel = self.model.kernels(LINEAR).velocities
        kernel(e, first, self.task.arrays, net, self.work, path, rates)

    def _course(self, net: NetArrays, e: int) -> tuple[Floats, Floats]:
        """Return states and rates of the free trajectory, at half steps.

        Between the steps the state is that of the cubic through both ends, of the fourth order.
        """
        task, kernels = self.task, self.model.kernels(LINEAR)
        path = np.empty((1, task.steps + 1, self.model.size))
        one = np.array([e])
        end = kernels.free(one, task.arrays, net, self.work, path, np.zeros(1))
        BlowUpError.check(end, one, task.h, self.model.variable)
        half = np.empty((2 * task.steps + 1, self.model.size))
        rates = np.empty_like(half)
        half[::2] = path[0]
        self._rates(net, e, 0, half, rates)
        half[1::2] = (half[:-1:2] + half[2::2]) / 2 + task.h / 8 * (rates[:-1:2] - rates[2::2])
        self._rates(net, e, 1, half, rates)
        return half, rates

    def _running(self, e: int, path: Floats, rates: Floats) -> tuple[float, Floats, Floats]:
        """Return the integral of the running cost, and its slopes by states and by rates."""
        task, outputs = self.task, self.task.outputs
        if isinstance(self.cost, Frequency):
            slopes, none = np.zeros_like(path), np.zeros_like(path)
            given = path[:, outputs], task.target[e], task.running[e], task.h
            total, slopes[:, outputs] = cost_of_frequency(self.cost, *given)
            return total, slopes, none
        weight = task.running[e, :, :1] if self.cost.together else task.running[e]
        value, slopes, pull = self._of(path, rates, task.target[e], weight)
        with np.errstate(invalid="ignore"):
            steps = value[::2].sum(axis=1)
            return float(task.h * (steps.sum() - (steps[0] + steps[-1]) / 2)), slopes, pull

    def _at_points(self, e: int, path: Floats, rates: Floats) -> tuple[float, Floats, Floats]:
        if not len(path):
            return 0.0, path, path
        value, slopes, pull = self._of(path, rates, self.task.point_target[e], 1.0)
        return float(value.sum()), slopes, pull

    def _of(
        self, path: Floats, rates: Floats, target: Floats, weight: Floats | float
    ) -> tuple[Floats, Floats, Floats]:
        assert isinstance(self.cost, Cost)
        outputs = self.task.outputs
        with np.errstate(all="ignore"):  # what is not finite is told where it matters
            found = self.cost.of(path[:, outputs], rates[:, outputs], target)
            value, by_x, by_v = (np.where(weight == 0, 0.0, weight * part) for part in found)
        slopes, pull = np.zeros_like(path), np.zeros_like(path)
        slopes[:, outputs], pull[:, outputs] = by_x, by_v
        return value, slopes, pull
