"""From the words of `steering sweep` to a function and its grid."""

import ast
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


def function(target: str) -> Callable[..., Any]:
    """Return the function that `MODULE:NAME` or `PATH.py:NAME` names.

    Raises
    ------
    ValueError
        If there is none.
    """
    where, colon, name = target.rpartition(":")
    if not (colon and where and name):
        raise ValueError(f"function must be MODULE:NAME or PATH.py:NAME, got {target!r}")
    module = _from_file(Path(where)) if where.endswith(".py") else _from_name(where)
    found = getattr(module, name, None)
    if not callable(found):
        raise ValueError(f"function must be one of {where}, which has no function {name!r}")
    return found


def grid(words: tuple[str, ...]) -> dict[str, list[Any]]:
    """Return the grid of words such as `N=100,200` and `J_D=0.2:0.8:0.1` (ends included).

    Raises
    ------
    ValueError
        If a word is none of these.
    """
    axes: dict[str, list[Any]] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not (equals and name.isidentifier() and text):
            raise ValueError(f"grid must be NAME=VALUE,... or NAME=START:STOP:STEP, got {word!r}")
        if name in axes:
            raise ValueError(f"grid must have each parameter once, got {name!r} twice")
        axes[name] = _range(word, text) if text.count(":") == 2 else _values(text)
    return axes


def _range(word: str, text: str) -> list[Any]:
    start, stop, step = _values(text.replace(":", ","))
    if not all(isinstance(x, int | float) for x in (start, stop, step)) or step <= 0:
        raise ValueError(f"grid must be START:STOP:STEP with numbers and STEP > 0, got {word!r}")
    count = int((stop - start) / step + 1e-9) + 1
    # the shortest decimals, so that 0.30000000000000004 is not another point than 0.3
    return [
        float(f"{start + k * step:.12g}") if step % 1 else start + k * step for k in range(count)
    ]


def _values(text: str) -> list[Any]:
    """Return the values of a list: numbers, True, False and None as such, anything else as text."""
    values: list[Any] = []
    for word in text.split(","):
        if not word:
            raise ValueError(f"grid must have a value between commas, got {text!r}")
        try:
            values.append(ast.literal_eval(word))
        except (ValueError, SyntaxError):
            values.append(word)
    return values


def _from_name(name: str) -> ModuleType:
    """Import a module, also from the working directory, as `python -m` does."""
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except (ImportError, TypeError) as error:  # TypeError: a relative name
        raise ValueError(f"function must be in a module that can be imported: {error}") from None


def _from_file(path: Path) -> ModuleType:
    """Load a file as a module that goes to the workers by value: they cannot import it."""
    import cloudpickle

    if not path.is_file():
        raise ValueError(f"function must be in a file that exists, got {str(path)!r}")
    # a file called networks.py must not take the place of our package
    spec = importlib.util.spec_from_file_location(f"_steering_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"function must be in a Python file, got {str(path)!r}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    cloudpickle.register_pickle_by_value(module)
    return module
