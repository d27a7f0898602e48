"""Compilation of a function for its calls from other compiled functions.

Those take its code in and translate it with their own. So neither machine code of the function
nor what converts objects of Python is made, which takes a fifth of the time. Its code, as those
see it, is that of a function that Python may call.
"""

from collections.abc import Callable
from typing import Any

import llvmlite.binding as ll  # type: ignore[import-untyped]
from numba.core.codegen import JITCodeLibrary, RuntimeLinker
from numba.core.compiler import Compiler, CompileResult, Flags, compile_result
from numba.core.dispatcher import _FunctionCompiler  # type: ignore[attr-defined]
from numba.core.errors import ForceLiteralArg

_OWN = {"no_cpython_wrapper", "no_cfunc_wrapper", "no_compile"}  # options not for what is called
_HASH = hash(Flags())  # of all options, in numba too


class FunctionCompiler(_FunctionCompiler):
    """What compiles a function for its calls from Python."""

    def __init__(self, dispatcher: Any, pipeline: type[Compiler] = Compiler) -> None:
        options = dispatcher.targetoptions, dispatcher.locals
        super().__init__(dispatcher.py_func, dispatcher.targetdescr, *options, pipeline)

    def _customize_flags(self, flags: Any) -> Flags:
        return _Flags(flags)


class InliningCompiler(FunctionCompiler):
    """What compiles it for calls from compiled functions."""

    def __init__(self, dispatcher: Any) -> None:
        super().__init__(dispatcher, _Pipeline)

    def _customize_flags(self, flags: Any) -> Flags:
        flags.no_cpython_wrapper = flags.no_compile = True
        return _Flags(flags)

    def inlined(self, arguments: tuple[Any, ...]) -> CompileResult | None:
        """Return the code for others; None if they must find the function at its own address.

        That is one that calls itself, uses objects of Python, or asks for values of arguments.
        """
        try:
            result = self.compile(arguments, None)
        except ForceLiteralArg:
            return None
        result.library.finalize()
        names = [variable.name for variable in result.library._final_module.global_variables]
        calls_itself = any(name.startswith(RuntimeLinker.PREFIX) for name in names)
        if calls_itself or result.environment.consts:
            return None
        return result._replace(entry_point=result.library)  # any object that stands for it


class _Code(JITCodeLibrary):
    """Code for others to take in, which is never translated by itself."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


class _Pipeline(Compiler):
    def compile_extra(self, func: Callable[..., Any]) -> CompileResult:
        self.state.library = _Code(self.state.targetctx.codegen(), func.__qualname__)
        return super().compile_extra(func)


class _Flags(Flags):
    """Options, equal to others if what is called is compiled with the same ones.

    numba keeps that by them, and compares them thousands of times for each function.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Flags) and _passed_on(self) == _passed_on(other)

    def __hash__(self) -> int:
        return _HASH


def _passed_on(flags: Flags) -> dict[str, Any]:
    return {name: value for name, value in flags._values.items() if name not in _OWN}


def reduced(result: Any) -> tuple[Any, ...]:
    """Return what is kept of an inlined function."""
    fndesc = result.fndesc
    fndesc.typemap = fndesc.calltypes = None  # as numba does: they may not be picklable
    code = result.library._get_module_for_linking().as_bitcode()
    return (result.library.name, code, fndesc, result.signature)


def rebuilt(context: Any, name: str, code: bytes, fndesc: Any, signature: Any) -> CompileResult:
    """Return an inlined function that was kept."""
    library = _Code(context.codegen(), name)
    library._final_module = library._shared_module = ll.parse_bitcode(code)
    library._finalize_final_module()
    return compile_result(
        target_context=context,
        library=library,
        entry_point=library,
        fndesc=fndesc,
        signature=signature,
        objectmode=False,
    )
