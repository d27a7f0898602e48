"""The steps of the integrator, and the free trajectories that they make."""

from contrastive_ode.engine.arguments import (
    Drive,
    End,
    Floats,
    Indices,
    NetArrays,
    TaskArrays,
    Workspace,
)
from contrastive_ode.engine.stand_ins import inner, loss, njit, rhs, runge_kutta, tell

# ---- what follows goes into the generated module ----

LIMIT = 1e9  # a variable beyond it has blown up
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
def rate(s: int, h: float, x: Floats, drive: Drive, net: NetArrays, out: Floats) -> None:
    """Set the imposed variables at half step s, and compute the derivative there."""
    for m in range(len(drive.imposed)):
        x[drive.imposed[m]] = drive.values[s, m]
    rhs(0.5 * h * s, x, net, out)
    for m in range(len(drive.forced)):
        out[drive.forced[m]] += drive.force[s, m]
    for m in range(len(drive.imposed)):
        out[drive.imposed[m]] = 0.0


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
def advance(n: int, h: float, x: Floats, K: Floats, drive: Drive) -> None:
    """Make the step from its stages."""
    for i in range(len(x)):
        x[i] += (h / 6) * (K[0, i] + 2 * K[1, i] + 2 * K[2, i] + K[3, i])
    for m in range(len(drive.imposed)):
        x[drive.imposed[m]] = drive.values[2 * n + 2, m]


@inner
def blown_up(x: Floats) -> int:
    """Return the first variable beyond the limit, or not a number; -1 if there is none."""
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
def start(e: int, task: TaskArrays, x: Floats) -> Drive:
    """Set the initial state of an example, and return what drives it."""
    copy(task.starts[e], x)
    drive = Drive(task.forced, task.force[e], task.imposed, task.values[e])
    for m in range(len(drive.imposed)):
        x[drive.imposed[m]] = drive.values[0, m]
    return drive


@inner
def cost_of_step(e: int, n: int, p: int, x: Floats, task: TaskArrays) -> float:
    """Return what step n, at the p-th point cost if any, contributes to the cost."""
    outputs, target, running = task.outputs, task.target, task.running
    total = 0.0
    steps = (running.shape[1] - 1) // 2
    for m in range(len(outputs)):
        if running[e, 2 * n, m] != 0.0:
            value = loss(x[outputs[m]], target[e, 2 * n, m])
            total += quadrature(n, steps, task.h) * running[e, 2 * n, m] * value
        if p < len(task.points) and task.points[p] == n:
            total += loss(x[outputs[m]], task.point_target[e, p, m])
    return total


@njit
def free(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: Workspace,
    path: Floats,
    costs: Floats,
) -> End:
    """Integrate the free dynamics; `path` gets the states at all steps, `costs` the costs."""
    h, points = task.h, task.points
    steps = (task.running.shape[1] - 1) // 2
    x, X, K = work.x, work.X, work.K
    for b in range(len(examples)):
        e = examples[b]
        tell(0.0, start(e, task, x), net)
        p = 0
        for n in range(steps + 1):
            copy(x, path[b, n])
            costs[b] += cost_of_step(e, n, p, x, task)
            if p < len(points) and points[p] == n:
                p += 1
            if n < steps:
                runge_kutta(n, h, x, X, K, net)
                bad = blown_up(x)
                if bad >= 0:
                    return End(b, n + 1, bad)
    return End(-1, -1, -1)
