"""A step that is cut where nodes fire."""

from contrastive_ode.engine.arguments import Drive, Floats, NetArrays, TaskArrays
from contrastive_ode.engine.stand_ins import inner, loss, loss_slope, rhs
from contrastive_ode.engine.steps import OFFSETS, copy, stage
from contrastive_ode.events.arguments import ABOVE, MANY, STUCK, Pieces
from contrastive_ode.events.stand_ins import level, level_along, outlined, reset

# ---- what follows goes into the generated module ----

FLAT = 1e-3  # a level that would turn within this fraction of the step grazes
SAME = 1e-12  # fraction of the way to the threshold within which nodes fire at once


@inner
def between(course: Floats, s: int, p: float, m: int) -> float:
    """Return what is given in time, p half steps after the half step s, on the parabola there."""
    late = 0.5 * p * (p - 1) * course[s + 2, m]
    return 0.5 * (1 - p) * (2 - p) * course[s, m] + p * (2 - p) * course[s + 1, m] + late


@inner
def pace(course: Floats, s: int, p: float, m: int) -> float:
    """Return the derivative of that by p."""
    return (p - 1.5) * course[s, m] + (2 - 2 * p) * course[s + 1, m] + (p - 0.5) * course[s + 2, m]


@inner
def impose(s: int, p: float, drive: Drive, x: Floats) -> None:
    """Set the imposed variables."""
    for m in range(len(drive.imposed)):
        x[drive.imposed[m]] = between(drive.values, s, p, m)


@outlined
def rate_at(
    s: int, p: float, h: float, x: Floats, drive: Drive, net: NetArrays, out: Floats
) -> None:
    """Set the imposed variables p half steps after s, and compute the derivative there."""
    impose(s, p, drive, x)
    rhs(0.5 * h * (s + p), x, net, out)
    for m in range(len(drive.forced)):
        out[drive.forced[m]] += between(drive.force, s, p, m)
    for m in range(len(drive.imposed)):
        out[drive.imposed[m]] = 0.0


@outlined
def pull(e: int, s: int, p: float, size: float, x: Floats, task: TaskArrays, out: Floats) -> None:
    """Take the slope of the running cost, times a size, from the outputs."""
    for m in range(len(task.outputs)):
        o = task.outputs[m]
        weight = between(task.running[e], s, p, m)
        if weight != 0.0:
            out[o] -= size * weight * loss_slope(x[o], between(task.target[e], s, p, m))


@inner
def running_cost(e: int, s: int, p: float, x: Floats, task: TaskArrays) -> float:
    """Return the running cost p half steps after s."""
    total = 0.0
    for m in range(len(task.outputs)):
        weight = between(task.running[e], s, p, m)
        if weight != 0.0:
            total += weight * loss(x[task.outputs[m]], between(task.target[e], s, p, m))
    return total


@inner
def point_cost(e: int, p: int, x: Floats, task: TaskArrays) -> float:
    """Return the p-th point cost."""
    total = 0.0
    for m in range(len(task.outputs)):
        total += loss(x[task.outputs[m]], task.point_target[e, p, m])
    return total


@outlined
def piece(
    where: tuple[int, int, float, float],
    push: float,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    x: Floats,
    stages: tuple[Floats, Floats],
    end: Floats,
) -> None:
    """Make the part of step n from the fraction a on, of length b; `where` is example, n, a, b."""
    e, n, a, b = where
    X, K = stages
    length = task.h * b
    for k in range(4):
        p = 2 * a + OFFSETS[k] * b
        stage(k, length, x, K, X)
        rate_at(2 * n, p, task.h, X[k], drive, net, K[k])
        if push != 0.0:
            pull(e, 2 * n, p, push, X[k], task, K[k])
    for i in range(len(x)):
        end[i] = x[i] + (length / 6) * (K[0, i] + 2 * K[1, i] + 2 * K[2, i] + K[3, i])
    impose(2 * n, 2 * (a + b), drive, end)


