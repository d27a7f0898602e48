"""Who calls a compiled function: Python, or another compiled function.

For calls from the others alone it is compiled without what only Python needs, and again if it is
called from Python, too.
"""

from typing import Any

from numba.core.compiler_lock import global_compiler_lock
from numba.core.event import trigger_event
from numba.core.sigutils import normalize_signature
from numba.core.typing.templates import make_concrete_template

from foundation.inlined import FunctionCompiler, InliningCompiler


def answer_calls(dispatcher: Any) -> None:
    """Let a dispatcher of numba, with its cache, tell apart who calls it.

    It stays of numba's own class: fingerprints follow what is of a class of the project.
    """
    callers = _Callers(dispatcher)
    dispatcher._compiler = FunctionCompiler(dispatcher)
    dispatcher.get_call_template, dispatcher.compile = callers.compiled, callers.python


class _Callers:
    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher
        self._compile = dispatcher.compile
        self._compiler = InliningCompiler(dispatcher)
        self._inlined: set[Any] = set()  # types of arguments

    def compiled(self, args: Any, kws: Any) -> Any:
        """Return the types of arguments and result, as `Dispatcher.get_call_template`."""
        dispatcher = self._dispatcher
        signature, arguments = dispatcher.fold_argument_types(args, kws)
        with global_compiler_lock:
            if dispatcher._can_compile and arguments not in dispatcher.overloads:
                self._inline(arguments)
        name, known = dispatcher.py_func.__name__, dispatcher.nopython_signatures
        return make_concrete_template(name, name, known), signature, arguments, {}

    def python(self, sig: Any) -> Any:
        """Return what Python calls, as `Dispatcher.compile`."""
        with global_compiler_lock:
            arguments, _ = normalize_signature(sig)
            if arguments in self._inlined:
                self._inlined.remove(arguments)
                self._dispatcher.overloads.pop(arguments, None)
            return self._compile(sig)

    def _inline(self, arguments: Any) -> None:
        dispatcher, cache = self._dispatcher, self._dispatcher._cache
        context = dispatcher.targetctx
        with dispatcher._compiling_counter:
            result = cache.load_inlined(arguments, context)
            if result is not None:
                dispatcher._cache_hits[arguments] += 1
            else:
                told = {"dispatcher": dispatcher, "args": arguments, "return_type": None}
                with trigger_event("numba:compile", told):
                    result = self._compiler.inlined(arguments)
                if result is None:
                    self._compile(arguments)
                    return
                cache.save_inlined(arguments, result)
        context.insert_user_function(result.entry_point, result.fndesc, [result.library])
        dispatcher.overloads[arguments] = result
        self._inlined.add(arguments)
