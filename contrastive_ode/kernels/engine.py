"""The integrator: its text is appended to generated kernels, so that they compile as one.

Everything is fixed-step Runge-Kutta of fourth order. What is given in time (forces, imposed values,
targets, weights) is sampled at half steps, so that every stage finds its own value: the stages of
step n are at the half steps 2n, 2n + 1, 2n + 1, 2n + 2.

`task` is the tuple of `Task.arrays`, `net` that of `Model.net`; `grads` holds one array a
parameter, to which the functions add. They return the example, the step and the variable that left
the range of sense, or -1, -1, -1. They allocate nothing: `work` is the memory that they need, as
`workspace` makes it. So numba need not count references, which took longer than the arithmetic.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])


def njit(function: F) -> F:
    """Stand in for numba's decorator; `inner` is that of what python does not call."""
    return function


inner = njit


def rhs(t: float, x: Floats, net: Any, out: Floats) -> None:
    """Stand in for the generated kernel: F."""


def jvp(t: float, x: Floats, v: Floats, net: Any, out: Floats) -> None:
    """Stand in for the generated kernel: J v."""


def vjp(t: float, x: Floats, v: Floats, net: Any, out: Floats) -> None:
    """Stand in for the generated kernel: the transpose of J, times v."""


def sensitivity(t: float, x: Floats, v: Floats, net: Any, grads: Any) -> None:
    """Stand in for the generated kernel: adds the transpose of G, times v."""


def loss(x: float, y: float) -> float:
    """Stand in for the generated kernel: cost of an output x with the target y."""
    return 0.5 * (x - y) ** 2


def loss_slope(x: float, y: float) -> float:
    """Stand in for the generated kernel: derivative of the cost by x."""
    return x - y


# ---- what follows goes into the generated module ----

LIMIT = 1e9  # a variable beyond has blown up
OFFSETS = (0, 1, 1, 2)  # of the stages, in half steps
FACTORS = (0.0, 0.5, 0.5, 1.0)


@inner
def copy(a: Floats, b: Floats) -> None:
    """Copy a to b; an assignment of slices takes seconds to compile."""
    for i in range(len(a)):
        b[i] = a[i]


@inner
def clear(a: Floats) -> None:
    """Set a vector to zero."""
    for i in range(len(a)):
        a[i] = 0.0


@inner
def rate(s: int, h: float, x: Floats, drive: Any, net: Any, out: Floats) -> None:
    """Impose what is imposed at the half step s, and compute the derivative there."""
    forced, force, imposed, values = drive
    for m in range(len(imposed)):
        x[imposed[m]] = values[s, m]
    rhs(0.5 * h * s, x, net, out)
    for m in range(len(forced)):
        out[forced[m]] += force[s, m]
    for m in range(len(imposed)):
        out[imposed[m]] = 0.0


@inner
def stage(k: int, h: float, x: Floats, K: Floats, X: Floats) -> None:
    """Write the argument of stage k."""
    if k == 0:
        for i in range(len(x)):
            X[0, i] = x[i]
    else:
        for i in range(len(x)):
            X[k, i] = x[i] + FACTORS[k] * h * K[k - 1, i]


@inner
def advance(n: int, h: float, x: Floats, K: Floats, drive: Any) -> None:
    """Make the step from its stages."""
    for i in range(len(x)):
        x[i] += (h / 6) * (K[0, i] + 2 * K[1, i] + 2 * K[2, i] + K[3, i])
    _, _, imposed, values = drive
    for m in range(len(imposed)):
        x[imposed[m]] = values[2 * n + 2, m]


@inner
def blown_up(x: Floats) -> int:
    """Return the first variable that is not a number of sense, or -1."""
    sound = 0
    for i in range(len(x)):  # without a way out, which would keep the compiler from vectorising
        sound += abs(x[i]) < LIMIT
    if sound == len(x):
        return -1
    for i in range(len(x)):
        if not abs(x[i]) < LIMIT:
            return i
    return -1


@inner
def quadrature(n: int, steps: int, h: float) -> float:
    """Return the weight of the trapezoid rule."""
    return 0.5 * h if n in (0, steps) else h


@inner
def start(e: int, task: Any, x: Floats) -> Any:
    """Set the initial state of an example, and return what drives it."""
    _, starts, forced, force, imposed, values = task[:6]
    copy(starts[e], x)
    drive = (forced, force[e], imposed, values[e])
    for m in range(len(imposed)):
        x[imposed[m]] = drive[3][0, m]
    return drive


@inner
def cost_of_step(e: int, n: int, p: int, x: Floats, task: Any) -> float:
    """Return what step n, at the p-th point cost if any, contributes to the cost."""
    h, _, _, _, _, _, outputs, target, running, points, point_target = task
    total = 0.0
    steps = (running.shape[1] - 1) // 2
    for m in range(len(outputs)):
        if running[e, 2 * n, m] != 0.0:
            value = loss(x[outputs[m]], target[e, 2 * n, m])
            total += quadrature(n, steps, h) * running[e, 2 * n, m] * value
        if p < len(points) and points[p] == n:
            total += loss(x[outputs[m]], point_target[e, p, m])
    return total


@njit
def free(examples: Indices, task: Any, net: Any, work: Any, path: Floats, costs: Floats) -> Any:
    """Integrate the free dynamics; `path` gets the states at all steps, `costs` the costs."""
    h, running, points = task[0], task[8], task[9]
    steps = (running.shape[1] - 1) // 2
    x, X, K = work[:3]
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, x)
        p = 0
        for n in range(steps + 1):
            copy(x, path[b, n])
            costs[b] += cost_of_step(e, n, p, x, task)
            if p < len(points) and points[p] == n:
                p += 1
            if n < steps:
                for k in range(4):
                    stage(k, h, x, K, X)
                    rate(2 * n + OFFSETS[k], h, X[k], drive, net, K[k])
                advance(n, h, x, K, drive)
                bad = blown_up(x)
                if bad >= 0:
                    return b, n + 1, bad
    return -1, -1, -1


@inner
def weigh(n: int, steps: int, factor: float, left: Floats, right: Floats, v: Floats) -> None:
    """Take the mean of the limits before and after a jump; at an end, the one that is inside."""
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
    task: Any,
    net: Any,
    work: Any,
    epsilon: float,
    closed: bool,
    hard: bool,
    grads: Any,
    costs: Floats,
) -> Any:
    """Integrate the free and the clamped copy together, and add the local rule (12) to `grads`.

    `closed`: the supervisor sees the error of the clamped copy, otherwise that of the free one.
    `hard`: outputs are clamped to the free ones minus epsilon times the slope of the cost.
    """
    h, outputs, target = task[0], task[6], task[7]
    running, points, point_target = task[8:]
    steps = (running.shape[1] - 1) // 2
    x, X, K, y, Y, L, left, right, v = work[:9]
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
                return b, n + 1, bad
    return -1, -1, -1


@njit
def tangent(examples: Indices, task: Any, net: Any, work: Any, grads: Any, costs: Floats) -> Any:
    """Add the local rule for an infinitesimal nudge: integrate J delta - dc/dx along x."""
    h, imposed, outputs, target = task[0], task[4], task[6], task[7]
    running, points, point_target = task[8:]
    steps = (running.shape[1] - 1) // 2
    x, X, K, d, D, L, left, _, v = work[:9]
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
                return b, n + 1, bad
    return -1, -1, -1
