"""The parameters of the triples (i, j, k) of a pair (i, j) in a row over all k, for kernels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.topology import Topology
from foundation.domains import Floats

EIGHT = 8  # of which a width is a multiple


def groups(topology: Topology) -> tuple[npt.NDArray[np.bool], npt.NDArray[np.int64]]:
    """Return which triples are the first of their pair (i, j), and where the pairs start and end.

    Examples
    --------
    >>> from contrastive_ode.models.topology import three_body
    >>> groups(three_body(4))[1][:4].tolist()
    [0, 2, 4, 6]
    """
    i, j, _ = topology.triples.T
    new = np.ones(len(i), dtype=bool)
    new[1:] = (np.diff(i) != 0) | (np.diff(j) != 0)
    return new, np.append(np.flatnonzero(new), len(i))


def most_triples(topology: Topology) -> bool:
    """Return whether rows would be filled to half or more."""
    count = len(topology.triples)
    return count > 0 and 2 * count >= (len(groups(topology)[1]) - 1) * _width(topology)


def _width(topology: Topology) -> int:
    return -(-topology.N // EIGHT) * EIGHT


class Rows:
    """Where each parameter of triples is in a row, of which the first is 0 where no triple is.

    `first` are the places of the parameters in `w`. In front of the rows is room for the states.

    Attributes
    ----------
    rows
        How many arrays over the nodes would take as much memory.
    """

    def __init__(self, topology: Topology, first: list[int]) -> None:
        new, starts = groups(topology)
        self._width, k = _width(topology), topology.triples[:, 2]
        table = np.full((len(starts) - 1, self._width), -1)
        table[np.cumsum(new) - 1, k] = np.arange(len(k))
        self._empty = np.flatnonzero(table < 0)
        filled = np.where(table < 0, starts[:-1, None], table).ravel()
        self._index = np.concatenate([filled + start for start in first])
        self.rows = -(-(self._width + len(self._index)) // topology.N)

    def fill(self, w: Floats, memory: Floats) -> None:
        """Write the rows of parameters `w`."""
        rows = memory[self._width : self._width + len(self._index)]
        np.take(w, self._index, out=rows, mode="clip")
        rows[self._empty] = 0.0
