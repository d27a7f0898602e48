r"""The stability of the groups of a block, in the limit of many replicas.

At y replicas a jump of the spin is a step of width 1/y: the mean of :math:`W_{uu}^2` also has y
times the integral of :math:`\Delta T^3 / 6` along the line of jumps, which is told apart.
"""

import math
from typing import NamedTuple

from replica.gauss.orthant import Floats

_ROUNDING = 1e-12


class BlockLevel(NamedTuple):
    """The eigenvalue, its error, and the y at which jumps double the mean of W_uu^2."""

    eigenvalue: float
    error: float
    replicas: float


def block_level(means: Floats, coarse: Floats) -> BlockLevel:
    """Return the stability of the groups of a block, away from the jumps.

    It is found from the averages of `ground_state.averages` on two grids.
    """
    found, other = (uz + math.sqrt(uu * zz) for uu, uz, zz in (means[10:13], coarse[10:13]))
    uu, jumps = float(means[10]), float(means[13])
    replicas = uu / jumps if jumps > 0 else math.inf
    return BlockLevel(float(found), float(abs(found - other)) + _ROUNDING, replicas)
