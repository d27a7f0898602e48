"""The order in which kernels take the nodes and edges of a graph: two nodes at once.

The sums over the edges into two nodes are independent, and wait less for each other's numbers. Two
nodes go together if they have as many edges; then the loop over these is as long as that of the
nodes before, mostly, and the processor foresees its end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.topology import Topology

WINDOW = 256  # nodes among which partners are sought: what belongs to them stays in the cache

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class EdgeOrder:
    """An order of the nodes of a graph, and of its edges.

    Attributes
    ----------
    nodes
        First the partners, one behind the other, then the nodes that have none.
    counts
        Number of edges into each of them.
    twos
        Number of pairs of partners.
    edges
        Which edge of the topology comes at each place: those into two partners in turn.
    columns
        Where the edge at each place comes from.
    back
        The place of the edge i → j beside j → i; without meaning where there is none.

    Examples
    --------
    >>> from contrastive_ode.models.topology import graph
    >>> order = two_at_once(graph(4, [(0, 1), (1, 2), (2, 3)]))
    >>> order.nodes.tolist(), order.counts.tolist(), order.twos
    ([0, 3, 1, 2], [1, 1, 2, 2], 2)
    >>> order.edges.tolist(), order.columns.tolist(), order.back.tolist()
    ([0, 5, 1, 3, 2, 4], [1, 2, 0, 1, 2, 3], [2, 5, 0, 4, 3, 1])
    """

    nodes: Indices
    counts: Indices
    twos: int
    edges: Indices
    columns: Indices
    back: Indices


def as_they_are(topology: Topology) -> EdgeOrder:
    """Return the edges in their own order, for kernels that go through the rows one by one."""
    none, edges = np.zeros(0, dtype=np.int64), np.arange(len(topology.columns))
    return EdgeOrder(none, none, 0, edges, topology.columns, topology.back)


def two_at_once(topology: Topology) -> EdgeOrder:
    """Return the order for a graph that has a list of edges."""
    rows, degree = topology.rows, np.diff(topology.rows)
    window = np.arange(topology.N) // WINDOW
    sorted_nodes = np.lexsort((degree, window))
    kind = np.stack([window, degree])[:, sorted_nodes]
    new = np.append(True, (np.diff(kind) != 0).any(axis=0))  # the first one of its kind
    number = np.arange(topology.N) - np.flatnonzero(new)[np.cumsum(new) - 1]  # in its kind
    last = np.append(new[1:], True)
    alone = last & (number % 2 == 0)
    nodes = np.append(sorted_nodes[~alone], sorted_nodes[alone])
    twos = int(np.count_nonzero(~alone)) // 2
    counts, at = degree[nodes], np.empty(topology.N, dtype=np.int64)
    at[nodes] = np.arange(topology.N)
    paired = at < 2 * twos
    second = paired & (at % 2 == 1)
    begin = np.append(0, np.cumsum(counts))[at - second]  # of the edges into a node, or into both
    i = np.repeat(np.arange(topology.N), degree)
    place = begin[i] + (1 + paired[i]) * (np.arange(len(i)) - rows[i]) + second[i]
    edges = np.empty_like(place)
    edges[place] = np.arange(len(place))
    back = place[topology.back[edges]]
    return EdgeOrder(nodes, counts, twos, edges, topology.columns[edges], back)
