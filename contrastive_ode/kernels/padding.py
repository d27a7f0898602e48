"""Triples in lanes: four at once, and one division for two of them.

Where most nodes k take part in the triples (i, j, k) of a pair, the parameters of all k stand in a
row, of a width that is a multiple of 8: padded, so that no index is looked up. What is no triple
has a 0 in a parameter without which nothing flows, and else the values of the pair's first one.

With q = 1/(a b), 1/a = q b and 1/b = q a: to round-off, if a and b are between 1e-154 and 1e154.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contrastive_ode.declaration.declaration import index_of, without_index
from contrastive_ode.engine.places import Place
from contrastive_ode.kernels.derivation import Contribution
from contrastive_ode.kernels.naming import Names
from contrastive_ode.kernels.printing import code, reciprocals

if TYPE_CHECKING:
    from sympy import Expr

HALVES = (0, 1)


@dataclass(frozen=True)
class Padding:
    """What is needed to compute triples in lanes.

    Attributes
    ----------
    sums
        What is summed over k.
    divisors
        The names of reciprocals in it, with what they are the reciprocals of.
    parameters
        The positions of the parameters that are padded; with a 0 for the first of them.
    """

    sums: "tuple[Expr, ...]"
    divisors: "tuple[tuple[str, Expr], ...]"
    parameters: tuple[int, ...]


def padding(names: Names, triples: "list[tuple[Contribution, Expr]]") -> Padding | None:
    """Return how triples can be computed in lanes; None if they cannot."""
    sums = list(dict.fromkeys(names.factors(value, "k")[1] for _, value in triples))
    parameters = names.system.parameters
    tripled = [p for p, name in enumerate(parameters) if index_of(name) == "ijk"]
    state = f"{names.system.states[0]}_k"
    allowed = {state} | {f"{without_index(parameters[p])}_ijk" for p in tripled}
    symbols = {s for value in sums for s in value.free_symbols}
    moving = {str(s) for s in symbols if "k" in names.indices(s)}
    elsewhere = any(c.index not in ("i", "j") for c, _ in triples)
    if elsewhere or not moving <= allowed or names.in_tuples or len(names.system.states) > 1:
        return None
    if not all(value.is_rational_function(*value.free_symbols) for value in sums):
        return None
    by_name = {str(s): s for s in symbols}
    used = [p for p in tripled if f"{without_index(parameters[p])}_ijk" in moving]
    zeros = [
        p
        for p in used
        if all(v.subs(by_name[f"{without_index(parameters[p])}_ijk"], 0) == 0 for v in sums)
    ]
    divisors, reduced = reciprocals(sums)
    if not zeros or any(_vanishes(base, state) for _, base in divisors):
        return None
    if any("**" in code(value) for value in (*reduced, *(base for _, base in divisors))):
        return None
    order = sorted(used, key=lambda p: p != zeros[0])
    return Padding(tuple(reduced), tuple((str(s), base) for s, base in divisors), tuple(order))


def _vanishes(divisor: "Expr", state: str) -> bool:
    """Return whether a divisor is 0 where k is one of the other two nodes, which is no triple."""
    import sympy

    x = {a: sympy.Symbol(f"{state[:-2]}_{a}", real=True) for a in "ijk"}
    return any(sympy.expand(divisor.subs(x["k"], x[a])) == 0 for a in "ij")


def loops_in_lanes(
    names: Names, triples: "list[tuple[Contribution, Expr]]", padded: Padding
) -> Iterable[str]:
    """Write the loops over i, over the j of its triples, and over the k, eight at once."""
    factors = [(c, *names.factors(value, "k")) for c, value in triples]
    sums = list(dict.fromkeys(inner for *_, inner in factors))
    outer = [value for _, value in triples]
    yield f"    _padded = floats(_net[{Place.padded:d}], 1)"
    yield "    _4, _8 = np.uint64(4), np.uint64(8)"
    yield "    _groups, _width = np.uint64(len(_firsts)), (_N + np.uint64(7)) // _8 * _8"
    yield "    for _m in range(_N):"
    yield "        _padded[_m] = _x[_m]"
    yield "    for _m in range(_N, _width):"
    yield "        _padded[_m] = _x[_0]"
    yield "    _g = _0"
    yield "    while _g < _groups:"
    yield "        _i, _own = _firsts[_g], 0.0"
    yield from names.loads({"i"}, outer, 8)
    yield "        while _g < _groups and _firsts[_g] == _i:"
    yield "            _j = _seconds[_g]"
    yield from names.loads({"j"}, outer, 12)
    yield "            _at0 = (_g + _1) * _width"
    for m in range(1, len(padded.parameters)):
        yield f"            _at{m} = _at{m - 1} + _groups * _width"
    yield "            _k = _0"  # the first eight alone: many networks have no more
    yield from (f"            {line}" for line in _eight(names, padded, more=False))
    yield "            for _k in range(_8, _width, _8):"
    yield from (f"                {line}" for line in _eight(names, padded, more=True))
    yield from (f"            _sum{m} = _all_four(_lanes{m})" for m in range(len(sums)))
    for c, factor, inner in factors:
        into = "_own" if c.index == "i" else names.entry(c)
        yield f"            {into} += ({code(factor)}) * _sum{sums.index(inner)}"
    yield "            _g += _1"
    yield "        _out[_i] += _own"


def _eight(names: Names, padded: Padding, more: bool) -> Iterable[str]:
    """Write the sums over eight k: two lanes, which share their divisions."""
    state, parameters = f"{names.system.states[0]}_k", names.system.parameters
    moving: dict[str, str] = {state: ""}
    for m, p in enumerate(padded.parameters):
        moving[f"{without_index(parameters[p])}_ijk"] = f"_at{m} + "
    for symbol, at in moving.items():
        yield f"{symbol}0 = _load(_padded, {at}_k)"
        yield f"{symbol}1 = _load(_padded, {at}_k + _4)"
    for name, base in padded.divisors:
        yield from (f"_d{h} = {_half(base, h, moving, padded)}" for h in HALVES)
        yield "_q = 1.0 / (_d0 * _d1)"
        yield f"{name}0, {name}1 = _q * _d1, _q * _d0"
    for m, value in enumerate(padded.sums):
        low, high = (_half(value, h, moving, padded) for h in HALVES)
        before = f"_lanes{m} + " if more else ""
        yield f"_lanes{m} = {before}(({low}) + ({high}))"


def _half(value: "Expr", half: int, moving: dict[str, Any], padded: Padding) -> str:
    """Return the source of an expression in one of two lanes."""
    import sympy

    names = {*moving, *(name for name, _ in padded.divisors)}
    renamed = {
        s: sympy.Symbol(f"{s}{half}", real=True) for s in value.free_symbols if str(s) in names
    }
    return code(value.xreplace(renamed))
