"""Many examples at once, a row each: their free trajectories, and the local rule.

The steps are those of `steps`, `local` and `adjoint`, and the results too, up to the order of sums.
"""

from typing import Any

from contrastive_ode.engine.arguments import (
    Batch,
    End,
    Floats,
    Indices,
    NetArrays,
    TaskArrays,
)
from contrastive_ode.engine.local import weigh
from contrastive_ode.engine.stand_ins import (
    flush,
    inner,
    inside,
    jvp_batch,
    loss_slope,
    njit,
    rhs_batch,
    sensitivity_batch,
)
from contrastive_ode.engine.steps import (
    OFFSETS,
    blown_up,
    clear,
    copy,
    cost_of_step,
    quadrature,
    stage,
)

# ---- what follows goes into the generated module ----


@inside
def impose(s: int, examples: Indices, task: TaskArrays, X: Floats) -> None:
    """Set the imposed variables at half step s."""
    for m in range(len(task.imposed)):
        for b in range(len(X)):
            X[b, task.imposed[m]] = task.values[examples[b], s, m]


@inside
def hold(task: TaskArrays, rates: Floats) -> None:
    """Clear the rates of imposed variables."""
    for m in range(len(task.imposed)):
        for b in range(len(rates)):
            rates[b, task.imposed[m]] = 0.0


@inside
def begin(examples: Indices, task: TaskArrays, x: Floats) -> None:
    """Set the initial states."""
    for b in range(len(x)):
        copy(task.starts[examples[b]], x[b])
    impose(0, examples, task, x)


@inside
def rates(
    s: int,
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    batch: Batch,
    X: Floats,
    out: Floats,
) -> None:
    """Set the imposed variables at half step s, and compute the derivatives there."""
    impose(s, examples, task, X)
    rhs_batch(0.5 * task.h * s, X, net, batch, out)
    for m in range(len(task.forced)):
        for b in range(len(X)):
            out[b, task.forced[m]] += task.force[examples[b], s, m]
    hold(task, out)


@inner
def add_step(h: float, x: Floats, K: Floats) -> None:
    """Make the step from its stages."""
    for i in range(len(x)):
        x[i] += (h / 6) * (K[0, i] + 2 * K[1, i] + 2 * K[2, i] + K[3, i])


@inside
def add_costs(
    n: int, p: int, examples: Indices, task: TaskArrays, x: Floats, costs: Floats
) -> None:
    """Add what step n contributes to the costs."""
    for b in range(len(costs)):
        costs[b] += cost_of_step(examples[b], n, p, x[b], task)


@inner
def slope_at(e: int, s: int, m: int, task: TaskArrays, x: Floats) -> float:
    """Return the slope of the running cost by the m-th output at half step s."""
    return task.running[e, s, m] * loss_slope(x[task.outputs[m]], task.target[e, s, m])


