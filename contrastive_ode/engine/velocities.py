"""What costs of velocities need: the rates along a trajectory, and what these depend on."""

from typing import Any

from contrastive_ode.engine.arguments import Floats, NetArrays, TaskArrays, Workspace
from contrastive_ode.engine.stand_ins import njit, sensitivity, vjp
from contrastive_ode.engine.steps import copy, quadrature, rate, start

# ---- what follows goes into the generated module ----


@njit
def velocities(
    e: int,
    first: int,
    task: TaskArrays,
    net: NetArrays,
    work: Workspace,
    path: Floats,
    out: Floats,
) -> None:
    """Write the rates at the half steps first, first + 2, ..., of the states at half steps."""
    x = work.x
    drive = start(e, task, x)
    for s in range(first, len(path), 2):
        copy(path[s], x)
        rate(s, task.h, x, drive, net, out[s])
        copy(x, path[s])


@njit
def pulled(
    task: TaskArrays,
    net: NetArrays,
    work: Workspace,
    path: Floats,
    pull: Floats,
    slopes: Floats,
    grads: Any,
) -> None:
    """Pass the slopes of a running cost by the rates on to the states, and to the parameters.

    `slopes`, at half steps, get the transpose of J times `pull`; `grads` minus the integral of the
    transpose of G times it.
    """
    h, v, back = task.h, work.v, work.y
    steps = (len(path) - 1) // 2
    for s in range(len(path)):
        vjp(0.5 * h * s, path[s], pull[s], net, back)
        for i in range(len(v)):
            slopes[s, i] += back[i]
        if s % 2 == 0:
            for i in range(len(v)):
                v[i] = -quadrature(s // 2, steps, h) * pull[s, i]
            sensitivity(0.5 * h * s, path[s], v, net, grads)
