"""What the engine is given, and what it returns: tuples with names, which numba knows."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Unsigned = npt.NDArray[np.uint64]
Narrow = npt.NDArray[np.uint32]  # for what is read once an edge, from a memory that is slow
TAPE = 2**28  # bytes that the tape of a trajectory may take


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

    The edges into node i are `columns[rows[i]:rows[i + 1]]` where events reset the nodes. Else the
    kernels take the nodes in an `order`, each with as many edges as `counts` says, and `columns`,
    `back` and all values of edges are those of `EdgeOrder`. The triples are kept by their first
    two nodes: those of the pair g are `thirds[starts[g]:starts[g + 1]]`. The edge i → j beside the
    edge e = j → i is `back[e]`; where there is none, or the topology is dense, that means nothing.
    `block` tells all of it by addresses, as `addresses.Place` says.
    """

    parameters: tuple[Floats, ...]
    constants: tuple[Floats, ...]
    rows: Unsigned
    columns: Narrow
    firsts: Unsigned
    seconds: Unsigned
    starts: Unsigned
    thirds: Unsigned
    back: Unsigned
    order: Narrow
    counts: Narrow
    scratch: Floats
    block: Indices


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
    """What is kept of a trajectory for the way back.

    The arguments of the stages of a part of it, and the states at the starts of all parts: those
    before the last are computed once more.
    """

    starts: Floats
    stages: Floats


class Batch(NamedTuple):
    """Memory for many examples at once.

    `rows` are the arrays of a workspace for all examples, a row each, and `flat` the same memory
    without the division into rows; so `tape` and `flat_tape`. `scratch` is for the vectors that are
    multiplied by matrices, and their products. `left` and `right` gather the factors of outer
    products, as many rows as are `filled`, `sums` those of products with a vector of ones;
    `diagonal` is for what no product changes. `fixed` depends on the parameters alone.
    """

    rows: Workspace
    flat: Workspace
    tape: Tape
    flat_tape: Tape
    scratch: Floats
    fixed: Floats
    left: Floats
    right: Floats
    sums: Floats
    diagonal: Floats
    filled: Indices


class End(NamedTuple):
    """Which variable of which example blew up, and in which step; -1, -1, -1 if none did."""

    example: int
    step: int
    variable: int


def workspace(*size: int, kind: type = float) -> Workspace:
    """Return the memory for states of a shape, of real or of complex numbers."""
    state, stages = size, (4, *size)
    shapes = (state, stages, stages, state, stages, stages, state, state, state)
    return Workspace(*(np.empty(shape, kind) for shape in shapes))


def tape(steps: int, *size: int) -> Tape:
    """Return the memory for a trajectory, in parts if it would take more than `TAPE` bytes."""
    length = steps
    if 4 * 8 * steps * math.prod(size) > TAPE:
        length = math.ceil(math.sqrt(steps) / 2)  # least memory: as much for starts as for stages
    return Tape(np.empty((-(-steps // max(length, 1)), *size)), np.empty((length, 4, *size)))


def flat(work: Workspace) -> Workspace:
    """Return the same memory, for states of one row."""
    return Workspace(*(a.reshape(*a.shape[:-2], -1) for a in work))


def undriven() -> Drive:
    """Return the drive of a network without inputs."""
    none = np.zeros(0, dtype=np.int64)
    return Drive(none, np.zeros((0, 0)), none, np.zeros((0, 0)))
