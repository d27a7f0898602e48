"""A system, declared by the terms of its right-hand side."""

import ast
import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contrastive_ode import checks

if TYPE_CHECKING:
    from contrastive_ode.model import Model
    from contrastive_ode.topology import Topology

FUNCTIONS = (
    *("sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
    *("exp", "log", "sqrt", "erf", "Abs", "sign"),
)
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
DECLARE = ": add it to parameters, constants or states, with its index"
INDICES = {"node": "i", "pair": "ij", "triple": "ijk"}


@dataclass(frozen=True, init=False, repr=False)
class System:
    r"""The right-hand side of a network ODE, written once.

    .. math:: \dot x_i = f(x_i) + \sum_j g(x_i, x_j, K_{ij}) + \sum_{jk} h(x_i, x_j, x_k, V_{ijk})

    Expressions are text (or sympy expressions). A quantity of a node is written with the index of
    its node, `x_i`, `omega_j`; one of an edge j → i as `K_ij`, one of a triple as `V_ijk`; one that
    all share without an index, `gamma`. `t` is the time.

    A rate is what a term adds to the derivative of `x_i`; or a mapping from the variables whose
    derivatives it changes to what it adds, such as `{"x_i": "-R", "x_j": "R"}` for an exchange, or
    `{"v_i": ..., "u_i": ...}` where a node has several variables.

    Parameters
    ----------
    name
        What to call it.
    node, pair, triple
        Rates of the terms of a node i, of an edge j → i, of a triple (i, j, k).
    parameters
        Names of what can be tuned: `["K_ij", "b_i"]`.
    constants
        Names of what is fixed: `["omega_i", "gamma"]`.
    states
        Names of the variables of a node. The state of a network is one vector, variable by
        variable: with N nodes, `v` of node 3 is entry 3, `u` of node 3 entry N + 3.

    Raises
    ------
    TypeError, ValueError
        If an expression cannot be read, or uses a symbol that is not declared.

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
    >>> model.rhs([1.0, 0.0, 0.5, 0.0], model.pack(K=0.1)).tolist()
    [0.5, 0.0, -1.1, 0.1]
    """

    name: str
    terms: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    parameters: tuple[str, ...]
    constants: tuple[str, ...]
    states: tuple[str, ...]

    def __init__(
        self,
        name: str,
        *,
        node: "str | Mapping[str, Any] | Any" = None,
        pair: "str | Mapping[str, Any] | Any" = None,
        triple: "str | Mapping[str, Any] | Any" = None,
        parameters: Sequence[str] = (),
        constants: Sequence[str] = (),
        states: Sequence[str] = ("x",),
    ) -> None:
        given = {"node": node, "pair": pair, "triple": triple}
        states = _names("states", states)
        if not states:
            raise ValueError("states must not be empty")
        terms = tuple(
            (kind, _rates(kind, rate, states)) for kind, rate in given.items() if rate is not None
        )
        for field, value in {
            "name": str(name),
            "terms": terms,
            "parameters": _names("parameters", parameters),
            "constants": _names("constants", constants),
            "states": states,
        }.items():
            object.__setattr__(self, field, value)
        self._check()

    def on(self, topology: "Topology", **constants: Any) -> "Model":
        """Return the system on a topology, with the values of its constants.

        Parameters
        ----------
        topology
            Which nodes act on which.
        constants
            A number, or an array: of shape (N,) for one of nodes, and as `Model.pack` takes it for
            one of edges or triples. They are named without their index: `omega=...`.
        """
        from contrastive_ode.model import Model

        return Model(self, topology, constants)

    def _check(self) -> None:
        declared = (*self.states, *self.parameters, *self.constants)
        bases = [base(name) for name in declared]
        twice = {name for name in bases if bases.count(name) > 1}
        twice |= {"t", "pi", *FUNCTIONS} & set(bases)
        if twice:
            raise ValueError(
                f"names must be declared once, and not be t, pi or a function, got {sorted(twice)}"
            )
        if not self.terms:
            raise ValueError(f"{self.name} must have a rate: give node, pair or triple")
        for kind, rates in self.terms:
            known = self.symbols(kind)
            for target, text in rates:
                where = f"{self.name}: {kind} rate of {target}"
                check_expression(where, text, known, DECLARE)

    def symbols(self, kind: str) -> set[str]:
        """Return the names that the expressions of a kind of term may use.

        Examples
        --------
        >>> from contrastive_ode import systems
        >>> sorted(systems.kuramoto.symbols("pair"))
        ['K_ij', 'omega_i', 'omega_j', 't', 'x_i', 'x_j']
        """
        nodes = [base(name) for name in (*self.parameters, *self.constants) if site(name) == "i"]
        found = {f"{name}_{index}" for name in (*self.states, *nodes) for index in INDICES[kind]}
        found |= {
            name
            for name in (*self.parameters, *self.constants)
            if site(name) in ("", INDICES[kind])
        }
        return found | {"t"}

    def __repr__(self) -> str:
        terms = "; ".join(
            f"{kind}: {', '.join(f'd{target}/dt += {text}' for target, text in rates)}"
            for kind, rates in self.terms
        )
        return f"System({self.name}: {terms})"


def site(name: str) -> str:
    """Return the index of a declared name: "", "i", "ij" or "ijk"."""
    index = name.rpartition("_")[2] if "_" in name else ""
    return index if index in INDICES.values() else ""


def base(name: str) -> str:
    """Return a declared name without its index."""
    return name.removesuffix(f"_{site(name)}") if site(name) else name


def _names(what: str, names: Sequence[str]) -> tuple[str, ...]:
    names = (names,) if isinstance(names, str) else tuple(checks.several(what, names))
    for name in names:
        known = isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
        if not known or name.startswith("_"):
            raise ValueError(f"{what} must be names such as K_ij, got {name!r}")
    return names


def _rates(kind: str, rate: Any, states: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the rates of a term as pairs (variable whose derivative changes, expression)."""
    if not isinstance(rate, Mapping):
        if len(states) > 1:
            raise ValueError(f"{kind} must say what changes: {{'{states[0]}_i': ...}}")
        rate = {f"{states[0]}_i": rate}
    targets = {f"{state}_{index}" for state in states for index in INDICES[kind]}
    for target in rate:
        if target not in targets:
            raise ValueError(f"{kind} must change one of {sorted(targets)}, got {target!r}")
    return tuple((target, str(expression)) for target, expression in rate.items())


def check_expression(where: str, text: str, known: set[str], advice: str = "") -> None:
    """Raise unless a text is an expression of what is known."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{where} cannot be read: {text!r} ({error.msg})") from None
    if any(isinstance(node, ast.Attribute | ast.Subscript) for node in ast.walk(tree)):
        raise ValueError(f"{where} may not use attributes or brackets, got {text!r}")
    for node in ast.walk(tree):
        if isinstance(node, ast.operator) and not isinstance(node, OPERATORS):
            raise ValueError(f"{where} may use + - * / and ** for powers, got {text!r}")
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for function in called:
        if not isinstance(function, ast.Name) or function.id not in FUNCTIONS:
            raise ValueError(
                f"{where} may use the functions {' '.join(FUNCTIONS)}, got {ast.unparse(function)}"
            )
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called}
    undeclared = sorted(used - known - {"pi"})
    if undeclared:
        raise ValueError(
            f"{where} uses {', '.join(undeclared)}, which is not declared{advice} "
            f"(it may use {', '.join(sorted(known))})"
        )
