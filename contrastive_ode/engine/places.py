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
    runge_kutta = 5
    nodes = 6
    pairs = 7
    scratch = 8
    rows = 9
    columns = 10
    firsts = 11
    seconds = 12
    starts = 13
    thirds = 14
    back = 15
    padded = 16
    step = 17
    began = 18
    forces = 19
    forced = 20
    force = 21
    impositions = 22
    imposed = 23
    values = 24
    number = 25
    parameters = 26


KERNELS = tuple(place.name for place in Place if place < Place.nodes)


def address(array: npt.NDArray[Any]) -> int:
    """Return where the first entry of an array is, for as long as the array is kept."""
    place: int = array.__array_interface__["data"][0]
    return place
