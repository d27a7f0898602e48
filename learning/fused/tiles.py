"""Tiles of the two products of a step, as functions for compiled code."""

from typing import Any, NamedTuple

from llvmlite import binding  # type: ignore[import-untyped]
from numba.core import cgutils, config, types
from numba.extending import intrinsic

from learning.fused.emitter import WIDTH, Emitter

TILE = 4  # rows of `rows_tile`


def wide() -> bool:
    """Return whether a register holds a whole vector, so that tiles may be larger."""
    named = config.CPU_FEATURES  # type: ignore[attr-defined]
    features = binding.get_host_cpu_features().flatten() if named is None else named
    return "+avx512f" in str(features)


ROWS = 8 if wide() else 4  # of `columns_tile`
VECTORS = 2 if wide() else 1  # side by side in `rows_tile`


def _columns_tile(_: Any, A: Any, V: Any, F: Any, unit: Any, i: Any, k: Any, n: Any) -> Any:
    """Add to `F[i : i + ROWS, k : k + 16]` the sum over c < n of `A[.., unit[c]] V[c, ..]`."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        emit = Emitter(builder)
        a, v, f, units = _arrays(context, builder, signature, given)
        i, k, n = given[4:]
        rows = [builder.add(i, emit.index(row)) for row in range(ROWS)]
        senders = [emit.at(a.data, builder.mul(row, a.width)) for row in rows]

        def pairs(c: Any) -> list[tuple[Any, Any]]:
            j = emit.entry(units.data, c)
            vector = emit.vector(v.data, builder.add(builder.mul(c, f.width), k))
            return [(emit.spread(sender, j), vector) for sender in senders]

        emit.add_up(f.data, [builder.add(builder.mul(row, f.width), k) for row in rows], n, pairs)
        return context.get_dummy_value()

    return types.void(A, V, F, unit, types.intp, types.intp, types.intp), code


def _rows_tile(_: Any, W: Any, P: Any, part: Any, lane: Any, i: Any, j: Any, n: Any) -> Any:
    """Add to `W[i : i + 4, j : j + 16 VECTORS]` the sum of `part[.., c] P[lane[c], ..]`."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        emit = Emitter(builder)
        w, p, parts, lanes = _arrays(context, builder, signature, given)
        i, j, n = given[4:]
        steps = [emit.index(WIDTH * step) for step in range(VECTORS)]
        firsts = [
            builder.add(builder.mul(builder.add(i, emit.index(row)), w.width), j)
            for row in range(TILE)
        ]
        factors = [
            emit.at(parts.data, builder.mul(emit.index(r), parts.width)) for r in range(TILE)
        ]

        def pairs(c: Any) -> list[tuple[Any, Any]]:
            first = builder.add(builder.mul(emit.entry(lanes.data, c), w.width), j)
            vectors = [emit.vector(p.data, builder.add(first, step)) for step in steps]
            spread = [emit.spread(factor, c) for factor in factors]
            return [(one, vector) for one in spread for vector in vectors]

        offsets = [builder.add(first, step) for first in firsts for step in steps]
        emit.add_up(w.data, offsets, n, pairs)
        return context.get_dummy_value()

    return types.void(W, P, part, lane, types.intp, types.intp, types.intp), code


columns_tile: Any = intrinsic(_columns_tile)
rows_tile: Any = intrinsic(_rows_tile)


class _Array(NamedTuple):
    data: Any
    width: Any  # of a row


def _arrays(context: Any, builder: Any, signature: Any, given: Any) -> list[_Array]:
    """Return the first four arguments, arrays in the order of C."""
    found = []
    for kind, value in zip(signature.args[:4], given[:4], strict=True):
        array = context.make_array(kind)(context, builder, value)
        shape = cgutils.unpack_tuple(builder, array.shape, kind.ndim)  # type: ignore[no-untyped-call]
        found.append(_Array(array.data, shape[-1]))
    return found
