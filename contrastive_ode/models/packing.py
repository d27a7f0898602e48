"""The contact network of a jammed packing of discs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.topology import Topology, graph
from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats
from foundation.errors import ConvergenceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATIO = 1.4  # of the two diameters
CONTACT = 1e-6  # relative overlap below which two discs do not touch


@dataclass(frozen=True, eq=False, repr=False)
class Packing:
    """Discs in a periodic square of side 1, at rest.

    Attributes
    ----------
    positions
        Of shape (N, 2).
    diameters
        Of shape (N,).
    contacts
        Pairs of discs that touch, of shape (M, 2).
    topology
        The graph of the contacts, each with two directed edges.
    energy, residual
        Elastic energy, and the largest net force on a disc, in units of the typical force at a
        contact.
    converged
        Whether it is jammed: at rest, in one part, each disc in at least three contacts.
    status
        What happened; on failure what to do.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> packing = ode.jammed_packing(N=12, phi=1.0, rng=1)
    >>> packing.positions.shape, packing.residual < 1e-4, packing.degree > 3
    ((12, 2), True, True)
    >>> packing.status
    'A jammed packing was found.'
    >>> bool(packing.distances().max() >= 2)
    True
    >>> packing
    Packing(N=12, degree=...)
    >>> len(packing.plot().patches)  # discs
    12
    """

    positions: Floats
    diameters: Floats
    contacts: npt.NDArray[np.int64]
    topology: Topology
    energy: float
    residual: float
    converged: bool
    status: str

    @property
    def degree(self) -> float:
        """Mean number of contacts of a disc."""
        return 2 * len(self.contacts) / len(self.positions)

    def distances(self) -> npt.NDArray[np.float64]:
        """Return the number of contacts on the shortest path between all pairs; inf if none."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import shortest_path

        N = len(self.positions)
        i, j = self.contacts.T
        matrix = csr_array((np.ones(len(i)), (i, j)), shape=(N, N))
        return np.asarray(shortest_path(matrix, directed=False, unweighted=True))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the discs and their contacts, those through the periodic boundary from both sides.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        from matplotlib.collections import LineCollection
        from matplotlib.patches import Circle

        ax, x = axes_of(ax), self.positions
        for place, diameter in zip(x, self.diameters, strict=True):
            ax.add_patch(Circle((place[0], place[1]), diameter / 2, fc="0.95", ec="0.7", lw=0.5))
        i, j = self.contacts.T
        step = x[j] - x[i]
        step -= np.round(step)
        there, back = np.stack([x[i], x[i] + step], axis=1), np.stack([x[j], x[j] - step], axis=1)
        across = np.abs(x[i] + step - x[j]).max(axis=1) > 0.5
        ax.add_collection(LineCollection([*there, *back[across]], lw=1.0))
        ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="$x$", ylabel="$y$")
        return ax

    def __repr__(self) -> str:
        return f"Packing(N={len(self.positions)}, degree={self.degree:.3f})"


def jammed_packing(
    N: int,
    phi: float,
    *,
    rng: int | np.random.Generator | None = None,
    tries: int = 100,
    throw: bool = True,
) -> Packing:
    r"""Return a jammed packing: a minimum of the energy of overlapping soft discs.

    .. math:: E = \tfrac12 \sum_{i<j} (1 - r_{ij}/\sigma_{ij})_+^2

    of half small and half large discs, diameters 1 : 1.4, from random positions. A packing that
    has loose discs (with fewer than three contacts), or that falls into parts, is drawn again.

    Parameters
    ----------
    N
        Number of discs, >= 8.
    phi
        Fraction of the area covered, above jamming at 0.84 and at most 1.2.
    rng
        A seed, a generator, or None for a fresh seed.
    tries
        Number of packings after which to give up, >= 1.
    throw
        Whether to raise if no packing was found; otherwise the last one that was tried is returned.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no packing was found.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> packing = ode.jammed_packing(N=12, phi=1.0, rng=1)
    >>> len(packing.topology.edges) == 2 * len(packing.contacts)
    True
    """
    from scipy.optimize import minimize

    N = domains.integer("N", N, 8)
    phi = domains.real("phi", phi, low=0.84)
    if phi > 1.2:
        raise ValueError(f"phi must be at most 1.2, got {phi:g}")
    generator = domains.generator(rng)
    shape = np.where(np.arange(N) < N // 2, 1.0, RATIO)
    diameters = shape * np.sqrt(4 * phi / (np.pi * np.sum(shape**2)))
    tries, throw = domains.integer("tries", tries, 1), domains.boolean("throw", throw)
    for _ in range(tries):
        start = generator.random(2 * N)
        options = {"maxiter": 20_000, "maxfun": 10**6, "ftol": 0, "gtol": 1e-12, "maxcor": 30}
        found = minimize(_energy, start, (diameters,), "L-BFGS-B", jac=True, options=options)
        packing = _packing(found.x, diameters)
        if packing.converged:
            return packing
    status = f"No jammed packing of {N} discs was found in {tries} tries; raise phi or tries."
    if throw:
        raise ConvergenceError(status)
    return replace(packing, status=status)


def _pairs(x: Floats, diameters: Floats) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Return the pairs that overlap, the vectors between them and the overlaps."""
    from scipy.spatial import cKDTree

    positions = x.reshape(-1, 2) % 1.0
    positions[positions >= 1.0] = 0.0  # a tiny negative number modulo 1
    tree = cKDTree(positions, boxsize=1.0)
    pairs = tree.query_pairs(diameters.max(), output_type="ndarray")
    i, j = pairs.T
    vectors = positions[i] - positions[j]
    vectors -= np.round(vectors)
    sigma = (diameters[i] + diameters[j]) / 2
    overlaps = 1 - np.linalg.norm(vectors, axis=1) / sigma
    touching = overlaps > 0
    return pairs[touching].astype(np.int64), vectors[touching], overlaps[touching]


def _energy(x: Floats, diameters: Floats) -> tuple[float, Floats]:
    """Return the energy and its gradient."""
    pairs, vectors, overlaps = _pairs(x, diameters)
    i, j = pairs.T
    lengths = np.linalg.norm(vectors, axis=1)
    sigma = (diameters[i] + diameters[j]) / 2
    pull = (-overlaps / (sigma * np.maximum(lengths, 1e-12)))[:, None] * vectors
    gradient = np.zeros((len(diameters), 2))
    np.add.at(gradient, i, pull)
    np.add.at(gradient, j, -pull)
    return 0.5 * float(overlaps @ overlaps), gradient.ravel()


def _packing(x: Floats, diameters: Floats) -> Packing:
    pairs, _, overlaps = _pairs(x, diameters)
    energy, gradient = _energy(x, diameters)
    touching = overlaps > CONTACT
    contacts = np.unique(np.sort(pairs[touching], axis=1), axis=0)
    typical = np.mean(overlaps) / diameters.mean() if len(overlaps) else 1.0
    topology = graph(len(diameters), contacts)
    residual = float(np.linalg.norm(gradient.reshape(-1, 2), axis=1).max() / typical)
    three = np.bincount(contacts.ravel(), minlength=len(diameters)).min() >= 3
    packing = Packing(
        positions=x.reshape(-1, 2) % 1.0,
        diameters=diameters,
        contacts=contacts,
        topology=topology,
        energy=energy,
        residual=residual,
        converged=bool(three and residual < 1e-4),
        status="A jammed packing was found.",
    )
    connected = packing.converged and np.isfinite(packing.distances()).all()
    return replace(packing, converged=bool(connected))
