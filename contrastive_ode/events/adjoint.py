"""The integrator with events backwards: the gradient of the discretised cost."""

from typing import Any

import numpy as np

from contrastive_ode.engine.arguments import (
    Drive,
    End,
    Floats,
    Indices,
    NetArrays,
    TaskArrays,
)
from contrastive_ode.engine.stand_ins import loss, loss_slope, njit, sensitivity, vjp
from contrastive_ode.engine.steps import FACTORS, OFFSETS, blown_up, clear, copy, start
from contrastive_ode.events.arguments import GRAZES, EventTape, EventWorkspace
from contrastive_ode.events.free import cost_of_pieces
from contrastive_ode.events.pieces import between, cut, pace, piece, point_cost, pull, running_cost
from contrastive_ode.events.stand_ins import (
    level_along,
    level_back,
    loss_by_target,
    outlined,
    reset_back,
)
from contrastive_ode.events.tangent import along, late

# ---- what follows goes into the generated module ----


@outlined
def cost_pace(e: int, s: int, p: float, x: Floats, task: TaskArrays) -> float:
    """Return the derivative of the running cost by the time, counted in half steps."""
    total = 0.0
    for m in range(len(task.outputs)):
        o = task.outputs[m]
        weight, change = between(task.running[e], s, p, m), pace(task.running[e], s, p, m)
        if weight != 0.0 or change != 0.0:
            aim = between(task.target[e], s, p, m)
            total += change * loss(x[o], aim)
            total += weight * loss_by_target(x[o], aim) * pace(task.target[e], s, p, m)
    return total


@outlined
def back_through(
    where: tuple[int, int, float, float],
    moves: bool,
    exact: bool,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    X: Floats,
    work: EventWorkspace,
    grads: Any,
) -> float:
    """Replace `work.y`, slopes by the state at the end of a piece, by those at its start.

    Returns the slope by the start of the piece, at fixed length, if the start `moves`.
    """
    _, n, a, b = where
    h, bar, back, total, v = task.h, work.y, work.left, work.right, work.spare[1]
    by = 0.0
    for m in range(len(drive.imposed)):
        o = drive.imposed[m]
        by += bar[o] * pace(drive.values, 2 * n, 2 * (a + b), m)
        bar[o] = 0.0
    clear(total)
    clear(back)
    for k in range(3, -1, -1):
        inner_part = h * b * FACTORS[k + 1] if k < 3 else 0.0
        outer = h * b / 6 if k in (0, 3) else h * b / 3
        for i in range(len(v)):
            v[i] = outer * bar[i] + inner_part * back[i]
        for m in range(len(drive.imposed)):
            v[drive.imposed[m]] = 0.0
        p = 2 * a + OFFSETS[k] * b
        t = 0.5 * h * (2 * n + p)
        vjp(t, X[k], v, net, back)
        if moves:
            late(p, 2 * n, h, X[k], drive, net, work.spare[0])
            for i in range(len(v)):
                by += v[i] * work.spare[0, i]
        for m in range(len(drive.imposed)):
            o = drive.imposed[m]
            by += back[o] * pace(drive.values, 2 * n, p, m)
            back[o] = 0.0
        if exact:
            sensitivity(t, X[k], v, net, grads)
        for i in range(len(v)):
            total[i] += back[i]
    for i in range(len(v)):
        bar[i] += total[i]
    return 2 * by


@outlined
def by_length(
    where: tuple[int, int, float, float],
    sign: float,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    work: EventWorkspace,
    last: Floats,
    alone: Floats,
) -> float:
    """Return the slope by the length of a piece; `alone` gets what it does to the end."""
    e, n, a, b = where
    h, s, z, slope = task.h, 2 * n, 2 * (a + b), work.spare[2]
    clear(alone)
    moved = (work.Y, work.L, work.spare[0])
    along(where, (0.0, 1.0), 0.0, task, drive, net, (work.X, work.K), moved, alone)
    ends = running_cost(e, s, 2 * a, work.x, task) + running_cost(e, s, z, last, task)
    total = sign * h * (0.5 * ends + b * cost_pace(e, s, z, last, task))
    copy(work.y, slope)
    pull(e, s, z, -0.5 * sign * h * b, last, task, slope)
    for i in range(len(alone)):
        total += slope[i] * alone[i]
    return total


