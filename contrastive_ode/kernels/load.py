"""The generated modules, on disk and in memory."""

import hashlib
import importlib.util
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from contrastive_ode.declaration.declaration import Declaration
from contrastive_ode.kernels.linking import Linked
from foundation.caches import cache_folder, temporary_folder
from foundation.files import replacing

ENGINE = ("calls", "steps", "slow", "local", "echo", "adjoint", "velocities", "flow")
BATCH = ("steps", "local", "products", "batch", "adjoint", "batch_adjoint")
GENERATOR = (
    *("building", "derivation", "hoisting", "naming", "padding", "printing", "addressing"),
    "stepping",
    *("edges", "generation"),
)
EVENTS = ("pieces", "free", "nudged", "tangent", "adjoint")  # instead of most of the engine
LOCK = threading.RLock()  # a module is made once, whichever thread needs it first
SEAL = b"\n# SHA-256 of the above: "
MARKER = "# ---- what follows goes into the generated module ----\n"


def load(system: Declaration, layout: str, loss: str, functions: str = "functions") -> Any:
    """Return the kernels of a system and the engine, generated if no earlier process did.

    The engine is made once for a cost, and calls the kernels of any system; but that of events is
    one module with the kernels. `functions` names the file of the engine with the functions that
    are used.
    """
    with LOCK:
        if system.threshold:
            return _with_events(system, layout, loss)
        return _linked(system, layout, loss, functions)


def load_batch(system: Declaration, layout: str, loss: str) -> ModuleType:
    """Return the module of the kernels for many examples at once; it may be `SEPARABLE` or not."""
    with LOCK:
        return _batch(system, layout, loss)


@cache
def _linked(system: Declaration, layout: str, loss: str, functions: str) -> Linked:
    return Linked(_kernels(system, layout, functions), _engine(loss, functions))


@cache
def _kernels(system: Declaration, layout: str, functions: str) -> ModuleType:
    from contrastive_ode.kernels.addressing import STATES

    def generated() -> list[str]:
        from contrastive_ode.kernels.generation import kernels

        return [STATES[functions], *kernels(system, layout)]

    told = (_declaration(system), system.name, layout)
    return _module(told, generated, functions, [])


@cache
def _engine(loss: str, functions: str) -> ModuleType:
    def generated() -> list[str]:
        from contrastive_ode.kernels.generation import cost_kernels

        return cost_kernels(loss)

    return _module((loss,), generated, functions, [("engine", name) for name in ENGINE])


@cache
def _with_events(system: Declaration, layout: str, loss: str) -> ModuleType:
    def generated() -> list[str]:
        from contrastive_ode.kernels.events import event_kernels
        from contrastive_ode.kernels.generation import cost_kernels, kernels

        own = kernels(system, layout), cost_kernels(loss), event_kernels(system, layout, loss)
        return [source for sources in own for source in sources]

    told = (_declaration(system), system.name, layout, loss)
    engine = [("engine", "steps"), ("engine", "slow"), *(("events", name) for name in EVENTS)]
    more = [("kernels", "events"), ("events", "arguments")]
    return _module(told, generated, "functions", engine, more)


@cache
def _batch(system: Declaration, layout: str, loss: str) -> ModuleType:
    def generated() -> list[str]:
        from contrastive_ode.kernels.batches import batch_kernels

        return batch_kernels(system, layout, loss)

    told = (_declaration(system), system.name, layout, loss)
    engine = [("engine", name) for name in BATCH]
    more = [("kernels", name) for name in ("separation", "batches")]
    return _module(told, generated, "functions", engine, more)


def _module(
    told: tuple[object, ...],
    generated: Callable[[], list[str]],
    functions: str,
    engine: list[tuple[str, str]],
    generator: Sequence[tuple[str, str]] = (),
) -> ModuleType:
    """Return a module: functions, what is generated, and texts of the engine.

    The file's name is a hash of what it is told and of the generator, and beside it numba keeps the
    machine code: sympy and the compiler run once for a declaration, not once a process.
    """
    key = hashlib.sha256(repr(told).encode())
    texts = [_text(*file).partition(MARKER)[2] for file in (("engine", functions), *engine)]
    shared = [("kernels", name) for name in GENERATOR]
    shared += [("engine", name) for name in ("arguments", "addresses", "blas", "lanes", "places")]
    for text in (*texts, *(_text(*file) for file in (*shared, *generator))):
        key.update(text.encode())
    name = f"contrastive_ode_{key.hexdigest()[:20]}"
    path = cache_folder() / "kernels" / f"{name}.py"
    if (kept := _intact(path)) is None:
        from contrastive_ode.kernels.generation import HEADER

        kept = _sealed("\n\n".join([HEADER, texts[0], *generated(), *texts[1:]]))
        path = _kept(path, kept)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    # the loader of the spec would believe a damaged `.pyc`
    code = compile(kept, path, "exec", dont_inherit=True)
    sys.modules[name] = module
    exec(code, module.__dict__)
    return module


def _intact(path: Path) -> bytes | None:
    """Return what a file holds if it is what was written; else None, and that is said."""
    try:
        text = path.read_bytes()
    except OSError:
        return None
    source, _, digest = text.rpartition(SEAL)
    if hashlib.sha256(source).hexdigest().encode() + b"\n" == digest:
        return text
    warnings.warn(f"a damaged kernel in {path.parent} is generated anew", stacklevel=2)
    return None


def _sealed(source: str) -> bytes:
    text = source.encode()
    return text + SEAL + hashlib.sha256(text).hexdigest().encode() + b"\n"


def _kept(path: Path, text: bytes) -> Path:
    """Write a module, and return where: elsewhere, with a warning, if its place takes nothing."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(text)
    except OSError as error:
        warnings.warn(f"kernels cannot be kept in {path.parent}: {error}", stacklevel=2)
        path = temporary_folder() / path.name
        path.write_bytes(text)
    return path


def _text(room: str, name: str) -> str:
    return (Path(__file__).parents[1] / room / f"{name}.py").read_text(encoding="utf-8")


def _declaration(system: Declaration) -> tuple[object, ...]:
    said = (system.terms, system.totals, system.parameters, system.constants, system.states)
    return (*said, system.threshold, system.resets) if system.threshold else said
