"""The kernels of events: thresholds, resets and their derivatives, at one node."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from contrastive_ode.declaration.declaration import (
    DIRECTION,
    FLOW,
    Declaration,
    index_of,
)
from contrastive_ode.kernels.building import built, slope
from contrastive_ode.kernels.derivation import Derived, parsed, tunable
from contrastive_ode.kernels.generation import one_more
from contrastive_ode.kernels.naming import Names
from contrastive_ode.kernels.printing import code, shifted

if TYPE_CHECKING:
    from sympy import Expr, Symbol

HEADER = """
from contrastive_ode.events.arguments import ABOVE, GRAZES, LOST, MANY, STUCK

# what is long and called from several places
outlined = compiled(**options, no_cpython_wrapper=True)
"""
ARGUMENTS = {
    "level": "_n, _t, _x, _net",
    "level_along": "_n, _t, _x, _v, _u, _net",
    "level_back": "_n, _t, _x, _bar, _net, _out, _grads",
    "reset": "_n, _t, _x, _net",
    "reset_along": "_n, _t, _x, _v, _u, _net",
    "reset_back": "_n, _t, _x, _v, _net, _grads",
}


def event_kernels(system: Declaration, layout: str, loss: str) -> list[str]:
    """Return the sources of the kernels that only systems with events have."""
    import sympy

    names = Names(system, layout)
    t, u, bar = (sympy.Symbol(name, real=True) for name in ("t", "_u", "_bar"))
    x, v = ({s: _symbol(f"{p}{s}_i") for s in system.states} for p in ("", f"{DIRECTION}_"))
    g = parsed(system, "threshold", system.threshold)
    resets = {s: parsed(system, "reset", text) for s, text in system.resets}
    weights = tunable(system, "node")

    def along(value: "Expr") -> "Expr":
        return sum(slope(value, x[s]) * v[s] for s in x) + slope(value, t) * u

    pulled = sum(v[s] * value for s, value in resets.items())
    kept = {s: v[s] for s in x if s not in resets}
    back = {s: slope(pulled, x[s]) + kept.get(s, sympy.Integer(0)) for s in x}
    changes: dict[str, tuple[Any, Any, Any]] = {
        "level": ([], [], g),
        "level_along": ([], [], along(g)),
        "level_back": (
            [],
            [(_state(system, "_out", s), bar * slope(g, x[s])) for s in x]
            + [(_weight(key), bar * slope(g, symbol)) for key, symbol in weights],
            bar * slope(g, t),
        ),
        "reset": ([(_state(system, "_x", s), value) for s, value in resets.items()], [], None),
        "reset_along": (
            [(_state(system, "_v", s), along(value)) for s, value in resets.items()],
            [],
            None,
        ),
        "reset_back": (
            [(_state(system, "_v", s), value) for s, value in back.items()],
            [(_weight(key), slope(pulled, symbol)) for key, symbol in weights],
            slope(pulled, t),
        ),
    }
    sources = ["\n".join(_kernel(names, name, *parts)) for name, parts in changes.items()]
    return [HEADER, one_more("clock", system, _clock(system), layout), *sources, _aim(loss)]


def _kernel(
    names: Names,
    name: str,
    new: "list[tuple[str, Expr]]",
    more: "list[tuple[str, Expr]]",
    value: "Expr | None",
) -> Iterable[str]:
    """Write a kernel that replaces some entries, adds to others, and returns a number.

    What is new, and what is more, comes as pairs of an entry and an expression.
    """
    system = names.system
    more = [(entry, change) for entry, change in more if change != 0]
    used = [change for _, change in (*new, *more)] + ([] if value is None else [value])
    symbols = {str(symbol) for change in used for symbol in change.free_symbols}
    yield f"@outlined\ndef {name}({ARGUMENTS[name]}):"
    yield "    _w, _c, _s = _net.parameters, _net.constants, _net.scratch"
    yield "    _0, _i, _N = np.uint64(0), np.uint64(_n), np.uint64(_s.shape[1])"
    yield from (f"    _N{s} = np.uint64({s}) * _N" for s in range(1, len(system.states)))
    yield "    t = _t"
    shared = [q for q in (*system.parameters, *system.constants) if not index_of(q)]
    yield from (f"    {q} = {names.scalar(q)}" for q in shared if q in symbols)
    yield from names.loads({"i"}, [c for c in used if c.free_symbols], 4)
    yield from (f"    _new{m} = {code(change)} + 0.0" for m, (_, change) in enumerate(new))
    yield from (f"    {entry} += {code(change)}" for entry, change in more)
    if value is not None:
        yield f"    _value = {code(value)} + 0.0"
    yield from (f"    {entry} = _new{m}" for m, (entry, _) in enumerate(new))
    if value is not None:
        yield "    return _value"
    yield ""


def _clock(system: Declaration) -> Derived:
    """Return the derivative of the right-hand side by the time."""
    import sympy

    found, t = Derived(), sympy.Symbol("t", real=True)
    totals = {name: parsed(system, "pair", text) for name, text in system.totals}
    for kind, rates in system.terms:
        for target, text in rates:
            rate = parsed(system, kind, text)
            change = slope(rate, t)
            for name in totals if kind == "node" else ():
                change += slope(rate, _symbol(f"{name}_i")) * _symbol(f"{FLOW}_{name}_i")
            state, _, index = target.rpartition("_")
            found.add(kind, "state", (system.states.index(state), index), change)
    for name, total in totals.items():
        found.totals[name] = total
        found.totals[f"{FLOW}_{name}"] = slope(total, t)
    found.drop_unused()
    return found


def _aim(loss: str) -> str:
    import sympy

    x, y = sympy.symbols("x y", real=True)
    by = slope(built("loss", loss, {"x": x, "y": y}), y)
    return f"@njit\ndef loss_by_target(x, y):\n    return {code(by)} + 0.0\n"


def _symbol(name: str) -> "Symbol":
    import sympy

    return sympy.Symbol(name, real=True)


def _state(system: Declaration, array: str, state: str) -> str:
    return f"{array}[{shifted(system.states.index(state))}_i]"


def _weight(key: tuple[int, str]) -> str:
    position, index = key
    return f"_grads[{position}][{'_i' if index == 'i' else '0'}]"
