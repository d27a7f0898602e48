r"""Back-propagation through time in N linear neurons of low rank, compiled.

With the rows P of [Z V]^T and R of [M U]^T, currents :math:`c_{t+1} = (y_{t+1}, V^T h_t)` and their
adjoint, forwards and backwards are alike, two passes over the neurons for each start and time step:

.. math::

    h_{t+1} = (1-a) h_t + a R^T c_{t+1} , \quad \text{then } P h_{t+1} ; \qquad
    e_t = (1-a) e_{t+1} + P^T w_t , \quad \text{then } R e_t .

The derivatives by the weights are :math:`\sum_t w_t h_t^T` and :math:`a \sum_t c_t e_t^T`; all
loops go over neurons that fit into the fastest memory, but for h.
"""

from typing import NamedTuple

import numpy as np

from foundation.compiled import compiled
from foundation.domains import Floats
from learning_dynamics.control.adjoint import put
from learning_dynamics.control.world import World


class Course(NamedTuple):
    """What happens in one pass forwards and backwards; times first, neurons last."""

    x: Floats  # (T, variables, starts)
    c: Floats  # (T, inputs + rank, starts), times the leak
    w: Floats  # (outputs + rank, starts)
    h: Floats  # (T, starts, N)
    e: Floats  # (2, starts, N)


def empty_course(world: World, P: Floats, R: Floats) -> Course:
    """Return the memory of a course."""
    starts, N, T = world.X0.shape[1], P.shape[1], world.T
    x, c, w = (T, len(world.A), starts), (T, len(R), starts), (len(P), starts)
    return Course(*(np.zeros(size) for size in (x, c, w, (T, starts, N), (2, starts, N))))


@compiled
def slopes(world: World, P: Floats, R: Floats, course: Course, gradient: Floats) -> float:
    """Return the loss of a network; fill in its derivatives by the rows P, and then those of R."""
    forwards(world, P, R, course)
    return backwards(world, P, R, course, gradient)


@compiled
def forwards(world: World, P: Floats, R: Floats, course: Course) -> None:
    """Fill in what the environment and the neurons do."""
    A, B, C, X0, a = world.A, world.B, world.C, world.X0, world.a
    x, c, h = course.x, course.c, course.h
    (n, starts), p, q = X0.shape, len(C), B.shape[1]
    seen = np.zeros((starts, len(P)))  # P h
    x[:] = 0.0
    put(X0, x[0], 0, 0)
    for t in range(world.T - 1):
        add(x[t + 1], A, x[t])
        for s in range(starts):
            for i in range(n):
                for j in range(q):
                    x[t + 1, i, s] += B[i, j] * seen[s, j]
            for j in range(p):
                c[t + 1, j, s] = 0.0
                for i in range(n):
                    c[t + 1, j, s] += a * C[j, i] * x[t + 1, i, s]
            for j in range(q, len(P)):
                c[t + 1, p + j - q, s] = a * seen[s, j]
            move(h[t + 1, s], 1 - a, h[t, s], R, c[t + 1, :, s])
            project(seen[s], P, h[t + 1, s], 1.0)


@compiled
def backwards(world: World, P: Floats, R: Floats, course: Course, gradient: Floats) -> float:
    """Return the loss, and fill in the derivatives."""
    A, B, C, Q, X0, T, a = world
    x, c, w, h, e = course
    (n, starts), p, q = X0.shape, len(C), B.shape[1]
    back, L = np.zeros((starts, len(R))), 0.0  # a R e
    by_x, pull = np.zeros((n, starts)), np.zeros((n, starts))
    e[:] = 0.0
    gradient[:] = 0.0
    for t in range(T - 1, -1, -1):
        now, later = e[t % 2], e[(t + 1) % 2]
        for s in range(starts):
            for i in range(n):
                for j in range(p):
                    by_x[i, s] += C[j, i] * back[s, j]
            for j in range(q):
                w[j, s] = 0.0
                for i in range(n):
                    w[j, s] += B[i, j] * by_x[i, s]
            for j in range(p, len(R)):
                w[q + j - p, s] = back[s, j]
            if t < T - 1:
                move(now[s], 1 - a, later[s], P, w[:, s])
                project(back[s], R, now[s], a)
        if t < T - 1:
            for j in range(len(P)):
                gather(gradient[j], h[t], w[j])
            for j in range(len(R)):
                gather(gradient[len(P) + j], now, c[t, j])
        pull[:] = 0.0
        for i in range(n):
            for j in range(n):
                for s in range(starts):
                    pull[j, s] += A[i, j] * by_x[i, s]
        by_x[:] = 0.0
        add(by_x, Q, x[t])
        for s in range(starts):
            for i in range(n):
                L += by_x[i, s] * x[t, i, s]
                by_x[i, s] = by_x[i, s] / T + pull[i, s]
    return L / (2 * T)


@compiled
def add(found: Floats, A: Floats, x: Floats) -> None:
    """Add A x, of small matrices."""
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            if A[i, j] != 0.0:
                for s in range(x.shape[1]):
                    found[i, s] += A[i, j] * x[j, s]


@compiled(fastmath={"reassoc", "contract"})
def move(new: Floats, kept: float, old: Floats, rows: Floats, factors: Floats) -> None:
    """Set new to kept * old + rows^T factors; of two rows in one go."""
    if len(rows) == 2:
        f, g = factors[0], factors[1]
        for i in range(len(new)):
            new[i] = kept * old[i] + (f * rows[0, i] + g * rows[1, i])
        return
    for i in range(len(new)):
        new[i] = kept * old[i]
    gather(new, rows, factors)


@compiled(fastmath={"reassoc", "contract"})
def gather(total: Floats, rows: Floats, factors: Floats) -> None:
    """Add rows^T factors, two rows at a time."""
    odd = len(rows) % 2
    if odd:
        f = factors[0]
        for i in range(len(total)):
            total[i] += f * rows[0, i]
    for j in range(odd, len(rows), 2):
        f, g = factors[j], factors[j + 1]
        for i in range(len(total)):
            total[i] += f * rows[j, i] + g * rows[j + 1, i]


@compiled(fastmath={"reassoc", "contract"})
def project(found: Floats, rows: Floats, vector: Floats, factor: float) -> None:
    """Set found to the products of rows with a vector, times a factor; two rows at a time."""
    odd = len(rows) % 2
    if odd:
        total = 0.0
        for i in range(len(vector)):
            total += rows[0, i] * vector[i]
        found[0] = factor * total
    for j in range(odd, len(rows), 2):
        total, other = 0.0, 0.0
        for i in range(len(vector)):
            total += rows[j, i] * vector[i]
            other += rows[j + 1, i] * vector[i]
        found[j], found[j + 1] = factor * total, factor * other
