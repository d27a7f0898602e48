"""The local rule under the echo: velocities are reversed, and the network runs back."""

from typing import Any

from contrastive_ode.engine.arguments import (
    End,
    Floats,
    Indices,
    NetArrays,
    TaskArrays,
    Workspace,
)
from contrastive_ode.engine.local import weigh
from contrastive_ode.engine.stand_ins import inner, loss_slope, njit, sensitivity
from contrastive_ode.engine.steps import (
    OFFSETS,
    advance,
    blown_up,
    copy,
    cost_of_step,
    quadrature,
    rate,
    stage,
    start,
)

# ---- what follows goes into the generated module ----


@inner
def kick(e: int, s: int, size: float, seen: Floats, task: TaskArrays, out: Floats) -> None:
    """Take the slope of the running cost at half step s from the partners of the outputs.

    `seen` runs backwards, with reversed velocities.
    """
    half = len(seen) // 2
    for m in range(len(task.outputs)):
        o = task.outputs[m]
        late = o >= half
        value = -seen[o] if late else seen[o]
        slope = task.running[e, s, m] * loss_slope(value, task.target[e, s, m])
        out[o - half if late else o + half] -= size * slope


@inner
def jump(e: int, p: int, size: float, seen: Floats, task: TaskArrays, out: Floats) -> None:
    """Take the slope of the p-th point cost from the partners of the outputs."""
    half = len(seen) // 2
    for m in range(len(task.outputs)):
        o = task.outputs[m]
        late = o >= half
        value = -seen[o] if late else seen[o]
        slope = loss_slope(value, task.point_target[e, p, m])
        out[o - half if late else o + half] -= size * slope


@njit
def echo(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: Workspace,
    epsilon: float,
    closed: bool,
    looks: Floats,
    grads: Any,
    costs: Floats,
) -> End:
    """Integrate forwards, then two copies backwards, of which one is nudged; add the local rule.

    The copy that is not nudged retraces the path, so that nothing of it need be kept, and what the
    integrator misses falls out of the difference. `looks` gets states of the first example.
    """
    h, points = task.h, task.points
    steps = (task.running.shape[1] - 1) // 2
    x, X, K, y, Y, L, left, right, v = work
    N, half, last = len(x), len(x) // 2, len(looks) - 1
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, x)
        p = 0
        for n in range(steps + 1):
            costs[b] += cost_of_step(e, n, p, x, task)
            if p < len(points) and points[p] == n:
                p += 1
            for m in range(len(looks)):
                if b == 0 and n == m * steps // last:
                    copy(x, looks[m])
            if n < steps:
                for k in range(4):
                    stage(k, h, x, K, X)
                    rate(2 * n + OFFSETS[k], h, X[k], drive, net, K[k])
                advance(n, h, x, K, drive)
                bad = blown_up(x)
                if bad >= 0:
                    return End(b, n + 1, bad)
        for i in range(half, N):
            x[i] = -x[i]
        copy(x, y)
        for n in range(steps, -1, -1):
            for i in range(N):
                left[i] = y[i] - x[i]
            if p > 0 and points[p - 1] == n:
                p -= 1
                jump(e, p, epsilon, y if closed else x, task, y)
            for i in range(N):
                right[i] = y[i] - x[i]
            weigh(steps - n, steps, quadrature(n, steps, h) / epsilon, left, right, v)
            for i in range(half):  # the adjoint of a rate is the displacement of its partner
                displacement = v[i]
                v[i] = v[i + half]
                v[i + half] = displacement
                left[i] = x[i]  # the state as it was on the way there
                left[i + half] = -x[i + half]
            for m in range(len(drive.imposed)):
                v[drive.imposed[m]] = 0.0
            sensitivity(h * n, left, v, net, grads)
            if n == 0:
                break
            for k in range(4):
                s = 2 * n - OFFSETS[k]
                stage(k, h, x, K, X)
                rate(s, h, X[k], drive, net, K[k])
                stage(k, h, y, L, Y)
                rate(s, h, Y[k], drive, net, L[k])
                kick(e, s, epsilon, Y[k] if closed else X[k], task, L[k])
            advance(n - 2, h, x, K, drive)  # towards step n - 1
            advance(n - 2, h, y, L, drive)
            bad = max(blown_up(x), blown_up(y))
            if bad >= 0:
                return End(b, n - 1, bad)
    return End(-1, -1, -1)
