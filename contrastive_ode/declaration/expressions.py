"""The language of expressions: what a rate or a cost may be written with."""

import ast

FUNCTIONS = (
    *("sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
    *("exp", "log", "sqrt", "erf", "Abs", "sign"),
)
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)


def check_expression(where: str, text: str, known: set[str], advice: str = "") -> None:
    """Raise unless a text is an expression in the known names."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{where} cannot be read: {text!r} ({error.msg})") from None
    if any(isinstance(node, ast.Attribute | ast.Subscript) for node in ast.walk(tree)):
        raise ValueError(f"{where} may not use attributes or brackets, got {text!r}")
    for node in ast.walk(tree):
        if isinstance(node, ast.operator) and not isinstance(node, OPERATORS):
            raise ValueError(f"{where} may use + - * / and ** for powers, got {text!r}")
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for function in called:
        if not isinstance(function, ast.Name) or function.id not in FUNCTIONS:
            raise ValueError(
                f"{where} may use the functions {' '.join(FUNCTIONS)}, got {ast.unparse(function)}"
            )
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called}
    undeclared = sorted(used - known - {"pi"})
    if undeclared:
        raise ValueError(
            f"{where} uses {', '.join(undeclared)}, which is not declared{advice} "
            f"(it may use {', '.join(sorted(known))})"
        )
