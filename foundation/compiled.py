"""Compiled functions, whose machine code is kept from process to process.

numba's own cache believes its files: a damaged one stops every run, a flipped bit is executed, and
a changed callee in another file goes unnoticed. Here the name of a file is a digest of all that the
machine code depends on (the code of the function and of what it calls, types, options, processor,
versions): an outdated file is never opened. Its first bytes are a digest of the rest: a damaged one
is never believed, but compiled anew and replaced.
"""

import contextlib
import hashlib
import pickle
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, overload

import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from foundation import __version__
from foundation.caches import cache_folder
from foundation.callers import answer_calls
from foundation.files import replacing
from foundation.fingerprint import fingerprint
from foundation.inlined import rebuilt, reduced

F = TypeVar("F", bound=Callable[..., Any])

_DIGEST = 32  # bytes
_UNUSED = 90 * 86400.0  # seconds after which a file is removed


@overload
def compiled(function: F, /) -> F: ...
@overload
def compiled(**options: Any) -> Callable[[F], F]: ...
def compiled(function: Any = None, /, **options: Any) -> Any:
    """Compile a function at its first call, with options of `numba.njit`, and keep the result.

    Arrays that are assigned to slices (`a[:n] = b`) are better copied by loops: numba compiles the
    text of the error that other shapes would raise with them, which takes some seconds.

    Examples
    --------
    >>> from foundation.compiled import compiled
    >>> @compiled
    ... def squared(x):
    ...     return x * x
    >>> squared(3)
    9
    """
    if function is None:
        return lambda function: compiled(function, **options)
    # nothing here is called from C, and a wrapper for that is a tenth of the time to compile
    options["no_cfunc_wrapper"] = True
    dispatcher = numba.njit(**options)(function)
    dispatcher._cache = MachineCode(dispatcher)
    answer_calls(dispatcher)
    return dispatcher


class MachineCode:
    """What numba asks for the machine code of one function (the interface of its caches)."""

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher
        self._enabled = True
        options = dispatcher.targetoptions.items()  # sets have another order in each process
        self._options = sorted(
            f"{name}={sorted(value) if isinstance(value, set) else value}"
            for name, value in options
        )

    @property
    def cache_path(self) -> str:
        """Folder of the files of this function."""
        function = self._dispatcher.py_func
        return str(cache_folder() / "machine_code" / f"{function.__module__}.{function.__name__}")

    def enable(self) -> None:
        """Read and write files."""
        self._enabled = True

    def disable(self) -> None:
        """Neither read nor write files."""
        self._enabled = False

    def flush(self) -> None:
        """Remove all files of this function."""
        for file in Path(self.cache_path).glob("*.bin"):
            file.unlink(missing_ok=True)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return the machine code for a signature, or None."""
        return self._load(signature, context, CompileResult._rebuild)

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep machine code, and remove what was not used for long."""
        lifted = any(not part.can_cache for part in result.lifted)
        if not (lifted or result.library.has_dynamic_globals):
            self._save(signature, result.codegen, result._reduce)

    def load_inlined(self, arguments: Any, context: Any) -> Any:
        """Return the code that others take in, or None."""
        return self._load(("inlined", arguments), context, rebuilt)

    def save_inlined(self, arguments: Any, result: Any) -> None:
        """Keep the code that others take in."""
        if not result.library.has_dynamic_globals:
            self._save(("inlined", arguments), result.codegen, lambda: reduced(result))

    def _load(self, key: Any, context: Any, rebuild: Callable[..., Any]) -> Any:
        context.refresh()
        file = self._file(key, context.codegen())
        if file is None:
            return None
        try:
            text = file.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(text[_DIGEST:]).digest() != text[:_DIGEST]:
            _say_damaged(file.parents[1])
            return None
        try:
            return rebuild(context, *_revived(text[_DIGEST:]))
        except (AttributeError, ImportError):  # a type has another name by now
            return None

    def _save(self, key: Any, codegen: Any, reduce: Callable[[], Any]) -> None:
        file = self._file(key, codegen)
        if file is None:
            return
        text = dumps(reduce())  # type: ignore[no-untyped-call]
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with replacing(file) as temporary:
                temporary.write_bytes(hashlib.sha256(text).digest() + text)
            _remove_unused(file.parent)
        except OSError as error:
            _say_unwritable(file.parents[1], str(error))

    def _file(self, signature: Any, codegen: Any) -> Path | None:
        """Return the file of a signature; None if the function cannot be told from others."""
        code = fingerprint(self._dispatcher)
        if not (self._enabled and code):
            return None
        versions = (__version__, numba.__version__, np.__version__)
        key = repr((code, versions, self._options, codegen.magic_tuple(), signature))
        return Path(self.cache_path) / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.bin"


def _revived(text: bytes) -> Any:
    return pickle.loads(text)


def _remove_unused(folder: Path) -> None:
    oldest = time.time() - _UNUSED
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            if file.stat().st_atime < oldest and file.stat().st_mtime < oldest:
                file.unlink()


@cache
def _say_damaged(folder: Path) -> None:
    warnings.warn(f"damaged machine code in {folder} is compiled anew and replaced", stacklevel=2)


@cache
def _say_unwritable(folder: Path, error: str) -> None:
    warnings.warn(f"machine code cannot be kept in {folder}: {error}", stacklevel=2)
