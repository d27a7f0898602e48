"""A fingerprint of the code that computes a point: the function, and what it uses of its project.

Followed are functions, classes, compiled functions (numba), partials and wrappers, found as
globals, attributes of modules, closures and defaults; numbers, texts, arrays, containers of these,
the attributes of objects of the project and what pickle would keep of those of libraries count by
value. What is imported inside a function, the code of libraries, and what the function itself
alters (a cache, a counter) are left out. Docstrings, lines and names of variables do not count;
those of arguments do, by which it is called.
"""

import collections
import dataclasses
import datetime
import dis
import enum
import functools
import hashlib
import inspect
import numbers
import operator
import pathlib
import re
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from foundation.bytecode import GLOBAL, altered, altered_attributes, steps

# bytecode differs between versions of Python; behind them the version of what is told of it
_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}/2"
# these are one project, wherever they are installed
HOUSE = {"foundation", "networks", "replica", "bp", "dynamics", "learning", "contrastive_ode"}
HOUSE |= {"learning_dynamics", "sweeps", "figures"}
_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
_LARGEST = 1_000_000_000  # bytes of an array that counts by value
_DEEPEST = 10  # wrappers around one function
_NUMBERS = (bool, numbers.Number, np.generic, np.dtype)
_TIMES = (datetime.date, datetime.time, datetime.timedelta)
_TEXTS = (str, bytes, bytearray, pathlib.PurePath, re.Pattern)
_CHOICES = (range, slice, operator.itemgetter, operator.attrgetter, type(None), type(...))
_PLAIN = (*_NUMBERS, *_TIMES, *_TEXTS, *_CHOICES)  # what is told by its `repr`
_LISTS = (tuple, list, collections.deque)
_DICTS = (dict, types.MappingProxyType, types.SimpleNamespace)
_BY_VALUE = (*_PLAIN, *_LISTS, *_DICTS, set, np.ndarray)
_ASIDE = {"__doc__", "__module__", "__qualname__", "__annotations__", "__firstlineno__"}
_ASIDE |= {"__dict__", "__weakref__"}
_MAKING = ("__init__", "__new__", "__post_init__", "__setstate__")  # alter nothing that is there
_OPTIONS = ("error_model", "fastmath", "parallel")
_ATTRIBUTES = 0  # in place of a module, for attributes of objects
_OF_MODULES = {"__name__", "__file__", "__doc__", "__builtins__", "__spec__", "__loader__"}
_OF_MODULES |= {"__package__", "__cached__", "__path__", "__annotations__"}
_INSIDE = ("func", "__func__", "py_func", "pyfunc", "__wrapped__", "fget")  # of what wraps


def fingerprint(function: object) -> str:
    """Return version of Python and digest of the code of a function."""
    try:
        return f"{_VERSION} {_Digest(function).hexadecimal}"
    except RecursionError:  # a list that holds itself
        return ""


def differs(stored: object, now: str) -> bool:
    """Return whether a stored fingerprint tells of other code; what cannot be compared does not."""
    comparable = isinstance(stored, str) and stored.startswith(f"{_VERSION} ")
    return comparable and stored != now


