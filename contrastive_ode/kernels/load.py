"""The generated modules, on disk and in memory."""

import hashlib
import importlib.util
import sys
import threading
import warnings
from functools import cache
from pathlib import Path
from types import ModuleType

from contrastive_ode.declaration.declaration import Declaration
from foundation.caches import cache_folder, temporary_folder
from foundation.files import replacing

ENGINE = ("steps", "local", "echo", "adjoint", "velocities", "flow")
BATCH = ("steps", "local", "products", "batch", "adjoint", "batch_adjoint")
GENERATOR = ("building", "derivation", "hoisting", "naming", "printing", "generation")
EVENTS = ("pieces", "free", "nudged", "tangent", "adjoint")  # instead of the engine but its steps
GENERATOR_OF_BATCHES = (*GENERATOR, "separation", "batches")
LOCK = threading.RLock()  # a module is made once, whichever thread needs it first
SEAL = b"\n# SHA-256 of the above: "
MARKER = "# ---- what follows goes into the generated module ----\n"


def load(system: Declaration, layout: str, loss: str, functions: str = "functions") -> ModuleType:
    """Return the module of the kernels of a system, generated if no earlier process did.

    `functions` names the file of the engine with the functions that they call.
    """
    with LOCK:
        return _loaded(system, layout, loss, functions, False)


def load_batch(system: Declaration, layout: str, loss: str) -> ModuleType:
    """Return the module of the kernels for many examples at once; it may be `SEPARABLE` or not."""
    with LOCK:
        return _loaded(system, layout, loss, "functions", True)


@cache
def _loaded(system: Declaration, layout: str, loss: str, functions: str, batch: bool) -> ModuleType:
    """Return what `load` or `load_batch` returns.

    The file's name is a hash of the declaration and of the generator, and beside it numba keeps the
    machine code: sympy and the compiler run once for a declaration, not once a process.
    """
    key = hashlib.sha256(repr((_declaration(system), system.name, layout, loss)).encode())
    names = GENERATOR_OF_BATCHES if batch else GENERATOR
    engine = [("engine", name) for name in (BATCH if batch else ENGINE)]
    generator = [_text("kernels", name) for name in names]
    if system.threshold:
        engine = [("engine", "steps"), *(("events", name) for name in EVENTS)]
        generator += [_text("kernels", "events"), _text("events", "arguments")]
    called, *rest = (_text(*file).partition(MARKER)[2] for file in (("engine", functions), *engine))
    for text in (called, *rest, _text("engine", "arguments"), *generator):
        key.update(text.encode())
    name = f"contrastive_ode_{key.hexdigest()[:20]}"
    path = cache_folder() / "kernels" / f"{name}.py"
    if (kept := _intact(path)) is None:
        source = "\n\n".join([*_generated(system, layout, loss, batch, called), *rest])
        kept = _sealed(source)
        path = _kept(path, kept)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    # the loader of the spec would believe a damaged `.pyc`
    code = compile(kept, path, "exec", dont_inherit=True)
    sys.modules[name] = module
    exec(code, module.__dict__)
    return module


def _generated(system: Declaration, layout: str, loss: str, batch: bool, called: str) -> list[str]:
    """Return the text of a module up to the engine, `called` being the functions in it."""
    from contrastive_ode.kernels.batches import batch_kernels
    from contrastive_ode.kernels.generation import HEADER, kernels

    if batch:  # numba counts references where it calls BLAS
        header = HEADER.replace(", _nrt=False", "")
        return [header, called, *batch_kernels(system, layout, loss)]
    parts = kernels(system, layout, loss)
    if system.threshold:
        from contrastive_ode.kernels.events import event_kernels

        parts += event_kernels(system, layout, loss)
    return [HEADER, called, *parts]


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
