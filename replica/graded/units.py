r"""The states of one graded neuron as nodes of an integral, symmetric states counted once.

The density of states at a fixed point has singularities on the scale of
:math:`t = |x - x_c|` from :math:`e^{-100}` on (the pseudogap at the ends of the branches), so the
nodes are equispaced in ln t.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from networks import Branches

Floats = npt.NDArray[np.float64]

NEAREST = -150.0  # ln t
_FIELDS = 12.0  # standard deviations of the field
_LARGEST = 350.0  # of the argument of cosh


class Units(NamedTuple):
    """Nodes x > 0, and what a neuron is there.

    Attributes
    ----------
    x, dx
        States, and how much of an interval each node stands for.
    field
        The field that holds it, `x - s tanh x`.
    phi, slope
        Rate, and its derivative.
    stiffness
        `1 - s tanh'(x)`: it is positive on the outer branch, and where s <= 1.
    log_t
        Distance from the end of the branch (from 0 where there is none).
    """

    x: Floats
    dx: Floats
    field: Floats
    phi: Floats
    slope: Floats
    stiffness: Floats
    log_t: Floats

    def every_second(self) -> Units:
        """Return a coarser grid."""
        return Units(*(part[::2] for part in self))._replace(dx=2 * self.dx[::2])


def outer(s: float, g: float, start: float | None = None, nodes: int = 4001) -> Units:
    """Return the states on the outer branch, all x > 0 if there is one branch.

    Parameters
    ----------
    start
        Where they start instead, a state inside the branch.
    """
    end = Branches(s).x_c if s > 1 else 0.0
    start = end if start is None else start
    low = NEAREST if s > 1 else -60.0
    log_t, step = np.linspace(low, np.log(s + _FIELDS * g), nodes, retstep=True)
    t = np.exp(log_t)
    units = _units(s, start, t, step * t)
    return units._replace(log_t=log_t)


def inner_and_outer(s: float, g: float, nodes: int = 6001) -> Units:
    """Return all states x > 0; the nodes are dense at the ends of the branches, too."""
    beyond = outer(s, g, nodes=nodes)
    if s <= 1:
        return beyond
    end = Branches(s).x_c
    v, step = np.linspace(-70, 70, nodes, retstep=True)
    t = end / (1 + np.exp(v))  # from x_c down to 0
    within = _units(s, end, -t, step * t / (1 + np.exp(-v)))
    return Units(*map(np.concatenate, zip(within, beyond, strict=True)))


def _units(s: float, start: float, t: Floats, dx: Floats) -> Units:
    """Return the nodes start + t; near the end of a branch nothing cancels."""
    x = start + t
    phi = np.tanh(x)
    slope = np.cosh(np.minimum(x, _LARGEST)) ** -2.0
    if s > 1:
        branches = Branches(s)
        distance = x - branches.x_c if start != branches.x_c else t
        size = np.abs(distance)
        near = np.minimum(size, 1.0)
        small = np.sinh(near) / np.cosh(branches.x_c) / np.cosh(branches.x_c + np.copysign(near, t))
        rise = np.where(size < 1, np.copysign(small, distance), phi - branches.phi_c)
        stiffness = s * rise * (phi + branches.phi_c)
    else:
        stiffness = 1 - s + s * phi**2
    return Units(x, dx, x - s * phi, phi, slope, stiffness, np.log(np.abs(t)))
