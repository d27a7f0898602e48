"""A system: the terms of its right-hand side, to be put on a topology."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contrastive_ode.declaration.declaration import Declaration
from contrastive_ode.declaration.events import event_of
from contrastive_ode.models.model import Model
from contrastive_ode.models.topology import Topology


@dataclass(frozen=True, init=False, repr=False)
class System(Declaration):
    r"""The right-hand side of a network ODE, written once.

    .. math:: \dot x_i = f(x_i) + \sum_j g(x_i, x_j, K_{ij}) + \sum_{jk} h(x_i, x_j, x_k, V_{ijk})

    Expressions are text (or sympy expressions). A quantity of a node is written with the index of
    its node, `x_i`, `omega_j`; one of an edge j → i as `K_ij`, one of a triple as `V_ijk`; one that
    all share without an index, `gamma`. `t` is the time.

    The rate of a node may depend on sums over the edges into it, its totals:

    .. math:: \dot x_i = f(x_i, s_i), \qquad s_i = \sum_j g(x_i, x_j, K_{ij})

    Where a node reaches a threshold, an expression that becomes 0 from below, it is reset at once:

    .. math:: g(x_i, t) = 0: \quad x_i \to R(x_i, t)

    A rate is what a term adds to the derivative of `x_i`; or a mapping from the variables whose
    derivatives it changes to what it adds, such as `{"x_i": "-R", "x_j": "R"}` for an exchange, or
    `{"v_i": ..., "u_i": ...}` where a node has several variables.

    Parameters
    ----------
    name
        What to call it.
    node, pair, triple
        Rates of the terms of a node i, of an edge j → i, of a triple (i, j, k).
    total
        What an edge j → i adds to a sum, which the rate of the node i may use: a mapping such as
        `{"h_i": "K_ij * x_j"}`, or one text, whose sum is called `total_i`. A sum holds no sums.
    parameters
        Names of what can be tuned: `["K_ij", "b_i"]`.
    constants
        Names of what is fixed: `["omega_i", "gamma"]`.
    states
        Names of the variables of a node. The state of a network is one vector, variable by
        variable: with N nodes, `v` of node 3 is entry 3, `u` of node 3 entry N + 3.
    periods
        States that are phases, with their periods: `{"x": 2 * np.pi}`. States that differ by
        periods are then one to `settle`, `catalogue` and `fixed_points`; trajectories run on.
    threshold, reset
        When a node fires, `"v_i - 1"`, and what its states are after that: `{"v_i": "0"}`. Both are
        made of what belongs to the node: other nodes hear of it by a state that the reset raises,
        `{"v_i": "0", "s_i": "s_i + 1"}`, and their rates depend on.

    Raises
    ------
    TypeError, ValueError
        If an expression cannot be read, or uses a symbol that is not declared; if a period is not
        that of a state, or not > 0.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> van_der_pol = ode.System(
    ...     "van der Pol oscillators",
    ...     states=["x", "y"],
    ...     node={"x_i": "y_i", "y_i": "mu * (1 - x_i**2) * y_i - x_i"},
    ...     pair={"y_i": "K_ij * (x_j - x_i)"},
    ...     parameters=["K_ij"],
    ...     constants=["mu"],
    ... )
    >>> model = van_der_pol.on(ode.all_to_all(2), mu=1.0)
    >>> model.rhs(model.pack(K=0.1), [1.0, 0.0, 0.5, 0.0]).tolist()
    [0.5, 0.0, -1.1, 0.1]
    >>> network = ode.System(
    ...     "rate network",
    ...     node="-x_i + tanh(total_i)",
    ...     total="W_ij * x_j",
    ...     parameters=["W_ij"],
    ... )
    >>> model = network.on(ode.all_to_all(3))
    >>> model.rhs(model.pack(W=2.0), [1.0, 0.5, -1.0]).round(3).tolist()
    [-1.762, -0.5, 1.995]
    >>> spiking = ode.System(
    ...     "integrate and fire",
    ...     states=["v", "s"],
    ...     node={"v_i": "b_i - v_i", "s_i": "-s_i"},
    ...     pair={"v_i": "W_ij * s_j"},
    ...     threshold="v_i - 1",
    ...     reset={"v_i": "0", "s_i": "s_i + 1"},
    ...     parameters=["W_ij", "b_i"],
    ... )
    >>> spiking
    System(integrate and fire: ...; at v_i - 1 = 0: v_i = 0, s_i = s_i + 1)
    """

    def __init__(
        self,
        name: str,
        *,
        node: "str | Mapping[str, Any] | Any" = None,
        pair: "str | Mapping[str, Any] | Any" = None,
        triple: "str | Mapping[str, Any] | Any" = None,
        total: "str | Mapping[str, Any] | Any" = None,
        parameters: Sequence[str] = (),
        constants: Sequence[str] = (),
        states: Sequence[str] = ("x",),
        periods: "Mapping[str, float] | None" = None,
        threshold: "str | Any" = None,
        reset: "Mapping[str, Any] | None" = None,
    ) -> None:
        super().__init__(
            name,
            node=node,
            pair=pair,
            triple=triple,
            total=total,
            parameters=parameters,
            constants=constants,
            states=states,
            periods=periods,
        )
        threshold, resets = event_of(self, threshold, reset)
        object.__setattr__(self, "threshold", threshold)
        object.__setattr__(self, "resets", resets)

    def on(self, topology: Topology, **constants: Any) -> Model:
        """Return the system on a topology, with the values of its constants.

        Parameters
        ----------
        topology
            Which nodes act on which.
        constants
            A number, or an array: of shape (N,) for one of nodes, and as `Model.pack` takes it for
            one of edges or triples. They are named without their index: `omega=...`.
        """
        return Model(self, topology, constants)
