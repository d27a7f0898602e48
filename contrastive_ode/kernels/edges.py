"""Loops over nodes, and in them over what acts on these: edges, all nodes, or triples.

Factors that do not change in the inner loop are taken out of its sums.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contrastive_ode.kernels.derivation import Contribution
from contrastive_ode.kernels.naming import Names
from contrastive_ode.kernels.printing import code, common

if TYPE_CHECKING:
    from sympy import Expr

HEADERS = {
    "sparse": [
        "        for _e in range(_rows[_i], _rows[_i + _1]):",
        "            _j = _columns[_e]",
    ],
    "full": ["        for _j in range(_N):"],
    "split": [
        "        for _first, _end in ((_0, _i), (_i + _1, _N)):",
        "            for _j in range(_first, _end):",
    ],
}
OF_NODE = re.compile(r"\b(_(?:sum|total|factor)\d+|\w*_i)\b")


@dataclass(frozen=True)
class InnerLoop:
    """The lines before an inner loop, inside it, and after it."""

    before: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def edge_loops(
    names: Names,
    nodes: "list[tuple[Contribution, Expr]]",
    edges: "list[tuple[Contribution, Expr]]",
    totals: set[int],
    pairs: str,
) -> Iterable[str]:
    """Write the loop over nodes i, and in it the one over the edges j → i."""
    inner = [names.factors(value, "j") for _, value in edges]
    at_node = [value for _, value in nodes] + [value for pair in inner for value in pair]
    own = {c.position: names.entry(c) for c, _ in (*nodes, *edges) if c.array != "parameter"}
    loop = InnerLoop()
    if edges:
        pad = 16 if pairs == "split" else 12
        loop = inner_loop(names, edges, ("i",), "j", pad, totals)
        if pairs == "sparse" and any(backwards(c, value) for c, value in edges):
            loop.inside.insert(0, "            _r = _back[_e]")
    before = [
        *names.loads({"i"}, at_node, 8),
        *(f"        _total{s} = 0.0" for s in sorted(totals)),
        *(f"        {names.total(c, totals)} += {code(value)}" for c, value in nodes),
        *loop.before,
    ]
    after = [*loop.after, *(f"        {own[s]} = _total{s}" for s in sorted(totals))]
    if edges and names.two_at_once:
        yield from two_at_once(InnerLoop(before, loop.inside, after))
        return
    yield "    for _i in range(_N):"
    yield from before
    if edges:
        yield from (*HEADERS[pairs], *loop.inside)
    yield from after


def two_at_once(loop: InnerLoop) -> Iterable[str]:
    """Write the loop over pairs of nodes with as many edges, which take turns, and over the rest.

    `EdgeOrder` is the order of nodes and edges.
    """

    def of_second(lines: list[str]) -> Iterable[str]:
        return (OF_NODE.sub(r"\1_second", line) for line in lines)

    edge = ["            _j = _columns[_e]", *loop.inside, "            _e += _1"]
    second = ["            _j = _columns[_e]", *of_second(loop.inside), "            _e += _1"]
    yield "    _e = _0"
    yield "    for _g in range(_twos):"
    yield "        _i, _i_second = _order[_2 * _g], _order[_2 * _g + _1]"
    yield from (*loop.before, *of_second(loop.before))
    yield "        for _ in range(_counts[_2 * _g]):"
    yield from (*edge, *second)
    yield from (*loop.after, *of_second(loop.after))
    yield "    for _g in range(_2 * _twos, _N):"
    yield "        _i = _order[_g]"
    yield from loop.before
    yield "        for _ in range(_counts[_g]):"
    yield from (*edge, *loop.after)


def backwards(c: Contribution, value: "Expr") -> bool:
    """Return whether something has to do with the edge i → j beside j → i."""
    return c.index == "ji" or any(str(symbol).endswith("_ji") for symbol in value.free_symbols)


def triple_loops(names: Names, triples: "list[tuple[Contribution, Expr]]") -> Iterable[str]:
    """Write the loop over the pairs (i, j) of the triples, and in it the one over k."""
    loop = inner_loop(names, triples, ("i", "j"), "k", 12, set())
    yield "    for _g in range(np.uint64(len(_firsts))):"
    yield "        _i = _firsts[_g]"
    yield "        _j = _seconds[_g]"
    yield from names.loads({"i", "j"}, [value for _, value in triples], 8)
    yield from loop.before
    yield "        for _e in range(_starts[_g], _starts[_g + _1]):"
    yield "            _k = _thirds[_e]"
    yield from (*loop.inside, *loop.after)


def inner_loop(
    names: Names,
    terms: "list[tuple[Contribution, Expr]]",
    outer_indices: tuple[str, ...],
    inner_index: str,
    pad: int,
    totals: set[int],
) -> InnerLoop:
    """Return an inner loop, with sums for what belongs to the nodes outside it."""
    split = [(c, *names.factors(value, inner_index)) for c, value in terms]
    summed = [(c, f, v) for c, f, v in split if c.index in ("", *outer_indices)]
    elsewhere = [(c, f, v) for c, f, v in split if c.index not in ("", *outer_indices)]
    if not elsewhere:
        summed = [(c, f * a, b) for c, f, v in summed for a, b in names.spread(v, inner_index)]
    sums = {value: f"_sum{m}" for m, value in enumerate(dict.fromkeys(v for *_, v in summed))}
    before = [f"        {total} = 0.0" for total in sums.values()]
    before += [f"        _factor{m} = {code(f)}" for m, (_, f, _) in enumerate(elsewhere)]
    lines, reduced = common([*sums, *(v for *_, v in elsewhere)])
    lines += [f"{total} += {code(v)}" for total, v in zip(sums.values(), reduced, strict=False)]
    for m, (c, _, _) in enumerate(elsewhere):
        value = code(reduced[len(sums) + m])
        lines.append(f"{names.total(c, totals)} += _factor{m} * ({value})")
    inside = [*names.loads({inner_index, "edge"}, [v for *_, v in split], pad)]
    inside += [f"{' ' * pad}{line}" for line in lines]
    after = [f"        {names.total(c, totals)} += ({code(f)}) * {sums[v]}" for c, f, v in summed]
    return InnerLoop(before, inside, after)