@outlined
def inside(
    i: int,
    where: tuple[int, int, float, float],
    part: float,
    h: float,
    drive: Drive,
    net: NetArrays,
    x: Floats,
    K: Floats,
    out: Floats,
) -> float:
    """Return the level of node i at a fraction of a piece, on the cubic through its stages."""
    _, n, a, b = where
    square, cube = part * part, part * part * part * 2 / 3
    first, middle, last = part - 1.5 * square + cube, square - cube, cube - 0.5 * square
    N = net.scratch.shape[1]
    for s in range(len(x) // N):
        j = s * N + i
        change = first * K[0, j] + middle * (K[1, j] + K[2, j]) + last * K[3, j]
        out[j] = x[j] + h * b * change
    p = 2 * (a + part * b)
    impose(2 * n, p, drive, out)
    return level(i, 0.5 * h * (2 * n + p), out, net)


@outlined
def top(
    i: int,
    where: tuple[int, int, float, float],
    h: float,
    drive: Drive,
    net: NetArrays,
    x: Floats,
    K: Floats,
    end: Floats,
    spare: Floats,
) -> float:
    """Return a fraction of the piece at which node i is above its threshold; -1 if at none."""
    _, n, a, b = where
    t, last = h * (n + a), h * (n + a + b)
    below, after = level(i, t, x, net), level(i, last, end, net)
    if after >= 0.0:
        return 1.0
    up = h * b * level_along(i, t, x, K[0], 1.0, net)
    down = h * b * level_along(i, last, end, K[3], 1.0, net)
    if not (up > 0.0 > down) or below + up * (after - below - down) / (up - down) < 0.0:
        return -1.0
    low, high = 0.0, 1.0
    for _ in range(60):  # the highest point in between
        one, two = low + (high - low) / 3, high - (high - low) / 3
        if inside(i, where, one, h, drive, net, x, K, spare) < inside(
            i, where, two, h, drive, net, x, K, spare
        ):
            low = one
        else:
            high = two
    return low if inside(i, where, low, h, drive, net, x, K, spare) >= 0.0 else -1.0


@outlined
def first_to_fire(
    where: tuple[int, int, float, float],
    h: float,
    drive: Drive,
    net: NetArrays,
    x: Floats,
    K: Floats,
    end: Floats,
    spare: Floats,
) -> tuple[int, float]:
    """Return the node that fires first in a piece, and at which fraction of it; -1 for none."""
    _, n, a, _ = where
    node, soonest = -1, 2.0
    for i in range(net.scratch.shape[1]):
        if level(i, h * (n + a), x, net) >= 0.0:
            return i, 0.0
        high = top(i, where, h, drive, net, x, K, end, spare)
        if high < 0.0 or inside(i, where, min(soonest, high), h, drive, net, x, K, spare) < 0.0:
            continue
        low, high = 0.0, min(soonest, high)
        for _ in range(40):
            middle = 0.5 * (low + high)
            if inside(i, where, middle, h, drive, net, x, K, spare) < 0.0:
                low = middle
            else:
                high = middle
        node, soonest = i, high
    return node, soonest


@outlined
def meet(
    node: int,
    where: tuple[int, int, float, float],
    push: float,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    x: Floats,
    stages: tuple[Floats, Floats],
    end: Floats,
) -> tuple[float, float]:
    """Make the piece whose end meets the threshold of a node; return its length, and the slope."""
    e, n, a, b = where
    h, last = task.h, 1.0
    for m in range(50):
        piece((e, n, a, b), push, task, drive, net, x, stages, end)
        t = h * (n + a + b)
        slope = h * level_along(node, t, end, stages[1][3], 1.0, net)
        if not slope > 0.0:
            return b, 0.0
        change = -level(node, t, end, net) / slope
        if abs(change) < 1e-16 or (m > 3 and abs(change) >= last) or b + change < 0.0:
            return b, slope if abs(change) < 1e-9 else 0.0
        b, last = b + change, abs(change)
    return b, 0.0


@outlined
def cut(
    place: tuple[int, int],
    push: float,
    task: TaskArrays,
    drive: Drive,
    net: NetArrays,
    spare: Floats,
    x: Floats,
    stages: tuple[Floats, Floats],
    pieces: Pieces,
) -> int:
    """Make step n of an example, and write its pieces; return -1, or what went wrong and where.

    A push is the size of the nudge of a clamped trajectory, 0 for a free one. The last of the
    spare vectors gets the end of a piece.
    """
    e, n = place
    h, end, seen = task.h, spare[4], spare[0]
    N = net.scratch.shape[1]
    a, m, flat = 0.0, 0, -1
    while True:
        pieces.cuts[m], pieces.nodes[m] = a, -1
        copy(x, pieces.ends[0, m])
        where = (e, n, a, 1.0 - a)
        piece(where, push, task, drive, net, x, stages, end)
        node, part = first_to_fire(where, h, drive, net, x, stages[1], end, seen)
        if node >= 0 and n == 0 and part == 0.0 and a == 0.0 and push == 0.0:
            return ABOVE * N + node
        if node >= 0:
            if m + 2 == len(pieces.nodes):
                return MANY * N + node
            up = h * level_along(node, h * (n + a), x, stages[1][0], 1.0, net)
            b, slope = part * (1.0 - a), up
            if part == 0.0:
                copy(x, end)
            else:
                b, slope = meet(node, (e, n, a, b), push, task, drive, net, x, stages, end)
                for j in range(N):  # another one may have been there before
                    before = level(j, h * (n + a), x, net)
                    if j != node and level(j, h * (n + a + b), end, net) > -SAME * before:
                        node = j
                        up = h * level_along(j, h * (n + a), x, stages[1][0], 1.0, net)
                        b, slope = meet(j, (e, n, a, b), push, task, drive, net, x, stages, end)
                if slope < FLAT * (up - slope) / max(b, FLAT):
                    flat = node
            if slope <= 0.0:
                flat = node
            pieces.nodes[m] = node
            a += b
        copy(end, pieces.ends[1, m])
        copy(end, x)
        m += 1
        if node < 0:
            pieces.cuts[m], pieces.marks[0], pieces.marks[1] = 1.0, m, flat
            return -1
        t = h * (n + a)
        reset(node, t, x, net)
        impose(2 * n, 2 * a, drive, x)
        if level(node, t, x, net) >= 0.0:
            return STUCK * N + node