class _Digest:
    """The walk through all that a function uses, each object once, in the order it is met."""

    def __init__(self, function: object) -> None:
        self._top = _top(function)
        self._met: dict[int, int] = {}
        self._queue: list[Any] = []
        self._hash = hashlib.blake2b(digest_size=16)
        self._altered: set[tuple[int, str]] = set()
        self._later: list[tuple[int, str, Any]] = []  # until all is known that is altered
        self._text(self._of(function))
        described = 0
        while described < len(self._queue) or self._later:
            if described < len(self._queue):
                self._describe(self._queue[described])
                described += 1
            else:
                place, name, value = self._later.pop(0)
                if (place, name) not in self._altered:
                    self._text(self._of(value))
        self.hexadecimal = self._hash.hexdigest()

    def _text(self, text: str) -> None:
        self._hash.update(text.encode(errors="surrogatepass") + b"\0")

    def _of(self, value: Any) -> str:
        """Return a value as text: itself if it is plain, else its number in the queue."""
        if isinstance(value, enum.Enum):
            return f"{self._kind(value)}.{value.name} {self._of(value.value)}"
        if isinstance(value, _PLAIN):
            return f"{self._kind(value)} {value!r}"
        if isinstance(value, _LISTS):
            return f"{self._kind(value)}({', '.join(map(self._of, value))})"
        if isinstance(value, set | frozenset):
            return f"{type(value).__name__}{sorted(map(self._of, value))}"
        if isinstance(value, _DICTS):
            items = vars(value) if isinstance(value, types.SimpleNamespace) else value
            pairs = (f"{self._of(key)}: {self._of(item)}" for key, item in items.items())
            return f"{self._kind(value)}({', '.join(pairs)})"
        if isinstance(value, np.ndarray) and value.nbytes <= _LARGEST:
            return f"array {value.dtype} {value.shape} {self._content(value)}"
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = [self._of(getattr(value, f.name, None)) for f in dataclasses.fields(value)]
            return f"{self._of(type(value))}({', '.join(fields)})"
        if isinstance(value, types.ModuleType) or not (
            self._followed(value) or self._followed(type(value)) or _told_by_state(value)
        ):
            return f"{type(value).__name__} {getattr(value, '__name__', '')}"
        if id(value) not in self._met:
            self._met[id(value)] = len(self._queue)
            self._queue.append(value)
        return f"see {self._met[id(value)]}"

    def _kind(self, value: Any) -> str:
        """Return the name of a type, or its place in the queue if it has methods of the project."""
        return self._of(type(value)) if self._followed(type(value)) else type(value).__name__

    def _content(self, array: np.ndarray[Any, Any]) -> str:
        """Return a digest of what is in an array."""
        if array.dtype.hasobject:
            return self._of(array.tolist())
        digest = hashlib.blake2b(np.asarray(array, order="C").data, digest_size=16)
        if isinstance(array, np.ma.MaskedArray):
            digest.update(np.ma.getmaskarray(array).tobytes())
        return digest.hexdigest()

    def _followed(self, value: Any) -> bool:
        """Return whether what is behind an object is code of the project."""
        value = _innermost(value)
        function = isinstance(value, types.FunctionType | type)
        return function and _ours(getattr(value, "__module__", None), self._top)

    def _describe(self, found: Any) -> None:
        if isinstance(found, types.FunctionType):
            self._function(found)
        elif isinstance(found, type):
            for name, value in found.__dict__.items():
                if isinstance(value, _BY_VALUE) and name not in _ASIDE:
                    self._later.append((_ATTRIBUTES, name, value))
                elif name not in _ASIDE:
                    self._text(f"{name} = {self._of(value)}")
            self._text(f"bases {[self._of(base) for base in found.__bases__]}")
        elif self._followed(type(found)):
            self._object(found)
        elif (inside := _inside(found)) is None:
            self._text(f"{type(found).__name__} {self._of(_state(found))}")
        else:
            self._text(f"{type(found).__name__} of {self._of(inside)}")
            if isinstance(found, functools.partial):
                self._text(f"{self._of(found.args)} {self._of(found.keywords)}")
            if isinstance(found, types.MethodType):
                self._text(self._of(found.__self__))
            if options := _compiled_with(found):
                self._text(f"compiled with {self._of(options)}")

    def _object(self, found: Any) -> None:
        """Add the class of an object, and its attributes unless some method alters them."""
        self._text(self._of(type(found)))
        slots = [name for base in type(found).__mro__ for name in vars(base).get("__slots__", ())]
        attributes = {name: getattr(found, name, None) for name in slots if name != "__dict__"}
        for name, value in sorted((attributes | getattr(found, "__dict__", {})).items()):
            kept = getattr(type(found), name, None)
            if not isinstance(kept, functools.cached_property):
                self._later.append((_ATTRIBUTES, name, value))

    def _function(self, function: types.FunctionType) -> None:
        self._text(f"{self._of(function.__defaults__)} {self._of(function.__kwdefaults__)}")
        registered = getattr(function, "registry", None)  # of functools.singledispatch
        if isinstance(registered, types.MappingProxyType):
            self._text(self._of(registered))
        captured = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        own = altered(function.__code__)
        for name, cell in captured:
            try:
                value = cell.cell_contents
            except ValueError:  # empty: the function is still being defined
                continue
            if name not in own or not isinstance(value, _BY_VALUE):
                self._text(self._of(value))
        self._code(function.__code__, function.__globals__)

    def _code(self, code: types.CodeType, names: dict[str, Any]) -> None:
        """Add instructions with the constants that they load, and the globals."""
        arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        self._text(
            f"{code.co_argcount} {code.co_kwonlyargcount} {code.co_flags & ~inspect.CO_NESTED} "
            f"{arguments} {code.co_exceptiontable.hex()}"
        )
        for step in steps(code):
            if step.opname == "KW_NAMES":
                self._text(f"{step.opname} {code.co_consts[step.arg or 0]}")
            elif step.opcode not in dis.hasconst:
                told = step.argval if step.opcode in dis.hasname else step.arg
                self._text(f"{step.opname} {told}")
            elif isinstance(step.argval, types.CodeType):
                self._code(step.argval, names)
            else:
                self._text(f"{step.opname} {self._of(step.argval)}")
        self._altered |= {(id(names), name) for name in altered(code)}
        if code.co_name not in _MAKING:
            self._altered |= {(_ATTRIBUTES, name) for name in altered_attributes(code)}
        for name, value in self._globals(steps(code), names):
            if isinstance(value, _BY_VALUE):
                self._later.append((id(names), name, value))
            else:
                self._text(self._of(value))

    def _globals(
        self, every: list[dis.Instruction], names: dict[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        """Yield the globals that a code loads, through modules of the project to the attribute."""
        for i, step in enumerate(every):
            name = step.argval
            if step.opname not in GLOBAL or name not in names or name in _OF_MODULES:
                continue
            value, place = names[name], i + 1
            while isinstance(value, types.ModuleType) and _ours(value.__name__, self._top):
                if every[place].opname not in ("LOAD_ATTR", "LOAD_METHOD"):
                    break
                value, place = vars(value).get(every[place].argval), place + 1
            yield name, value


def _inside(value: Any) -> Any:
    """Return what an object wraps, as numba, functools and descriptors do; None if nothing."""
    if isinstance(value, types.FunctionType | type):
        return None
    for name in _INSIDE:
        try:
            inside = getattr(value, name, None)
        except Exception:  # an attribute may be computed
            continue
        if callable(inside):
            return inside
    return None


def _told_by_state(value: Any) -> bool:
    """Return whether an object is of a library, and holds values: a spline, a polynomial, a table.

    Not those of the standard library (locks, files), nor generators, which change as they are used.
    """
    if isinstance(value, type | np.ufunc | np.random.Generator | np.random.RandomState):
        return False
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType):
        return False
    library = str(type(value).__module__).partition(".")[0]
    # the types of numba are numbered anew in each process
    known = sys.stdlib_module_names | {"builtins", "numba", "llvmlite"}
    return library not in known and _inside(value) is None


def _state(value: Any) -> Any:
    """Return what an object of a library holds, as pickle would; None if it does not tell."""
    try:
        _, *told = value.__reduce_ex__(2)
    except Exception:  # some have no such form
        return None
    return [part if isinstance(part, _BY_VALUE) else None for part in told]


def _compiled_with(value: Any) -> dict[str, Any]:
    """Return those options of numba's compilation that change numbers."""
    for owner in (value, getattr(value, "gufunc_builder", None)):
        options = getattr(owner, "targetoptions", None)
        if isinstance(options, dict):
            return {name: options[name] for name in _OPTIONS if options.get(name)}
    return {}


def _innermost(value: Any) -> Any:
    """Return what is inside all wrappers; an object may pretend to wrap without end."""
    for _ in range(_DEEPEST):
        if (inside := _inside(value)) is None:
            break
        value = inside
    return value


def _top(function: Any) -> str:
    """Return the first name of the module of a function."""
    return str(getattr(_innermost(function), "__module__", "")).partition(".")[0]


@functools.cache
def _ours(module: str | None, top: str) -> bool:
    """Return whether a module is no library, or of the same package as the swept function."""
    if not module:
        return False
    first = module.partition(".")[0]
    if first in (top, "__main__") or {first, top} <= HOUSE:
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return False
    path = Path(file)
    library = path.is_relative_to(_LIBRARY) or _LIBRARY.resolve() in path.resolve().parents
    return not library and not {"site-packages", "dist-packages"} & set(path.parts)
