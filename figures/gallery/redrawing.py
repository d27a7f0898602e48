"""Stored results drawn again: one figure, or many in worker processes."""

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import sweeps
from figures.gallery import entry, picture
from figures.gallery.described import describe
from figures.gallery.page import write_page
from figures.gallery.texts import said

if TYPE_CHECKING:
    import xarray

T = TypeVar("T")


def redraw(name: str, folder: Path) -> "xarray.Dataset":
    """Write the data of a figure that are stored, with today's words, and draw them."""
    from figures.gallery import stored  # which `python -m` runs too, as a module of its own

    held = stored.load(name)
    data = describe(name, held)
    data = data.assign_attrs(said(name, data))
    stored.renew(name, held, data, folder / f"{name}.nc")
    picture.write(name, folder, data)
    return data


def redraw_all(names: Sequence[str], folder: Path, pool: sweeps.Pool) -> Iterator[entry.Entry]:
    """Yield figures in this order as they are drawn by the workers; write the page at the end.

    The page is written, too, if one cannot be drawn, with those that are.
    """
    futures = {name: pool.submit(_redrawn, name, folder) for name in names}
    drawn: dict[str, entry.Entry] = {}
    try:
        for name, future in futures.items():
            drawn[name] = result(name, future)
            yield drawn[name]
    finally:
        if len(drawn) < len(futures):
            pool.kill()
        write_page(folder, drawn)


def _redrawn(name: str, folder: Path) -> entry.Entry:
    """In a worker: draw a figure, and tell what the page says of it."""
    return entry.read(folder / f"{name}.nc", redraw(name, folder))


def result(name: str, future: "Future[T]", done: str = "drawn") -> T:
    """Return what came of a figure that was to be `done`; an error says which figure it was."""
    try:
        return future.result()
    except BrokenExecutor as error:
        raise sweeps.SweepError(
            f"a worker process died while {name}, or a figure after it, was {done}: out of memory, "
            f"or a crash in compiled code ({type(error).__name__})"
        ) from error
    except Exception as error:
        error.add_note(f"This happened while the figure {name} was {done}.")
        raise
