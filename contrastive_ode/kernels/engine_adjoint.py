"""The integrator backwards, and along a tangent vector; appended to the kernels like `engine`."""

from math import log, sqrt
from typing import Any

from contrastive_ode.kernels.engine import (
    FACTORS,
    OFFSETS,
    Floats,
    Indices,
    advance,
    blown_up,
    clear,
    copy,
    cost_of_step,
    jvp,
    loss_slope,
    njit,
    quadrature,
    rate,
    rhs,
    sensitivity,
    stage,
    start,
    vjp,
)

# ---- what follows goes into the generated module ----


@njit
def adjoint(
    examples: Indices,
    task: Any,
    net: Any,
    work: Any,
    exact: bool,
    grads: Any,
    costs: Floats,
) -> Any:
    """Add the gradient of the discretised cost; or the local rule under the gradient supervisor.

    The gradient goes backwards through the stages of every step. The supervisor (14) takes the
    adjoint at the steps for the difference of the copies, and the rule (12) sums it.
    """
    h, imposed, outputs, target = task[0], task[4], task[6], task[7]
    running, points, point_target = task[8:]
    steps = (running.shape[1] - 1) // 2
    z, _, K, bar, _, _, back, total, v, path, stages = work
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
                    return b, n + 1, bad
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
    return -1, -1, -1


@njit
def flow(t: float, h: float, stride: int, drive: Any, net: Any, work: Any, path: Floats) -> Any:
    """Integrate from `work[0]`, without cost or drive; `path` gets every `stride`-th state."""
    x, X, K = work[:3]
    steps = (len(path) - 1) * stride
    copy(x, path[0])
    for n in range(steps):
        for k in range(4):
            stage(k, h, x, K, X)
            rhs(t + h * (n + 0.5 * OFFSETS[k]), X[k], net, K[k])
        advance(n, h, x, K, drive)
        bad = blown_up(x)
        if bad >= 0:
            return n + 1, bad
        if (n + 1) % stride == 0:
            copy(x, path[(n + 1) // stride])
    return -1, -1


@njit
def growth(h: float, steps: int, drive: Any, net: Any, work: Any) -> float:
    """Carry the unit vector `work[3]` along from `work[0]`: the logarithm of how much it grew."""
    x, X, K, v, V, L = work[:6]
    N = len(x)
    total = 0.0
    for n in range(steps):
        for k in range(4):
            t = h * (n + 0.5 * OFFSETS[k])
            stage(k, h, x, K, X)
            rhs(t, X[k], net, K[k])
            stage(k, h, v, L, V)
            jvp(t, X[k], V[k], net, L[k])
        advance(n, h, x, K, drive)
        advance(n, h, v, L, drive)
        norm = 0.0
        for i in range(N):
            norm += v[i] ** 2
        norm = sqrt(norm)
        for i in range(N):
            v[i] /= norm
        total += log(norm)
    return total
