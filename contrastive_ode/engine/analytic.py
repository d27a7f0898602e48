"""Functions of complex numbers; their text takes the place of `functions` in a second module.

There the kernels, generated and not, are those of real numbers, letter by letter: the compiler
makes others of them for states that are complex.
"""

# ruff: noqa: E402, F401

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def exact(function: F) -> F:
    """Stand in for numba's decorator."""
    return function


# ---- what follows goes into the generated module ----

from cmath import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    exp,
    log,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)


@exact
def logistic(x: complex) -> complex:
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + exp(-x))


@exact
def logistic_slope(x: complex) -> complex:
    """Return the derivative of the logistic function."""
    return logistic(x) * logistic(-x)
