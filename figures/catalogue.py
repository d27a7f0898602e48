"""Which figures there are, in chapters; a chapter of your own is added by one call."""

import importlib
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING, cast

from figures import (
    clusters,
    contrastive,
    counts,
    message_passing,
    relaxation,
    steered,
    whole,
)
from figures.chapter import Chapter, FigureModule, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray

_CHAPTERS = [
    room.CHAPTER
    for room in (whole, counts, clusters, relaxation, message_passing, steered, contrastive)
]


def chapters() -> tuple[Chapter, ...]:
    """Return the chapters, in the order of reading."""
    return tuple(_CHAPTERS)


def names() -> tuple[str, ...]:
    """Return the names of all figures, in the order of reading."""
    return tuple(name for chapter in _CHAPTERS for name in chapter.names)


def add(chapter: Chapter) -> None:
    """Add a chapter, whose figures are then figures like all others; again, it replaces itself.

    Parameters
    ----------
    chapter
        Its `package` must be one that can be imported.

    Raises
    ------
    TypeError, ValueError
        If it is not a chapter, its package has no module for one of its figures, or one of its
        figures has the name of another.
    """
    if not isinstance(chapter, Chapter):
        raise TypeError(f"chapter must be a figures.chapter.Chapter, got {chapter!r}")
    others = [other for other in _CHAPTERS if other.title != chapter.title]
    taken = {name for other in others for name in other.names} & set(chapter.names)
    if taken:
        raise ValueError(
            f"chapter must have figures with names of their own, got {', '.join(sorted(taken))}"
        )
    missing = set(chapter.names) - set(_modules(chapter))
    if missing:
        raise ValueError(
            f"chapter must have a module in {chapter.package} for each figure, "
            f"got none for {', '.join(sorted(missing))}"
        )
    _CHAPTERS[:] = [*others, chapter]


def load(name: str) -> FigureModule:
    """Return the module of a figure.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure.
    """
    from foundation import domains  # not for `steering --help`

    name = domains.choice("figure", name, names())
    (package,) = (chapter.package for chapter in _CHAPTERS if name in chapter.names)
    return cast(FigureModule, importlib.import_module(f"{package}.{name}"))


def module(name: str) -> ModuleType:
    """Return the module of this name in any chapter: that of a figure, or one that figures share.

    Ledgers are named by it (and by the swept function), so that a chapter can be moved.

    Raises
    ------
    ValueError
        If there is none.
    """
    for chapter in _CHAPTERS:
        if name in _modules(chapter):
            return importlib.import_module(f"{chapter.package}.{name}")
    raise ValueError(f"no chapter has a module {name!r}")


def tabulate(name: str) -> "Callable[[xarray.Dataset], Table] | None":
    """Return the function `table` of a figure, None if it has none."""
    return getattr(load(name), "table", None)


def _modules(chapter: Chapter) -> list[str]:
    """Return the names of the modules in the package of a chapter."""
    package = importlib.import_module(chapter.package)
    return [found.name for found in pkgutil.iter_modules(getattr(package, "__path__", ()))]
