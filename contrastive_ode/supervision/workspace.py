"""The memory that the engine works in."""

import numpy as np

from foundation.domains import Floats


def workspace(size: int, steps: int = 0) -> tuple[Floats, ...]:
    """Return the memory that a function needs; `steps` for the adjoint, which stores them all."""
    shapes = [size, (4, size), (4, size), size, (4, size), (4, size), size, size, size]
    fixed = tuple(np.empty(shape) for shape in shapes)
    stored = (np.empty((steps + 1, size)), np.empty((steps, 4, size))) if steps else ()
    return fixed + stored
