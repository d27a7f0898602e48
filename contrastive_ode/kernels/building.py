"""From the syntax tree of an expression to sympy, node by node, and its derivatives."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from contrastive_ode.declaration.expressions import expression

if TYPE_CHECKING:
    from sympy import Expr, Symbol

ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
MOST_TURNS = 16


def built(where: str, text: str, symbols: "Mapping[str, Symbol]") -> "Expr":
    """Return an expression in some symbols; its text is not evaluated."""
    import sympy

    def of(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int(value)):
                return sympy.Integer(value)
            case ast.Constant():
                return sympy.Float(str(ast.get_source_segment(text, node)).replace("_", ""))
            case ast.Name(id=name):
                return symbols.get(name, sympy.pi)
            case ast.UnaryOp(op=op, operand=operand):
                return -of(operand) if isinstance(op, ast.USub) else of(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return ARITHMETIC[type(op)](of(left), of(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return getattr(sympy, name)(*map(of, arguments))
        raise AssertionError(node)  # `expression` lets no other node through

    value: Expr = of(expression(where, text))
    if value.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise ValueError(f"{where} must be real and finite, got {text!r}, which is {value}")
    return value


def slope(value: "Expr", symbol: "Symbol") -> "Expr":
    """Return a derivative; that of a sign is 0."""
    import sympy

    found: Expr = sympy.diff(value, symbol)
    if found.has(sympy.DiracDelta):
        found = found.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
    return found


def many_turns(value: "Expr") -> bool:
    """Return whether an angle is a large multiple, whose sine is a polynomial of high degree."""
    import sympy

    angles = value.atoms(sympy.sin, sympy.cos, sympy.tan)
    terms = (term for angle in angles for term in sympy.Add.make_args(sympy.expand(angle.args[0])))
    factors = (term.as_coeff_Mul()[0] for term in terms)
    return any(factor.is_Integer and abs(factor) > MOST_TURNS for factor in factors)
