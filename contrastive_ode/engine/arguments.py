"""What the engine is given, and what it returns: tuples with names, which numba knows."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Unsigned = npt.NDArray[np.uint64]


class TaskArrays(NamedTuple):
    """A task: the step, and arrays whose first index is that of the example.

    Courses in time have 2 steps + 1 rows, one a half step; `points` are numbers of steps.
    """

    h: float
    starts: Floats
    forced: Indices
    force: Floats
    imposed: Indices
    values: Floats
    outputs: Indices
    target: Floats
    running: Floats
    points: Indices
    point_target: Floats


class NetArrays(NamedTuple):
    """A network: views of its parameters, its constants, edges and triples, and scratch memory.

    The edges into node i are `columns[rows[i]:rows[i + 1]]`. The triples are kept by their first
    two nodes: those of the pair g are `thirds[starts[g]:starts[g + 1]]`. The edge i → j beside the
    edge e = j → i is `back[e]`; where there is none, or the topology is dense, that means nothing.
    """

    parameters: tuple[Floats, ...]
    constants: tuple[Floats, ...]
    rows: Unsigned
    columns: Unsigned
    firsts: Unsigned
    seconds: Unsigned
    starts: Unsigned
    thirds: Unsigned
    scratch: Floats
    back: Unsigned


class Drive(NamedTuple):
    """What drives one example: forces on variables, and values that others follow."""

    forced: Indices
    force: Floats
    imposed: Indices
    values: Floats


class Workspace(NamedTuple):
    """Memory for two trajectories, and for what the rule makes of them.

    `x` is a state, `X` the arguments of the four stages of a step, `K` the derivatives there; `y`,
    `Y`, `L` are those of the second trajectory. `left` and `right` are limits before and after a
    jump, `v` is their weighted mean.
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


class Tape(NamedTuple):
    """All states of a trajectory, and the arguments of all its stages, for the way back."""

    path: Floats
    stages: Floats


class End(NamedTuple):
    """Which variable of which example blew up, and in which step; -1, -1, -1 if none did."""

    example: int
    step: int
    variable: int


def workspace(size: int, kind: type = float) -> Workspace:
    """Return the memory for states of a size, of real or of complex numbers."""
    state, stages = (size,), (4, size)
    shapes = (state, stages, stages, state, stages, stages, state, state, state)
    return Workspace(*(np.empty(shape, kind) for shape in shapes))


def tape(size: int, steps: int) -> Tape:
    """Return the memory for a trajectory."""
    return Tape(np.empty((steps + 1, size)), np.empty((steps, 4, size)))


def undriven() -> Drive:
    """Return the drive of a network without inputs."""
    none = np.zeros(0, dtype=np.int64)
    return Drive(none, np.zeros((0, 0)), none, np.zeros((0, 0)))
