"""The parameters of a system on a topology, as one vector."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.declaration.declaration import Declaration, index_of, without_index
from contrastive_ode.models.edge_order import EdgeOrder, as_they_are, two_at_once
from contrastive_ode.models.topology import Topology
from foundation import domains
from foundation.domains import Floats


class Parameters:
    """Where each tunable parameter of a system is in the vector `w`.

    Attributes
    ----------
    system, topology
        What the parameters belong to.
    N
        Number of nodes.
    P
        Number of parameters.
    """

    def __init__(self, system: Declaration, topology: Topology) -> None:
        if not isinstance(topology, Topology):
            raise TypeError(
                f"topology must be made by all_to_all, graph or three_body, got {topology!r}"
            )
        self.system, self.topology, self.N = system, topology, topology.N
        kinds = {kind for kind, _ in system.terms}
        edges = topology.dense or len(topology.rows) == topology.N + 1
        if "pair" in kinds and not edges:
            raise ValueError(f"topology must have edges: {system.name} has a rate of pairs")
        if system.totals and not edges:
            raise ValueError(f"topology must have edges: {system.name} has a total over them")
        if not topology.dense and system.uses_back and (topology.back < 0).any():
            i, j = topology.edges[np.argmax(topology.back < 0)]
            raise ValueError(
                f"topology must have an edge back for every edge, as {system.name} uses the index "
                f"ji, got none for ({i}, {j}): graph(N, edges) makes both"
            )
        if "triple" in kinds and not len(topology.triples):
            raise ValueError(f"topology must have triples: {system.name} has a rate of triples")
        self._shapes = {without_index(name): self._shape(name) for name in system.parameters}
        sizes = [int(np.prod(shape)) for shape in self._shapes.values()]
        ends = np.cumsum([0, *sizes])
        self._slices = {
            name: slice(int(a), int(b))
            for name, a, b in zip(self._shapes, ends[:-1], ends[1:], strict=True)
        }
        self._parts = list(zip(self._slices.values(), self._shapes.values(), strict=True))
        self.P = int(ends[-1])

    def pack(self, **values: npt.ArrayLike) -> Floats:
        """Return the vector of all parameters.

        Parameters
        ----------
        **values
            One value for each parameter, named without its index. For nodes a number or an array
            of shape (N,); for edges a number, a matrix of shape (N, N), or, of a sparse graph, an
            array in the order of `topology.edges`; for triples a number or an array in their order.

        Raises
        ------
        TypeError, ValueError
            If a parameter is missing, unknown, or of another shape.
        """
        self._expect("parameters", set(values), set(self._shapes))
        w = np.zeros(self.P)
        for name, where in self._slices.items():
            w[where] = self._values(name, values[name], self._shapes[name]).ravel()
        return np.where(self.tunable, w, 0.0)

    def unpack(self, w: npt.ArrayLike) -> dict[str, Floats]:
        """Return the parameters by name, as fresh arrays."""
        return dict(zip(self._slices, self.split(self.vector(w)), strict=True))

    def matrix(self, name: str, w: npt.ArrayLike) -> Floats:
        """Return the parameters of edges as a matrix of shape (N, N), 0 where there is no edge."""
        values = self.unpack(w)[domains.choice("name", name, self._shapes)]
        if values.ndim == 2:
            return values
        if values.shape != (len(self.topology.edges),):
            raise ValueError(f"name must be that of a parameter of edges, got {name!r}")
        full = np.zeros((self.N, self.N))
        full[tuple(self.topology.edges.T)] = values
        return full

    def vector(self, w: npt.ArrayLike) -> Floats:
        """Return a copy of `w`, if it is a vector of parameters.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
        >>> model.vector([0, 1, 2, 0]).tolist()
        [0.0, 1.0, 2.0, 0.0]
        """
        array = domains.finite("w", w)
        if array.shape != (self.P,):
            raise ValueError(f"w must have shape ({self.P},), as pack makes it, got {array.shape}")
        return array

    def where(self, name: str) -> slice:
        """Return which entries of `w` belong to a parameter."""
        return self._slices[domains.choice("name", name, self._slices)]

    def split(self, w: Floats) -> tuple[Floats, ...]:
        """Return the views of a vector of P entries, one a parameter.

        Examples
        --------
        >>> import numpy as np
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.leaky_integrate_and_fire.on(ode.all_to_all(2))
        >>> [part.tolist() for part in model.split(np.arange(8.0))]
        [[[0.0, 1.0], [2.0, 3.0]], [4.0, 5.0], [6.0, 7.0]]
        """
        return tuple([w[where].reshape(shape) for where, shape in self._parts])

    def stored(self, w: Floats) -> Floats:
        """Return parameters in the order in which the kernels read them, that of `EdgeOrder`.

        Examples
        --------
        >>> import numpy as np
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.kuramoto.on(ode.graph(4, [(0, 1), (1, 2), (2, 3)]), omega=0.0)
        >>> model.stored(np.arange(6.0)).tolist()
        [0.0, 5.0, 1.0, 3.0, 2.0, 4.0]
        >>> model.returned(model.stored(np.arange(6.0))).tolist()
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        """
        return w if self._places is None else w[self._places]

    def returned(self, dw: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return what kernels computed for each parameter, in the order of `w`."""
        if self._places is None:
            return dw
        found = np.empty_like(dw)
        found[self._places] = dw
        return found

    @cached_property
    def _order(self) -> EdgeOrder:
        plain = self.system.threshold or len(self.topology.rows) <= self.N  # there are no rows
        return (as_they_are if plain else two_at_once)(self.topology)

    @cached_property
    def _places(self) -> npt.NDArray[np.int64] | None:
        if not len(self._order.nodes):
            return None
        places = np.arange(self.P)
        for name, where in zip(self.system.parameters, self._slices.values(), strict=True):
            if index_of(name) == "ij":
                places[where] = places[where][self._order.edges]
        return places

    @cached_property
    def tunable(self) -> npt.NDArray[np.bool]:
        """Which entries of `w` are parameters, and not the diagonal of a dense matrix; (P,)."""
        mask = np.ones(self.P, dtype=bool)
        for name, shape in self._shapes.items():
            if len(shape) == 2 and not self.topology.self_coupling:
                mask[self._slices[name]] = ~np.eye(self.N, dtype=bool).ravel()
        return mask

    def _shape(self, name: str) -> tuple[int, ...]:
        topology = self.topology
        edges = (self.N, self.N) if topology.dense else (len(topology.columns),)
        index = index_of(name)
        return {"": (1,), "i": (self.N,), "ij": edges, "ijk": (len(topology.triples),)}[index]

    def _expect(self, what: str, given: set[str], wanted: set[str]) -> None:
        if given != wanted:
            raise ValueError(
                f"{what} of {self.system.name} must be {', '.join(sorted(wanted)) or 'none'}, "
                f"got {', '.join(sorted(given)) or 'none'}"
            )

    def _values(self, name: str, value: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
        array = domains.finite(name, value)
        edges = self.topology.edges
        if array.shape == (self.N, self.N) and shape == (len(edges),):
            array = array[tuple(edges.T)]
        return np.ascontiguousarray(domains.shaped(name, array, shape))
