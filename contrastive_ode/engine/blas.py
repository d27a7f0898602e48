"""Products by BLAS without counted references, which take longer than many a product.

The functions are those that numba itself calls (its `np.dot` finds them by the same names); they
are given addresses, and allocate nothing. Matrices are those of arrays, row by row.
"""

# mypy: allow-untyped-calls, allow-untyped-decorators

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic, overload
from numba.np.arrayobj import make_array
from numba.np.linalg import ensure_blas

from contrastive_ode.engine.arguments import Floats

ensure_blas()  # or there is a sentence that asks for scipy
OPTIONS: Any = {"_nrt": False}
KIND = ord("d")
PLAIN, TURNED = ord("n"), ord("t")


def _product(turned: tuple[bool, bool], added: bool) -> Any:
    """Return the compiled function that multiplies two matrices, each as it is or transposed."""

    @intrinsic
    def product(typingctx: Any, a: Any, b: Any, out: Any) -> Any:
        """Write the product of two matrices, or add it."""
        for array in (a, b, out):
            if (array.ndim, array.dtype, array.layout) != (2, types.float64, "C"):
                raise TypingError(f"a product takes matrices of numbers, row by row, got {array}")

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            from llvmlite import ir  # type: ignore[import-untyped]

            word, byte = context.get_value_type(types.intp), ir.IntType(8)
            places, shapes = [], []
            for kind, value in zip(signature.args, arguments, strict=True):
                array = make_array(kind)(context, builder, value)
                places.append(builder.bitcast(array.data, cgutils.voidptr_t))
                shapes.append(cgutils.unpack_tuple(builder, array.shape))
            one, none = (ir.Constant(ir.DoubleType(), value) for value in (1.0, float(added)))
            factors = [
                builder.bitcast(cgutils.alloca_once_value(builder, value), cgutils.voidptr_t)
                for value in (one, none)
            ]
            # BLAS reads rows as columns, so that it is asked for the transposed product
            marks = [ir.Constant(byte, TURNED if turn else PLAIN) for turn in turned[::-1]]
            (rows, columns), inner = shapes[2], shapes[0][0 if turned[0] else 1]
            told = [ir.Constant(byte, KIND), *marks, columns, rows, inner]
            told += [factors[0], places[1], shapes[1][1], places[0], shapes[0][1]]
            told += [factors[1], places[2], columns]
            form = ir.FunctionType(ir.IntType(32), [value.type for value in told])
            function = cgutils.get_or_insert_function(builder.module, form, "numba_xxgemm")
            builder.call(function, told)
            assert word == columns.type
            return context.get_dummy_value()

        return types.void(a, b, out), codegen

    return product


_by_turned = _product((False, True), added=False)
_by_plain = _product((False, False), added=False)
_add_outer_product = _product((True, False), added=True)


def by_turned(a: Floats, b: Floats, out: Floats) -> None:
    """Write a times the transpose of b."""
    np.dot(a, b.T, out)


def by_plain(a: Floats, b: Floats, out: Floats) -> None:
    """Write a times b."""
    np.dot(a, b, out)


def add_outer_product(a: Floats, b: Floats, out: Floats) -> None:
    """Add the transpose of a, times b."""
    out += a.T @ b


@overload(by_turned, strict=False, jit_options=OPTIONS)
def _(a: Any, b: Any, out: Any) -> Any:
    return lambda a, b, out: _by_turned(a, b, out)


@overload(by_plain, strict=False, jit_options=OPTIONS)
def _(a: Any, b: Any, out: Any) -> Any:
    return lambda a, b, out: _by_plain(a, b, out)


@overload(add_outer_product, strict=False, jit_options=OPTIONS)
def _(a: Any, b: Any, out: Any) -> Any:
    return lambda a, b, out: _add_outer_product(a, b, out)
