"""Leaky integrate-and-fire neurons that hit targets in time: task C1."""

from __future__ import annotations

import numpy as np

from contrastive_ode import systems
from contrastive_ode.models.topology import all_to_all
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.tasks.demonstration import Demonstration, reduction
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from foundation import domains


def timed_targets(
    *,
    rng: int | np.random.Generator | None = None,
    N: int = 10,
    times: tuple[float, ...] = (2.0, 5.0, 8.0, 11.0),
    values: tuple[float, ...] = (0.8, 0.2, 0.8, 0.2),
) -> Demonstration:
    r"""Return C1: an output that passes through four values at four times.

    Neuron 0 is driven by :math:`2 \sin t`; the last one is the output. The trajectory goes on for 3
    after the last target. The targets alternate as the drive does: the local rule fails on targets
    that a low-pass response to the drive cannot reach, where the exact gradient succeeds. Leaks are
    drawn from [3, 6], so that neurons relax fast against the drive, and the causal update stays
    near the gradient; with leaks in [1, 2] it stops, orthogonal to it, on half of the seeds.

    Parameters
    ----------
    rng
        A seed, a generator, or None for a fresh seed.
    N
        Number of neurons, >= 2.
    times, values
        Targets; the times are multiples of 0.1.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.timed_targets(rng=1)
    >>> made.task.points.tolist()  # steps of 0.1
    [20, 50, 80, 110]
    >>> training = made.train(iterations=50)
    >>> bool(training.best_cost < 0.8 * training.loss[0])
    True
    """
    generator = domains.generator(rng)
    N = domains.integer("N", N, 2)
    at = [domains.real("times", time, low=0) for time in domains.several("times", times)]
    wanted = [domains.real("values", value) for value in domains.several("values", values)]
    if len(at) != len(wanted) or not at:
        raise ValueError(f"values must be as many as times, got {len(wanted)} and {len(at)}")
    model = systems.leaky_integrate_and_fire.on(all_to_all(N, self_coupling=True))
    w = model.pack(
        W=generator.normal(0, 1 / np.sqrt(N), (N, N)),
        b=generator.normal(0, 0.5, N),
        g=generator.uniform(3, 6, N),
    )
    task = Task(
        np.zeros(N),
        [N - 1],
        max(at) + 3.0,
        0.1,
        points=dict(zip(at, wanted, strict=True)),
        forces={0: lambda t: 2 * np.sin(t)},
    )
    return Demonstration(
        name="timed targets",
        model=model,
        task=task,
        w=w,
        assess=lambda w: {},
        passes=lambda training, found: reduction(training) >= 100,
        rate=0.3,
        iterations=Iterations(10_000),
        rule=Rule(),
        constraints=Constraints(model, bounds={"g": (0.1, None)}, clip=0.1),
    )
