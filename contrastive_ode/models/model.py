"""A system on a topology: its parameters as one vector, and its derivatives."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.declaration.declaration import Declaration, base, site
from contrastive_ode.models.topology import Topology
from foundation import domains
from foundation.domains import Floats

QUADRATIC = "(x - y)**2 / 2"


class Model:
    """A system on a topology, with the values of its constants; made by `System.on`.

    All P tunable parameters are one vector `w`; `pack` and `unpack` translate. The parameters of
    edges of a dense topology are a matrix with all N² entries, of which those on the diagonal
    belong to no edge and are held at 0 unless the nodes couple to themselves.

    Attributes
    ----------
    system, topology, constants
        What it is made of.
    N
        Number of nodes.
    size
        Number of state variables: N times those of a node.
    P
        Number of parameters.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> model
    Model(linear oscillators, N=3, P=6)
    >>> w = model.pack(k=0.5)
    >>> model.rhs([1.0, 0.0, 0.0], w).tolist()
    [-2.0, 0.5, 0.5]
    >>> model.jacobian([1.0, 0.0, 0.0], w).tolist()
    [[-2.0, 0.5, 0.5], [0.5, -2.0, 0.5], [0.5, 0.5, -2.0]]
    >>> model.unpack(w)["k"].tolist() == model.matrix("k", w).tolist()
    True
    >>> model.sensitivity([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], w)[model.where("k")].tolist()
    [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """

    def __init__(
        self, system: Declaration, topology: Topology, constants: Mapping[str, Any]
    ) -> None:
        if not isinstance(topology, Topology):
            raise TypeError(
                f"topology must be made by all_to_all, graph or three_body, got {topology!r}"
            )
        self.system, self.topology, self.N = system, topology, topology.N
        self.size = topology.N * len(system.states)
        kinds = {kind for kind, _ in system.terms}
        edges = topology.dense or len(topology.rows) == topology.N + 1
        if "pair" in kinds and not edges:
            raise ValueError(f"topology must have edges: {system.name} has a rate of pairs")
        if "triple" in kinds and not len(topology.triples):
            raise ValueError(f"topology must have triples: {system.name} has a rate of triples")
        self._shapes = {base(name): self._shape(name) for name in system.parameters}
        sizes = [int(np.prod(shape)) for shape in self._shapes.values()]
        ends = np.cumsum([0, *sizes])
        self._slices = {
            name: slice(int(a), int(b))
            for name, a, b in zip(self._shapes, ends[:-1], ends[1:], strict=True)
        }
        self.P = int(ends[-1])
        self.constants = self._constants(constants)

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
        """Return the parameters by name: views into `w`, if it is an array of floats."""
        w = self.vector(w)
        return {name: w[self._slices[name]].reshape(shape) for name, shape in self._shapes.items()}

    def matrix(self, name: str, w: npt.ArrayLike) -> Floats:
        """Return the parameters of edges as a matrix of shape (N, N), 0 where there is no edge."""
        values = self.unpack(w)[domains.choice("name", name, self._shapes)]
        if values.ndim == 2:
            return values.copy()
        if values.shape != (len(self.topology.edges),):
            raise ValueError(f"name must be that of a parameter of edges, got {name!r}")
        full = np.zeros((self.N, self.N))
        full[tuple(self.topology.edges.T)] = values
        return full

    def vector(self, w: npt.ArrayLike) -> Floats:
        """Return `w` if it is a vector of parameters.

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

    @cached_property
    def tunable(self) -> npt.NDArray[np.bool]:
        """Which entries of `w` are parameters, and not the diagonal of a dense matrix; (P,)."""
        mask = np.ones(self.P, dtype=bool)
        for name, shape in self._shapes.items():
            if len(shape) == 2 and not self.topology.self_coupling:
                mask[self._slices[name]] = ~np.eye(self.N, dtype=bool).ravel()
        return mask

    def rhs(self, x: npt.ArrayLike, w: npt.ArrayLike, t: float = 0.0) -> Floats:
        """Return the right-hand side F at the state `x`, of shape (size,)."""
        out = np.empty(self.size)
        self.kernels().rhs(_time(t), self._state("x", x), self.net(self.vector(w)), out)
        return out

    def jacobian(self, x: npt.ArrayLike, w: npt.ArrayLike, t: float = 0.0) -> Floats:
        """Return the matrix of the derivatives of F by the state, (size, size)."""
        t, x, net = _time(t), self._state("x", x), self.net(self.vector(w))
        columns = np.empty((self.size, self.size))
        for column, unit in zip(columns, np.eye(self.size), strict=True):
            self.kernels().jvp(t, x, unit, net, column)
        return columns.T

    def sensitivity(
        self, x: npt.ArrayLike, v: npt.ArrayLike, w: npt.ArrayLike, t: float = 0.0
    ) -> Floats:
        r"""Return :math:`v_i\, \partial F_i / \partial w_a`, of shape (P,)."""
        out = np.zeros(self.P)
        t, x, v, net = _time(t), self._state("x", x), self._state("v", v), self.net(self.vector(w))
        self.kernels().sensitivity(t, x, v, net, self.split(out))
        return out

    def sensitivity_rate(
        self,
        x: npt.ArrayLike,
        v: npt.ArrayLike,
        w: npt.ArrayLike,
        t: float = 0.0,
        velocity: npt.ArrayLike | None = None,
    ) -> Floats:
        r"""Return :math:`v_i\, \frac{d}{dt} \partial F_i / \partial w_a`, by default along F.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_network.on(ode.all_to_all(2), kappa=1.0)
        >>> x, v, w = [1.0, 0.0], [0.0, 1.0], model.pack(A=0.0)
        >>> model.sensitivity(x, v, w).tolist(), model.sensitivity_rate(x, v, w).tolist()
        ([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, -1.0, 0.0])
        """
        out = np.zeros(self.P)
        u = self.rhs(x, w, t) if velocity is None else self._state("velocity", velocity)
        t, x, v, net = _time(t), self._state("x", x), self._state("v", v), self.net(self.vector(w))
        self.kernels().sensitivity_rate(t, x, v, u, net, self.split(out))
        return out

    def kernels(self, loss: str = QUADRATIC) -> Any:
        """Return the module of the generated kernels, with the cost of an output x at target y.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
        >>> model.kernels("(x - y)**4").loss(3.0, 1.0)
        16.0
        """
        from contrastive_ode.kernels.load import load

        topology = self.topology
        dense = "dense with self-coupling" if topology.self_coupling else "dense"
        return load(self.system, dense if topology.dense else "sparse", loss)

    def net(self, w: Floats) -> tuple[Any, ...]:
        """Return what the kernels are given: views of `w`, constants, edges, triples, scratch.

        Examples
        --------
        >>> import numpy as np
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
        >>> out = np.empty(2)
        >>> model.kernels().rhs(0.0, np.array([1.0, 0.0]), model.net(model.pack(k=0.5)), out)
        >>> out.tolist()
        [-1.5, 0.5]
        """
        return (self.split(w), *self._fixed)

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
        return tuple(
            w[where].reshape(shape)
            for where, shape in zip(self._slices.values(), self._shapes.values(), strict=True)
        )

    @cached_property
    def _fixed(self) -> tuple[Any, ...]:
        i, j, k = np.ascontiguousarray(self.topology.triples.T)
        new = np.ones(len(i), dtype=bool)
        new[1:] = (np.diff(i) != 0) | (np.diff(j) != 0)
        starts = np.append(np.flatnonzero(new), len(i))
        rows, columns = self.topology.rows, self.topology.columns
        indices = (rows, columns, i[new], j[new], starts, k)
        scratch = np.empty((self.kernels().SCRATCH, self.N))
        return (
            tuple(self.constants.values()),
            *(index.astype(np.uint64) for index in indices),
            scratch,
        )

    def _shape(self, name: str) -> tuple[int, ...]:
        topology = self.topology
        edges = (self.N, self.N) if topology.dense else (len(topology.columns),)
        index = site(name)
        return {"": (1,), "i": (self.N,), "ij": edges, "ijk": (len(topology.triples),)}[index]

    def _constants(self, given: Mapping[str, Any]) -> dict[str, Floats]:
        shapes = {base(name): self._shape(name) for name in self.system.constants}
        self._expect("constants", set(given), set(shapes))
        return {name: self._values(name, given[name], shape) for name, shape in shapes.items()}

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

    def _state(self, name: str, x: npt.ArrayLike) -> Floats:
        return domains.shaped(name, x, (self.size,))

    def __repr__(self) -> str:
        return f"Model({self.system.name}, N={self.N}, P={int(self.tunable.sum())})"


def _time(t: float) -> float:
    return domains.real("t", t)
