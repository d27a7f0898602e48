"""The local rule: a second, clamped trajectory beside the free one, or its tangent."""

from typing import Any

from contrastive_ode.engine.arguments import (
    End,
    Floats,
    Indices,
    NetArrays,
    TaskArrays,
    Workspace,
)
from contrastive_ode.engine.stand_ins import inner, jvp, loss_slope, njit, sensitivity
from contrastive_ode.engine.steps import (
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


@inner
def weigh(n: int, steps: int, factor: float, left: Floats, right: Floats, v: Floats) -> None:
    """Take the mean of the limits before and after a jump; at an end, the limit from inside."""
    for i in range(len(v)):
        if n == 0:
            v[i] = factor * right[i]
        elif n == steps:
            v[i] = factor * left[i]
        else:
            v[i] = 0.5 * factor * (left[i] + right[i])


@njit
def nudged(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: Workspace,
    epsilon: float,
    closed: bool,
    hard: bool,
    grads: Any,
    costs: Floats,
) -> End:
    """Integrate the free and the clamped copy together, and add the local rule (12) to `grads`.

    `closed`: the supervisor sees the error of the clamped copy, otherwise that of the free one.
    `hard`: outputs are clamped to the free ones minus epsilon times the slope of the cost.
    """
    h, outputs, target, running = task.h, task.outputs, task.target, task.running
    points, point_target = task.points, task.point_target
    steps = (running.shape[1] - 1) // 2
    x, X, K, y, Y, L, left, right, v = work
    N = len(x)
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, x)
        copy(x, y)
        p = 0
        for n in range(steps + 1):
            costs[b] += cost_of_step(e, n, p, x, task)
            if hard:
                for m in range(len(outputs)):
                    o = outputs[m]
                    slope = running[e, 2 * n, m] * loss_slope(x[o], target[e, 2 * n, m])
                    y[o] = x[o] - epsilon * slope
            for i in range(N):
                left[i] = y[i] - x[i]
                right[i] = left[i]
            if p < len(points) and points[p] == n:
                for m in range(len(outputs)):
                    o = outputs[m]
                    seen = y[o] if closed else x[o]
                    y[o] -= epsilon * loss_slope(seen, point_target[e, p, m])
                    right[o] = y[o] - x[o]
                p += 1
            weigh(n, steps, quadrature(n, steps, h) / epsilon, left, right, v)
            sensitivity(h * n, x, v, net, grads)
            if n == steps:
                break
            for k in range(4):
                s = 2 * n + OFFSETS[k]
                stage(k, h, x, K, X)
                rate(s, h, X[k], drive, net, K[k])
                stage(k, h, y, L, Y)
                if hard:
                    for m in range(len(outputs)):
                        o = outputs[m]
                        slope = running[e, s, m] * loss_slope(X[k, o], target[e, s, m])
                        Y[k, o] = X[k, o] - epsilon * slope
                rate(s, h, Y[k], drive, net, L[k])
                if not hard:
                    for m in range(len(outputs)):
                        o = outputs[m]
                        seen = Y[k, o] if closed else X[k, o]
                        L[k, o] -= epsilon * running[e, s, m] * loss_slope(seen, target[e, s, m])
            advance(n, h, x, K, drive)
            advance(n, h, y, L, drive)
            bad = max(blown_up(x), blown_up(y))
            if bad >= 0:
                return End(b, n + 1, bad)
    return End(-1, -1, -1)


@njit
def tangent(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: Workspace,
    grads: Any,
    costs: Floats,
) -> End:
    """Add the local rule for an infinitesimal nudge: integrate J delta - dc/dx along x."""
    h, imposed, outputs = task.h, task.imposed, task.outputs
    target, running = task.target, task.running
    points, point_target = task.points, task.point_target
    steps = (running.shape[1] - 1) // 2
    x, X, K, left, v = work.x, work.X, work.K, work.left, work.v
    d, D, L = work.y, work.Y, work.L
    N = len(x)
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, x)
        clear(d)
        p = 0
        for n in range(steps + 1):
            costs[b] += cost_of_step(e, n, p, x, task)
            copy(d, left)
            if p < len(points) and points[p] == n:
                for m in range(len(outputs)):
                    o = outputs[m]
                    d[o] -= loss_slope(x[o], point_target[e, p, m])
                p += 1
            weigh(n, steps, quadrature(n, steps, h), left, d, v)
            sensitivity(h * n, x, v, net, grads)
            if n == steps:
                break
            for k in range(4):
                s = 2 * n + OFFSETS[k]
                stage(k, h, x, K, X)
                rate(s, h, X[k], drive, net, K[k])
                stage(k, h, d, L, D)
                jvp(0.5 * h * s, X[k], D[k], net, L[k])
                for m in range(len(outputs)):
                    o = outputs[m]
                    L[k, o] -= running[e, s, m] * loss_slope(X[k, o], target[e, s, m])
                for m in range(len(imposed)):
                    L[k, imposed[m]] = 0.0
            advance(n, h, x, K, drive)
            for i in range(N):
                d[i] += (h / 6) * (L[0, i] + 2 * L[1, i] + 2 * L[2, i] + L[3, i])
            bad = max(blown_up(x), blown_up(d))
            if bad >= 0:
                return End(b, n + 1, bad)
    return End(-1, -1, -1)
