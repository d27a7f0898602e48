"""Minima along the curve of the densest clusters."""

import math
from collections.abc import Callable

import numpy as np
from scipy import optimize

from foundation.errors import ConvergenceError
from replica.groups.clusters import Cluster
from replica.groups.local_entropy import densest


def curve_minimum(
    quantity: Callable[[Cluster], float], J_D: float, d: tuple[float, float]
) -> Cluster:
    """Return the state of zero complexity at which a quantity is least, at a distance in `d`.

    Raises
    ------
    ConvergenceError
        If the minimum lies at the ends of `d`.
    """
    found = optimize.minimize_scalar(
        lambda log_d: quantity(densest(math.exp(log_d), J_D)),
        bounds=np.log(d),
        method="bounded",
        options={"xatol": 1e-7},  # its square is the error of the minimum
    )
    state = densest(math.exp(found.x), J_D)
    if not d[0] * 1.1 < state.d < d[1] / 1.1:
        raise ConvergenceError(f"at J_D={J_D} the minimum lies at d={state.d}, not inside {d}")
    return state
