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
from contrastive_ode.engine.stand_ins import loss_slope, njit, sensitivity, vjp
from contrastive_ode.engine.steps import (
    FACTORS,
    OFFSETS,
    advance,
    blown_up,
    clear,
    copy,
    cost_of_step,
    quadrature,
    rate,
    stage,
    start,
)

# ---- what follows goes into the generated module ----


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
    z, K, bar, back, total, v = work.x, work.K, work.y, work.left, work.right, work.v
    path, stages = tape.path, tape.stages
    N = len(z)
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, z)
        p = 0
        for n in range(steps + 1):
            copy(z, path[n])
            costs[b] += cost_of_step(e, n, p, z, task)
            if p < len(points) and points[p] == n:
                p += 1
            if n < steps:
                for k in range(4):
                    stage(k, h, z, K, stages[n])
                    rate(2 * n + OFFSETS[k], h, stages[n, k], drive, net, K[k])
                advance(n, h, z, K, drive)
                bad = blown_up(z)
                if bad >= 0:
                    return End(b, n + 1, bad)
        clear(bar)
        for n in range(steps, -1, -1):
            x = path[n]
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
                vjp(t, stages[n - 1, k], v, net, back)
                for m in range(len(imposed)):
                    back[imposed[m]] = 0.0
                if exact:
                    sensitivity(t, stages[n - 1, k], v, net, grads)
                for i in range(N):
                    total[i] += back[i]
            for i in range(N):
                bar[i] += total[i]
            for m in range(len(imposed)):
                bar[imposed[m]] = 0.0
    return End(-1, -1, -1)
