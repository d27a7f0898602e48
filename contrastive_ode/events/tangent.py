"""The local rule with events, for an infinitesimal nudge."""

from typing import Any

from contrastive_ode.engine.arguments import (
    Drive,
    End,
    Floats,
    Indices,
    NetArrays,
    TaskArrays,
)
from contrastive_ode.engine.stand_ins import inner, jvp, loss_slope, njit, sensitivity
from contrastive_ode.engine.steps import FACTORS, OFFSETS, blown_up, clear, copy, start
from contrastive_ode.events.arguments import GRAZES, EventWorkspace
from contrastive_ode.events.free import cost_of_pieces
from contrastive_ode.events.pieces import cut, pace, piece, point_cost, pull, rate_at
from contrastive_ode.events.stand_ins import clock, level_along, outlined, reset_along

# ---- what follows goes into the generated module ----


@outlined
def late(p: float, s: int, h: float, x: Floats, drive: Drive, net: NetArrays, out: Floats) -> None:
    """Compute the derivative of the rates by the time, counted in half steps."""
    clock(0.5 * h * (s + p), x, net, out)
    for i in range(len(x)):
        out[i] *= 0.5 * h
    for m in range(len(drive.forced)):
        out[drive.forced[m]] += pace(drive.force, s, p, m)
    for m in range(len(drive.imposed)):
        out[drive.imposed[m]] = 0.0


@inner
def follow(s: int, p: float, by: float, drive: Drive, v: Floats) -> None:
    """Set how the imposed variables change with the time."""
    for m in range(len(drive.imposed)):
        v[drive.imposed[m]] = pace(drive.values, s, p, m) * by


@outlined
def along(
    where: tuple[int, int, float, float],
    change: tuple[float, float],
    push: float,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    stages: tuple[Floats, Floats],
    moved: tuple[Floats, Floats, Floats],
    v: Floats,
) -> None:
    """Replace v, a change of the state at the start of a piece, by that at its end.

    `change` is that of the start and of the length of the piece, in fractions of the step; a push
    of 1 is the slope of the cost, infinitesimally.
    """
    e, n, a, b = where
    X, K = stages
    V, L, spare = moved
    h, s = task.h, 2 * n
    for k in range(4):
        p, by = 2 * a + OFFSETS[k] * b, 2 * change[0] + OFFSETS[k] * change[1]
        for i in range(len(v)):
            V[k, i] = v[i]
            if k > 0:
                V[k, i] += FACTORS[k] * h * (change[1] * K[k - 1, i] + b * L[k - 1, i])
        follow(s, p, by, drive, V[k])
        jvp(0.5 * h * (s + p), X[k], V[k], net, L[k])
        if by != 0.0:
            late(p, s, h, X[k], drive, net, spare)
            for i in range(len(v)):
                L[k, i] += by * spare[i]
        if push != 0.0:
            pull(e, s, p, push, X[k], task, L[k])
        for m in range(len(drive.imposed)):
            L[k, drive.imposed[m]] = 0.0
    for i in range(len(v)):
        slope = K[0, i] + 2 * K[1, i] + 2 * K[2, i] + K[3, i]
        v[i] += (h / 6) * change[1] * slope
        v[i] += (h / 6) * b * (L[0, i] + 2 * L[1, i] + 2 * L[2, i] + L[3, i])
    follow(s, 2 * (a + b), 2 * (change[0] + change[1]), drive, v)


@outlined
def fixed(
    weight: float, ahead: float, v: Floats, rates: Floats, imposed: Indices, out: Floats
) -> None:
    """Write what a change is at a fixed time, times a weight; `ahead` is how late that time is."""
    for i in range(len(v)):
        out[i] += weight * (v[i] - ahead * rates[i])
    for m in range(len(imposed)):
        out[imposed[m]] = 0.0


@outlined
def tangent_step(
    place: tuple[int, int],
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    work: EventWorkspace,
    grads: Any,
) -> None:
    """Carry the tangent `work.y` through the pieces of a step, and add the rule.

    `work.v` comes with the half of the step before, and goes with that of the last piece.
    """
    e, n = place
    h, d, v, pieces, alone = task.h, work.y, work.v, work.pieces, work.left
    stages, moved = (work.X, work.K), (work.Y, work.L, work.spare[0])
    ahead = 0.0  # how much later, in steps, the cut is
    for m in range(pieces.marks[0]):
        a, b = pieces.cuts[m], pieces.cuts[m + 1] - pieces.cuts[m]
        where, x, rates = (e, n, a, b), pieces.ends[0, m], pieces.ends[2, m]
        if pieces.marks[0] > 1:
            piece(where, 0.0, task, drive, net, x, stages, work.spare[4])
        copy(work.K[0], rates)
        fixed(0.5 * h * b, h * ahead, d, rates, drive.imposed, v)
        sensitivity(h * (n + a), x, v, net, grads)
        clear(v)
        i, t = pieces.nodes[m], h * (n + a + b)
        if i < 0:
            along(where, (ahead, -ahead), 1.0, task, drive, net, stages, moved, d)
            fixed(0.5 * h * b, 0.0, d, rates, drive.imposed, v)
            return
        along(where, (ahead, 0.0), 1.0, task, drive, net, stages, moved, d)
        clear(alone)
        along(where, (0.0, 1.0), 0.0, task, drive, net, stages, moved, alone)
        x, rates = pieces.ends[1, m], pieces.ends[3, m]
        rise = level_along(i, t, x, alone, h, net)
        longer = -level_along(i, t, x, d, h * ahead, net) / rise
        for j in range(len(d)):
            d[j] += longer * alone[j]
        ahead += longer
        copy(x, work.spare[4])
        rate_at(2 * n, 2 * (a + b), h, work.spare[4], drive, net, rates)
        fixed(0.5 * h * b, h * ahead, d, rates, drive.imposed, v)
        sensitivity(t, x, v, net, grads)
        clear(v)
        reset_along(i, t, x, d, h * ahead, net)
        follow(2 * n, 2 * (a + b), 2 * ahead, drive, d)


@njit
def tangent(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: EventWorkspace,
    grads: Any,
    costs: Floats,
) -> End:
    """Add the local rule for an infinitesimal nudge, without the times between paired events."""
    outputs, points, steps = task.outputs, task.points, (task.running.shape[1] - 1) // 2
    x, d, v, pieces = work.x, work.y, work.v, work.pieces
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, x)
        clear(d)
        clear(v)
        p = 0
        for n in range(steps + 1):
            if p < len(points) and points[p] == n:
                costs[b] += point_cost(e, p, x, task)
                for m in range(len(outputs)):
                    o = outputs[m]
                    d[o] -= loss_slope(x[o], task.point_target[e, p, m])
                p += 1
            if n == steps:
                sensitivity(task.h * n, x, v, net, grads)
                break
            wrong = cut((e, n), 0.0, task, drive, net, work.spare, x, (work.X, work.K), pieces)
            i = -1 if wrong >= 0 else pieces.marks[1]
            if i >= 0:
                wrong = GRAZES * net.scratch.shape[1] + i
            if wrong >= 0:
                return End(b, n + 1, wrong + len(x))
            costs[b] += cost_of_pieces(e, n, task, pieces)
            tangent_step((e, n), task, drive, net, work, grads)
            bad = max(blown_up(x), blown_up(d))
            if bad >= 0:
                return End(b, n + 1, bad)
    return End(-1, -1, -1)
