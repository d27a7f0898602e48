"""Which figures there are, in chapters; a chapter of your own is added by one call."""

import importlib
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING, cast

from figures import (
    clusters,
    contrastive,
    counts,
    graded,
    learning_dynamics,
    memories,
    message_passing,
    relaxation,
    steered,
    whole,
)
from figures.chapter import Chapter, FigureModule, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray

PARTS = ("title", "caption", "equation", "compute", "draw")
_CHAPTERS = [
    room.CHAPTER
    for room in (
        whole,
        counts,
        clusters,
        relaxation,
        graded,
        message_passing,
        memories,
        steered,
        learning_dynamics,
        contrastive,
    )
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
        If it is not a chapter, its package cannot be imported or has no module for one of its
        figures, or a title, a module or a figure of it has the name of another.
    """
    if not isinstance(chapter, Chapter):
        raise TypeError(f"chapter must be a figures.chapter.Chapter, got {chapter!r}")
    others = [other for other in _CHAPTERS if other.package != chapter.package]
    if chapter.title in {other.title for other in others}:
        raise ValueError(f"chapter must have a title of its own, got {chapter.title!r}")
    modules = _modules(chapter)
    taken = {name for other in others for name in (*other.names, *_modules(other))}
    if twice := taken & {*chapter.names, *modules}:
        raise ValueError(
            "chapter must have figures and modules with names of their own, "
            f"got {', '.join(sorted(twice))}"
        )
    if missing := set(chapter.names) - set(modules):
        raise ValueError(
            f"chapter must have a module in {chapter.package} for each figure, "
            f"got none for {', '.join(sorted(missing))}"
        )
    at = next((i for i, old in enumerate(_CHAPTERS) if old.package == chapter.package), len(others))
    _CHAPTERS[at : at + 1] = [chapter]


def chapter(name: str) -> Chapter:
    """Return the chapter of a name: that of its package, such as `message_passing`.

    Raises
    ------
    TypeError, ValueError
        If there is none.
    """
    found = {chapter.package.rpartition(".")[2]: chapter for chapter in _CHAPTERS}
    return found[_known("chapter", name, tuple(found))]


def figure(name: str) -> str:
    """Return the name of a figure, in which dashes may have been written.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure.
    """
    return _known("figure", name, names())


def _known(what: str, name: str, allowed: tuple[str, ...]) -> str:
    from foundation import domains  # not for `steering --help`

    if not isinstance(name, str):
        raise TypeError(f"{what} must be the name of one, got {name!r}")
    if (plain := name.replace("-", "_")) not in allowed:
        raise ValueError(
            f"{what} must be one of those that `steering list` shows, "
            f"got {name!r}{domains.nearest(name, allowed)}"
        )
    return plain


def load(name: str) -> FigureModule:
    """Return the module of a figure.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, or its module is none of a figure.
    """
    name = figure(name)
    (package,) = (chapter.package for chapter in _CHAPTERS if name in chapter.names)
    found = importlib.import_module(f"{package}.{name}")
    if missing := [part for part in PARTS if not hasattr(found, part)]:
        raise ValueError(f"a figure has {', '.join(PARTS)}; {name} lacks {', '.join(missing)}")
    return cast(FigureModule, found)


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
    try:
        package = importlib.import_module(chapter.package)
    except ModuleNotFoundError as error:
        raise ValueError(f"chapter must have a package that can be imported: {error}") from error
    return [found.name for found in pkgutil.iter_modules(getattr(package, "__path__", ()))]
