"""What tells of a network by addresses: its *block*, an array of integers.

These are, in the order of `Place`, the addresses of its kernels, sizes, and the addresses of its
arrays (what is `padded` lies behind the scratch memory); what the engine tells of a trajectory: the
number of the step, when step 0 began (the bits of a float), and the numbers and addresses of its
forces and of its imposed values; the number of its parameters, their addresses, and behind them
those of its constants.
"""

from enum import IntEnum
from typing import Any

import numpy.typing as npt


class Place(IntEnum):
    """Where in a block what is told of a network."""

    rhs = 0
    jvp = 1
    vjp = 2
    sensitivity = 3
    sensitivity_rate = 4
    pullback = 5
    runge_kutta = 6
    nodes = 7
    pairs = 8
    twos = 9
    scratch = 10
    columns = 11
    firsts = 12
    seconds = 13
    starts = 14
    thirds = 15
    back = 16
    order = 17
    counts = 18
    padded = 19
    step = 20
    began = 21
    forces = 22
    forced = 23
    force = 24
    impositions = 25
    imposed = 26
    values = 27
    number = 28
    parameters = 29


KERNELS = tuple(place.name for place in Place if place < Place.nodes)


def address(array: npt.NDArray[Any]) -> int:
    """Return where the first entry of an array is, for as long as the array is kept."""
    place: int = array.__array_interface__["data"][0]
    return place
