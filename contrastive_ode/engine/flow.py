"""Trajectories without cost or drive, and along them a tangent vector."""

from math import log, sqrt

from contrastive_ode.engine.arguments import Drive, End, Floats, NetArrays, Workspace
from contrastive_ode.engine.stand_ins import jvp, njit, rhs
from contrastive_ode.engine.steps import OFFSETS, advance, blown_up, copy, stage

# ---- what follows goes into the generated module ----


@njit
def flow(
    t: float,
    h: float,
    stride: int,
    drive: Drive,
    net: NetArrays,
    work: Workspace,
    path: Floats,
) -> End:
    """Integrate from `work.x`, without cost or drive; `path` gets every `stride`-th state."""
    x, X, K = work.x, work.X, work.K
    steps = (len(path) - 1) * stride
    copy(x, path[0])
    for n in range(steps):
        for k in range(4):
            stage(k, h, x, K, X)
            rhs(t + h * (n + 0.5 * OFFSETS[k]), X[k], net, K[k])
        advance(n, h, x, K, drive)
        bad = blown_up(x)
        if bad >= 0:
            return End(0, n + 1, bad)
        if (n + 1) % stride == 0:
            copy(x, path[(n + 1) // stride])
    return End(-1, -1, -1)


@njit
def growth(
    h: float,
    steps: int,
    drive: Drive,
    net: NetArrays,
    work: Workspace,
    totals: Floats,
) -> float:
    """Carry the unit vector `work.y` along from `work.x`: the logarithm of how much it grew.

    `totals` gets this logarithm at the ends of parts of about equal length, after a first 0.
    """
    x, X, K, v, V, L = work.x, work.X, work.K, work.y, work.Y, work.L
    N, parts = len(x), len(totals) - 1
    total = 0.0
    part = 0
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
        if part < parts and n + 1 == (part + 1) * steps // parts:
            part += 1
            totals[part] = total
    return total
