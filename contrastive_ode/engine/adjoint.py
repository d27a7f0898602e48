"""The integrator backwards: the gradient of the discretised cost."""

from typing import Any

from contrastive_ode.engine.arguments import (
    End,
    Floats,
    Indices,
    NetArrays,
    Tape,
    TaskArrays,
    Workspace,
)
from contrastive_ode.engine.stand_ins import (
    inner,
    inside,
    loss_slope,
    njit,
    pullback,
    runge_kutta,
    sensitivity,
    tell,
    vjp,
)
from contrastive_ode.engine.steps import (
    FACTORS,
    OFFSETS,
    blown_up,
    clear,
    copy,
    cost_of_step,
    quadrature,
    start,
)

# ---- what follows goes into the generated module ----


@inner
def passed(n: int, task: TaskArrays) -> int:
    """Return how many point costs there are before step n."""
    p = 0
    while p < len(task.points) and task.points[p] < n:
        p += 1
    return p


@inside
def trace(
    cost: float,
    e: int,
    steps: tuple[int, int],
    task: TaskArrays,
    net: NetArrays,
    work: Workspace,
    stages: Floats,
) -> tuple[float, End]:
    """Integrate from `work.x` from one step to another, and keep the arguments of the stages.

    Returns the cost so far and that of these steps, and where the trajectory blew up.
    """
    z, K = work.x, work.K
    p = passed(steps[0], task)
    for n in range(steps[0], steps[1]):
        cost += cost_of_step(e, n, p, z, task)
        if p < len(task.points) and task.points[p] == n:
            p += 1
        runge_kutta(n, task.h, z, stages[n - steps[0]], K, net)
        bad = blown_up(z)
        if bad >= 0:
            return cost, End(e, n + 1, bad)
    return cost, End(-1, -1, -1)


@njit
def adjoint(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: Workspace,
    tape: Tape,
    exact: bool,
    grads: Any,
    costs: Floats,
) -> End:
    """Add the gradient of the discretised cost; or the local rule under the gradient supervisor.

    The gradient goes backwards through the stages of every step. The supervisor (14) takes the
    adjoint at the steps for the difference of the copies, and the rule (12) sums it.
    """
    h, imposed, outputs = task.h, task.imposed, task.outputs
    target, running = task.target, task.running
    points, point_target = task.points, task.point_target
    steps = (running.shape[1] - 1) // 2
    z, bar, back, total, v = work.x, work.y, work.left, work.right, work.v
    starts, stages = tape.starts, tape.stages
    N, L = len(z), len(stages)
    for b in range(len(examples)):
        e = examples[b]
        tell(0.0, start(e, task, z), net)
        cost = 0.0
        for part in range(len(starts)):
            copy(z, starts[part])
            reach = (part * L, min(steps, (part + 1) * L))
            cost, end = trace(cost, e, reach, task, net, work, stages)
            if end.step >= 0:
                return End(b, end.step, end.variable)
        costs[b] += cost + cost_of_step(e, steps, passed(steps, task), z, task)
        p = len(points)
        clear(bar)
        for n in range(steps, -1, -1):
            x = z if n == steps else stages[n % L, 0]
            at_point = p > 0 and points[p - 1] == n
            copy(bar, v)
            for m in range(len(outputs)):
                o = outputs[m]
                slope = running[e, 2 * n, m] * loss_slope(x[o], target[e, 2 * n, m])
                jump = loss_slope(x[o], point_target[e, p - 1, m]) if at_point else 0.0
                if n < steps:
                    v[o] += 0.5 * h * slope
                v[o] += jump if n == steps else 0.5 * jump if n > 0 else 0.0
                bar[o] += quadrature(n, steps, h) * slope + jump
            if at_point:
                p -= 1
            if not exact:
                for i in range(N):
                    v[i] *= -quadrature(n, steps, h)
                sensitivity(h * n, x, v, net, grads)
            if n == 0:
                break
            if n % L == 0 and n < steps:  # the part before, once more
                copy(starts[n // L - 1], z)
                trace(0.0, e, (n - L, n), task, net, work, stages)
            clear(total)
            clear(back)
            for k in range(3, -1, -1):
                # how much the step depends on the derivative at stage k
                inner = h * FACTORS[k + 1] if k < 3 else 0.0
                outer = h / 6 if k in (0, 3) else h / 3
                for i in range(N):
                    v[i] = outer * bar[i] + inner * back[i]
                for m in range(len(imposed)):
                    v[imposed[m]] = 0.0
                t = 0.5 * h * (2 * (n - 1) + OFFSETS[k])
                if exact:
                    pullback(t, stages[(n - 1) % L, k], v, net, back, grads)
                else:
                    vjp(t, stages[(n - 1) % L, k], v, net, back)
                for m in range(len(imposed)):
                    back[imposed[m]] = 0.0
                for i in range(N):
                    total[i] += back[i]
            for i in range(N):
                bar[i] += total[i]
            for m in range(len(imposed)):
                bar[imposed[m]] = 0.0
    return End(-1, -1, -1)
