"""What tells of a network by addresses: its *block*, an array of integers.

These are, in the order of `Place`, the addresses of its kernels, sizes, and the addresses of its
arrays (what is `padded` lies behind the scratch memory); the number of its parameters, their
addresses, and behind them those of its constants.
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
    nodes = 5
    pairs = 6
    scratch = 7
    rows = 8
    columns = 9
    firsts = 10
    seconds = 11
    starts = 12
    thirds = 13
    back = 14
    padded = 15
    number = 16
    parameters = 17


KERNELS = tuple(place.name for place in Place if place < Place.nodes)


def address(array: npt.NDArray[Any]) -> int:
    """Return where the first entry of an array is, for as long as the array is kept."""
    place: int = array.__array_interface__["data"][0]
    return place
