"""Calls by address: the engine is compiled once, and finds the kernels of each system at run time.

Compiled functions are passed addresses, of which `places` tells; here are those functions of numba
that call what is at an address, or make an array of it.
"""

# mypy: allow-untyped-calls

from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array


@intrinsic
def _call(typingctx: Any, function: Any, t: Any, arrays: Any) -> Any:
    """Call the function at an address with a time, and the addresses of arrays."""
    if not all(isinstance(array, types.Array) and array.layout == "C" for array in arrays):
        raise TypingError("a kernel takes arrays whose entries follow each other")
    kinds = [array.dtype for array in arrays]
    if kinds.count(types.int64) != 1 or len(set(kinds)) != 2:
        raise TypingError(f"a kernel takes a block and arrays of one kind of number, got {kinds}")

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from llvmlite import ir  # type: ignore[import-untyped]

        word = context.get_value_type(types.int64)
        places = []
        for m, array in enumerate(arrays):
            value = builder.extract_value(arguments[2], m)
            data = make_array(array)(context, builder, value).data
            places.append(builder.ptrtoint(data, word))
        # as numba's functions call each other: places for a result and an exception go in front;
        # the kernels have neither
        unused = cgutils.alloca_once(builder, cgutils.voidptr_t)
        kinds = [unused.type, unused.type, ir.DoubleType()] + [word] * len(places)
        told = ir.FunctionType(ir.IntType(32), kinds)
        function = builder.inttoptr(arguments[0], told.as_pointer())
        builder.call(function, [unused, unused, arguments[1], *places])
        return context.get_dummy_value()

    return types.void(types.int64, types.float64, arrays), codegen


call: Any = _call  # but for the first argument, which numba gives


def _view(dtype: Any, ndim: int) -> Any:
    """Return the compiled function of an address and a length, or two, that gives the array."""
    kind = types.Array(dtype, ndim, "C")

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = make_array(kind)(context, builder)
        size = context.get_constant(
            types.intp, context.get_abi_sizeof(context.get_data_type(dtype))
        )
        shape, strides = arguments[1:], [size]
        for length in shape[:0:-1]:
            strides.insert(0, builder.mul(strides[0], length))
        populate_array(
            array,
            data=builder.inttoptr(arguments[0], array.data.type),
            shape=cgutils.pack_array(builder, shape),
            strides=cgutils.pack_array(builder, strides),
            itemsize=size,
            meminfo=None,
        )
        return array._getvalue()

    if ndim == 2:

        @intrinsic
        def table(typingctx: Any, at: Any, rows: Any, columns: Any) -> Any:
            """Return the matrix at an address."""
            return kind(types.int64, types.intp, types.intp), codegen

        return table

    @intrinsic
    def vector(typingctx: Any, at: Any, length: Any) -> Any:
        """Return the vector at an address."""
        return kind(types.int64, types.intp), codegen

    return vector


integers, unsigned, narrow = (_view(kind, 1) for kind in (types.int64, types.uint64, types.uint32))
floats, float_table = _view(types.float64, 1), _view(types.float64, 2)
complexes, complex_table = _view(types.complex128, 1), _view(types.complex128, 2)
