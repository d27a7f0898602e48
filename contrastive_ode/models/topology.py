"""Which nodes act on which: all on all, the edges of a graph, the triples of a hypergraph."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from foundation import domains

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Topology:
    """Nodes, directed edges j → i, and triples (i, j, k).

    Make one with `all_to_all`, `graph`, `random_graph` or `three_body`.

    Attributes
    ----------
    N
        Number of nodes.
    dense
        Whether every node acts on every other one; the parameters of edges are then kept as
        matrices, and no edge is listed.
    self_coupling
        Whether in a dense topology a node also acts on itself.
    rows, columns
        The edges into node i come from `columns[rows[i]:rows[i + 1]]`, in increasing order.
    triples
        Array of shape (M, 3), in lexicographic order.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> ode.graph(3, [(0, 1), (1, 2)]).edges.tolist()
    [[0, 1], [1, 0], [1, 2], [2, 1]]
    >>> ode.graph(3, [(0, 1), (1, 2)]).back.tolist()
    [1, 0, 3, 2]
    >>> ode.all_to_all(3)
    Topology(N=3, dense=True, self_coupling=False)
    """

    N: int
    dense: bool = False
    self_coupling: bool = False
    rows: Indices = field(default_factory=lambda: np.zeros(1, dtype=np.int64), repr=False)
    columns: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)
    triples: Indices = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64), repr=False)

    @property
    def edges(self) -> Indices:
        """The edges as rows (i, j), meaning that j acts on i; shape (E, 2)."""
        if self.dense:
            i, j = np.divmod(np.arange(self.N**2), self.N)
            kept = (i != j) | self.self_coupling
            return np.stack([i[kept], j[kept]], axis=1)
        targets = np.repeat(np.arange(len(self.rows) - 1), np.diff(self.rows))
        return np.stack([targets, self.columns], axis=1)

    @property
    def back(self) -> Indices:
        """Number of the edge i → j for each edge j → i; -1 where there is none, or if dense."""
        if self.dense or not len(self.columns):
            return np.full(len(self.columns), -1)
        i, j = self.edges.T
        forth, reverse = i * self.N + j, j * self.N + i
        place = np.minimum(np.searchsorted(forth, reverse), len(forth) - 1)
        return np.where(forth[place] == reverse, place, -1)


def all_to_all(N: int, self_coupling: bool = False) -> Topology:
    """Return the topology in which every node acts on every other one.

    Parameters
    ----------
    N
        Number of nodes, >= 1.
    self_coupling
        Whether a node also acts on itself.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> len(ode.all_to_all(4).edges), len(ode.all_to_all(4, self_coupling=True).edges)
    (12, 16)
    """
    N, self_coupling = domains.integer("N", N, 1), domains.boolean("self_coupling", self_coupling)
    return Topology(N, dense=True, self_coupling=self_coupling)


def graph(N: int, edges: npt.ArrayLike, directed: bool = False) -> Topology:
    """Return the topology of a sparse graph.

    Parameters
    ----------
    N
        Number of nodes, >= 1.
    edges
        Rows (i, j), meaning that j acts on i.
    directed
        Whether to take the edges as they are; otherwise both directions are there, with a
        parameter each.

    Raises
    ------
    TypeError, ValueError
        If an edge is not a pair of distinct nodes.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> ring = ode.graph(4, [(0, 1), (1, 2), (2, 3), (3, 0)], directed=True)
    >>> ring.edges.tolist()
    [[0, 1], [1, 2], [2, 3], [3, 0]]
    """
    N = domains.integer("N", N, 1)
    pairs = _tuples("edges", edges, 2, N)
    if not domains.boolean("directed", directed):
        pairs = np.concatenate([pairs, pairs[:, ::-1]])
    i, j = np.divmod(np.unique(pairs[:, 0] * N + pairs[:, 1]), N)
    return _sparse(N, i, j)


def random_graph(
    N: int, degree: float, *, rng: int | np.random.Generator | None = None
) -> Topology:
    """Return a graph in which each directed edge is there with probability degree / (N - 1).

    Parameters
    ----------
    N
        Number of nodes, >= 2.
    degree
        Mean number of edges into a node, in [0, N - 1].
    rng
        A seed, a generator, or None for a fresh seed.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> sparse = ode.random_graph(1000, degree=4.0, rng=1)
    >>> abs(len(sparse.edges) / 1000 - 4) < 0.2
    True
    """
    N, degree = domains.integer("N", N, 2), domains.real("degree", degree, low=0)
    if degree > N - 1:
        raise ValueError(f"degree must be at most N - 1 = {N - 1}, got {degree:g}")
    generator = domains.generator(rng)
    pairs = N * (N - 1)  # in the order of rows, without the diagonal
    number = generator.binomial(pairs, degree / (N - 1))
    i, j = np.divmod(_distinct(number, pairs, generator), N - 1)
    return _sparse(N, i, j + (j >= i))


def _sparse(N: int, i: Indices, j: Indices) -> Topology:
    """Return the topology of edges j → i, in the order of rows."""
    rows = np.append(0, np.cumsum(np.bincount(i, minlength=N)))
    return Topology(N, rows=rows, columns=j)


def _distinct(number: int, below: int, generator: np.random.Generator) -> Indices:
    """Return so many different numbers, each set of them as likely as any other, in order."""
    if 2 * number > below:  # those that are left out are fewer
        left_out = _distinct(below - number, below, generator)
        return np.delete(np.arange(below), left_out)
    found = np.zeros(0, dtype=np.int64)
    while len(found) < number:
        more = generator.integers(below, size=2 * (number - len(found)) + 16)
        found = np.unique(np.append(found, more))
    return np.sort(generator.permutation(found)[:number])


def three_body(N: int, triples: npt.ArrayLike | None = None) -> Topology:
    """Return the topology of a hypergraph of ordered triples.

    Parameters
    ----------
    N
        Number of nodes, >= 3.
    triples
        Rows (i, j, k) of three distinct nodes; None for all of them.

    Raises
    ------
    TypeError, ValueError
        If a triple is outside its documented domain.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> len(ode.three_body(4).triples)
    24
    >>> ode.three_body(4, [(0, 1, 2), (3, 1, 0)]).triples.tolist()
    [[0, 1, 2], [3, 1, 0]]
    """
    N = domains.integer("N", N, 3)
    if triples is None:
        every = np.indices((N, N, N)).reshape(3, -1).T
        i, j, k = every.T
        return Topology(N, triples=np.ascontiguousarray(every[(i != j) & (j != k) & (i != k)]))
    return Topology(N, triples=np.unique(_tuples("triples", triples, 3, N), axis=0))


def _tuples(name: str, value: npt.ArrayLike, size: int, N: int) -> Indices:
    """Return rows of distinct nodes."""
    domains.unmasked(name, value)
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be rows of {size} nodes, got a ragged sequence") from None
    if array.size == 0:
        return np.zeros((0, size), dtype=np.int64)
    if array.ndim != 2 or array.shape[1] != size or array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be rows of {size} nodes, got shape {array.shape}")
    if array.min() < 0 or array.max() >= N:
        raise ValueError(f"{name} must be nodes in [0, {N - 1}], got {array.min()}, {array.max()}")
    ordered = np.sort(array, axis=1)
    repeated = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    if repeated.any():
        raise ValueError(f"{name} must be distinct nodes, got {array[np.argmax(repeated)]}")
    return array.astype(np.int64)
