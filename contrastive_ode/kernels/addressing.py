"""The first lines of a kernel that is called by its address, and finds by theirs what it uses."""

import re
from collections.abc import Iterable

from contrastive_ode.declaration.declaration import index_of
from contrastive_ode.engine.places import Place
from contrastive_ode.kernels.naming import Names

STATES = {
    "functions": "states, state_table, WORDS = floats, float_table, 1\n",
    "analytic": "states, state_table, WORDS = complexes, complex_table, 2\n",
}
OF_MANY = re.compile(r"\b(_[wc]|_grads)(\d+)\b")
INDICES = {
    "_columns": Place.columns,
    "_firsts": Place.firsts,
    "_seconds": Place.seconds,
    "_starts": Place.starts,
    "_thirds": Place.thirds,
    "_back": Place.back,
    "_order": Place.order,
    "_counts": Place.counts,
}
NARROW = ("_columns", "_order", "_counts")


def addressed(name: str, arguments: list[str], names: Names, body: list[str]) -> Iterable[str]:
    """Write the first lines of a kernel: names for what its other lines use."""
    system, used = names.system, "\n".join(body)
    parameters, first = len(system.parameters), int(Place.parameters)
    yield "@in_order" if "_order" in used else "@entry"
    yield f"def {name}({', '.join(a if a == '_t' else f'{a}_at' for a in arguments)}):"
    yield f"    _net = integers(_net_at, {first + parameters + len(system.constants)})"
    yield f"    _nodes = _net[{Place.nodes:d}]"
    # unsigned, as an index that might be negative takes longer; and never with a signed number,
    # as numba makes their sum a float
    yield "    _0, _1, _N = np.uint64(0), np.uint64(1), np.uint64(_nodes)"
    for vector in ("_x", "_v", "_u", "_out"):
        if vector in arguments:
            yield f"    {vector} = states({vector}_at, {len(system.states)} * _nodes)"
    if "_s[" in used:
        shape = f"_nodes, {names.arrays}" if names.two_at_once else "1, _nodes"
        yield f"    _s = state_table(_net[{Place.scratch:d}], {shape})"
    if "_twos" in used:
        yield f"    _2, _twos = np.uint64(2), np.uint64(_net[{Place.twos:d}])"
    for short, place in INDICES.items():
        if re.search(rf"\b{short}\b", used):
            length = f"_net[{Place.pairs:d}]" if short == "_firsts" else "1"  # or as long as it is
            kind = "narrow" if short in NARROW else "unsigned"
            yield f"    {short} = {kind}(_net[{place:d}], {length})"
    for short, number in sorted(set(OF_MANY.findall(used))):
        m, of = int(number), system.constants if short == "_c" else system.parameters
        at, kind = f"_net[{first + m + (parameters if short == '_c' else 0)}]", "float"
        if short == "_grads":  # a vector as that of the parameters
            at, kind = f"_grads_at + WORDS * ({at} - _net[{first}])", "state"
        if names.dense and index_of(of[m]) == "ij":
            yield f"    {short}{m} = {kind}_table({at}, _nodes, _nodes)"
        else:
            yield f"    {short}{m} = {kind}s({at}, 1)"
