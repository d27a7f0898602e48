"""Trajectories without cost or drive, and along them tangent vectors."""

from contrastive_ode.engine.arguments import Drive, End, Floats, NetArrays, Workspace
from contrastive_ode.engine.stand_ins import jvp, njit, rhs, runge_kutta, tell
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
    tell(t, drive, net)
    for n in range(steps):
        runge_kutta(n, h, x, X, K, net)
        bad = blown_up(x)
        if bad >= 0:
            return End(0, n + 1, bad)
        if (n + 1) % stride == 0:
            copy(x, path[(n + 1) // stride])
    return End(-1, -1, -1)


@njit
def tangents(
    t: float,
    h: float,
    steps: int,
    drive: Drive,
    net: NetArrays,
    work: Workspace,
    vectors: Floats,
) -> End:
    """Integrate from `work.x`, and carry the rows of `vectors` along by the derivative of a step.

    This is the exact derivative of the integrator's map, not another approximation of the flow's.
    """
    x, X, K, v, V, L = work.x, work.X, work.K, work.y, work.Y, work.L
    for n in range(steps):
        for k in range(4):
            stage(k, h, x, K, X)
            rhs(t + h * (n + 0.5 * OFFSETS[k]), X[k], net, K[k])
        for m in range(len(vectors)):
            copy(vectors[m], v)
            for k in range(4):
                stage(k, h, v, L, V)
                jvp(t + h * (n + 0.5 * OFFSETS[k]), X[k], V[k], net, L[k])
            advance(n, h, v, L, drive)
            copy(v, vectors[m])
        advance(n, h, x, K, drive)
        bad = blown_up(x)
        if bad >= 0:
            return End(0, n + 1, bad)
    return End(-1, -1, -1)
