"""Four numbers at once: numba vectorises loops, but not short ones, and those of triples are short.

Sums, differences, products and quotients of `Lanes` and numbers are those of all four.
"""

# mypy: allow-untyped-calls, allow-untyped-decorators

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import intrinsic, lower_builtin, models, register_model
from numba.np.arrayobj import make_array

LANES = 4
FLAGS = ("reassoc", "contract", "nsz", "arcp")


class Lanes(types.Type):
    """The type of four numbers in one register."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


lanes = Lanes()
VECTOR = ir.VectorType(ir.DoubleType(), LANES)


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """How they are kept."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, VECTOR)


def _splat(builder: Any, number: Any) -> Any:
    """Return a number four times."""
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), None)
    first = ir.Constant(ir.IntType(32), 0)
    one = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), number, first)
    return builder.shuffle_vector(one, ir.Constant(VECTOR, ir.Undefined), zeros)


def _operation(function: Callable[..., Any], name: str) -> None:
    """Let numba know an operation with lanes on one side or both."""

    @infer_global(function)
    class Typed(AbstractTemplate):
        """The type of the result."""

        def generic(self, args: Any, kws: Any) -> Any:
            """Return it, if this is such an operation."""
            if lanes not in args or not all(isinstance(a, Lanes | types.Number) for a in args):
                return None
            return lanes(*(a if a is lanes else types.float64 for a in args))

    def lowered(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        both = [
            value if isinstance(kind, Lanes) else _splat(builder, value)
            for kind, value in zip(signature.args, arguments, strict=True)
        ]
        return getattr(builder, name)(*both, flags=FLAGS)

    for kinds in ((Lanes, Lanes), (Lanes, types.Float), (types.Float, Lanes)):
        lower_builtin(function, *kinds)(lowered)


for _function, _name in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _operation(_function, _name)


@infer_global(operator.neg)
class _Negative(AbstractTemplate):
    """The type of a negative."""

    def generic(self, args: Any, kws: Any) -> Any:
        """Return it, if it is that of lanes."""
        return lanes(lanes) if args == (lanes,) else None


@lower_builtin(operator.neg, Lanes)
def _negative(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.fneg(arguments[0])


@intrinsic
def load(typingctx: Any, array: Any, at: Any) -> Any:
    """Return four entries of an array that follow each other."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.gep(data, [arguments[1]])
        found = builder.load(builder.bitcast(place, VECTOR.as_pointer()))
        found.align = 8
        return found

    return lanes(array, at), codegen


@intrinsic
def four(typingctx: Any, number: Any) -> Any:
    """Return a number four times."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _splat(builder, arguments[0])

    return lanes(types.float64), codegen


@intrinsic
def total(typingctx: Any, value: Any) -> Any:
    """Return the sum of four numbers."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = ir.IntType(32)
        none = ir.Constant(VECTOR, ir.Undefined)
        halves = [
            builder.shuffle_vector(arguments[0], none, ir.Constant(ir.VectorType(word, 2), half))
            for half in ([0, 1], [2, 3])
        ]
        both = builder.fadd(*halves, flags=FLAGS)
        one, other = (builder.extract_element(both, ir.Constant(word, m)) for m in (0, 1))
        return builder.fadd(one, other, flags=FLAGS)

    return types.float64(lanes), codegen
