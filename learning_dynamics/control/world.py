"""What kernels take of a loop with a horizon."""

from typing import NamedTuple

import numpy as np

from foundation.domains import Floats
from learning_dynamics.control.loop import Loop


class World(NamedTuple):
    """The environment of a loop, and its leak."""

    A: Floats
    B: Floats
    C: Floats
    Q: Floats
    X0: Floats  # a start in each column
    T: int
    a: float  # the leak


def world_of(loop: Loop) -> World:
    """Return the environment of a loop with a horizon."""
    environment = loop.environment
    if loop.steps is None:
        raise ValueError("loop must have a horizon to be trained in: Loop(environment, steps=...)")
    A, B, C, Q = (np.asarray(getattr(environment, name)) for name in "ABCQ")
    return World(A, B, C, Q, environment.starts(), loop.steps, loop.leak)
