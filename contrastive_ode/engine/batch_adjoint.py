"""The integrator backwards for many examples at once; see `adjoint`."""

from typing import Any

from contrastive_ode.engine.adjoint import passed
from contrastive_ode.engine.arguments import Batch, End, Floats, Indices, NetArrays, TaskArrays
from contrastive_ode.engine.batch import add_costs, add_step, begin, hold, impose, rates, slope_at
from contrastive_ode.engine.stand_ins import (
    flush,
    inside,
    loss_slope,
    njit,
    sensitivity_batch,
    vjp_batch,
)
from contrastive_ode.engine.steps import (
    FACTORS,
    OFFSETS,
    blown_up,
    clear,
    copy,
    quadrature,
    stage,
)

# ---- what follows goes into the generated module ----


@inside
def trace_batch(
    examples: Indices,
    part: int,
    task: TaskArrays,
    net: NetArrays,
    batch: Batch,
    costs: Floats,
) -> End:
    """Integrate a part of the trajectories from its start, and keep the arguments of the stages."""
    rows, flat, tape, flat_tape = batch.rows, batch.flat, batch.tape, batch.flat_tape
    L, size = len(tape.stages), rows.x.shape[1]
    first, last = part * L, min((task.running.shape[1] - 1) // 2, (part + 1) * L)
    p = passed(first, task)
    for n in range(first, last):
        add_costs(n, p, examples, task, rows.x, costs)
        if p < len(task.points) and task.points[p] == n:
            p += 1
        for k in range(4):
            stage(k, task.h, flat.x, flat.K, flat_tape.stages[n - first])
            X = tape.stages[n - first, k]
            rates(2 * n + OFFSETS[k], examples, task, net, batch, X, rows.K[k])
        add_step(task.h, flat.x, flat.K)
        impose(2 * n + 2, examples, task, rows.x)
        bad = blown_up(flat.x)
        if bad >= 0:
            return End(bad // size, n + 1, bad % size)
    return End(-1, -1, -1)


@njit
def adjoint_batch(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    batch: Batch,
    exact: bool,
    grads: Any,
    costs: Floats,
) -> End:
    """Add the gradient of the discretised cost, or the rule under the gradient supervisor."""
    h, outputs, points = task.h, task.outputs, task.points
    steps = (task.running.shape[1] - 1) // 2
    rows, flat, tape, flat_tape = batch.rows, batch.flat, batch.tape, batch.flat_tape
    bar, v, back, total = rows.y, rows.v, flat.left, flat.right
    L, B = len(tape.stages), len(bar)
    begin(examples, task, rows.x)
    for part in range(len(tape.starts)):
        copy(flat.x, flat_tape.starts[part])
        end = trace_batch(examples, part, task, net, batch, costs)
        if end.step >= 0:
            return end
    add_costs(steps, passed(steps, task), examples, task, rows.x, costs)
    p = len(points)
    clear(flat.y)
    for n in range(steps, -1, -1):
        x = rows.x if n == steps else tape.stages[n % L, 0]
        at_point = p > 0 and points[p - 1] == n
        copy(flat.y, flat.v)
        for b in range(B):
            e = examples[b]
            for m in range(len(outputs)):
                o = outputs[m]
                slope = slope_at(e, 2 * n, m, task, x[b])
                jump = loss_slope(x[b, o], task.point_target[e, p - 1, m]) if at_point else 0.0
                if n < steps:
                    v[b, o] += 0.5 * h * slope
                v[b, o] += jump if n == steps else 0.5 * jump if n > 0 else 0.0
                bar[b, o] += quadrature(n, steps, h) * slope + jump
        if at_point:
            p -= 1
        if not exact:
            for i in range(len(flat.v)):
                flat.v[i] *= -quadrature(n, steps, h)
            sensitivity_batch(h * n, x, v, net, batch, grads)
        if n == 0:
            break
        if n % L == 0 and n < steps:  # the part before, once more
            copy(flat_tape.starts[n // L - 1], flat.x)
            trace_batch(examples, n // L - 1, task, net, batch, costs[:0])
        clear(total)
        clear(back)
        for k in range(3, -1, -1):
            # how much the step depends on the derivative at stage k
            inside = h * FACTORS[k + 1] if k < 3 else 0.0
            outside = h / 6 if k in (0, 3) else h / 3
            for i in range(len(flat.v)):
                flat.v[i] = outside * flat.y[i] + inside * back[i]
            hold(task, v)
            t, X = 0.5 * h * (2 * (n - 1) + OFFSETS[k]), tape.stages[(n - 1) % L, k]
            vjp_batch(t, X, v, net, batch, rows.left)
            hold(task, rows.left)
            if exact:
                sensitivity_batch(t, X, v, net, batch, grads)
            for i in range(len(total)):
                total[i] += back[i]
        for i in range(len(total)):
            flat.y[i] += total[i]
        hold(task, bar)
    flush(batch, grads)
    return End(-1, -1, -1)
