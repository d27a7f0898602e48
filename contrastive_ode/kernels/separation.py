"""A sum over edges as products of a matrix and a vector: sum_j a_i W_ij φ(x_j) = a_i (W φ)_i."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contrastive_ode.kernels.naming import Names

if TYPE_CHECKING:
    from sympy import Expr

MOST = 16  # terms of a sum over edges


class NotSeparableError(Exception):
    """What an edge adds is no sum of products of its matrix, and of functions of its ends."""


@dataclass(frozen=True)
class Product:
    """A term of what an edge j → i adds: a function of i, an entry of a matrix, one of j.

    Attributes
    ----------
    at_i, at_j
        The functions of the ends.
    matrix
        The symbol of the entry, `W_ij` or `W_ji`; None for 1.
    """

    at_i: "Expr"
    matrix: "str | None"
    at_j: "Expr"

    def seen_from(self, index: str) -> "tuple[Expr, str | None, bool, Expr]":
        """Return the function of a node, the matrix, whether it is transposed, and the vector.

        Summed over the other end, the term is the function times the product of these at the node.
        """
        base = None if self.matrix is None else self.matrix[:-3]
        back = self.matrix is not None and self.matrix.endswith("_ji")
        if index == "j":
            return self.at_j, base, base is not None and not back, of_node(self.at_i)
        return self.at_i, base, back, of_node(self.at_j)


def separated(names: Names, value: "Expr") -> list[Product]:
    """Return what an edge adds as a sum of products.

    Raises
    ------
    NotSeparableError
        If it is none, or one of too many terms.
    """
    found = [_product(names, factors) for factors in _terms(names, value)]
    if len(found) > MOST:
        raise NotSeparableError
    return found


def of_node(value: "Expr") -> "Expr":
    """Return a function of an end j as that of a node i."""
    import sympy

    at_j = [symbol for symbol in value.free_symbols if str(symbol).endswith("_j")]
    return value.xreplace({s: sympy.Symbol(f"{str(s)[:-2]}_i", real=True) for s in at_j})


def _terms(names: Names, value: "Expr") -> "Iterator[list[Expr]]":
    """Yield the terms of a sum, each as its factors; differences of ends are multiplied out."""
    if value.is_Add:
        for part in value.args:
            yield from _terms(names, part)
        return
    factors = list(value.args) if value.is_Mul else [value]
    for m, factor in enumerate(factors):
        if factor.is_Add and len(_ends(names, factor)) > 1:
            for part in factor.args:
                yield from _terms(names, value.func(*factors[:m], part, *factors[m + 1 :]))
            return
    yield factors


def _product(names: Names, factors: "list[Expr]") -> Product:
    import sympy

    at: dict[str, Expr] = {"i": sympy.Integer(1), "j": sympy.Integer(1)}
    matrices = []
    for factor in factors:
        ends = _ends(names, factor)
        if len(ends) > 1:
            if not factor.is_Symbol or str(factor)[-3:] not in ("_ij", "_ji"):
                raise NotSeparableError
            matrices.append(str(factor))
        else:
            at["j" if ends == {"j"} else "i"] *= factor
    if len(matrices) > 1:
        raise NotSeparableError
    return Product(at["i"], matrices[0] if matrices else None, at["j"])


def _ends(names: Names, value: "Expr") -> frozenset[str]:
    return frozenset().union(*(names.indices(symbol) for symbol in value.free_symbols))
