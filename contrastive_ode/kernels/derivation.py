"""What sympy derives from a declaration: Jacobian-vector products and local sensitivities."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contrastive_ode.declaration.declaration import (
    DIRECTION,
    DRIFT,
    FLOW,
    INDICES,
    LIFT,
    Declaration,
    index_of,
    without_index,
)
from contrastive_ode.kernels.building import built, many_turns, slope, with_logistic

if TYPE_CHECKING:
    from sympy import Expr, Symbol


@dataclass(frozen=True)
class Contribution:
    """What a term adds to one entry of a kernel's result.

    Attributes
    ----------
    kind
        Kind of the term: node, pair, triple.
    array
        "state", "parameter" or "total".
    position
        Which variable, which parameter, or which total.
    index
        Index of the entry: "i", "j", "k", "ij", "ji", "ijk" or "".
    value
        The expression.
    """

    kind: str
    array: str
    position: int
    index: str
    value: "Expr"


@dataclass
class Derived:
    """What a kernel computes: first the totals, then what depends on them, then its result.

    With s_i = sum over j of g(x_i, x_j, W_ij) in a rate f(x_i, s_i), the totals are s and, in the
    direction v, J_s v; the lifts are v_i ∂f/∂s_i, through which the result depends on the edges.

    Attributes
    ----------
    contributions
        What is added up to the result.
    totals
        Sums over the edges into a node, by name: what an edge adds.
    lifts
        Quantities of a node that depend on totals, by name.
    """

    contributions: list[Contribution] = field(default_factory=list)
    totals: "dict[str, Expr]" = field(default_factory=dict)
    lifts: "dict[str, Expr]" = field(default_factory=dict)

    def add(self, kind: str, array: str, key: tuple[int, str], value: "Expr") -> None:
        """Add a contribution, unless it is 0."""
        import sympy

        if value != 0:
            value = sympy.factor_terms(value)
            self.contributions.append(Contribution(kind, array, *key, value))

    def drop_unused(self) -> None:
        """Leave out the lifts and the totals that nothing uses."""

        def kept(found: "dict[str, Expr]", values: "list[Expr]") -> "dict[str, Expr]":
            names = {str(symbol) for value in values for symbol in value.free_symbols}
            return {name: value for name, value in found.items() if f"{name}_i" in names}

        direct = [c.value for c in self.contributions]
        self.lifts = kept(self.lifts, direct)
        self.totals = kept(self.totals, direct + list(self.lifts.values()))


def derive(system: Declaration) -> dict[str, Derived]:
    r"""Return what each kernel computes, term by term.

    With the right-hand side F, its Jacobian :math:`J = \partial F/\partial x` and the sensitivities
    :math:`G = \partial F/\partial w`:

    `rhs`: F. `jvp`: J v. `vjp`: :math:`J^T v`. `sensitivity`: :math:`G^T v`. `sensitivity_rate`:
    :math:`\dot G^T v`, the total derivative of G along a given flow, which is a second vector.
    `pullback`: :math:`J^T v` and :math:`G^T v`.
    """
    import sympy

    found = {name: Derived() for name in ("rhs", "jvp", "vjp", "sensitivity", "sensitivity_rate")}
    t = sympy.Symbol("t", real=True)
    for kind, rates in system.terms:
        indices = INDICES[kind]
        variables, (x, v, u) = _variables(system, indices)
        key_of = {str(symbol): key for key, symbol in x.items()}
        f = {key_of[target]: parsed(system, kind, text) for target, text in rates}
        weighted = sum(v[key] * rate for key, rate in f.items())
        s, ds, us = _totals(system) if kind == "node" else ([], [], [])
        arguments = [x[b] for b in variables] + s
        along_v, along_u = [v[b] for b in variables] + ds, [u[b] for b in variables] + us
        for key, rate in f.items():
            found["rhs"].add(kind, "state", key, rate)
            found["jvp"].add(kind, "state", key, _along(rate, arguments, along_v))
        for b in variables:
            found["vjp"].add(kind, "state", b, slope(weighted, x[b]))
        for key, symbol in tunable(system, kind):
            by = slope(weighted, symbol)
            drift = _along(by, arguments, along_u) + slope(by, t)
            found["sensitivity"].add(kind, "parameter", key, by)
            found["sensitivity_rate"].add(kind, "parameter", key, drift)
        for (name, _), symbol in zip(system.totals, s, strict=False):
            lift = slope(weighted, symbol)
            drift = _along(lift, arguments, along_u) + slope(lift, t)
            for kernel in ("vjp", "sensitivity", "sensitivity_rate"):
                found[kernel].lifts[f"{LIFT}_{name}"] = lift
            found["sensitivity_rate"].lifts[f"{DRIFT}_{name}"] = drift
    _derive_totals(system, found)
    if not system.threshold:
        found["pullback"] = _together(found["vjp"], found["sensitivity"])
    return found


def _together(a: Derived, b: Derived) -> Derived:
    """Return what two kernels compute, which go through the edges once for both."""
    contributions = [*a.contributions, *b.contributions]
    return Derived(contributions, a.totals | b.totals, a.lifts | b.lifts)


def _derive_totals(system: Declaration, found: dict[str, Derived]) -> None:
    """Add the totals, and what reaches the result through them: by the chain rule, their lifts."""
    import sympy

    t = sympy.Symbol("t", real=True)
    variables, (x, v, u) = _variables(system, "ij")
    arguments = list(x.values())
    for name, text in system.totals:
        g = parsed(system, "pair", text)
        lift, drift = (sympy.Symbol(f"{p}_{name}_i", real=True) for p in (LIFT, DRIFT))
        for derived in found.values():
            derived.totals[name] = g
        found["jvp"].totals[f"{DIRECTION}_{name}"] = _along(g, arguments, list(v.values()))
        flow = _along(g, arguments, list(u.values())) + slope(g, t)
        found["sensitivity_rate"].totals[f"{FLOW}_{name}"] = flow
        for b in variables:
            found["vjp"].add("pair", "state", b, lift * slope(g, x[b]))
        for key, symbol in tunable(system, "pair"):
            by = slope(g, symbol)
            change = _along(by, arguments, list(u.values())) + slope(by, t)
            found["sensitivity"].add("pair", "parameter", key, lift * by)
            found["sensitivity_rate"].add("pair", "parameter", key, drift * by + lift * change)
    for derived in found.values():
        derived.drop_unused()


def _along(value: "Expr", arguments: "list[Expr]", direction: "list[Expr]") -> "Expr":
    """Return the derivative of an expression in a direction."""
    return sum(slope(value, a) * d for a, d in zip(arguments, direction, strict=True))


def _variables(
    system: Declaration, indices: str
) -> "tuple[list[tuple[int, str]], tuple[dict[tuple[int, str], Symbol], ...]]":
    """Return the keys of the variables of a term, and their symbols, directions and flows."""
    import sympy

    keys = [(s, a) for s in range(len(system.states)) for a in indices]
    return keys, tuple(
        {(s, a): sympy.Symbol(f"{p}{system.states[s]}_{a}", real=True) for s, a in keys}
        for p in ("", f"{DIRECTION}_", f"{FLOW}_")
    )


def _totals(system: Declaration) -> "tuple[list[Expr], ...]":
    """Return the symbols of the totals, of their directions and of their flows."""
    import sympy

    return tuple(
        [sympy.Symbol(f"{p}{name}_i", real=True) for name, _ in system.totals]
        for p in ("", f"{DIRECTION}_", f"{FLOW}_")
    )


def derive_loss(text: str) -> "dict[str, Expr]":
    """Return the cost of one output x with the target y, and its derivative."""
    import sympy

    x, y = sympy.symbols("x y", real=True)
    value = built("loss", text, {"x": x, "y": y})
    return {"loss": value, "loss_slope": slope(value, x)}


def vanishes_on_diagonal(system: Declaration) -> bool:
    """Return whether a node has no effect on itself through the terms of edges."""
    import sympy

    names = map(without_index, (*system.states, *system.parameters, *system.constants))
    swaps = {
        sympy.Symbol(f"{name}_j", real=True): sympy.Symbol(f"{name}_i", real=True) for name in names
    }
    pairs = dict(system.terms).get("pair", ())
    texts = [text for _, text in (*pairs, *system.totals)]
    effects = [parsed(system, "pair", text).subs(swaps) for text in texts]
    return all(sympy.simplify(effect) == 0 for effect in effects) and len(pairs) <= 1


def parsed(system: Declaration, kind: str, text: str) -> "Expr":
    """Return an expression of a kind of term, or of a threshold or a reset."""
    import sympy

    known = system.symbols(kind if kind in INDICES else "node")
    symbols = {name: sympy.Symbol(name, real=True) for name in known}
    value = built(f"{system.name}: {kind} rate", text, symbols)
    value = with_logistic(value)
    if many_turns(value):
        return value
    # a difference of phases is split, so that one sine a node serves all its edges; but not that of
    # a tangent or a hyperbolic function, which would be a quotient of what may both vanish
    return value.replace(lambda e: isinstance(e, sympy.sin | sympy.cos), sympy.expand_trig)


def tunable(system: Declaration, kind: str) -> "list[tuple[tuple[int, str], Expr]]":
    """Return position, index and symbol of every parameter that a kind of term may use."""
    import sympy

    found = []
    for position, name in enumerate(system.parameters):
        indices = INDICES[kind] if index_of(name) == "i" else [index_of(name)]
        if kind == "pair" and index_of(name) == "ij":
            indices = ["ij", "ji"]
        for index in indices:
            full = f"{without_index(name)}_{index}" if index else name
            found.append(((position, index), sympy.Symbol(full, real=True)))
    return found
