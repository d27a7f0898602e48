"""A system on a topology, and its derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.declaration.declaration import Declaration, index_of, without_index
from contrastive_ode.engine.arguments import NetArrays, Workspace, workspace
from contrastive_ode.engine.places import KERNELS, Place, address
from contrastive_ode.events.arguments import EventWorkspace, event_workspace
from contrastive_ode.models.parameters import Parameters
from contrastive_ode.models.rows import Rows, groups, most_triples
from contrastive_ode.models.topology import Topology
from foundation import domains
from foundation.domains import Floats

QUADRATIC = "(x - y)**2 / 2"


class Model(Parameters):
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
    >>> model.rhs(w, [1.0, 0.0, 0.0]).tolist()
    [-2.0, 0.5, 0.5]
    >>> model.jacobian(w, [1.0, 0.0, 0.0]).tolist()
    [[-2.0, 0.5, 0.5], [0.5, -2.0, 0.5], [0.5, 0.5, -2.0]]
    >>> model.unpack(w)["k"].tolist() == model.matrix("k", w).tolist()
    True
    >>> model.sensitivity(w, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])[model.where("k")].tolist()
    [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """

    def __init__(
        self, system: Declaration, topology: Topology, constants: Mapping[str, Any]
    ) -> None:
        super().__init__(system, topology)
        self.size = topology.N * len(system.states)
        shapes = {without_index(name): self._shape(name) for name in system.constants}
        self._expect("constants", set(constants), set(shapes))
        self.constants = {
            name: self._values(name, constants[name], shape) for name, shape in shapes.items()
        }

    def rhs(self, w: npt.ArrayLike, x: npt.ArrayLike, t: float = 0.0) -> Floats:
        """Return the right-hand side F at the state `x`, of shape (size,)."""
        out = np.empty(self.size)
        net = self.net(self.vector(w))
        self.kernels().rhs(_time(t), self.state("x", x), net, out)
        return out

    def jacobian(self, w: npt.ArrayLike, x: npt.ArrayLike, t: float = 0.0) -> Floats:
        """Return the matrix of the derivatives of F by the state, (size, size)."""
        net, x, t = self.net(self.vector(w)), self.state("x", x), _time(t)
        columns = np.empty((self.size, self.size))
        for column, unit in zip(columns, np.eye(self.size), strict=True):
            self.kernels().jvp(t, x, unit, net, column)
        return columns.T

    def sensitivity(
        self, w: npt.ArrayLike, x: npt.ArrayLike, v: npt.ArrayLike, t: float = 0.0
    ) -> Floats:
        r"""Return :math:`v_i\, \partial F_i / \partial w_a`, of shape (P,)."""
        net, x, v = self.net(self.vector(w)), self.state("x", x), self.state("v", v)
        out = np.zeros(self.P)
        self.kernels().sensitivity(_time(t), x, v, net, self.split(out))
        return self.returned(out)

    def sensitivity_rate(
        self,
        w: npt.ArrayLike,
        x: npt.ArrayLike,
        v: npt.ArrayLike,
        t: float = 0.0,
        velocity: npt.ArrayLike | None = None,
    ) -> Floats:
        r"""Return :math:`v_i\, \frac{d}{dt} \partial F_i / \partial w_a`, by default along F.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_network.on(ode.all_to_all(2), kappa=1.0)
        >>> w, x, v = model.pack(A=0.0), [1.0, 0.0], [0.0, 1.0]
        >>> model.sensitivity(w, x, v).tolist(), model.sensitivity_rate(w, x, v).tolist()
        ([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, -1.0, 0.0])
        """
        u = self.rhs(w, x, t) if velocity is None else self.state("velocity", velocity)
        net, x, v = self.net(self.vector(w)), self.state("x", x), self.state("v", v)
        out = np.zeros(self.P)
        self.kernels().sensitivity_rate(_time(t), x, v, u, net, self.split(out))
        return self.returned(out)

    def state(self, name: str, x: npt.ArrayLike) -> Floats:
        """Return a copy of a state; an error calls it by `name`.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
        >>> model.state("start", [1, 2]).tolist()
        [1.0, 2.0]
        """
        return domains.shaped(name, x, (self.size,))

    def variable(self, index: int) -> str:
        """Return the name of an entry of the state: its variable, and the number of its node.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> systems.fitzhugh_nagumo.on(ode.all_to_all(3), tau=12.5).variable(4)
        'u_1'
        """
        return f"{self.system.states[index // self.N]}_{index % self.N}"

    def nodes(self, state: str) -> slice:
        """Return where a variable of all nodes is in the state.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> systems.fitzhugh_nagumo.on(ode.all_to_all(3), tau=12.5).nodes("u")
        slice(3, 6, None)
        """
        first = self.N * self.system.states.index(state)
        return slice(first, first + self.N)

    def kernels(self, loss: str = QUADRATIC, analytic: bool = False) -> Any:
        """Return the module of the generated kernels, with the cost of an output x at target y.

        Those that are `analytic` take complex states.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
        >>> model.kernels("(x - y)**4").loss(3.0, 1.0)
        16.0
        >>> model.kernels("(x - y)**4", analytic=True).loss(2j, 0.0).real
        16.0
        """
        from contrastive_ode.kernels.load import load

        if analytic:  # lanes are of real numbers
            return load(self.system, self._layout.partition(",")[0], loss, "analytic")
        return load(self.system, self._layout, loss, "functions")

    def batch_kernels(self, loss: str = QUADRATIC) -> Any:
        """Return the module of the kernels for many examples at once, whose sums BLAS computes.

        It is `SEPARABLE` if there are such kernels: what an edge adds must be a sum of terms such
        as W_ij times functions of its ends.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
        >>> model.batch_kernels().SEPARABLE
        True
        """
        from contrastive_ode.kernels.load import load_batch

        return load_batch(self.system, self._layout, loss)

    @cached_property
    def _layout(self) -> str:
        dense = "dense with self-coupling" if self.topology.self_coupling else "dense"
        most = ", most triples" if most_triples(self.topology) else ""
        return dense if self.topology.dense else f"sparse{most}"

    def workspace(self, kind: type = float, log: int = 0) -> Workspace | EventWorkspace:
        """Return the memory for trajectories, and for a number of events to keep.

        Examples
        --------
        >>> import contrastive_ode as ode
        >>> from contrastive_ode import systems
        >>> systems.kuramoto.on(ode.all_to_all(3), omega=1.0).workspace().X.shape
        (4, 3)
        """
        if self.system.threshold:
            return event_workspace(self.size, self.N, log)
        return workspace(self.size, kind=kind)

    def net(self, w: Floats, kind: type = float) -> NetArrays:
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
        fixed, block, rows, rest, locate = self._fixed
        # the kernels write into it and hold no lock: threads that share a model must not share it
        more = rest.rows if rest and kind is float else 0
        scratch: npt.NDArray[Any] = np.empty((rows + more, self.N), kind)
        w, block = np.ascontiguousarray(self.stored(w)), block.copy()
        if more:
            rest.fill(w, scratch[rows:].reshape(-1))
        if locate:
            locate(block, w, scratch)
        arrays: tuple[Any, ...] = (self.split(w), *fixed, scratch, block)
        return NetArrays(*arrays)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy is made of: without addresses, which are those of this model."""
        return {name: value for name, value in self.__dict__.items() if name != "_fixed"}

    @cached_property
    def _fixed(self) -> tuple[tuple[Any, ...], npt.NDArray[np.int64], int, Any, Any]:
        """What the kernels are given besides the parameters, and only read; and its block.

        Then, how many arrays over the nodes they need, what pads parameters of triples behind
        them, and what writes where they are, and `w`.
        """
        i, j, k = np.ascontiguousarray(self.topology.triples.T)
        new, starts = groups(self.topology)
        order, rows = self._order, self.topology.rows
        wide = [index.astype(np.uint64) for index in (rows, i[new], j[new], starts, k, order.back)]
        narrow = [index.astype(np.uint32) for index in (order.columns, order.nodes, order.counts)]
        indices = (wide[0], narrow[0], *wide[1:], *narrow[1:])
        constants = tuple(
            value[order.edges] if index_of(name) == "ij" and not self.topology.dense else value
            for name, value in zip(self.system.constants, self.constants.values(), strict=True)
        )
        sizes = [self.N, len(wide[1]), order.twos, 0]
        offsets = [8 * where.start for where in self._slices.values()]
        block = [0] * len(KERNELS) + sizes + [address(index) for index in indices[1:]]
        block += [0] * (Place.number - Place.padded)
        block += [len(offsets), *offsets, *(address(constant) for constant in constants)]
        kernels = self.kernels()
        block[Place.padded] = 8 * kernels.SCRATCH * self.N  # bytes of scratch memory before it
        first = [list(self._slices.values())[p].start for p in kernels.PADDED]
        rest = Rows(self.topology, first) if first else None
        locate = None if self.system.threshold else kernels.locate
        return (constants, *indices), np.array(block), kernels.SCRATCH, rest, locate

    def __repr__(self) -> str:
        return f"Model({self.system.name}, N={self.N}, P={int(self.tunable.sum())})"


def _time(t: float) -> float:
    return domains.real("t", t)


def without_events(model: Model) -> Model:
    """Return a network, once it is clear that nothing resets its states.

    Raises
    ------
    ValueError
        If something does.
    """
    if model.system.threshold:
        raise ValueError(
            f"model must have no events, but {model.system.name} resets: only simulate, the "
            "updates and train know of them; take simulate on a long task"
        )
    return model
