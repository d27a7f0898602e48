"""Whether a network and its cost are functions of complex numbers too."""

import ast

from contrastive_ode.declaration.declaration import Declaration

ANALYTIC = {
    *("sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
    *("exp", "log", "sqrt"),
}


def check_analytic(system: Declaration, loss: str) -> None:
    """Raise a ValueError unless all functions that they use are analytic."""
    rates = (*system.totals, *(rate for _, rates in system.terms for rate in rates))
    texts = [loss, *(text for _, text in rates)]
    for text in texts:
        tree = ast.parse(text, mode="eval")
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        other = sorted({ast.unparse(call.func) for call in calls} - ANALYTIC)
        if other:
            raise ValueError(
                f"order must be 1 or 2 where {', '.join(other)} is in a rate or in the cost, which "
                "is no analytic function: nudges that are complex numbers do not exist there"
            )
