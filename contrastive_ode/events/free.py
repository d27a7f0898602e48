"""Free trajectories with events."""

from contrastive_ode.engine.arguments import End, Floats, Indices, NetArrays, TaskArrays
from contrastive_ode.engine.stand_ins import njit
from contrastive_ode.engine.steps import blown_up, copy, start
from contrastive_ode.events.arguments import EventWorkspace, Pieces
from contrastive_ode.events.pieces import cut, point_cost, running_cost
from contrastive_ode.events.stand_ins import outlined

# ---- what follows goes into the generated module ----


@outlined
def cost_of_pieces(e: int, n: int, task: TaskArrays, pieces: Pieces) -> float:
    """Return the running cost of step n, by the trapezoid rule on its pieces."""
    total = 0.0
    for m in range(pieces.marks[0]):
        a, z = pieces.cuts[m], pieces.cuts[m + 1]
        ends = running_cost(e, 2 * n, 2 * a, pieces.ends[0, m], task)
        ends += running_cost(e, 2 * n, 2 * z, pieces.ends[1, m], task)
        total += 0.5 * task.h * (z - a) * ends
    return total


@njit
def free(
    examples: Indices,
    task: TaskArrays,
    net: NetArrays,
    work: EventWorkspace,
    path: Floats,
    costs: Floats,
) -> End:
    """Integrate the free dynamics; `path` gets the states at all steps, `costs` the costs."""
    points, steps = task.points, (task.running.shape[1] - 1) // 2
    x, pieces, log = work.x, work.pieces, work.log
    for b in range(len(examples)):
        e = examples[b]
        drive = start(e, task, x)
        p = 0
        for n in range(steps + 1):
            copy(x, path[b, n])
            if p < len(points) and points[p] == n:
                costs[b] += point_cost(e, p, x, task)
                p += 1
            if n == steps:
                break
            wrong = cut((e, n), 0.0, task, drive, net, work.spare, x, (work.X, work.K), pieces)
            bad = blown_up(x) if wrong < 0 else wrong + len(x)
            if bad >= 0:
                return End(b, n + 1, bad)
            costs[b] += cost_of_pieces(e, n, task, pieces)
            for m in range(pieces.marks[0] - 1):
                row = work.logged[0]
                if row < len(log):
                    log[row, 0], log[row, 1] = e, pieces.nodes[m]
                    log[row, 2] = task.h * (n + pieces.cuts[m + 1])
                work.logged[0] = row + 1
    return End(-1, -1, -1)
