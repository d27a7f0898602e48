"""The engine, compiled once, with the kernels of one system, compiled as they are needed."""

import threading
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any

import numpy as np
from numba import types

from contrastive_ode.engine.arguments import NetArrays
from contrastive_ode.engine.places import KERNELS, Place

COMPILING = threading.RLock()


class Linked:
    """What the engine offers, for one system: `free`, `nudged`, ..., and the kernels by name.

    A function is given a network as `Model.net` makes it, and gradients as `Model.split` does. Only
    those kernels are compiled that it calls.
    """

    def __init__(self, kernels: ModuleType, engine: ModuleType) -> None:
        self._kernels, self.engine = kernels, engine
        self._addresses: dict[str, int] = {}
        self.SCRATCH: int = kernels.SCRATCH
        self.PADDED: tuple[int, ...] = kernels.PADDED

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.engine, name)
        called = set(_called(self.engine, name))
        needed = [kernel for kernel in KERNELS if kernel in called]
        if needed:
            found = self._bound(found, needed)
        setattr(self, name, found)  # it is asked for in every call, and looked up once
        return found

    def _bound(self, function: Any, needed: list[str]) -> Callable[..., Any]:
        """Return a function of the engine that finds the kernels that it needs."""
        places = [(int(Place[name]), name) for name in needed]

        def bound(*arguments: Any) -> Any:
            told = list(arguments)
            for m, argument in enumerate(arguments):
                if type(argument) is NetArrays:
                    told[m] = block = argument.block
                    for place, name in places:
                        block[place] = self._addresses.get(name) or self._address(name)
                elif type(argument) is tuple:  # views of one vector, which it begins with
                    told[m] = argument[0].reshape(-1) if argument else np.zeros(0)
            return function(*told)

        return bound

    def _address(self, name: str) -> int:
        """Return where the machine code of a kernel is, compiled if no earlier process did."""
        with COMPILING:
            if name not in self._addresses:
                kernel = getattr(self._kernels, name)
                words = kernel.py_func.__code__.co_argcount - 1
                signature = (types.float64, *[types.int64] * words)
                kernel.compile(signature)
                result = kernel.overloads[signature]
                symbol = result.fndesc.llvm_func_name
                self._addresses[name] = result.library.get_pointer_to_function(symbol)
        return self._addresses[name]


def _called(module: ModuleType, name: str) -> Iterator[str]:
    """Yield the names of all functions of a module that one of them calls, and its own."""
    seen, left = set(), [name]
    while left:
        name = left.pop()
        code = getattr(getattr(getattr(module, name, None), "py_func", None), "__code__", None)
        if name not in seen and isinstance(code, CodeType):
            seen.add(name)
            left += code.co_names
            yield name
