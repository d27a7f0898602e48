"""From derived expressions to the source of numba kernels.

Two things are done to the expressions that the compiler cannot do: what depends on one node alone
and costs more than a product is computed once a node, not once an edge (`NodeArrays`); and factors
that do not change in an inner loop are taken out of its sums (`edges`).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from contrastive_ode.declaration.declaration import Declaration, index_of
from contrastive_ode.kernels.addressing import addressed
from contrastive_ode.kernels.derivation import Contribution, Derived, derive, derive_loss
from contrastive_ode.kernels.derivation import vanishes_on_diagonal as vanishes
from contrastive_ode.kernels.edges import backwards, edge_loops, triple_loops
from contrastive_ode.kernels.hoisting import NodeArrays
from contrastive_ode.kernels.naming import Names
from contrastive_ode.kernels.padding import loops_in_lanes, padding
from contrastive_ode.kernels.printing import code, common
from contrastive_ode.kernels.stepping import ARGUMENTS as STEPPING
from contrastive_ode.kernels.stepping import whole_step

if TYPE_CHECKING:
    from sympy import Expr

HEADER = '''"""Generated kernels: do not edit."""

from __future__ import annotations

from math import acos, acosh, asin, asinh, atan, atanh, copysign, cosh, erf, inf, log, nan, pi
from math import sinh, sqrt, tan

import numpy as np

from contrastive_ode.engine.addresses import call, complex_table, complexes, float_table, floats
from contrastive_ode.engine.addresses import integers, narrow, unsigned
from contrastive_ode.engine.arguments import Drive, End
from contrastive_ode.engine.blas import add_outer_product, by_plain, by_turned
from contrastive_ode.engine.lanes import load as _load, total as _all_four
from contrastive_ode.engine.places import Place
from foundation.compiled import compiled

# sums may be reordered, but nan and inf keep their meaning; nothing is allocated, so no references
# are counted
options = dict(nogil=True, error_model="numpy", _nrt=False,
               fastmath={"reassoc", "contract", "nsz", "arcp"})
within = dict(no_cpython_wrapper=True)  # called from here only
njit = compiled(**options)
inside = compiled(**options, **within)
# called with all arrays of a network, which takes longer than many a function
kernel = compiled(**options, forceinline=True)
inner = compiled(**options, **within, forceinline=True)
exact = compiled(**options | dict(fastmath={"contract"}), forceinline=True)
entry = compiled(**options, **within)  # called by its address
# sums over the few edges of a graph: one number at a time is faster
in_order = compiled(**options | dict(fastmath={"contract", "nsz", "arcp"}), **within)
'''
MOST_TRIPLES = "sparse, most triples"
NET = {
    "_w": "parameters",
    "_c": "constants",
    "_rows": "rows",
    "_columns": "columns",
    "_firsts": "firsts",
    "_seconds": "seconds",
    "_starts": "starts",
    "_thirds": "thirds",
    "_s": "scratch",
    "_back": "back",
}
ARGUMENTS = {
    "rhs": "_t, _x, _net, _out",
    "jvp": "_t, _x, _v, _net, _out",
    "vjp": "_t, _x, _v, _net, _out",
    "sensitivity": "_t, _x, _v, _net, _grads",
    "sensitivity_rate": "_t, _x, _v, _u, _net, _grads",
    "pullback": "_t, _x, _v, _net, _out, _grads",
    "clock": "_t, _x, _net, _out",
}


def kernels(system: Declaration, layout: str) -> list[str]:
    """Return the sources of all kernels of a system, but for those of its cost."""
    pairs = _pairs(system, layout)
    parts = []
    scratch = 1
    padded: tuple[int, ...] = ()
    for name, derived in derive(system).items():
        hoist = NodeArrays(Names(system, pairs))
        hoist.names.pads = layout == MOST_TRIPLES and name == "rhs"
        parts.append("\n".join(_kernel(name, system, derived, pairs, hoist)))
        padded = padded or hoist.names.padded
        scratch = max(scratch, len(hoist.table) + len(hoist.names.rows))
    parts.append(f"SCRATCH = {scratch}  # arrays over nodes that the kernels need\n")
    parts.append(f"PADDED = {padded}  # parameters that stand in rows, and 0 for the first\n")
    return parts


def cost_kernels(loss: str) -> list[str]:
    """Return the sources of the cost of an output x with the target y, and of its slope."""
    return [
        f"@kernel\ndef {name}(x, y):\n    return {code(value)} + 0.0\n"
        for name, value in derive_loss(loss).items()
    ]


def one_more(name: str, system: Declaration, derived: Derived, layout: str) -> str:
    """Return the source of a kernel, to be put behind those of `kernels`."""
    hoist = NodeArrays(Names(system, pairs := _pairs(system, layout)))
    source = "\n".join(_kernel(name, system, derived, pairs, hoist))
    return f"{source}\nSCRATCH = max(SCRATCH, {len(hoist.table) + len(hoist.names.rows)})\n"


def _pairs(system: Declaration, layout: str) -> str:
    full = layout == "dense with self-coupling" or (layout == "dense" and vanishes(system))
    return "sparse" if layout.startswith("sparse") else "full" if full else "split"


def _kernel(
    name: str,
    system: Declaration,
    derived: Derived,
    pairs: str,
    hoist: "NodeArrays",
) -> Iterable[str]:
    names = hoist.names
    names.rows = {name: m for m, name in enumerate((*derived.totals, *derived.lifts))}
    values = [(c, hoist(c.value, c.kind)) for c in derived.contributions]
    sums = [
        (Contribution("pair", "total", names.rows[name], "i", g), hoist(g, "pair"))
        for name, g in derived.totals.items()
    ]
    early = [(value, m) for value, m in hoist.table.items() if not names.late(value)]
    late = [(value, m) for value, m in hoist.table.items() if names.late(value)]
    late += [(value, names.rows[name]) for name, value in derived.lifts.items()]
    back = pairs == "sparse" and any(backwards(c, value) for c, value in (*values, *sums))
    everything = [value for _, value in (*values, *sums)] + [value for value, _ in early + late]
    names.arrays = len(hoist.table) + len(names.rows)
    body = [*numbers(names, everything), *_body(name, names, (early, late, sums, values), pairs)]
    if names.in_tuples:
        yield from head(name, back)
    else:
        yield from addressed(name, ARGUMENTS[name].split(", "), names, body)
    yield from (*body, "")
    if name == "rhs" and not names.in_tuples:
        first = list(addressed("runge_kutta", STEPPING, names, body))
        yield from ("", *whole_step(len(system.states), first, body))


def _body(name: str, names: "Names", parts: Any, pairs: str) -> Iterable[str]:
    """Write what a kernel computes: early and late arrays, the sums between, and its result."""
    early, late, sums, values = parts
    if early:
        yield from node_loop(names, early, [], [value for value, _ in early])
    if sums:
        yield from edge_loops(names, [], sums, {c.position for c, _ in sums}, pairs)
    if late:
        yield from node_loop(names, late, *common([value for value, _ in late]))
    totals = names.own_totals(values)
    nodes = [(c, value) for c, value in values if c.kind == "node"]
    edges = [(c, value) for c, value in values if c.kind == "pair"]
    triples = [(c, value) for c, value in values if c.kind == "triple"]
    states = range(len(names.system.states))
    incomplete = "_out" in ARGUMENTS[name] and len(totals) < len(states)
    begun = sorted((c.array, c.position) for c, _ in nodes) == [("state", s) for s in states]
    if incomplete and begun and not edges:  # what a node adds is where the sums begin
        yield "    for _i in range(_N):"
        yield from names.loads({"i"}, [value for _, value in nodes], 8)
        yield from (f"        {names.entry(c)} = {code(value)}" for c, value in nodes)
        nodes = []
    elif incomplete:
        yield "    for _m in range(len(_out)):\n        _out[_m] = 0.0"
    if nodes or edges:
        yield from edge_loops(names, nodes, edges, totals, pairs)
    if triples and names.pads and (padded := padding(names, triples)):
        names.padded = padded.parameters
        yield from loops_in_lanes(names, triples, padded)
    elif triples:
        yield from triple_loops(names, triples)


def head(name: str, back: bool) -> Iterable[str]:
    """Write the first lines of a kernel that is given tuples: names for what is in them.

    `back` is whether edges know the edges back.
    """
    yield f"@kernel\ndef {name}({ARGUMENTS[name]}):"
    fields = {short: field for short, field in NET.items() if back or short != "_back"}
    yield from (f"    {short} = _net.{field}" for short, field in fields.items())
    # unsigned, as an index that might be negative takes longer; and never with a signed number,
    # as numba makes their sum a float
    yield "    _0, _1, _N = np.uint64(0), np.uint64(1), np.uint64(_s.shape[1])"


def numbers(names: "Names", values: "list[Expr]") -> Iterable[str]:
    """Write names for numbers of all nodes, as far as some expressions use them."""
    system = names.system
    yield from (f"    _N{s} = np.uint64({s}) * _N" for s in range(1, len(system.states)))
    yield "    t = _t"
    scalars = [name for name in (*system.parameters, *system.constants) if not index_of(name)]
    used = {str(symbol) for value in values for symbol in value.free_symbols}
    yield from (f"    {scalar} = {names.scalar(scalar)}" for scalar in scalars if scalar in used)


def node_loop(
    names: "Names", arrays: "list[tuple[Expr, int]]", lines: list[str], values: "list[Expr]"
) -> Iterable[str]:
    """Write the loop over nodes that computes arrays over them, as values of which some is shared.

    `lines` compute what they share.
    """
    yield "    for _i in range(_N):"
    yield from names.loads({"i"}, [value for value, _ in arrays], 8)
    yield from (f"        {line}" for line in lines)
    for (_, m), value in zip(arrays, values, strict=True):
        yield f"        {names.kept(m, 'i')} = {code(value)}"