@outlined
def pieces_back(
    place: tuple[int, int],
    exact: bool,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    work: EventWorkspace,
    grads: Any,
) -> None:
    """Take `work.y`, the slopes by the state, from the end of a step to its start."""
    e, n = place
    h, s, bar, x, v = task.h, 2 * n, work.y, work.x, work.v
    pieces, alone, stages = work.pieces, work.spare[3], (work.X, work.K)
    sign = 1.0 if exact else -1.0
    ahead = 0.0  # slope by the cut at the end of the piece
    for m in range(pieces.marks[0] - 1, -1, -1):
        a, b, last = pieces.cuts[m], pieces.cuts[m + 1] - pieces.cuts[m], pieces.ends[1, m]
        where, z, i = (e, n, a, b), 2 * pieces.cuts[m + 1], pieces.nodes[m]
        t = h * (n + a + b)
        copy(pieces.ends[0, m], x)
        piece(where, 0.0, task, drive, net, x, stages, work.spare[4])
        if i >= 0:
            for k in range(len(drive.imposed)):
                o = drive.imposed[k]
                ahead += 2 * bar[o] * pace(drive.values, s, z, k)
                bar[o] = 0.0
            ahead += h * reset_back(i, t, last, bar, net, grads)
        by = ahead + by_length(where, sign, task, drive, net, work, last, alone)
        if i >= 0:
            tie = -by / level_along(i, t, last, alone, h, net)
            ahead += h * level_back(i, t, last, tie, net, bar, grads)
        else:
            ahead = -by
        ends = cost_pace(e, s, 2 * a, x, task) + cost_pace(e, s, z, last, task)
        ahead += sign * h * b * ends
        if not exact:
            weigh_slopes(0.5 * h * b, bar, drive.imposed, v)
            sensitivity(t, last, v, net, grads)
        pull(e, s, z, -0.5 * sign * h * b, last, task, bar)
        ahead += back_through(where, m > 0, exact, task, drive, net, work.X, work, grads)
        pull(e, s, 2 * a, -0.5 * sign * h * b, x, task, bar)
        if not exact:
            weigh_slopes(0.5 * h * b, bar, drive.imposed, v)
            sensitivity(h * (n + a), x, v, net, grads)


@outlined
def weigh_slopes(weight: float, bar: Floats, imposed: Indices, v: Floats) -> None:
    """Write slopes times a weight, and 0 for imposed variables."""
    for i in range(len(v)):
        v[i] = weight * bar[i]
    for m in range(len(imposed)):
        v[imposed[m]] = 0.0


@njit
def adjoint(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: EventWorkspace,
    tape: EventTape,
    exact: bool,
    grads: Any,
    costs: Floats,
) -> End:
    """Add the gradient of the discretised cost; or the local rule under the gradient supervisor.

    Backwards, a step that was cut is made once more from its start. The slopes are those of minus
    the cost for the local rule.
    """
    h, outputs, points = task.h, task.outputs, task.points
    steps = (task.running.shape[1] - 1) // 2
    x, bar, v, pieces, N = work.x, work.y, work.v, work.pieces, net.scratch.shape[1]
    path, stages = tape.path, tape.stages
    sign = 1.0 if exact else -1.0
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, x)
        p = 0
        for n in range(steps + 1):
            copy(x, path[n])
            if p < len(points) and points[p] == n:
                costs[b] += point_cost(e, p, x, task)
                p += 1
            if n == steps:
                break
            wrong = cut((e, n), 0.0, task, drive, net, work.spare, x, (stages[n], work.K), pieces)
            if wrong < 0 and pieces.marks[1] >= 0:
                wrong = GRAZES * N + pieces.marks[1]
            bad = blown_up(x) if wrong < 0 else wrong + len(x)
            if bad >= 0:
                return End(b, n + 1, bad)
            costs[b] += cost_of_pieces(e, n, task, pieces)
            if pieces.marks[0] > 1:
                stages[n, 0, 0] = np.nan
        clear(bar)
        for n in range(steps, -1, -1):
            if p > 0 and points[p - 1] == n:
                p -= 1
                for m in range(len(outputs)):
                    o = outputs[m]
                    bar[o] += sign * loss_slope(path[n, o], task.point_target[e, p, m])
            if n == 0:
                break
            k = n - 1
            if np.isnan(stages[k, 0, 0]):
                copy(path[k], x)
                cut((e, k), 0.0, task, drive, net, work.spare, x, (work.X, work.K), pieces)
                pieces_back((e, k), exact, task, drive, net, work, grads)
                continue
            if not exact:
                weigh_slopes(0.5 * h, bar, drive.imposed, v)
                sensitivity(h * n, path[n], v, net, grads)
            pull(e, 2 * k, 2.0, -0.5 * sign * h, path[n], task, bar)
            where = (e, k, 0.0, 1.0)
            back_through(where, False, exact, task, drive, net, stages[k], work, grads)
            pull(e, 2 * k, 0.0, -0.5 * sign * h, path[k], task, bar)
            if not exact:
                weigh_slopes(0.5 * h, bar, drive.imposed, v)
                sensitivity(h * k, path[k], v, net, grads)
        if not exact:
            for i in range(len(bar)):
                bar[i] = -bar[i]
    return End(-1, -1, -1)
