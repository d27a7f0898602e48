"""The local rule with events: a clamped trajectory beside the free one."""

from typing import Any

from contrastive_ode.engine.arguments import (
    Drive,
    End,
    Floats,
    Indices,
    NetArrays,
    TaskArrays,
)
from contrastive_ode.engine.stand_ins import loss_slope, njit, sensitivity
from contrastive_ode.engine.steps import blown_up, clear, copy, start
from contrastive_ode.events.arguments import GRAZES, LOST, EventWorkspace, Pieces
from contrastive_ode.events.free import cost_of_pieces
from contrastive_ode.events.pieces import cut, impose, point_cost, pull, rate_at
from contrastive_ode.events.stand_ins import outlined

# ---- what follows goes into the generated module ----


@outlined
def rates_at_cuts(
    place: tuple[int, int],
    push: float,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    x: Floats,
    pieces: Pieces,
) -> None:
    """Write the rates at both ends of the pieces."""
    e, n = place
    for m in range(pieces.marks[0]):
        for side in range(2):
            p = 2 * pieces.cuts[m + side]
            out = pieces.ends[3, m] if side else pieces.ends[2, m]
            copy(pieces.ends[1, m] if side else pieces.ends[0, m], x)
            rate_at(2 * n, p, task.h, x, drive, net, out)
            pull(e, 2 * n, p, push, x, task, out)
            for k in range(len(drive.imposed)):
                out[drive.imposed[k]] = 0.0


@outlined
def state_at(
    at: float, m: int, n: int, h: float, pieces: Pieces, drive: Drive, out: Floats
) -> None:
    """Write the state at a fraction of a step in its piece m, on the cubic through the ends."""
    a, b = pieces.cuts[m], pieces.cuts[m + 1] - pieces.cuts[m]
    part = (at - a) / b if b > 0.0 else 1.0
    rest, bend = 1.0 - part, part * (part - 1.0)
    for i in range(len(out)):
        low, high = pieces.ends[0, m, i], pieces.ends[1, m, i]
        slopes = (part - 1.0) * pieces.ends[2, m, i] + part * pieces.ends[3, m, i]
        out[i] = rest * low + part * high
        out[i] += bend * ((1.0 - 2.0 * part) * (high - low) + h * b * slopes)
    impose(2 * n, 2 * at, drive, out)


@outlined
def compare(
    place: tuple[int, int],
    epsilon: float,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    work: EventWorkspace,
    grads: Any,
) -> int:
    """Add the rule (12) of a step in which an event is; return a node that has lost its pair.

    The integral is that over the parts between the cuts of both. From an event of a node in one
    trajectory to that in the other, the node takes no part.
    """
    _, n = place
    h, free, other, v, fired = task.h, work.pieces, work.others, work.v, work.fired
    x, y, N = work.left, work.right, net.scratch.shape[1]
    rates_at_cuts(place, 0.0, task, drive, net, x, free)
    rates_at_cuts(place, epsilon, task, drive, net, x, other)
    j, k, low = 0, 0, 0.0
    while True:
        high = min(free.cuts[j + 1], other.cuts[k + 1])
        for side in range(2):
            at = high if side else low
            state_at(at, j, n, h, free, drive, x)
            state_at(at, k, n, h, other, drive, y)
            for i in range(len(x)):
                if fired[i % N] == 0:
                    v[i] += 0.5 * h * (high - low) / epsilon * (y[i] - x[i])
            for i in range(len(drive.imposed)):
                v[drive.imposed[i]] = 0.0
            if side and high == 1.0 and free.nodes[j] < 0 and other.nodes[k] < 0:
                return -1
            sensitivity(h * (n + at), x, v, net, grads)
            clear(v)
        low = high
        if free.cuts[j + 1] == high and free.nodes[j] >= 0:
            i, by = free.nodes[j], -1
            j += 1
        else:
            i, by = other.nodes[k], 1
            k += 1
        fired[i] += by
        if abs(fired[i]) > 1:
            return i


@njit
def nudged(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: EventWorkspace,
    epsilon: float,
    closed: bool,
    hard: bool,
    grads: Any,
    costs: Floats,
) -> End:
    """Integrate the free and the clamped copy, which is pushed by its own error; add the rule."""
    h, outputs, points = task.h, task.outputs, task.points
    steps = (task.running.shape[1] - 1) // 2
    x, y, v, pieces, others = work.x, work.y, work.v, work.pieces, work.others
    N = net.scratch.shape[1]
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, x)
        copy(x, y)
        clear(v)
        for i in range(N):
            work.fired[i] = 0
        p = 0
        for n in range(steps + 1):
            if p < len(points) and points[p] == n:
                costs[b] += point_cost(e, p, x, task)
                for m in range(len(outputs)):
                    o = outputs[m]
                    y[o] -= epsilon * loss_slope(y[o], task.point_target[e, p, m])
                p += 1
            if n == steps:
                sensitivity(h * n, x, v, net, grads)
                break
            place = (e, n)
            wrong = cut(place, 0.0, task, drive, net, work.spare, x, (work.X, work.K), pieces)
            if wrong < 0:
                wrong = cut(
                    place, epsilon, task, drive, net, work.spare, y, (work.Y, work.L), others
                )
            if wrong < 0 and pieces.marks[1] >= 0:
                wrong = GRAZES * N + pieces.marks[1]
            if wrong >= 0:
                return End(b, n + 1, wrong + len(x))
            costs[b] += cost_of_pieces(e, n, task, pieces)
            apart = False
            for i in range(N):
                apart = apart or work.fired[i] != 0
            if apart or pieces.marks[0] > 1 or others.marks[0] > 1:
                lost = compare(place, epsilon, task, drive, net, work, grads)
                if lost >= 0:
                    return End(b, n + 1, LOST * N + lost + len(x))
            else:
                for i in range(len(x)):
                    v[i] += 0.5 * h / epsilon * (others.ends[0, 0, i] - pieces.ends[0, 0, i])
                sensitivity(h * n, pieces.ends[0, 0], v, net, grads)
                for i in range(len(x)):
                    v[i] = 0.5 * h / epsilon * (y[i] - x[i])
            bad = max(blown_up(x), blown_up(y))
            if bad >= 0:
                return End(b, n + 1, bad)
    return End(-1, -1, -1)
