"""Free trajectories, and whether the step is short enough for them."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.errors import BlowUpError, StepWarning
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.task import Task
from contrastive_ode.supervision.updates import Rule
from contrastive_ode.supervision.workspace import workspace
from foundation import domains
from foundation.domains import Floats


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """Free trajectories of all examples of a task.

    Attributes
    ----------
    t
        Times, of shape (steps + 1,).
    x
        States, of shape (examples, steps + 1, size).
    costs
        Cost of each example.

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
    """

    t: Floats
    x: Floats
    costs: Floats

    def __repr__(self) -> str:
        return f"Trajectory({len(self.x)} examples, T={self.t[-1]:g}, cost={self.costs.mean():.4g})"


def simulate(model: Model, task: Task, w: npt.ArrayLike) -> Trajectory:
    """Return the free trajectories of all examples, and their costs.

    Parameters
    ----------
    model
        The network.
    task
        Initial states, inputs and cost.
    w
        Parameters, of shape (P,).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If a trajectory leaves the range of numbers of sense.

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
    Rule(model, task, "descent", 1.0, "free")  # its checks of the arguments
    w = model.vector(w)
    warn_of_step(model, task, w)
    examples, costs = np.arange(task.examples), np.zeros(task.examples)
    path = np.empty((task.examples, task.steps + 1, task.size))
    work = workspace(model.size)
    end = model.kernels(task.loss).free(examples, task.arrays, model.net(w), work, path, costs)
    BlowUpError.check(end, examples, task.h)
    return Trajectory(task.times, path, costs)


def flow(
    model: Model, x: npt.ArrayLike, w: npt.ArrayLike, T: float, h: float, stride: int = 1
) -> Floats:
    """Return the states 0, stride, 2 stride, ... steps after `x`, without inputs.

    Parameters
    ----------
    model
        The network.
    x
        Initial state, of shape (size,).
    w
        Parameters, of shape (P,).
    T, h
        Length of the trajectory and step, > 0; T is rounded to full strides.
    stride
        Number of steps from one state that is returned to the next, >= 1.

    Returns
    -------
    States, of shape (T / (stride h) + 1, size).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If the trajectory leaves the range of numbers of sense.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.kuramoto.on(ode.all_to_all(2), omega=[1.0, 1.0])
    >>> path = ode.flow(model, [0.0, 0.5], model.pack(K=1.0), T=20, h=0.1, stride=100)
    >>> path.round(3).tolist()  # they synchronise, at their mean phase
    [[0.0, 0.5], [10.25, 10.25], [20.25, 20.25]]
    """
    domains.instance("model", model, Model)
    h = domains.real("h", h, low=0, exclusive=True)
    stride = domains.integer("stride", stride, 1)
    rows = round(domains.real("T", T, low=0) / (stride * h)) + 1
    path = np.empty((rows, model.size))
    state = domains.shaped("x", x, (model.size,))
    net = model.net(model.vector(w))
    work = workspace(model.size)
    work[0][:] = state
    end = model.kernels().flow(0.0, h, stride, undriven(), net, work, path)
    BlowUpError.check((0 if end[0] >= 0 else -1, *end), [0], h)
    return path


def undriven() -> tuple[Any, ...]:
    """Return what the engine takes for a network without inputs."""
    none = np.zeros(0, dtype=np.int64)
    return none, np.zeros((0, 0)), none, np.zeros((0, 0))


def warn_of_step(model: Model, task: Task, w: Floats) -> None:
    r"""Warn if the integrator makes a decaying mode of the Jacobian at the start grow.

    A step multiplies a mode of eigenvalue λ by
    :math:`1 + z + z^2/2 + z^3/6 + z^4/24`, z = hλ.
    """
    free = np.ones(model.size, dtype=bool)
    free[task.imposed] = False
    x = task.starts[0].copy()
    x[task.imposed] = task.values[0, 0]
    z = task.h * np.linalg.eigvals(model.jacobian(x, w)[np.ix_(free, free)])
    grows = np.abs(1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24) > 1
    worst = z[grows & (z.real < -1e-6)]
    if worst.size:
        rate = np.abs(worst).max() / task.h
        warnings.warn(
            f"h = {task.h:g} is too long for the fastest mode at the start, of rate {rate:.3g}: "
            f"take h < {2.5 / rate:.2g}",
            StepWarning,
            stacklevel=3,
        )
