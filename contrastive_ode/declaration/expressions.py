"""The language of expressions: what a rate or a cost may be written with.

Text is read into a syntax tree and never evaluated as code: each node of the tree must be of a kind
that is known here, and what is derived from it is made of those nodes alone.
"""

import ast
import math
from fractions import Fraction
from typing import Any

FUNCTIONS = (
    *("sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
    *("exp", "log", "sqrt", "erf", "Abs", "sign"),
    *("Max", "Min", "Heaviside", "Piecewise"),
)
COUNTS = {"log": (1, 2), "Heaviside": (1, 2), "Max": (2, 99), "Min": (2, 99), "Piecewise": (1, 99)}
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
SIGNS = (ast.USub, ast.UAdd)
LONGEST = 4096  # bits of a number that is computed exactly
DEEPEST = 200  # levels of a syntax tree: each term of a sum makes one


def check_expression(where: str, text: str, known: set[str], advice: str = "") -> None:
    """Raise unless a text is an expression in the known names."""
    tree = expression(where, text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    undeclared = sorted({node.id for node in names if id(node) not in called} - known - {"pi"})
    if undeclared:
        raise ValueError(
            f"{where} uses {', '.join(undeclared)}, which is not declared{advice} "
            f"(it may use {', '.join(sorted(known))})"
        )
    try:
        _number(tree)
    except (ArithmeticError, ValueError):
        raise ValueError(
            f"{where} must be made of finite real numbers, got one that is not, or that is too "
            f"large or too small for a float, in {text!r}"
        ) from None


def names_in(text: str) -> set[str]:
    """Return the names in a text; none if it cannot be read."""
    try:
        tree = expression("", text)
    except ValueError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def expression(where: str, text: str) -> ast.expr:
    """Return the syntax tree of an expression, all of whose nodes are known."""
    try:
        tree = ast.parse(text, mode="eval").body
        deep = _depth(tree) > DEEPEST
    except SyntaxError as error:
        raise ValueError(f"{where} cannot be read: {text!r} ({error.msg})") from None
    except (ValueError, RecursionError, MemoryError):
        deep = True
    if deep:
        raise ValueError(f"{where} cannot be read: it is nested too deeply, or is no text")
    of_pieces: set[int] = set()
    for node in ast.walk(tree):  # outer nodes come first
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Piecewise":
            of_pieces |= _pieces(where, text, node)
        if id(node) not in of_pieces:
            _check_node(where, text, node)
    return tree


def _pieces(where: str, text: str, call: ast.Call) -> set[int]:
    """Return the nodes that only pieces may have: pairs, comparisons, and True for the last."""
    found: list[ast.expr] = []
    for piece in call.args:
        match piece:
            case ast.Tuple(elts=[_, ast.Compare(ops=[op]) as condition]) if (
                isinstance(op, COMPARISONS) and piece is not call.args[-1]
            ):
                found += [piece, condition]
            case ast.Tuple(elts=[_, ast.Constant(value=True) as condition]) if (
                piece is call.args[-1]
            ):
                found += [piece, condition]
            case _:
                raise ValueError(
                    f"{where} must give Piecewise its values with conditions, the first that holds "
                    f"counts, the last is True: Piecewise((0, x_i < 0), (x_i, True)), got {text!r}"
                )
    return {id(node) for node in found}


def _check_node(where: str, text: str, node: ast.AST) -> None:
    match node:
        case ast.Attribute() | ast.Subscript():
            raise ValueError(f"{where} may not use attributes or brackets, got {text!r}")
        case ast.operator() | ast.unaryop() if not isinstance(node, OPERATORS + SIGNS):
            raise ValueError(f"{where} may use + - * / and ** for powers, got {text!r}")
        case ast.Constant(value=value) if type(value) not in (int, float):
            raise ValueError(f"{where} may use real numbers, got {value!r} in {text!r}")
        case ast.Call(func=func, args=arguments, keywords=keywords):
            if not isinstance(func, ast.Name) or func.id not in FUNCTIONS:
                raise ValueError(
                    f"{where} may use the functions {' '.join(FUNCTIONS)}, got {ast.unparse(func)}"
                )
            fewest, most = COUNTS.get(func.id, (1, 1))
            if keywords or not fewest <= len(arguments) <= most:
                count = "one argument" if fewest == 1 else "two arguments or more"
                raise ValueError(f"{where} must give {func.id} {count}, got {text!r}")
        case ast.BinOp() | ast.UnaryOp() | ast.operator() | ast.unaryop():
            pass
        case ast.Name() | ast.Constant() | ast.Load() | ast.cmpop():
            pass
        case _:
            raise ValueError(
                f"{where} must be made of numbers, names, functions, + - * / and **, got {text!r}"
            )


def _depth(tree: ast.expr) -> int:
    """Return the number of levels of a tree, without recursion."""
    left: list[tuple[ast.AST, int]] = [(tree, 0)]
    deepest = 0
    while left:
        node, depth = left.pop()
        deepest = max(deepest, depth)
        left += [(part, depth + 1) for part in ast.iter_child_nodes(node)]
    return deepest


def _number(node: ast.expr) -> Fraction | float | None:
    """Return the value of a part that is a number, None for others; raise if it fits no float."""
    value: Any = None
    match node:
        case ast.Constant(value=value):
            value = Fraction(value) if isinstance(value, int) else value
        case ast.Name(id="pi"):
            value = math.pi
        case ast.UnaryOp(op=op, operand=operand):
            value = _number(operand)
            value = -value if value is not None and isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right):
            value = _combined(op, _number(left), _number(right))
        case ast.Call(func=ast.Name(id="Piecewise"), args=pieces):
            for piece in pieces:
                for part in ast.walk(piece):
                    if isinstance(part, ast.expr) and not isinstance(part, ast.Tuple | ast.Compare):
                        _number(part)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            value = _applied(name, [_number(argument) for argument in arguments])
    if value is None:
        return None
    if not math.isfinite(float(value)) or (value != 0 and float(value) == 0):
        raise OverflowError
    return value


def _combined(op: ast.operator, a: Any, b: Any) -> Any:
    if isinstance(op, ast.Div) and b == 0:
        raise ZeroDivisionError
    if a is None or b is None:
        return None
    match op:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return _kept(a * b, a == 0 or b == 0)
        case ast.Div():
            return _kept(a / b, a == 0)
    if isinstance(a, Fraction) and isinstance(b, Fraction) and b.denominator == 1:
        if max(a.numerator.bit_length(), a.denominator.bit_length()) * abs(b) > LONGEST:
            raise OverflowError
        return a**b
    power = float(a) ** float(b)
    if isinstance(power, complex):
        raise ArithmeticError
    return _kept(power, a == 0)


def _kept(value: Any, zero: bool) -> Any:
    if value == 0 and not zero:  # it was too small for a float
        raise OverflowError
    return value


def _applied(name: str, arguments: list[Any]) -> Any:
    if None in arguments:
        return None
    if name == "sign":
        return float((arguments[0] > 0) - (arguments[0] < 0))
    if name in ("Max", "Min"):
        return max(arguments) if name == "Max" else min(arguments)
    if name == "Heaviside":
        at_zero = arguments[1] if len(arguments) == 2 else Fraction(1, 2)
        return at_zero if arguments[0] == 0 else float(arguments[0] > 0)
    function = math.fabs if name == "Abs" else getattr(math, name)
    return function(*map(float, arguments))
