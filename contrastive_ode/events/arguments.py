"""The memory that systems with events need besides, and what their kernels say went wrong."""

from typing import NamedTuple

import numpy as np

from contrastive_ode.engine.arguments import Floats, Indices, workspace

ABOVE, STUCK, GRAZES, MANY, LOST = range(5)  # what can go wrong at a node


class Pieces(NamedTuple):
    """The pieces of one step.

    Piece m of `marks[0]` starts at the fraction `cuts[m]` of the step in the state `ends[0, m]`,
    and runs until `cuts[m + 1]`, `ends[1, m]`, where the node `nodes[m]` fires; -1 at the end of
    the step. The rates at its ends are `ends[2, m]` and `ends[3, m]`. `marks[1]` is a node that
    grazes its threshold in one of them, -1 if none does.
    """

    marks: Indices
    nodes: Indices
    cuts: Floats
    ends: Floats


class EventWorkspace(NamedTuple):
    """Memory for two trajectories with events, and for what the rule makes of them.

    The fields of `Workspace`, and: `spare` vectors, of which the last is the end of a piece; the
    `pieces` of a step of both trajectories; `fired`, by how many events of a node the second is
    ahead; `log`, rows of example, node and time of the events of the free trajectories, of which
    there were `logged`.
    """

    x: Floats
    X: Floats
    K: Floats
    y: Floats
    Y: Floats
    L: Floats
    left: Floats
    right: Floats
    v: Floats
    spare: Floats
    pieces: Pieces
    others: Pieces
    fired: Indices
    log: Floats
    logged: Indices


class EventTape(NamedTuple):
    """All states of a trajectory with events, and the arguments of all its stages."""

    path: Floats
    stages: Floats


def event_tape(steps: int, size: int) -> EventTape:
    """Return the memory for a trajectory with events, for the way back."""
    return EventTape(np.empty((steps + 1, size)), np.empty((steps, 4, size)))


def event_workspace(size: int, N: int, log: int = 0) -> EventWorkspace:
    """Return the memory for states of a size, on N nodes, and for a number of events to keep."""
    return EventWorkspace(
        *workspace(size),
        spare=np.empty((5, size)),
        pieces=_pieces(N + 4, size),
        others=_pieces(N + 4, size),
        fired=np.zeros(N, dtype=np.int64),
        log=np.empty((log, 3)),
        logged=np.zeros(1, dtype=np.int64),
    )


def _pieces(most: int, size: int) -> Pieces:
    marks, nodes = (np.zeros(n, dtype=np.int64) for n in (2, most))
    return Pieces(marks, nodes, np.zeros(most + 1), np.empty((4, most, size)))