@njit
def free_batch(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    batch: Batch,
    path: Floats,
    costs: Floats,
) -> End:
    """Integrate the free dynamics; `path` gets the states at all steps, `costs` the costs."""
    h, points = task.h, task.points
    steps = (task.running.shape[1] - 1) // 2
    x, X, K = batch.rows.x, batch.rows.X, batch.rows.K
    size = x.shape[1]
    begin(examples, task, x)
    p = 0
    for n in range(steps + 1):
        for b in range(len(x)):
            copy(x[b], path[b, n])
        add_costs(n, p, examples, task, x, costs)
        if p < len(points) and points[p] == n:
            p += 1
        if n < steps:
            for k in range(4):
                stage(k, h, batch.flat.x, batch.flat.K, batch.flat.X)
                rates(2 * n + OFFSETS[k], examples, task, net, batch, X[k], K[k])
            add_step(h, batch.flat.x, batch.flat.K)
            impose(2 * n + 2, examples, task, x)
            bad = blown_up(batch.flat.x)
            if bad >= 0:
                return End(bad // size, n + 1, bad % size)
    return End(-1, -1, -1)


@njit
def nudged_batch(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    batch: Batch,
    epsilon: float,
    closed: bool,
    hard: bool,
    grads: Any,
    costs: Floats,
) -> End:
    """Integrate free and clamped copies, and add the local rule; see `local.nudged`.

    Each example is there twice: the first half of the rows are the free copies.
    """
    h, outputs, points = task.h, task.outputs, task.points
    steps = (task.running.shape[1] - 1) // 2
    x, X, K = batch.rows.x, batch.rows.X, batch.rows.K
    left, right, v = batch.rows.left, batch.rows.right, batch.rows.v
    B, size = len(x) // 2, x.shape[1]
    begin(examples, task, x)
    p = 0
    for n in range(steps + 1):
        add_costs(n, p, examples, task, x, costs)
        for b in range(B):
            e = examples[b]
            if hard:
                for m in range(len(outputs)):
                    o = outputs[m]
                    x[B + b, o] = x[b, o] - epsilon * slope_at(e, 2 * n, m, task, x[b])
            for i in range(size):
                left[b, i] = x[B + b, i] - x[b, i]
                right[b, i] = left[b, i]
            if p < len(points) and points[p] == n:
                for m in range(len(outputs)):
                    o = outputs[m]
                    seen = x[B + b, o] if closed else x[b, o]
                    x[B + b, o] -= epsilon * loss_slope(seen, task.point_target[e, p, m])
                    right[b, o] = x[B + b, o] - x[b, o]
            weigh(n, steps, quadrature(n, steps, h) / epsilon, left[b], right[b], v[b])
        if p < len(points) and points[p] == n:
            p += 1
        sensitivity_batch(h * n, x[:B], v[:B], net, batch, grads)
        if n == steps:
            break
        for k in range(4):
            s = 2 * n + OFFSETS[k]
            stage(k, h, batch.flat.x, batch.flat.K, batch.flat.X)
            if hard:
                impose(s, examples, task, X[k])
                for b in range(B):
                    for m in range(len(outputs)):
                        o = outputs[m]
                        slope = slope_at(examples[b], s, m, task, X[k, b])
                        X[k, B + b, o] = X[k, b, o] - epsilon * slope
            rates(s, examples, task, net, batch, X[k], K[k])
            if not hard:
                for b in range(B):
                    seen = B + b if closed else b
                    for m in range(len(outputs)):
                        slope = slope_at(examples[b], s, m, task, X[k, seen])
                        K[k, B + b, outputs[m]] -= epsilon * slope
        add_step(h, batch.flat.x, batch.flat.K)
        impose(2 * n + 2, examples, task, x)
        bad = blown_up(batch.flat.x)
        if bad >= 0:
            return End(bad // size % B, n + 1, bad % size)
    flush(batch, grads)
    return End(-1, -1, -1)


@njit
def tangent_batch(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    batch: Batch,
    grads: Any,
    costs: Floats,
) -> End:
    """Add the local rule for an infinitesimal nudge; see `local.tangent`."""
    h, outputs, points = task.h, task.outputs, task.points
    steps = (task.running.shape[1] - 1) // 2
    rows, flat = batch.rows, batch.flat
    x, X, K, d, D, L = rows.x, rows.X, rows.K, rows.y, rows.Y, rows.L
    B, size = x.shape
    begin(examples, task, x)
    clear(flat.y)
    p = 0
    for n in range(steps + 1):
        add_costs(n, p, examples, task, x, costs)
        copy(flat.y, flat.left)
        if p < len(points) and points[p] == n:
            for b in range(B):
                for m in range(len(outputs)):
                    o = outputs[m]
                    d[b, o] -= loss_slope(x[b, o], task.point_target[examples[b], p, m])
            p += 1
        weigh(n, steps, quadrature(n, steps, h), flat.left, flat.y, flat.v)
        sensitivity_batch(h * n, x, rows.v, net, batch, grads)
        if n == steps:
            break
        for k in range(4):
            s = 2 * n + OFFSETS[k]
            stage(k, h, flat.x, flat.K, flat.X)
            rates(s, examples, task, net, batch, X[k], K[k])
            stage(k, h, flat.y, flat.L, flat.Y)
            jvp_batch(0.5 * h * s, X[k], D[k], net, batch, L[k])
            for b in range(B):
                for m in range(len(outputs)):
                    L[k, b, outputs[m]] -= slope_at(examples[b], s, m, task, X[k, b])
            hold(task, L[k])
        add_step(h, flat.x, flat.K)
        impose(2 * n + 2, examples, task, x)
        add_step(h, flat.y, flat.L)
        bad = max(blown_up(flat.x), blown_up(flat.y))
        if bad >= 0:
            return End(bad // size, n + 1, bad % size)
    flush(batch, grads)
    return End(-1, -1, -1)
