"""Kernels for many examples at once: the sums over edges are products with a matrix, by BLAS.

Where what an edge adds to a rate is a sum of products such as a_i W_ij φ(x_j), the kernels compute
φ at all nodes of all examples, multiply by the matrix, and go on node by node. A product costs the
less an example, the more examples there are. The changes of matrices are sums of outer products;
these are gathered over several steps, and then added as one product.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from contrastive_ode.declaration.declaration import Declaration, index_of
from contrastive_ode.kernels.derivation import Derived, derive, derive_loss, vanishes_on_diagonal
from contrastive_ode.kernels.naming import Names
from contrastive_ode.kernels.printing import code, common, shifted
from contrastive_ode.kernels.separation import NotSeparableError, Product, of_node, separated

if TYPE_CHECKING:
    from sympy import Expr, Symbol

ARGUMENTS = {
    "rhs": "_t, _x, _net, _batch, _out",
    "jvp": "_t, _x, _v, _net, _batch, _out",
    "vjp": "_t, _x, _v, _net, _batch, _out",
    "sensitivity": "_t, _x, _v, _net, _batch, _grads",
}
NONE = "SEPARABLE = False\n"


def batch_kernels(system: Declaration, layout: str, loss: str) -> list[str]:
    """Return the sources of all kernels of a system for many examples, if there can be any."""
    if any(kind == "triple" for kind, _ in system.terms):
        return [NONE]
    split = layout == "dense" and not vanishes_on_diagonal(system)
    fixed = Fixed(BatchNames(system, "dense"), split)
    parts, rows = [], 1
    try:
        for name, derived in derive(system).items():
            if name in ARGUMENTS:
                kernel = BatchKernel(name, system, derived, fixed, layout == "dense")
                parts.append("\n".join(kernel.lines()))
                rows, sizes = max(rows, kernel.names.height), kernel.sizes
    except NotSeparableError:
        return [NONE]
    numbers = f"ROWS, FIXED, OUTER, CONSTANT = {rows}, {len(fixed.table)}, {sizes}"
    parts += ["\n".join(fixed.lines()), f"SEPARABLE = True\n{numbers}\n"]
    for name, value in derive_loss(loss).items():
        parts.append(f"@inner\ndef {name}(x, y):\n    return {code(value)} + 0.0\n")
    return parts


class BatchNames(Names):
    """Names of quantities of all examples; `places` are the rows of the scratch memory."""

    def __init__(self, system: Declaration, pairs: str) -> None:
        super().__init__(system, pairs)
        self.in_tuples = True
        self.places: dict[str, int] = {}
        self.height = 0

    def new(self, name: str) -> "Symbol":
        """Return a symbol for a quantity of the nodes, with a place of its own."""
        import sympy

        self.places[name] = self.height
        self.height += 1
        return sympy.Symbol(f"{name}_i", real=True)

    def matrix(self, name: str) -> str:
        """Return the source of a matrix."""
        return self._place(name)

    def _source(self, symbol: str, index: str) -> str:
        name = symbol.removesuffix(f"_{index}")
        if name in self.places:
            return f"_s[_B * {self.places[name]} + _b, _i]"
        if name.startswith("_fixed"):
            return f"_fixed[{name[6:]}, _i]"
        source = super()._source(symbol, index)
        return source.replace("[", "[_b, ", 1) if source[:3] in ("_x[", "_v[") else source


class Fixed:
    """What does not depend on the states: sums of the rows of matrices, and their diagonals."""

    def __init__(self, names: BatchNames, split: bool) -> None:
        self.names, self.split = names, split
        self.table: dict[tuple[str, str], int] = {}

    def symbol(self, what: str, matrix: str) -> "Symbol":
        """Return the symbol of a `sum`, a `sum back` or the `diagonal`."""
        import sympy

        m = self.table.setdefault((what, matrix), len(self.table))
        return sympy.Symbol(f"_fixed{m}_i", real=True)

    def lines(self) -> Iterable[str]:
        """Write the kernel that computes all of it."""
        yield from (
            "@njit",
            "def prepare(_net, _fixed):",
            "    _w, _c = _net.parameters, _net.constants",
        )
        yield "    _fixed[:] = 0.0"
        for (what, name), m in self.table.items():
            matrix = self.names.matrix(name)
            yield "    for _i in range(_fixed.shape[1]):"
            if what == "diagonal":
                yield f"        _fixed[{m}, _i] = {matrix}[_i, _i]"
                continue
            yield "        for _j in range(_fixed.shape[1]):"
            yield "            if _i != _j:" if self.split else "            if True:"
            entry = "_j" if what == "sum back" else "_i"
            yield f"                _fixed[{m}, {entry}] += {matrix}[_i, _j]"
        yield ""


class Sums:
    """Sums over edges, as products of matrices and vectors of a kernel."""

    def __init__(self, names: BatchNames, fixed: Fixed, word: str) -> None:
        self.names, self.fixed, self.word = names, fixed, word
        self.table: dict[tuple[str | None, bool], dict[Expr, tuple[str, str]]] = {}

    def of(self, products: list[Product], index: str) -> "Expr":
        """Return what nodes get of the edges, with symbols for the sums."""
        import sympy

        total = sympy.Integer(0)
        for product in products:
            own, matrix, back, vector = product.seen_from(index)
            total += own * self._symbol(matrix, back, vector)
        return total

    def _symbol(self, matrix: str | None, back: bool, vector: "Expr") -> "Expr":
        import sympy

        if not vector.free_symbols:
            if matrix is None:
                return vector * sympy.Symbol("_edges", real=True)
            return vector * self.fixed.symbol("sum back" if back else "sum", matrix)
        found = self.table.setdefault((matrix, back), {})
        mark = f"{self.word}{self.count}"
        column, product = found.setdefault(vector, (f"_c{mark}", f"_p{mark}"))
        if not self.fixed.split:
            return _node(product)
        own = 1 if matrix is None else self.fixed.symbol("diagonal", matrix)
        return _node(product) - own * _node(column)

    @property
    def count(self) -> int:
        """Number of products."""
        return sum(map(len, self.table.values()))

    def placed(self) -> "tuple[dict[str, Expr], list[str]]":
        """Give places to all, and return the vectors by name, and the lines that multiply them."""
        columns: dict[str, Expr] = {}
        lines = []
        for (matrix, back), found in self.table.items():
            ends = []
            for names in zip(*found.values(), strict=True):  # columns, then products
                first = self.names.height
                for name in names:
                    self.names.new(name)
                ends.append(f"_s[_n * {first}:_n * {self.names.height}]")
            columns |= {column: vector for vector, (column, _) in found.items()}
            if matrix is None:
                lines.append(f"    add_up({', '.join(ends)})")
            else:
                function = "multiply_back" if back else "multiply"
                lines.append(f"    {function}({self.names.matrix(matrix)}, {', '.join(ends)})")
        return columns, lines


class BatchKernel:
    """One kernel: its vectors, their products, the totals, what depends on these, its result."""

    def __init__(
        self, name: str, system: Declaration, derived: Derived, fixed: Fixed, hollow: bool
    ) -> None:
        self.name, self.system, self.derived, self.hollow = name, system, derived, hollow
        self.names = names = BatchNames(system, "dense")
        self.early, self.late = Sums(names, fixed, "early"), Sums(names, fixed, "late")
        names.rows = dict.fromkeys((*derived.totals, *derived.lifts), 0)
        self.totals = {
            name: self.early.of(separated(names, g), "i") for name, g in derived.totals.items()
        }
        self.results: dict[tuple[int, str], Expr] = {}
        self.outer: list[tuple[int, Expr, Expr]] = []
        for c in derived.contributions:
            if c.kind == "node":
                self._add((c.position, c.index), c.value)
            elif c.array == "parameter" and c.index in ("ij", "ji"):
                self.outer += [
                    self._outer(c.position, c.index, p) for p in separated(names, c.value)
                ]
            else:
                for product in separated(names, c.value):
                    index = c.index or "i"
                    vector = product.seen_from(index)[3]
                    sums = self.late if names.late(vector) else self.early
                    key = (c.position, "i" if c.index else "")
                    self._add(key, of_node(sums.of([product], index)))

    @property
    def sizes(self) -> str:
        """Number of outer products, and of those with a vector of ones."""
        plain = sum(bool(right.free_symbols) for *_, right in self.outer)
        return f"{plain}, {len(self.outer) - plain}"

    def _add(self, key: tuple[int, str], value: "Expr") -> None:
        self.results[key] = self.results.get(key, 0) + value

    def _outer(self, position: int, index: str, product: Product) -> "tuple[int, Expr, Expr]":
        if product.matrix is not None:
            raise NotSeparableError
        ends = (product.at_i, of_node(product.at_j))
        return position, *(ends if index == "ij" else (of_node(product.at_j), product.at_i))

    def lines(self) -> Iterable[str]:
        """Write the kernel."""
        names, (early, multiplied) = self.names, self.early.placed()
        late, multiplied_late = self.late.placed()
        kept = {}
        local = self.totals | self.derived.lifts
        if late:
            kept, local = local, {}
            for name in kept:
                names.new(name)
        yield from self._head()
        if early:
            yield from self._node_loop({}, {names.places[n]: v for n, v in early.items()})
            yield from multiplied
        if kept:
            stored = {name: _node(name) for name in kept} | late
            yield from self._node_loop(kept, {names.places[n]: v for n, v in stored.items()})
            yield from multiplied_late
        yield from self._result(local)
        yield ""

    def _head(self) -> Iterable[str]:
        yield from ("@inside", f"def {self.name}_batch({ARGUMENTS[self.name]}):")
        yield "    _w, _c = _net.parameters, _net.constants"
        yield "    _s, _fixed = _batch.scratch, _batch.fixed"
        yield "    _n = len(_x)"
        yield "    _B, _N = np.uint64(_n), np.uint64(_s.shape[1])"
        states = range(1, len(self.system.states))
        yield from (f"    _N{s} = np.uint64({s}) * _N" for s in states)
        edges = "_s.shape[1] - 1" if self.early.fixed.split else "_s.shape[1]"
        yield f"    t, _edges = _t, float({edges})"
        scalars = (*self.system.parameters, *self.system.constants)
        for scalar in scalars:
            if not index_of(scalar):
                yield f"    {scalar} = {self.names.scalar(scalar)}"

    def _node_loop(self, local: "dict[str, Expr]", places: "dict[int, Expr]") -> Iterable[str]:
        """Write a loop over nodes of all examples that computes rows of the scratch memory."""
        lines, values = common(list(places.values()))
        used = [*local.values(), *places.values()]
        yield from self._loops(used, local)
        yield from (f"            {line}" for line in lines)
        for place, value in zip(places, values, strict=True):
            yield f"            _s[_B * {place} + _b, _i] = {code(value)}"

    def _loops(self, used: "list[Expr]", local: "dict[str, Expr]") -> Iterable[str]:
        """Write the heads of the loops, and quantities of a node that are no longer needed then."""
        yield from ("    for _b in range(_B):", "        for _i in range(_N):")
        here = {str(_node(name)) for name in local}
        loaded = [sum(s for s in v.free_symbols if str(s) not in here) for v in used]
        yield from self.names.loads({"i"}, [v for v in loaded if v], 12)
        yield from (f"            {_node(name)} = {code(v)}" for name, v in local.items())

    def _result(self, local: "dict[str, Expr]") -> Iterable[str]:
        """Write the last loop: what goes into the result."""
        known = {
            v: _node(c) for f in self.early.table.values() for v, (c, _) in f.items() if v.args
        }
        values = [*self.results.values(), *(end for _, *ends in self.outer for end in ends)]
        values = [value.xreplace(known) for value in values]
        lines, reduced = common(values)
        if self.name == "sensitivity":
            yield "    _at = room(_n, _batch, _grads)"
        yield from self._loops([*local.values(), *values], local)
        yield from (f"            {line}" for line in lines)
        if self.name == "sensitivity":
            yield from self._gradients(reduced)
        else:
            found = dict(zip([s for s, _ in self.results], reduced, strict=True))
            for s in range(len(self.system.states)):
                value = code(found[s]) if s in found else "0.0"
                yield f"            _out[_b, {shifted(s)}_i] = {value}"

    def _gradients(self, values: "list[Expr]") -> Iterable[str]:
        """Write what goes into gradients: at once for nodes, gathered for matrices."""
        count = len(self.results)
        for (p, index), value in zip(self.results, values[:count], strict=True):
            yield f"            _grads[{p}][{'_i' if index else 0}] += {code(value)}"
        filled, flush = [0, 0], []
        for m, (p, _, right) in enumerate(self.outer):
            left_value, right_value = values[count + 2 * m : count + 2 * m + 2]
            if right.free_symbols:
                q, filled[0] = filled[0], filled[0] + 1
                yield f"            _batch.left[{q}, _at + _b, _i] = {code(left_value)}"
                yield f"            _batch.right[{q}, _at + _b, _i] = {code(right_value)}"
                flush.append(f"    add_outer({q}, _batch, _grads[{p}], {self.hollow})")
            else:
                q, filled[1] = filled[1], filled[1] + 1
                yield f"            _batch.sums[{q}, _i] += {code(left_value * right_value)}"
                flush.append(f"    add_constant({q}, _batch, _grads[{p}], {self.hollow})")
        yield from ("", "", "@inside", "def flush(_batch, _grads):", *flush)
        yield "    _batch.filled[0] = 0"


def _node(name: str) -> "Symbol":
    import sympy

    return sympy.Symbol(f"{name}_i", real=True)
