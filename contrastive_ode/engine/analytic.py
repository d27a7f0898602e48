"""Functions of complex numbers; their text takes the place of `functions` in a second module.

There the kernels, generated and not, are those of real numbers, letter by letter: the compiler
makes others of them for states that are complex.
"""

# ruff: noqa: F401

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
