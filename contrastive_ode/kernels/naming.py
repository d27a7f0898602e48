"""How the quantities of a declaration are called in the source of its kernels."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from contrastive_ode.declaration.declaration import (
    DIRECTION,
    FLOW,
    Declaration,
    index_of,
    without_index,
)
from contrastive_ode.kernels.derivation import Contribution
from contrastive_ode.kernels.printing import shifted

if TYPE_CHECKING:
    from sympy import Expr, Symbol


class Names:
    """Names of parameters, constants, variables and entries of the result."""

    def __init__(self, system: Declaration, pairs: str) -> None:
        self.system, self.dense = system, pairs != "sparse"
        self.in_tuples = bool(system.threshold)  # else addresses tell where they are
        edges = bool(system.totals) or any(kind == "pair" for kind, _ in system.terms)
        self.two_at_once = edges and not (self.dense or self.in_tuples)
        self.arrays = 0  # over nodes; where nodes go two at once, those of a node are side by side
        self.pads = False  # whether triples may be in lanes
        self.padded: tuple[int, ...] = ()  # the parameters of those that are
        self.rows: dict[str, int] = {}  # of the scratch memory, of totals and what depends on them

    def scalar(self, name: str) -> str:
        """Return the source of a quantity that all nodes share."""
        return f"{self._place(name)}[0]"

    def entry(self, c: Contribution) -> str:
        """Return the entry of the result that a contribution is added to."""
        if c.array == "state":
            return f"_out[{shifted(c.position)}_{c.index}]"
        if c.array == "total":
            return self.kept(c.position, "i")
        return f"{self.array('_grads', c.position)}[{self._subscript(c.index)}]"

    def late(self, value: "Expr") -> bool:
        """Return whether an expression depends on totals."""
        return any(str(s).removesuffix("_i") in self.rows for s in value.free_symbols)

    def own_totals(self, values: "list[tuple[Contribution, Expr]]") -> set[int]:
        """Return the variables whose result is complete after the loop over a node's own edges."""
        changed = {c.position for c, _ in values if c.array == "state"}
        scattered = {c.position for c, _ in values if c.kind == "triple" or c.index != "i"}
        return changed - scattered

    def total(self, c: Contribution, totals: set[int]) -> str:
        """Return what a contribution is added to: a number kept in a register, or the result."""
        own = c.array != "parameter" and c.position in totals
        return f"_total{c.position}" if own else self.entry(c)

    def loads(self, indices: set[str], values: "Iterable[Expr]", pad: int) -> Iterable[str]:
        """Write the assignments of what some expressions use, where it has one of the indices."""
        symbols = {str(symbol) for value in values for symbol in value.free_symbols}
        for symbol in sorted(symbols):
            index = symbol.rpartition("_")[2] if "_" in symbol else ""
            if self._is_scalar(symbol):
                continue
            of_edge = index in ("ij", "ji", "ijk") and "edge" in indices
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

    def spread(self, value: "Expr", inner_index: str) -> "list[tuple[Expr, Expr]]":
        """Return factors that stay the same in the inner loop, and what they are factors of.

        A sum of products of two nodes' functions, as K_ij (sin(x_j) cos(x_i) - cos(x_j) sin(x_i)),
        is taken apart: two sums of products take less time than one sum of such differences. A
        difference of the nodes' variables stays, whose sum would lose digits.
        """
        import sympy

        factors = sympy.Mul.make_args(value)
        inside = [part for part in factors if part.is_Add and self._both(part, inner_index)]
        if len(inside) != 1 or not all(self._both(t, inner_index) for t in inside[0].args):
            return [(sympy.Integer(1), value)]
        rest = sympy.Mul(*(part for part in factors if part is not inside[0]))
        if self._both(rest, inner_index):
            return [(sympy.Integer(1), value)]
        terms = [self.factors(rest * term, inner_index) for term in inside[0].args]
        if any(self._both(inner, inner_index) for _, inner in terms):
            return [(sympy.Integer(1), value)]
        return terms

    def _both(self, value: "Expr", inner_index: str) -> bool:
        """Return whether something depends on the node of the inner loop, and on another one."""
        found = [self.indices(symbol) for symbol in value.free_symbols]
        single = [index for index in found if len(index) == 1]
        return any(inner_index in i for i in single) and any(inner_index not in i for i in single)

    def indices(self, symbol: "Symbol") -> frozenset[str]:
        """Return the nodes that a quantity belongs to."""
        name = str(symbol)
        if self._is_scalar(name):
            return frozenset()
        return frozenset(name.rpartition("_")[2])

    def _is_scalar(self, name: str) -> bool:
        return name == "t" or (
            name in (*self.system.parameters, *self.system.constants) and not index_of(name)
        )

    def _subscript(self, index: str) -> str:
        if index == "ij":
            return "_i, _j" if self.dense else "_e"
        if index == "ji":
            return "_j, _i" if self.dense else "_r"
        return {"": "0", "ijk": "_e"}.get(index, f"_{index}")

    def _source(self, symbol: str, index: str) -> str:
        name = symbol.removesuffix(f"_{index}")
        if name in self.rows:
            return self.kept(self.rows[name], index)
        if symbol.startswith("_h"):
            return self.kept(name[2:], index)
        for prefix, array in ((f"{DIRECTION}_", "_v"), (f"{FLOW}_", "_u"), ("", "_x")):
            state = name.removeprefix(prefix)
            if name.startswith(prefix) and state in self.system.states:
                return f"{array}[{shifted(self.system.states.index(state))}_{index}]"
        return f"{self._place(name)}[{self._subscript(index)}]"

    def kept(self, number: int | str, index: str) -> str:
        """Return the source of what an array over nodes, given by its number, keeps of a node."""
        return f"_s[_{index}, {number}]" if self.two_at_once else f"_s[{number}, _{index}]"

    def array(self, short: str, position: int) -> str:
        """Return the source of an array of several, which a kernel is given in a tuple or alone."""
        return f"{short}[{position}]" if self.in_tuples else f"{short}{position}"

    def _place(self, name: str) -> str:
        """Return where the values of a parameter or constant are."""
        bases = [without_index(parameter) for parameter in self.system.parameters]
        if without_index(name) in bases or name in bases:
            return self.array("_w", bases.index(name if name in bases else without_index(name)))
        constants = [without_index(constant) for constant in self.system.constants]
        return self.array("_c", constants.index(name if name in constants else without_index(name)))
