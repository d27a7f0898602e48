"""Sums of products on explicit vectors of 16 floats, in the language of LLVM.

LLVM divides them where registers are narrower. Its own vectoriser, on the loops as they would be
written in Python, reaches a fifth of that speed.
"""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import binding, ir  # type: ignore[import-untyped]

WIDTH = 16
FLOAT, INDEX = ir.FloatType(), ir.IntType(64)
VECTOR = ir.VectorType(FLOAT, WIDTH)
_FIRST = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
_NOTHING = ir.Constant(VECTOR, ir.Undefined)


class Emitter:
    """Instructions that load, spread and add up vectors."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def index(self, value: int) -> Any:
        """Return a constant."""
        return ir.Constant(INDEX, value)

    def at(self, base: Any, offset: Any) -> Any:
        """Return the address of a float."""
        return self.builder.gep(base, [offset], source_etype=FLOAT)

    def place(self, base: Any, offset: Any) -> Any:
        """Return the address of a vector; older versions tell addresses by their type."""
        return self.builder.bitcast(self.at(base, offset), VECTOR.as_pointer())

    def vector(self, base: Any, offset: Any) -> Any:
        """Load a vector."""
        return self.builder.load(self.place(base, offset), align=4, typ=VECTOR)

    def spread(self, base: Any, offset: Any) -> Any:
        """Load a float into all places of a vector."""
        number = self.builder.load(self.at(base, offset), typ=FLOAT)
        one = self.builder.insert_element(_NOTHING, number, ir.Constant(ir.IntType(32), 0))
        return self.builder.shuffle_vector(one, _NOTHING, _FIRST)

    def entry(self, base: Any, offset: Any) -> Any:
        """Load an index."""
        return self.builder.load(self.builder.gep(base, [offset], source_etype=INDEX), typ=INDEX)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """Return a b + c, by one instruction where there is one."""
        name, kind = "llvm.fmuladd.v16f32", ir.FunctionType(VECTOR, [VECTOR] * 3)
        known = self.builder.module.globals.get(name)
        return self.builder.call(known or ir.Function(self.builder.module, kind, name), [a, b, c])

    def add_up(
        self, base: Any, offsets: Sequence[Any], n: Any, pairs: Callable[[Any], Sequence[Any]]
    ) -> None:
        """Add to the vector at each offset the products of its n pairs; `pairs` loads the c-th."""
        build = self.builder
        before = [self.vector(base, offset) for offset in offsets]
        start = build.block
        loop, end = build.append_basic_block("loop"), build.append_basic_block("end")
        build.cbranch(build.icmp_signed(">", n, self.index(0)), loop, end)
        build.position_at_end(loop)
        c = build.phi(INDEX)
        c.add_incoming(self.index(0), start)
        sums = [build.phi(VECTOR) for _ in offsets]
        more = [self.multiply_add(a, b, s) for (a, b), s in zip(pairs(c), sums, strict=True)]
        following = build.add(c, self.index(1))
        c.add_incoming(following, loop)
        build.cbranch(build.icmp_signed("<", following, n), loop, end)
        build.position_at_end(end)
        results = []
        for old, total, new in zip(before, sums, more, strict=True):
            result = build.phi(VECTOR)
            for one in (total, result):
                one.add_incoming(old, start)
                one.add_incoming(new, loop)
            results.append(result)
        for result, offset in zip(results, offsets, strict=True):
            build.store(result, self.place(base, offset), align=4)


def probe() -> str:
    """Return a function of such instructions, to be read by LLVM."""
    module = ir.Module()
    kind = ir.FunctionType(ir.VoidType(), [FLOAT.as_pointer(), INDEX])
    function = ir.Function(module, kind, "probe")
    emit = Emitter(ir.IRBuilder(function.append_basic_block()))
    base, n = function.args

    def pairs(c: Any) -> list[tuple[Any, Any]]:
        return [(emit.spread(base, c), emit.vector(base, c))]

    emit.add_up(base, [n], n, pairs)
    emit.builder.ret_void()
    return str(module)


def work() -> bool:
    """Return whether these versions of numba and llvmlite understand such instructions."""
    try:
        binding.parse_assembly(probe()).verify()
    except Exception:  # whatever they raise, there is another way
        return False
    return True
