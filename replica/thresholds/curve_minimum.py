"""Minima along the curve of the densest clusters."""

import functools
import math
from collections.abc import Callable

import numpy as np

from foundation.errors import ConvergenceError
from replica.groups.cluster import Cluster
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
    from scipy import optimize

    at = functools.cache(lambda log_d: densest(math.exp(log_d), J_D))
    found = optimize.minimize_scalar(
        lambda log_d: quantity(at(log_d)),
        bounds=np.log(d),
        method="bounded",
        options={"xatol": 1e-7},  # its square is the error of the minimum
    )
    state = at(found.x)
    if not d[0] * 1.1 < state.d < d[1] / 1.1:
        raise ConvergenceError(
            f"At J_D={J_D:g} the minimum lies at d={state.d:.4g}, not between {d[0]:g} and "
            f"{d[1]:g}: there is no threshold near this self-coupling."
        )
    return state
