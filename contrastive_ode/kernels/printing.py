"""Expressions as source."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sympy import Expr, Symbol


EXACT = 2**53
SETTINGS = {"fully_qualified_modules": False, "allow_unknown_functions": True}


def code(value: "Expr") -> str:
    """Return the source of an expression."""
    import sympy
    from sympy.printing.pycode import PythonCodePrinter

    # the compiler knows no integers of more than 64 bits
    value = value.replace(
        lambda e: e.is_Rational and max(abs(e.p), e.q) > EXACT, lambda e: sympy.Float(e, 17)
    )
    return str(PythonCodePrinter(SETTINGS).doprint(value))


def shifted(position: int) -> str:
    """Return what is added to the index of a node for that of one of its variables."""
    return f"_N{position} + " if position else ""


def common(values: "list[Expr]") -> "tuple[list[str], list[Expr]]":
    """Compute common subexpressions once, and every reciprocal once."""
    import sympy

    divisors, values = reciprocals(values)
    lines = [f"{symbol} = 1.0 / ({code(b)})" for symbol, b in divisors]
    shared, reduced = sympy.cse(values, symbols=sympy.numbered_symbols("_y"))
    return lines + [f"{symbol} = {code(value)}" for symbol, value in shared], list(reduced)


def reciprocals(values: "list[Expr]") -> "tuple[list[tuple[Symbol, Expr]], list[Expr]]":
    """Return symbols for all reciprocals, with the divisors, and what is left of expressions."""
    import sympy

    found: dict[Any, Symbol] = {}

    def divide(power: "Expr") -> "Expr":
        symbol = found.setdefault(power.base, sympy.Symbol(f"_q{len(found)}"))
        return symbol ** (-power.exp)

    reduced = [
        value.replace(lambda e: e.is_Pow and e.exp.is_Integer and e.exp < 0, divide)
        for value in values
    ]
    return [(symbol, base) for base, symbol in found.items()], reduced
