"""What a flip changes: one row of couplings is added to the fields it acts on."""

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from learning.network.couplings import Array
from learning.relaxation.dynamics import Weights


@compiled
def propagate(weights: Weights, f: Array, l: int, b: int, j: int, c: np.float32) -> None:
    """Add to the fields `f` the effect of a change `c` of unit j of layer l of sample b."""
    add_row(c, weights.J[l, j], f[l, b])
    propagate_forward(weights, f, l, b, j, c)


@compiled
def propagate_forward(weights: Weights, f: Array, l: int, b: int, j: int, c: np.float32) -> None:
    """Add to the fields `f` its effect on the next layer."""
    if l < len(f) - 1:
        f[l + 1, b, j] += weights.lam * c
        if len(weights.forward):
            add_row(c, weights.forward[l, j], f[l + 1, b])


@compiled
def propagate_backward(weights: Weights, g: Array, l: int, b: int, j: int, c: np.float32) -> None:
    """Add to the fields `g` its effect on the previous layer."""
    if l > 0:
        g[l - 1, b, j] += weights.lam * c
        if len(weights.backward):
            add_row(c, weights.backward[l - 1, j], g[l - 1, b])


@compiled
def add_row(c: np.float32, row: Array, f: Array) -> None:
    """Add a multiple of a row to the fields."""
    for i in range(len(f)):
        f[i] += c * row[i]


@compiled
def add_rows(J: Array, unit: npt.NDArray[np.int32], change: Array, f: Array) -> None:
    """Add the rows of some units, four at a time: half the work, and they are fetched together."""
    k, last = 0, len(unit)
    while k + 4 <= last:
        a, b, c, d = J[unit[k]], J[unit[k + 1]], J[unit[k + 2]], J[unit[k + 3]]
        p, q, u, v = change[k], change[k + 1], change[k + 2], change[k + 3]
        for i in range(len(f)):
            f[i] += (p * a[i] + q * b[i]) + (u * c[i] + v * d[i])
        k += 4
    while k < last:
        add_row(change[k], J[unit[k]], f)
        k += 1
