"""What is asked of a network: inputs, outputs, targets and a cost, for one or more examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.declaration.expressions import check_expression
from contrastive_ode.engine.arguments import TaskArrays
from contrastive_ode.models.model import QUADRATIC, Model
from contrastive_ode.supervision.cost import LINEAR, Cost
from contrastive_ode.supervision.frequency import Frequency
from contrastive_ode.supervision.indices import indices
from foundation import domains
from foundation.domains import Floats

Course = float | npt.ArrayLike | Callable[[float], Any]


class Task:
    r"""Inputs, outputs and the cost of one trajectory, on the fixed grid of the integrator.

    .. math:: C = \int_0^T \sum_o \rho_o(t) \ell(x_o(t), y_o(t))\, dt
              + \sum_p \sum_o \ell(x_o(t_p), y_{op})

    What acts on the network is in `start`, `forces` and `imposed`, what an error costs in
    `outputs`, `target`, `weight`, `points` and `loss`. A course in time is a number, a function of
    the time, or an array of its values at the half steps 0, h/2, h, ..., T. Several examples with
    the same outputs and grid make one task by `Task.stack`.

    Parameters
    ----------
    start
        Initial state, of shape (size,).
    outputs
        Indices of the output variables, O of them.
    T, h
        Length of the trajectory, a multiple of the step h of the integrator.
    target
        Course of the targets y of the running cost, O values or one for all; None for no running
        cost.
    weight
        Course of the weights ρ >= 0 in the running cost, O values or one for all.
    points
        Costs at single times, `{time: target}`; the times are multiples of h.
    forces
        Courses that are added to the derivatives of variables, `{index: course}`.
    imposed
        Courses that variables follow, whatever else acts on them, `{index: course}`.
    loss
        Cost ℓ of an output `x` with the target `y`, as an expression; or a `Cost`, which may have
        constants, and be one of velocities, or of all outputs together; or a `Frequency`.
    initial
        What of the initial state is learned, `{state: parameter}`: the values of that parameter of
        the nodes are added to `start`. Only under supervisors that reach back to the start:
        gradient, descent and echo.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, an output is imposed, or there is no cost.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=10, h=0.1, imposed={0: np.sin}, target=0.5)
    >>> task
    Task(1 examples, outputs=[2], T=10, h=0.1)
    >>> late = ode.Task([0, 0, 0], outputs=[2], T=10, h=0.1, imposed={0: 1.0}, points={8.0: 0.5})
    >>> other = ode.Task([0, 0, 0], outputs=[2], T=10, h=0.1, imposed={0: 0.0}, points={8.0: 0.0})
    >>> ode.Task.stack([late, other]).examples
    2
    """

    def __init__(
        self,
        start: npt.ArrayLike,
        outputs: Sequence[int],
        T: float,
        h: float,
        *,
        target: Course | None = None,
        weight: Course = 1.0,
        points: Mapping[float, Any] | None = None,
        forces: Mapping[int, Course] | None = None,
        imposed: Mapping[int, Course] | None = None,
        loss: str | Cost | Frequency = QUADRATIC,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        x = domains.finite("start", start)
        if x.ndim != 1 or not x.size:
            raise ValueError(f"start must have shape (size,), got {x.shape}")
        self.h = domains.real("h", h, low=0, exclusive=True)
        self.steps = _multiple("T", domains.real("T", T, low=0, exclusive=True), self.h)
        if self.steps < 1:
            raise ValueError(f"T must be at least one step h = {self.h:g}, got {T:g}")
        self.outputs = indices("outputs", outputs, x.size)
        self.cost = loss if isinstance(loss, Cost | Frequency) else None
        self.loss = LINEAR if self.cost else str(loss)
        check_expression("loss", self.loss, {"x", "y"})
        self.initial = dict(domains.mapping("initial", initial))
        forces, imposed = domains.mapping("forces", forces), domains.mapping("imposed", imposed)
        points = domains.mapping("points", points)
        self.forced = indices("forces", forces, x.size)
        self.imposed = indices("imposed", imposed, x.size)
        both = np.intersect1d(self.imposed, self.outputs)
        if both.size:
            raise ValueError(f"outputs must not be imposed inputs, got {both.tolist()} in both")
        if np.intersect1d(self.forced, self.imposed).size:
            raise ValueError("forces must not act on imposed variables: they would change nothing")
        if target is None and not points:
            raise ValueError("target or points must be given: without a cost nothing is learned")
        O = len(self.outputs)
        if O == 0:
            raise ValueError("outputs must not be empty")
        self.starts = x[None]
        self.force = self._courses("forces", forces)
        self.values = self._courses("imposed", imposed)
        self.target = self._sampled("target", 0.0 if target is None else target, O)[None]
        running = 0.0 if target is None else weight
        self.running = self._sampled("weight", running, O)[None]
        if isinstance(self.cost, Cost):
            self.cost.check(O)
            if self.cost.together and np.ptp(self.running, axis=2).any():
                raise ValueError("weight must be one for all outputs where the cost is one of all")
        if isinstance(self.cost, Frequency) and (
            points or np.ptp(self.running, axis=1).any() or np.ptp(self.target, axis=1).any()
        ):
            raise ValueError("a Frequency needs a constant target and weight, and no points")
        if (self.running < 0).any():
            raise ValueError(f"weight must be >= 0, got {self.running.min()}")
        ordered = sorted((domains.real("points", time), value) for time, value in points.items())
        self.points = np.array(
            [_multiple("points", time, self.h) for time, _ in ordered], dtype=np.int64
        )
        if len(set(self.points)) < len(self.points):
            raise ValueError(
                f"points must be at different steps of h = {self.h:g}, got "
                f"{[t for t, _ in ordered]}, of which two are at the same"
            )
        if self.points.size and (self.points[0] < 0 or self.points[-1] > self.steps):
            raise ValueError(f"points must be times in [0, {T:g}], got {[t for t, _ in ordered]}")
        self.point_target = np.zeros((1, len(ordered), O))
        for p, (time, value) in enumerate(ordered):
            self.point_target[0, p] = domains.shaped(f"points[{time:g}]", value, (O,))

    @classmethod
    def stack(cls, tasks: Sequence[Task]) -> Task:
        """Return one task whose examples are those of several, which share all but their values.

        Raises
        ------
        TypeError, ValueError
            If they are no tasks, or differ in outputs, inputs, grid or times of point costs.
        """
        tasks = [domains.instance("tasks", task, Task) for task in domains.several("tasks", tasks)]
        if not tasks:
            raise ValueError("tasks must not be empty")
        first = tasks[0]
        shared = ("h", "steps", "loss", "cost", "initial", "outputs", "forced", "imposed", "points")
        for task in tasks[1:]:
            for name in shared:
                if not np.array_equal(getattr(task, name), getattr(first, name)):
                    raise ValueError(f"tasks must have the same {name} to be stacked")
        joined = cls.__new__(cls)
        for name in shared:
            setattr(joined, name, getattr(first, name))
        for name in ("starts", "force", "values", "target", "running", "point_target"):
            parts = [getattr(task, name) for task in tasks]
            if len({part.shape[1:] for part in parts}) > 1:
                raise ValueError(f"tasks must have the same shape of {name} to be stacked")
            setattr(joined, name, np.concatenate(parts))
        return joined

    def with_noise(
        self, noise: Mapping[int, float], *, rng: int | np.random.Generator | None = None
    ) -> Task:
        r"""Return the task with white noise among its forces, drawn once, for each example anew.

        .. math:: dx_i = F_i\, dt + \sigma_i\, dW_i

        The increments over the steps are independent, of variance :math:`\sigma_i^2 h`; the
        noise is additive, so that Itô and Stratonovich mean the same. It acts in the middle of a
        step, where it moves the mean of the state over the step as Brownian motion does. All
        trajectories of the task feel the same noise, the free and the clamped one too.

        Parameters
        ----------
        noise
            Amplitudes σ >= 0 of variables, `{index: amplitude}`.
        rng
            A seed, a generator, or None for a fresh seed.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain, or a variable is imposed.

        Examples
        --------
        >>> import numpy as np
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
        >>> task = ode.Task([0, 0], outputs=[1], T=2000, h=0.1, target=0.0)
        >>> noisy = task.with_noise({1: 0.5}, rng=1)
        >>> x = ode.simulate(model, noisy, model.pack(k=0.0)).x[0]
        >>> bool(abs(x[:, 1].var() - 0.5**2 / 2) < 0.02), bool((x[:, 0] == 0).all())
        (True, True)
        """
        noise = domains.mapping("noise", noise)
        where = indices("noise", noise, self.size)
        if np.intersect1d(where, self.imposed).size:
            raise ValueError("noise must not act on imposed variables: it would change nothing")
        sizes = [domains.real(f"noise[{i}]", size, low=0) for i, size in noise.items()]
        shape = (self.examples, self.steps, len(where))
        # all of a step's force is in its middle, which has 2/3 of the weight
        drawn = domains.generator(rng).normal(size=shape) * sizes * (1.5 / np.sqrt(self.h))
        forced = np.union1d(self.forced, where)
        force = np.zeros((self.examples, 2 * self.steps + 1, len(forced)))
        force[:, :, np.searchsorted(forced, self.forced)] = self.force
        force[:, 1::2, np.searchsorted(forced, where)] += drawn
        noisy = copy(self)
        noisy.__dict__.pop("arrays", None)
        noisy.forced, noisy.force = forced, force
        return noisy

    @property
    def examples(self) -> int:
        """Number of examples."""
        return len(self.starts)

    @property
    def size(self) -> int:
        """Number of state variables."""
        return int(self.starts.shape[1])

    @property
    def T(self) -> float:
        """Length of a trajectory."""
        return self.steps * self.h

    @property
    def times(self) -> Floats:
        """Times of the steps, of shape (steps + 1,)."""
        return np.arange(self.steps + 1) * np.float64(self.h)

    @cached_property
    def arrays(self) -> TaskArrays:
        """What the engine is given."""
        return TaskArrays(*(getattr(self, name) for name in TaskArrays._fields))

    def started(self, model: Model, w: Floats) -> Task:
        """Return the task with the initial states that the parameters say; `fitting` checked it.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.leaky_integrate_and_fire.on(ode.all_to_all(2))
        >>> task = ode.Task([0.1, 0.2], [1], T=1, h=0.1, target=0.5, initial={"x": "b"})
        >>> task.started(model, model.pack(W=0.0, b=[1.0, 2.0], g=1.0)).starts.tolist()
        [[1.1, 2.2]]
        """
        if not self.initial:
            return self
        started, values = copy(self), model.unpack(w)
        started.__dict__.pop("arrays", None)
        started.starts = self.starts.copy()
        for state, parameter in self.initial.items():
            started.starts[:, model.nodes(state)] += values[parameter]
        return started

    def _courses(self, name: str, courses: Mapping[int, Course]) -> Floats:
        """Return the sampled courses of several variables, of shape (1, 2 steps + 1, M)."""
        columns = [self._sampled(f"{name}[{i}]", c, 1)[:, 0] for i, c in courses.items()]
        if not columns:
            return np.zeros((1, 2 * self.steps + 1, 0))
        return np.ascontiguousarray(np.stack(columns, axis=1)[None])

    def _sampled(self, name: str, course: Course, width: int) -> Floats:
        """Return a course at the half steps, of shape (2 steps + 1, width)."""
        rows = 2 * self.steps + 1
        if callable(course):
            course = [course(0.5 * self.h * s) for s in range(rows)]
        values = domains.finite(name, course)
        if values.ndim == 1 and len(values) == rows == width > 1:
            raise ValueError(
                f"{name} of {rows} numbers may be a course or one for each output: give it the "
                f"shape ({rows}, 1) or ({rows}, {width})"
            )
        if values.ndim == 1 and len(values) == rows:
            values = values[:, None]
        return np.ascontiguousarray(domains.shaped(name, values, (rows, width)))

    def __repr__(self) -> str:
        return (
            f"Task({self.examples} examples, outputs={self.outputs.tolist()}, T={self.T:g}, "
            f"h={self.h:g})"
        )


def fitting(model: Model, task: Task) -> tuple[Model, Task]:
    """Return a network and a task, once it is clear that they are of the same size.

    Raises
    ------
    TypeError, ValueError
        If they are not.
    """
    domains.instance("model", model, Model)
    domains.instance("task", task, Task)
    if task.size != model.size:
        raise ValueError(f"task must have start of shape ({model.size},), got ({task.size},)")
    for state, parameter in task.initial.items():
        domains.choice("initial", state, model.system.states)
        if f"{parameter}_i" not in model.system.parameters:
            raise ValueError(f"initial must name parameters of nodes, got {parameter!r}")
    return model, task


def _multiple(name: str, value: float, h: float) -> int:
    """Return value / h, if it is an integer."""
    ratio = value / h
    if abs(ratio - round(ratio)) > 1e-6:
        raise ValueError(f"{name} must be a multiple of the step h = {h:g}, got {value:g}")
    return round(ratio)
