"""What sympy derives from a declaration: Jacobian-vector products and local sensitivities."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contrastive_ode.declaration.declaration import (
    DIRECTION,
    FLOW,
    INDICES,
    Declaration,
    index_of,
    without_index,
)
from contrastive_ode.kernels.building import built, many_turns, slope

if TYPE_CHECKING:
    from sympy import Expr


@dataclass(frozen=True)
class Contribution:
    """What a term adds to one entry of a kernel's result.

    Attributes
    ----------
    kind
        Kind of the term: node, pair, triple.
    array
        "state" or "parameter".
    position
        Which variable, or which parameter.
    index
        Index of the entry: "i", "j", "k", "ij", "ijk" or "".
    value
        The expression.
    """

    kind: str
    array: str
    position: int
    index: str
    value: "Expr"


def derive(system: Declaration) -> dict[str, list[Contribution]]:
    r"""Return what each kernel adds up, term by term.

    With the right-hand side F, its Jacobian :math:`J = \partial F/\partial x` and the sensitivities
    :math:`G = \partial F/\partial w`:

    `rhs`: F. `jvp`: J v. `vjp`: :math:`J^T v`. `sensitivity`: :math:`G^T v`. `sensitivity_rate`:
    :math:`\dot G^T v`, the total derivative of G along a given flow, which is a second vector.
    """
    import sympy

    found: dict[str, list[Contribution]] = {
        name: [] for name in ("rhs", "jvp", "vjp", "sensitivity", "sensitivity_rate")
    }
    t = sympy.Symbol("t", real=True)
    for kind, rates in system.terms:
        indices = INDICES[kind]
        variables = [(s, a) for s in range(len(system.states)) for a in indices]
        names = {(s, a): f"{system.states[s]}_{a}" for s, a in variables}
        x, v, u = (
            {key: sympy.Symbol(f"{prefix}{name}", real=True) for key, name in names.items()}
            for prefix in ("", f"{DIRECTION}_", f"{FLOW}_")
        )
        key_of = {name: key for key, name in names.items()}
        f = {key_of[target]: _parse(system, kind, text) for target, text in rates}
        weighted = sum(v[key] * rate for key, rate in f.items())

        def add(kernel: str, array: str, key: tuple[int, str], value: "Expr", kind: str = kind):  # type: ignore[no-untyped-def]
            if value != 0:
                value = sympy.factor_terms(value)
                found[kernel].append(Contribution(kind, array, *key, value))

        for key, rate in f.items():
            add("rhs", "state", key, rate)
            add("jvp", "state", key, sum(slope(rate, x[b]) * v[b] for b in variables))
        for b in variables:
            add("vjp", "state", b, slope(weighted, x[b]))
        for key, symbol in _parameters(system, kind):
            by = slope(weighted, symbol)
            drift = sum((slope(by, x[b]) * u[b] for b in variables), slope(by, t))
            add("sensitivity", "parameter", key, by)
            add("sensitivity_rate", "parameter", key, drift)
    return found


def derive_loss(text: str) -> "dict[str, Expr]":
    """Return the cost of one output x with the target y, and its derivative."""
    import sympy

    x, y = sympy.symbols("x y", real=True)
    value = built("loss", text, {"x": x, "y": y})
    return {"loss": value, "loss_slope": slope(value, x)}


def vanishes_on_diagonal(system: Declaration) -> bool:
    """Return whether a node has no effect on itself through the terms of edges."""
    import sympy

    for kind, rates in system.terms:
        if kind == "pair":
            swaps = {
                sympy.Symbol(f"{name}_j", real=True): sympy.Symbol(f"{name}_i", real=True)
                for name in map(
                    without_index, (*system.states, *system.parameters, *system.constants)
                )
            }
            total = sum(_parse(system, kind, text) for _, text in rates)
            return bool(sympy.simplify(total.subs(swaps)) == 0) and len(rates) == 1
    return True


def _parse(system: Declaration, kind: str, text: str) -> "Expr":
    import sympy

    symbols = {name: sympy.Symbol(name, real=True) for name in system.symbols(kind)}
    value = built(f"{system.name}: {kind} rate", text, symbols)
    # a difference of phases is split, so that one sine a node serves all its edges
    return value if many_turns(value) else sympy.expand_trig(value)


def _parameters(system: Declaration, kind: str) -> "list[tuple[tuple[int, str], Expr]]":
    """Return position, index and symbol of every parameter that a kind of term may use."""
    import sympy

    found = []
    for position, name in enumerate(system.parameters):
        indices = INDICES[kind] if index_of(name) == "i" else [index_of(name)]
        for index in indices:
            full = f"{without_index(name)}_{index}" if index else name
            found.append(((position, index), sympy.Symbol(full, real=True)))
    return found
