"""The name under which the ledger knows a function: what it computes must follow from the name."""

import functools
import inspect
import json
from collections.abc import Callable
from typing import Any

from sweeps.running.grid import value_of
from sweeps.storing.point import canonical

_FILE = "_steering_user_"  # modules loaded from a file by the command line: named by chance
_PASS = "pass what it depends on through the grid: a number, a seed or a label"


def name_of(function: object) -> str:
    """Return module and qualified name, with bound arguments, or refuse what they do not tell."""
    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    if isinstance(function, functools.partial):
        return f"{name_of(function.func)}({', '.join(_bound(function))})"
    name = getattr(function, "__qualname__", getattr(function, "__name__", None))
    if name is None or _is_method(function):
        raise TypeError(
            f"function must be a plain function, got {function!r}, whose state no name tells "
            f"from another: {_PASS}"
        )
    if name.endswith("<lambda>"):
        raise TypeError(
            "function must have a name, got a lambda, whose stored results could not be told "
            "from those of another lambda: write `def`"
        )
    module = getattr(function, "__module__", None) or "__main__"
    hidden = module == "__main__" or module.startswith(_FILE)
    return str(name) if hidden else f"{module}.{name}"


def given(argument: str, name: object) -> str:
    """Return a name that the caller gives to a function, so that its results outlive a move."""
    if not isinstance(name, str):
        raise TypeError(f"{argument} must be a string or None, got {name!r}")
    if not name or not name.isprintable():
        raise ValueError(f"{argument} must be a name of printable characters, got {name!r}")
    return name


def _bound(function: "functools.partial[Any]") -> list[str]:
    """Return the bound arguments as text; only grid values have one that says all."""
    places = [_text(f"argument {i}", value) for i, value in enumerate(function.args)]
    names = sorted(function.keywords.items())
    return places + [f"{name}={_text(name, value)}" for name, value in names]


def _text(name: str, value: object) -> str:
    try:
        return json.dumps(canonical(value_of(f"function, {name}", value)))
    except TypeError:
        raise TypeError(
            f"function binds {name} to {value!r}, which must be int, float, str, bool or None to "
            f"name its stored results: {_PASS}"
        ) from None


def _is_method(function: Callable[..., object]) -> bool:
    """Return whether a function is bound to an object other than a class or a module."""
    owner = getattr(function, "__self__", None)
    return not (owner is None or inspect.isclass(owner) or inspect.ismodule(owner))
