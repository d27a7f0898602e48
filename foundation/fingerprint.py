"""A fingerprint of the code that computes a point: the function, and what it uses of its project.

Followed are functions, classes, compiled functions (numba), partials and wrappers, found as
globals, attributes of modules, closures and defaults; numbers, texts, small arrays and containers
of these count by value. What is imported inside a function, libraries, and what the function itself
alters (a cache, a counter) are left out. Names, docstrings and lines do not count.
"""

import dataclasses
import dis
import functools
import hashlib
import inspect
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"  # bytecode differs between them
_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
_LARGEST = 10_000_000  # bytes of an array that counts by value
_DEEPEST = 10  # wrappers around one function
_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...), range, np.generic)
_BY_VALUE = (*_PLAIN, list, dict, set, np.ndarray)
_ALTERING = {"add", "append", "appendleft", "clear", "extend", "insert", "pop", "popitem"}
_ALTERING |= {"remove", "setdefault", "update"}
_ASIDE = ("__doc__", "__module__", "__qualname__", "__annotations__", "__firstlineno__")
_GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")
_OPTIONS = ("error_model", "fastmath", "parallel")
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
        if isinstance(value, _PLAIN):
            return f"{type(value).__name__} {value!r}"
        if isinstance(value, tuple | list):
            return f"{type(value).__name__}({', '.join(map(self._of, value))})"
        if isinstance(value, set | frozenset):
            return f"{type(value).__name__}{sorted(map(self._of, value))}"
        if isinstance(value, dict):
            pairs = (f"{self._of(key)}: {self._of(item)}" for key, item in value.items())
            return f"dict({', '.join(pairs)})"
        if isinstance(value, np.ndarray) and value.nbytes <= _LARGEST and value.dtype.kind != "O":
            content = np.asarray(value).tobytes()
            if isinstance(value, np.ma.MaskedArray):
                content += np.ma.getmaskarray(value).tobytes()
            digest = hashlib.blake2b(content, digest_size=16).hexdigest()
            return f"array {value.dtype} {value.shape} {digest}"
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = [self._of(getattr(value, f.name, None)) for f in dataclasses.fields(value)]
            return f"{self._of(type(value))}({', '.join(fields)})"
        if isinstance(value, types.ModuleType) or not self._followed(value):
            return f"{type(value).__name__} {getattr(value, '__name__', '')}"
        if id(value) not in self._met:
            self._met[id(value)] = len(self._queue)
            self._queue.append(value)
        return f"see {self._met[id(value)]}"

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
                if name not in _ASIDE:
                    self._text(f"{name} = {self._of(value)}")
            self._text(f"bases {[self._of(base) for base in found.__bases__]}")
        else:
            self._text(f"{type(found).__name__} of {self._of(_inside(found))}")
            if isinstance(found, functools.partial):
                self._text(f"{self._of(found.args)} {self._of(found.keywords)}")
            if options := _compiled_with(found):
                self._text(f"compiled with {self._of(options)}")

    def _function(self, function: types.FunctionType) -> None:
        self._text(f"{self._of(function.__defaults__)} {self._of(function.__kwdefaults__)}")
        captured = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        altered = _altered(_steps(function.__code__))
        for name, cell in captured:
            try:
                value = cell.cell_contents
            except ValueError:  # empty: the function is still being defined
                continue
            if name not in altered or not isinstance(value, _BY_VALUE):
                self._text(self._of(value))
        self._code(function.__code__, function.__globals__)

    def _code(self, code: types.CodeType, names: dict[str, Any]) -> None:
        """Add instructions with the constants that they load, and the globals."""
        steps = _steps(code)
        self._text(
            f"{code.co_argcount} {code.co_kwonlyargcount} {code.co_flags & ~inspect.CO_NESTED}"
        )
        for step in steps:
            if step.opcode not in dis.hasconst:
                told = step.argval if step.opcode in dis.hasname else step.arg
                self._text(f"{step.opname} {told}")
            elif isinstance(step.argval, types.CodeType):
                self._code(step.argval, names)
            else:
                self._text(f"{step.opname} {self._of(step.argval)}")
        self._altered |= {(id(names), name) for name in _altered(steps)}
        for name, value in self._globals(steps, names):
            if isinstance(value, _BY_VALUE):
                self._later.append((id(names), name, value))
            else:
                self._text(self._of(value))

    def _globals(
        self, steps: list[dis.Instruction], names: dict[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        """Yield the globals that a code loads, through modules of the project to the attribute."""
        for i, name in enumerate(_loads(steps, _GLOBAL)):
            if name is None or name.startswith("__") or name not in names:
                continue
            value, place = names[name], i + 1
            while isinstance(value, types.ModuleType) and _ours(value.__name__, self._top):
                if steps[place].opname not in ("LOAD_ATTR", "LOAD_METHOD"):
                    break
                value, place = vars(value).get(steps[place].argval), place + 1
            yield name, value


@functools.lru_cache(10_000)
def _steps(code: types.CodeType) -> list[dis.Instruction]:
    """Return the instructions of a code, which never change: to read them takes long."""
    return list(dis.get_instructions(code))


def _loads(steps: list[dis.Instruction], how: tuple[str, ...]) -> list[str | None]:
    """Return for each instruction the name that it loads, from outside of the function."""
    return [step.argval if step.opname in how else None for step in steps]


def _altered(steps: list[dis.Instruction]) -> set[str]:
    """Return the names of the globals and captured variables that a code itself alters."""
    loads = _loads(steps, (*_GLOBAL, "LOAD_DEREF"))
    stored = ("STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF")
    found = {step.argval for step in steps if step.opname in stored}
    for i, step in enumerate(steps):
        calls = step.opname in ("LOAD_METHOD", "LOAD_ATTR") and step.argval in _ALTERING
        stores = step.opname in ("STORE_SUBSCR", "DELETE_SUBSCR")
        if name := (calls and loads[i - 1]) or (stores and loads[i - 2]):
            found.add(name)
    return found


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
    if not module or module.partition(".")[0] in (top, "__main__"):
        return bool(module)
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return False
    path = Path(file)
    library = path.is_relative_to(_LIBRARY) or _LIBRARY.resolve() in path.resolve().parents
    return not library and not {"site-packages", "dist-packages"} & set(path.parts)
