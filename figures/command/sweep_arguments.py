"""From the words of `steering sweep` to a function and its grid."""

import ast
import importlib
import importlib.util
import math
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from foundation.domains import nearest

if TYPE_CHECKING:
    import xarray

_NAMED: dict[str, Any] = {"true": True, "false": False, "none": None, "nan": math.nan}
_NAMED |= {"inf": math.inf, "-inf": -math.inf}
_MOST = 1_000_000  # values of one parameter


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
        functions = [other for other, value in vars(module).items() if callable(value)]
        what = "is no function" if hasattr(module, name) else "is not there"
        raise ValueError(f"function: {name} {what} in {where}{nearest(name, functions)}")
    return found


def grid(words: tuple[str, ...]) -> dict[Any, list[Any]]:
    """Return the grid of words such as `N=100,200`, `J_D=0.2:0.8:0.1` and `N,J_D=100:0.5,400:0.2`.

    Ranges include their end; parameters with commas between them move together; a dash in the name
    of a parameter is an underscore.

    Raises
    ------
    ValueError
        If a word is none of these.
    """
    axes: dict[Any, list[Any]] = {}
    for word in words:
        left, equals, text = word.partition("=")
        names = tuple(left.replace("-", "_").split(","))
        if not (equals and text and all(name.isidentifier() for name in names)):
            raise ValueError(f"grid must be NAME=VALUE,... or NAME=START:STOP:STEP, got {word!r}")
        before = [name for known in axes for name in _tuple(known)]
        if taken := [name for name, times in Counter([*before, *names]).items() if times > 1]:
            raise ValueError(f"grid must have each parameter once, got {taken[0]!r} twice")
        if len(names) > 1:
            axes[names] = _places(word, text, len(names))
        else:
            axes[names[0]] = _range(word, text) if _is_range(text) else _values(text)
    return axes


def _tuple(names: Any) -> tuple[str, ...]:
    return names if isinstance(names, tuple) else (names,)


def _places(word: str, text: str, count: int) -> list[Any]:
    """Return the values of parameters that move together."""
    places = [tuple(_value(value) for value in place.split(":")) for place in text.split(",")]
    if any(len(place) != count for place in places):
        raise ValueError(f"grid must have {count} values, with : between, at each place: {word!r}")
    return places


def _is_range(text: str) -> bool:
    return text.count(":") == 2 and text[0] not in "'\""


def _range(word: str, text: str) -> list[Any]:
    start, stop, step = (_value(part) for part in text.split(":"))
    numbers = [x for x in (start, stop, step) if _is_number(x) and math.isfinite(x)]
    if len(numbers) < 3 or step <= 0:
        raise ValueError(f"grid must be START:STOP:STEP with numbers and STEP > 0, got {word!r}")
    count = math.floor((stop - start) / step + 1e-9) + 1
    if not 0 < count <= _MOST:
        raise ValueError(f"grid must have 1 to {_MOST} values for each parameter, got {word!r}")
    # the shortest decimals, so that 0.30000000000000004 is not another point than 0.3
    return [
        float(f"{start + k * step:.12g}") if step % 1 else start + k * step for k in range(count)
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _values(text: str) -> list[Any]:
    """Return the values of a list."""
    return [_value(word) for word in text.split(",")]


def _value(word: str) -> Any:
    """Return a number, True, False or None as such, and words, or what is in quotes, as text."""
    if not word:
        raise ValueError("grid must have a value between commas, got none")
    if word.lower() in _NAMED:
        return _NAMED[word.lower()]
    try:
        value = ast.literal_eval(word)
    except (ValueError, SyntaxError):
        value = word if word[0].isalpha() and ":" not in word else ...
    if not isinstance(value, int | float | str):
        raise ValueError(
            f"grid: {word} is no value: give a number, START:STOP:STEP, a word, or text in quotes "
            f"within quotes (\"'{word}'\")"
        )
    if isinstance(value, float) and math.isinf(value):
        raise ValueError(f"grid: {word} is too large for a float, write inf for infinity")
    return value


def table(data: "xarray.Dataset") -> str:
    """Return means and errors as text; of strings, each with how often it came."""
    import numpy as np

    import sweeps

    shown = sweeps.summary(data)
    for name, values in data.data_vars.items():
        if values.dtype.kind in "UO":
            rows = values.transpose(..., "replica").values.reshape(-1, data.sizes["replica"])
            texts = np.array([_counted(row) for row in rows])
            own = [dimension for dimension in values.dims if dimension != "replica"]
            shown[name] = (own, texts.reshape([data.sizes[dimension] for dimension in own]))
    return str(shown.to_dataframe().to_string())


def _counted(texts: Any) -> str:
    """Return the one text, or each of several with its number."""
    counts = Counter(text for text in texts.tolist() if text)
    if len(counts) < 2:
        return "".join(counts)
    return ", ".join(f"{text} ({count})" for text, count in counts.most_common())


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
