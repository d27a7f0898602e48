"""From the syntax tree of an expression to sympy, node by node, and its derivatives."""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from contrastive_ode.declaration.expressions import expression

if TYPE_CHECKING:
    from sympy import Expr, Symbol

COMPARED: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
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
            case ast.Constant(value=int(value)) if value is not True:
                return sympy.Integer(value)
            case ast.Constant(value=float()):
                return sympy.Float(str(ast.get_source_segment(text, node)).replace("_", ""))
            case ast.Name(id=name):
                return symbols.get(name, sympy.pi)
            case ast.UnaryOp(op=op, operand=operand):
                return -of(operand) if isinstance(op, ast.USub) else of(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return ARITHMETIC[type(op)](of(left), of(right))
            case ast.Constant(value=True):
                return sympy.true
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return COMPARED[type(op)](of(left), of(right))
            case ast.Tuple(elts=parts):
                return tuple(map(of, parts))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return PIECES.get(name, getattr(sympy, name))(*map(of, arguments))
        raise AssertionError(node)  # `expression` lets no other node through

    value: Expr = of(expression(where, text))
    if value.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise ValueError(f"{where} must be real and finite, got {text!r}, which is {value}")
    return value


def _largest(*values: Any) -> Any:
    """Return a maximum, whose derivative where several values are largest is that of the first."""
    import sympy

    found = values[0]
    for value in values[1:]:
        found = sympy.Piecewise((value, found < value), (found, True))
    return found


def _smallest(*values: Any) -> Any:
    """Return a minimum, whose derivative where several values are smallest is that of the first."""
    import sympy

    found = values[0]
    for value in values[1:]:
        found = sympy.Piecewise((value, found > value), (found, True))
    return found


def _step(value: Any, at_zero: Any = None) -> Any:
    """Return 0 below 0, 1 above and by default 1/2 at it; its derivative is 0."""
    import sympy

    middle = sympy.Rational(1, 2) if at_zero is None else at_zero
    return sympy.Piecewise((0, value < 0), (1, value > 0), (middle, True))


PIECES = {"Max": _largest, "Min": _smallest, "Heaviside": _step}


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


@cache
def logistic() -> Any:
    """Return the logistic function for sympy, whose kernels divide once for it."""
    import sympy

    class logistic(sympy.Function):  # type: ignore[misc]
        """1 / (1 + exp(-x))."""

        def fdiff(self, argindex: int = 1) -> Any:
            return logistic_slope(self.args[0])

    class logistic_slope(sympy.Function):  # type: ignore[misc]
        """Its derivative."""

        def fdiff(self, argindex: int = 1) -> Any:
            return -self * sympy.tanh(self.args[0] / 2)

    for function in (logistic, logistic_slope):
        function._eval_is_extended_real = lambda self: self.args[0].is_extended_real
    return logistic


def with_logistic(value: "Expr") -> "Expr":
    """Write 1 / (1 + exp(x)) as what it is, so that it and its slope are computed at once."""
    import sympy

    def fits(e: Any) -> bool:
        whole = e.is_Pow and e.exp.is_Integer and e.exp < 0 and e.base.is_Add
        return bool(whole and isinstance(e.base - 1, sympy.exp))

    return value.replace(fits, lambda e: logistic()(-(e.base - 1).args[0]) ** -e.exp)
