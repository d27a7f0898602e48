"""What depends on one node alone is computed once a node, not once an edge."""

from typing import TYPE_CHECKING, Any

from contrastive_ode.kernels.naming import Names

if TYPE_CHECKING:
    from sympy import Expr


class NodeArrays:
    """Replaces what depends on one node alone, and is costly, by an array over nodes.

    `table` maps the expressions to the numbers of their arrays.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        self.table: dict[Any, int] = {}

    def __call__(self, value: "Expr", kind: str) -> "Expr":
        """Return an expression of a kind of term, with symbols for what is in the arrays."""
        import sympy

        if not value.args:
            return value
        if not isinstance(value, sympy.Expr):  # the pieces of a function, and their conditions
            return value.func(*[self(part, kind) for part in value.args])
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
        m = self.table.setdefault(value.xreplace(moved), len(self.names.rows) + len(self.table))
        return sympy.Symbol(f"_h{m}_{index}", real=True)


def _divides(value: "Expr") -> bool:
    """Return whether an expression has a quotient, a root or a high power."""
    import sympy

    powers = value.atoms(sympy.Pow)
    return not all(power.exp.is_Integer and 0 < power.exp <= 3 for power in powers)
