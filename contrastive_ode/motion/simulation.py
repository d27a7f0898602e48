"""Free trajectories of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contrastive_ode.engine.arguments import NetArrays
from contrastive_ode.errors import BlowUpError, EventError
from contrastive_ode.events.arguments import EventWorkspace
from contrastive_ode.models.model import Model
from contrastive_ode.motion.step import warn_of_step
from contrastive_ode.supervision.batches import batches, kernels_together, memory
from contrastive_ode.supervision.events import check_cost
from contrastive_ode.supervision.linearised import Linearised
from contrastive_ode.supervision.task import Task, fitting
from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOG = 4096  # events for which there is room at first
DONE = "The trajectory was computed to its end."


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """Free trajectories of all examples of a task.

    Attributes
    ----------
    t
        Times, of shape (steps + 1,).
    x
        States, of shape (examples, steps + 1, size); nan from where one blew up.
    costs
        Cost of each example; nan where one blew up.
    task
        The task: which variables are outputs, and their targets.
    converged
        Whether the trajectory of each example stayed finite.
    status
        What happened to each; on failure where, and what to do.
    events
        For each example the times at which nodes fired, and which, of shape (events, 2).

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
    >>> task = ode.Task([1, 0], outputs=[1], T=2, h=0.1, target=0.0)
    >>> trajectory = ode.simulate(model, task, model.pack(k=0.5))
    >>> trajectory.t.shape, trajectory.x.shape, trajectory.costs.shape
    ((21,), (1, 21, 2), (1,))
    >>> trajectory
    Trajectory(1 examples, T=2, cost=...)
    >>> trajectory.plot().get_ylabel()
    'output'
    """

    t: Floats
    x: Floats
    costs: Floats
    task: Task
    converged: npt.NDArray[np.bool]
    status: npt.NDArray[np.str_]
    events: tuple[Floats, ...]

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the outputs of all examples, with their targets: dashed, or crosses at point costs.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        ax, task = axes_of(ax), self.task
        at = task.points * task.h
        for m, o in enumerate(task.outputs):
            color = f"C{m % 10}"
            asked = np.where(task.running[:, ::2, m] > 0, task.target[:, ::2, m], np.nan)
            for e, path in enumerate(self.x[:, :, o]):
                ax.plot(self.t, path, color=color, label=f"$x_{{{o}}}$" if e == 0 else None)
                if np.isfinite(asked[e]).any():
                    ax.plot(self.t, asked[e], "--", color=color, lw=0.8)
                ax.plot(at, task.point_target[e, :, m], "x", color=color)
        ax.set(xlabel="$t$", ylabel="output")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        return f"Trajectory({len(self.x)} examples, T={self.t[-1]:g}, cost={self.costs.mean():.4g})"


def simulate(model: Model, task: Task, w: npt.ArrayLike, *, throw: bool = True) -> Trajectory:
    """Return the free trajectories of all examples, and their costs.

    Parameters
    ----------
    model
        The network.
    task
        Initial states, inputs and cost.
    w
        Parameters, of shape (P,).
    throw
        Whether to raise if a trajectory blows up; otherwise it is nan from there, and the other
        examples are computed.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If a trajectory blows up.

    Examples
    --------
    Without couplings a driven node relaxes by itself:

    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
    >>> task = ode.Task([0, 0], outputs=[0], T=2, h=0.1, forces={0: 1.0}, target=1.0)
    >>> trajectory = ode.simulate(model, task, model.pack(k=0.0))
    >>> bool(np.allclose(trajectory.x[0, :, 0], 1 - np.exp(-trajectory.t), atol=1e-6))
    True
    """
    fitting(model, task)
    check_cost(model, task)
    w, throw = model.vector(w), domains.boolean("throw", throw)
    task, net = task.started(model, w), model.net(w)
    path, costs, status, events = _free(model, task, w, net, throw, LOG)
    warn_of_step(model, task, w, path[0], net)
    if task.cost:
        linearised = Linearised(model, task, task.cost, everywhere=False)
        for e in np.flatnonzero(np.isfinite(costs)):
            try:
                costs[e] = linearised.costs(int(e), path[e], net)
            except BlowUpError as error:
                if throw:
                    raise
                costs[e], status[e] = np.nan, str(error)
    return Trajectory(task.times, path, costs, task, np.isfinite(costs), np.array(status), events)


def _free(
    model: Model, task: Task, w: Floats, net: NetArrays, throw: bool, log: int
) -> tuple[Floats, Floats, list[str], tuple[Floats, ...]]:
    """Return the states, the costs, what happened, and the events, for which there is some room."""
    costs, status = np.zeros(task.examples), [DONE] * task.examples
    path = np.empty((task.examples, task.steps + 1, task.size))
    kernel, work = model.kernels(task.loss).free, model.workspace(log=log)
    left = np.arange(task.examples)
    if _together(model, task, net, path, costs):
        left = left[:0]
    while left.size:
        first = left[0]
        end = kernel(left, task.arrays, net, work, path[first:], costs[first:])
        try:
            EventError.check_events(end, left, task.h, (model.size, model.N))
            BlowUpError.check(end, left, task.h, model.variable)
            break
        except BlowUpError as error:
            path[error.example, error.step :], costs[error.example] = np.nan, np.nan
            if throw:
                warn_of_step(model, task, w, path[0], net)
                raise
            status[error.example] = str(error)
            left = left[end.example + 1 :]
    if not isinstance(work, EventWorkspace):
        return path, costs, status, tuple(np.zeros((0, 2)) for _ in costs)
    count = int(work.logged[0])
    if count > log:
        return _free(model, task, w, net, throw, count)
    example, node, time = work.log[:count].T
    fired = np.stack([time, node], axis=1)
    return path, costs, status, tuple(fired[example == e] for e in range(task.examples))


def _together(model: Model, task: Task, net: NetArrays, path: Floats, costs: Floats) -> bool:
    """Compute many examples at once; return whether that pays, and none blew up."""
    kernels, every = kernels_together(model, task, task.examples), np.arange(task.examples)
    if kernels is None:
        return False
    for part in batches(task.examples):
        batch = memory(model, kernels, net, len(every[part]))
        end = kernels.free_batch(every[part], task.arrays, net, batch, path[part], costs[part])
        if end[0] >= 0:
            costs[:] = 0.0
            return False
    return True
