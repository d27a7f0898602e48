"""The generated modules, on disk and in memory."""

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
import warnings
from functools import cache
from pathlib import Path
from types import ModuleType

from contrastive_ode.declaration.declaration import Declaration

ENGINE = ("functions", "steps", "local", "adjoint", "flow")
GENERATOR = ("building", "derivation", "hoisting", "naming", "printing", "generation")
LOCK = threading.RLock()  # a module is made once, whichever thread needs it first
MARKER = "# ---- what follows goes into the generated module ----\n"


def load(system: Declaration, layout: str, loss: str) -> ModuleType:
    """Return the module of the kernels of a system, generated if no earlier process did."""
    with LOCK:
        return _loaded(system, layout, loss)


@cache
def _loaded(system: Declaration, layout: str, loss: str) -> ModuleType:
    """Return what `load` returns.

    The file's name is a hash of the declaration and of the generator, and beside it numba keeps the
    machine code: sympy and the compiler run once for a declaration, not once a process.
    """
    key = hashlib.sha256(repr((_declaration(system), system.name, layout, loss)).encode())
    functions, *engine = (_text("engine", name).partition(MARKER)[2] for name in ENGINE)
    generator = (_text("kernels", name) for name in GENERATOR)
    for text in (functions, *engine, _text("engine", "arguments"), *generator):
        key.update(text.encode())
    name = f"contrastive_ode_{key.hexdigest()[:20]}"
    path = _folder() / f"{name}.py"
    if not path.is_file():
        from contrastive_ode.kernels.generation import HEADER, kernels

        source = "\n\n".join([HEADER, functions, *kernels(system, layout, loss), *engine])
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(source)
        os.replace(file.name, path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _text(room: str, name: str) -> str:
    return (Path(__file__).parents[1] / room / f"{name}.py").read_text(encoding="utf-8")


def _declaration(system: Declaration) -> tuple[object, ...]:
    return system.terms, system.parameters, system.constants, system.states


@cache
def _folder() -> Path:
    """Return the folder of the generated modules.

    It is `STEERING_CACHE`, or `steering-dynamics` in the user's cache; or a temporary one.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("STEERING_CACHE") or home / "steering-dynamics") / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        warnings.warn(
            f"generated kernels cannot be kept in {folder} ({error}): they are compiled anew; "
            "set STEERING_CACHE to a folder that can be written",
            stacklevel=2,
        )
        return Path(tempfile.mkdtemp(prefix="steering-kernels-"))
