"""From derived expressions to the source of numba kernels.

Two things are done to the expressions that the compiler cannot do: what depends on one node alone
and costs more than a product is computed once a node, not once an edge (`_Hoist`); and factors that
do not change in the inner loop are taken out of its sums (`_inner`).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from contrastive_ode.declaration.declaration import Declaration, base, site
from contrastive_ode.kernels.derivation import DIRECTION, FLOW, Contribution, derive, derive_loss
from contrastive_ode.kernels.derivation import vanishes_on_diagonal as vanishes

if TYPE_CHECKING:
    from sympy import Expr, Symbol

HEADER = '''"""Generated kernels: do not edit."""

from __future__ import annotations

from math import acos, acosh, asin, asinh, atan, atanh, copysign, cosh, erf, inf, log, nan, pi
from math import sinh, sqrt, tan

import numba
import numpy as np

# sums may be reordered, but nan and inf keep their meaning; nothing is allocated, so no references
# are counted
options = dict(cache=True, nogil=True, error_model="numpy", _nrt=False,
               fastmath={"reassoc", "contract", "nsz", "arcp"})
njit = numba.njit(**options)
# called with all arrays of a network, which takes longer than many a function
kernel = numba.njit(**options, forceinline=True)
inner = numba.njit(**options, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
exact = numba.njit(**options | dict(fastmath={"contract"}), forceinline=True)
'''
ARGUMENTS = {
    "rhs": "_t, _x, _net, _out",
    "jvp": "_t, _x, _v, _net, _out",
    "vjp": "_t, _x, _v, _net, _out",
    "sensitivity": "_t, _x, _v, _net, _grads",
    "sensitivity_rate": "_t, _x, _v, _u, _net, _grads",
}


def kernels(system: Declaration, layout: str, loss: str) -> list[str]:
    """Return the sources of all kernels of a system."""
    full = layout == "dense with self-coupling" or (layout == "dense" and vanishes(system))
    pairs = "sparse" if layout == "sparse" else "full" if full else "split"
    parts = []
    scratch = 1
    for name, contributions in derive(system).items():
        hoist = _Hoist(_Names(system, pairs))
        parts.append("\n".join(_kernel(name, system, contributions, pairs, hoist)))
        scratch = max(scratch, len(hoist.table))
    parts.append(f"SCRATCH = {scratch}  # arrays over nodes that the kernels need\n")
    for name, value in derive_loss(loss).items():
        parts.append(f"@njit\ndef {name}(x, y):\n    return {_code(value)} + 0.0\n")
    return parts


def _kernel(
    name: str, system: Declaration, contributions: list[Contribution], pairs: str, hoist: "_Hoist"
) -> Iterable[str]:
    names = hoist.names
    values = [(c, hoist(c.value, c.kind)) for c in contributions]
    yield f"@kernel\ndef {name}({ARGUMENTS[name]}):"
    yield "    _w, _c, _rows, _columns, _firsts, _seconds, _starts, _thirds, _s = _net"
    # unsigned, as an index that might be negative takes longer; and never with a signed number,
    # as numba makes their sum a float
    yield "    _0, _1, _N = np.uint64(0), np.uint64(1), np.uint64(_s.shape[1])"
    yield from (f"    _N{s} = np.uint64({s}) * _N" for s in range(1, len(system.states)))
    yield "    t = _t"
    scalars = [name for name in (*system.parameters, *system.constants) if not site(name)]
    used = {str(symbol) for _, value in values for symbol in value.free_symbols}
    used |= {str(symbol) for value in hoist.table for symbol in value.free_symbols}
    yield from (f"    {scalar} = {names.scalar(scalar)}" for scalar in scalars if scalar in used)
    if hoist.table:
        yield "    for _i in range(_N):"
        yield from names.loads({"i"}, hoist.table, 8)
        yield from (f"        _s[{m}, _i] = {_code(e)}" for e, m in hoist.table.items())
    totals = names.own_totals(values)
    if "_out" in ARGUMENTS[name] and len(totals) < len(system.states):
        yield "    for _m in range(len(_out)):\n        _out[_m] = 0.0"
    nodes = [(c, value) for c, value in values if c.kind == "node"]
    edges = [(c, value) for c, value in values if c.kind == "pair"]
    triples = [(c, value) for c, value in values if c.kind == "triple"]
    if nodes or edges:
        yield from _rows(names, nodes, edges, totals, pairs)
    if triples:
        yield from _triples(names, triples)
    yield ""


def _rows(
    names: "_Names",
    nodes: "list[tuple[Contribution, Expr]]",
    edges: "list[tuple[Contribution, Expr]]",
    totals: set[int],
    pairs: str,
) -> Iterable[str]:
    """Write the loop over nodes i, and in it the one over the edges j → i."""
    yield "    for _i in range(_N):"
    inner = [names.factors(value, "j") for _, value in edges]
    at_node = [value for _, value in nodes] + [value for pair in inner for value in pair]
    yield from names.loads({"i"}, at_node, 8)
    yield from (f"        _total{s} = 0.0" for s in sorted(totals))
    yield from (f"        {names.total(c, totals)} += {_code(value)}" for c, value in nodes)
    if edges:
        header = {
            "sparse": [
                "        for _e in range(_rows[_i], _rows[_i + _1]):",
                "            _j = _columns[_e]",
            ],
            "full": ["        for _j in range(_N):"],
            "split": [
                "        for _first, _end in ((_0, _i), (_i + _1, _N)):",
                "            for _j in range(_first, _end):",
            ],
        }[pairs]
        pad = 16 if pairs == "split" else 12
        yield from _inner(names, edges, ("i",), "j", header, pad, totals)
    yield from (f"        _out[{_shift(s)}_i] = _total{s}" for s in sorted(totals))


def _triples(names: "_Names", triples: "list[tuple[Contribution, Expr]]") -> Iterable[str]:
    """Write the loop over the pairs (i, j) of the triples, and in it the one over k."""
    yield "    for _g in range(np.uint64(len(_firsts))):"
    yield "        _i = _firsts[_g]"
    yield "        _j = _seconds[_g]"
    yield from names.loads({"i", "j"}, [value for _, value in triples], 8)
    header = [
        "        for _e in range(_starts[_g], _starts[_g + _1]):",
        "            _k = _thirds[_e]",
    ]
    yield from _inner(names, triples, ("i", "j"), "k", header, 12, set())


def _inner(
    names: "_Names",
    terms: "list[tuple[Contribution, Expr]]",
    outer_indices: tuple[str, ...],
    inner_index: str,
    header: list[str],
    pad: int,
    totals: set[int],
) -> Iterable[str]:
    """Write an inner loop, with sums for what belongs to the nodes outside it."""
    split = [(c, *names.factors(value, inner_index)) for c, value in terms]
    summed = [(c, f, v) for c, f, v in split if c.index in ("", *outer_indices)]
    elsewhere = [(c, f, v) for c, f, v in split if c.index not in ("", *outer_indices)]
    sums = {value: f"_sum{m}" for m, value in enumerate(dict.fromkeys(v for *_, v in summed))}
    yield from (f"        {total} = 0.0" for total in sums.values())
    yield from (f"        _factor{m} = {_code(f)}" for m, (_, f, _) in enumerate(elsewhere))
    yield from header
    yield from names.loads({inner_index, "edge"}, [v for *_, v in split], pad)
    lines, reduced = _common([*sums, *(v for *_, v in elsewhere)])
    yield from (f"{' ' * pad}{line}" for line in lines)
    for total, value in zip(sums.values(), reduced, strict=False):
        yield f"{' ' * pad}{total} += {_code(value)}"
    for m, (c, _, _) in enumerate(elsewhere):
        value = _code(reduced[len(sums) + m])
        yield f"{' ' * pad}{names.total(c, totals)} += _factor{m} * ({value})"
    for c, factor, value in summed:
        yield f"        {names.total(c, totals)} += ({_code(factor)}) * {sums[value]}"


class _Names:
    """How the quantities of a declaration are called in the source."""

    def __init__(self, system: Declaration, pairs: str) -> None:
        self.system, self.dense = system, pairs != "sparse"

    def scalar(self, name: str) -> str:
        array, position = self._place(name)
        return f"{array}[{position}][0]"

    def entry(self, c: Contribution) -> str:
        """Return the entry of the result that a contribution is added to."""
        if c.array == "state":
            return f"_out[{_shift(c.position)}_{c.index}]"
        return f"_grads[{c.position}][{self._subscript(c.index)}]"

    def own_totals(self, values: "list[tuple[Contribution, Expr]]") -> set[int]:
        """Return the variables whose result is complete after the loop over the own edges."""
        changed = {c.position for c, _ in values if c.array == "state"}
        scattered = {c.position for c, _ in values if c.kind == "triple" or c.index != "i"}
        return changed - scattered

    def total(self, c: Contribution, totals: set[int]) -> str:
        """Return what a contribution is added to: a number kept in a register, or the result."""
        own = c.array == "state" and c.position in totals
        return f"_total{c.position}" if own else self.entry(c)

    def loads(self, indices: set[str], values: "Iterable[Expr]", pad: int) -> Iterable[str]:
        """Write the assignments of what some expressions use and has one of the indices."""
        symbols = {str(symbol) for value in values for symbol in value.free_symbols}
        for symbol in sorted(symbols):
            index = symbol.rpartition("_")[2] if "_" in symbol else ""
            if self._is_scalar(symbol):
                continue
            of_edge = index in ("ij", "ijk") and "edge" in indices
            if index in indices or of_edge:
                yield f"{' ' * pad}{symbol} = {self._source(symbol, index)}"

    def factors(self, value: "Expr", inner_index: str) -> "tuple[Expr, Expr]":
        """Split a product into what stays the same in the inner loop, and the rest."""
        moving = [s for s in value.free_symbols if inner_index in self.indices(s)]
        if not moving:
            import sympy

            return value, sympy.Integer(1)
        outer, inner = value.as_independent(*moving, as_Add=False)
        return outer, inner

    def indices(self, symbol: "Symbol") -> frozenset[str]:
        """Return the nodes that a quantity belongs to."""
        name = str(symbol)
        if self._is_scalar(name):
            return frozenset()
        return frozenset(name.rpartition("_")[2])

    def _is_scalar(self, name: str) -> bool:
        return name == "t" or (
            name in (*self.system.parameters, *self.system.constants) and not site(name)
        )

    def _subscript(self, index: str) -> str:
        if index == "ij":
            return "_i, _j" if self.dense else "_e"
        return {"": "0", "ijk": "_e"}.get(index, f"_{index}")

    def _source(self, symbol: str, index: str) -> str:
        name = symbol.removesuffix(f"_{index}")
        if symbol.startswith("_h"):
            return f"_s[{name[2:]}, _{index}]"
        for prefix, array in ((f"{DIRECTION}_", "_v"), (f"{FLOW}_", "_u"), ("", "_x")):
            state = name.removeprefix(prefix)
            if name.startswith(prefix) and state in self.system.states:
                return f"{array}[{_shift(self.system.states.index(state))}_{index}]"
        array, position = self._place(name)
        return f"{array}[{position}][{self._subscript(index)}]"

    def _place(self, name: str) -> tuple[str, int]:
        """Return where the values of a parameter or constant are."""
        bases = [base(parameter) for parameter in self.system.parameters]
        if base(name) in bases or name in bases:
            return "_w", bases.index(name if name in bases else base(name))
        constants = [base(constant) for constant in self.system.constants]
        return "_c", constants.index(name if name in constants else base(name))


class _Hoist:
    """Replace what depends on one node alone and is costly by an array over nodes."""

    def __init__(self, names: _Names) -> None:
        self.names = names
        self.table: dict[Any, int] = {}

    def __call__(self, value: "Expr", kind: str) -> "Expr":
        if not value.args:
            return value
        if value.is_Mul or value.is_Add:
            groups: dict[frozenset[str], list[Expr]] = {}
            for part in value.args:
                groups.setdefault(self._indices(part), []).append(part)
            parts = []
            for members in groups.values():
                group = value.func(*members)
                done = self._replaced(group, kind)
                parts += [self(part, kind) for part in members] if done is None else [done]
            return value.func(*parts)
        done = self._replaced(value, kind)
        return value.func(*[self(part, kind) for part in value.args]) if done is None else done

    def _indices(self, value: "Expr") -> frozenset[str]:
        return frozenset().union(*(self.names.indices(s) for s in value.free_symbols))

    def _replaced(self, value: "Expr", kind: str) -> "Expr | None":
        import sympy

        indices = self._indices(value)
        if len(indices) != 1:
            return None
        (index,) = indices
        of_row = kind != "triple" and index == "i"  # computed once a node where it stands
        if not (value.atoms(sympy.Function) or (_divides(value) and not of_row)):
            return None
        moved = {
            s: sympy.Symbol(str(s).removesuffix(f"_{index}") + "_i", real=True)
            for s in value.free_symbols
            if self.names.indices(s)
        }
        m = self.table.setdefault(value.xreplace(moved), len(self.table))
        return sympy.Symbol(f"_h{m}_{index}", real=True)


def _divides(value: "Expr") -> bool:
    """Return whether an expression has a quotient, a root or a high power."""
    import sympy

    powers = value.atoms(sympy.Pow)
    return not all(power.exp.is_Integer and 0 < power.exp <= 3 for power in powers)


def _common(values: "list[Expr]") -> "tuple[list[str], list[Expr]]":
    """Compute common subexpressions once, and every reciprocal once."""
    import sympy

    reciprocals: dict[Any, Symbol] = {}

    def divide(power: "Expr") -> "Expr":
        symbol = reciprocals.setdefault(power.base, sympy.Symbol(f"_q{len(reciprocals)}"))
        return symbol ** (-power.exp)

    values = [
        value.replace(lambda e: e.is_Pow and e.exp.is_Integer and e.exp < 0, divide)
        for value in values
    ]
    lines = [f"{symbol} = 1.0 / ({_code(b)})" for b, symbol in reciprocals.items()]
    common, reduced = sympy.cse(values, symbols=sympy.numbered_symbols("_y"))
    return lines + [f"{symbol} = {_code(value)}" for symbol, value in common], list(reduced)


def _shift(position: int) -> str:
    return f"_N{position} + " if position else ""


def _code(value: "Expr") -> str:
    from sympy.printing.pycode import PythonCodePrinter

    return str(PythonCodePrinter({"fully_qualified_modules": False}).doprint(value))
