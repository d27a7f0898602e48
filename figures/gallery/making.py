"""A folder of figures: compute, judge, draw, store."""

import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sweeps
from figures import catalogue
from figures.chapter import Chapter
from figures.gallery import entry, picture, redrawing, side_by_side
from figures.gallery.described import describe
from figures.gallery.page import write_page
from figures.gallery.texts import said
from foundation.files import writable

if TYPE_CHECKING:
    import xarray

# of the simulations of all figures: change it when their meaning changes; a module of a figure that
# has a VERSION has one of its own
VERSION = 1

_SILENT = 60.0  # seconds that a figure waits for others before it says so


@dataclass(frozen=True)
class Gallery:
    """A folder of figures, and how to compute them.

    Parameters
    ----------
    folder
        Where everything goes: `NAME.png`, `NAME.nc`, `NAME.html` if it has a page of its own, and
        the page `index.html`. The ledgers of the simulations are in its folder `ledgers`.
    full
        Whether to compute publication sizes instead of quick ones.
    seed
        Root seed, >= 0.
    executor
        As in `sweeps.run`: a number of worker processes, a pool, another executor, or None for all
        cores.
    resume
        Whether to use what the ledgers hold; otherwise they are set aside, and new ones are made.
    progress
        Whether to show progress bars.

    Raises
    ------
    ValueError
        If the folder cannot be written.
    """

    folder: Path
    full: bool = False
    seed: int = 0
    executor: Executor | int | None = field(default=None, repr=False)
    resume: bool = True
    progress: bool = True
    # inodes of the ledgers that are set aside, each once: none, or all that there are at first
    _old: frozenset[int] | None = field(default=None, repr=False)
    _waits: bool = field(default=False, repr=False)  # for other figures that share a ledger

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder))
        writable("output", self.folder)
        if self._old is None:
            found = [] if self.resume else self._ledgers.glob("*.sqlite")
            object.__setattr__(self, "_old", frozenset(path.stat().st_ino for path in found))

    def make(self, name: str) -> "xarray.Dataset":
        """Compute, judge, draw and store one figure, and renew the page.

        Returns
        -------
        What was drawn; its attributes tell title, caption, equation, command and, as JSON, the
        checks (`figures.gallery.written.parse`).

        Raises
        ------
        TypeError, ValueError
            If there is no such figure, or a variable of it has no description
            (`figures.gallery.described`).
        sweeps.SweepError
            If a simulation failed; all others are stored.
        """
        data = self._computed(name)
        self._draw(name, data)
        return data

    def make_all(self, names: Sequence[str]) -> "Iterator[tuple[str, xarray.Dataset]]":
        """Make figures as `make` does, in worker processes.

        At quick sizes each figure is made by one worker; at publication sizes, or on an executor
        that is no pool of ours, the points of one figure are shared by all workers, and each figure
        is drawn while the next one is computed. What comes out does not depend on it.

        Yields
        ------
        Names and data, as soon as they are made.

        Raises
        ------
        TypeError, ValueError, sweeps.SweepError
            As `make` does, with a note that names the figure; what is raised in drawing comes, at
            publication sizes, at the end.
        """
        if self.full or not isinstance(self.executor, sweeps.Pool | int | None):
            yield from self._one_after_the_other(names)
            return
        alone = replace(self, executor=None, progress=False, _waits=True)
        make = partial(_made, alone, catalogue.chapters())
        known: dict[str, entry.Entry] = {}
        with self._pool() as pool:
            for name, (data, told) in side_by_side.each(make, names, pool, self.progress):
                known[name] = told
                write_page(self.folder, known)
                yield name, data

    def _one_after_the_other(self, names: Sequence[str]) -> "Iterator[tuple[str, xarray.Dataset]]":
        with ThreadPoolExecutor(1) as thread:  # the simulations have processes
            drawn = []
            for name in names:
                data = self._computed(name)
                drawn.append(thread.submit(self._draw, name, data))
                yield name, data
            for name, future in zip(names, drawn, strict=True):
                redrawing.result(name, future)

    def _computed(self, name: str) -> "xarray.Dataset":
        """Compute and judge a figure, and store its data."""
        module = catalogue.load(name)
        version = getattr(module, "VERSION", VERSION)
        command = f"steering figure {name}{' --full' if self.full else ''} --seed {self.seed}"
        data = describe(name, module.compute(self._run, self.full))
        data = data.assign_attrs(said(name, data), command=command)
        sweeps.to_netcdf(
            data,
            self.folder / f"{name}.nc",
            parameters={"full": self.full, "version": version, **_coordinates(data)},
            seed=self.seed,
            command=command,
        )
        return data

    def _draw(self, name: str, data: "xarray.Dataset") -> None:
        picture.write(name, self.folder, data)
        write_page(self.folder)

    def redraw(self, name: str) -> "xarray.Dataset":
        """Draw the results that come with the package, compute nothing, and renew the page.

        Returns
        -------
        What was drawn. Title, caption, equation and checks are those of today; command and
        provenance tell how the results were made.

        Raises
        ------
        TypeError, ValueError
            If there is no such figure, or nothing is stored for it.
        """
        data = redrawing.redraw(name, self.folder)
        write_page(self.folder)
        return data

    def redraw_all(self, names: Sequence[str]) -> Iterator[entry.Entry]:
        """Draw results that come with the package in worker processes; at the end write the page.

        Their number is that of `executor`; what they write does not depend on it.

        Yields
        ------
        What the page says of each figure, in the order of `names`, as soon as it is drawn.

        Raises
        ------
        TypeError, ValueError
            If there is no such figure, or nothing is stored for it; before anything is drawn.
        sweeps.SweepError
            If a worker process died. What else a worker raises has a note that names the figure.
        """
        from figures.gallery import stored

        for name in names:
            stored.find(name)
        with self._pool() as pool:
            yield from redrawing.redraw_all(names, self.folder, pool)

    def recheck(self, count: int = 3) -> Iterator[tuple[str, list[sweeps.Recheck]]]:
        """Compute `count` points of each ledger again, see `sweeps.recheck`.

        Yields
        ------
        The name of the swept function, and its points.

        Raises
        ------
        ValueError
            At the end, if some ledgers are of functions that are no longer there.
        """
        gone = []
        for store in sorted(self._ledgers.glob("*.*.sqlite")):
            figure, name, _ = store.name.split(".")
            try:
                function = getattr(catalogue.module(figure), name)
            except (ValueError, AttributeError):
                gone.append(f"{store} of figures.{figure}.{name}")
                continue
            full = f"figures.{figure}.{name}"
            version = _version(function)
            yield (
                f"{figure}.{name}",
                sweeps.recheck(
                    function, store, version=version, rng=self.seed, count=count, name=full
                ),
            )
        if gone:
            raise ValueError(
                f"ledgers must be of functions that are still there: remove {'; '.join(gone)}"
            )

    @property
    def _ledgers(self) -> Path:
        return self.folder / "ledgers"

    @contextmanager
    def _pool(self) -> Iterator[sweeps.Pool]:
        """Give the pool that the caller brought, or one of our own."""
        if isinstance(self.executor, sweeps.Pool):
            yield self.executor
            return
        with sweeps.Pool(self.executor if isinstance(self.executor, int) else None) as pool:
            yield pool

    def _run(self, function: Any, grid: Any, **options: Any) -> "xarray.Dataset":
        patience = time.monotonic() + _SILENT
        while True:
            try:
                return self._swept(function, grid, **options)
            except sweeps.LedgerInUseError as error:  # the other figure computes its points, too
                if not self._waits:
                    raise
                if time.monotonic() > patience:
                    warnings.warn(f"a figure waits: {error}", sweeps.SweepWarning, stacklevel=2)
                    patience = float("inf")
                time.sleep(0.2)

    def _swept(self, function: Any, grid: Any, **options: Any) -> "xarray.Dataset":
        # neither chapter nor room stands in the name: a module that moves keeps its ledgers
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        store = self._ledgers / f"{name}.sqlite"
        old = store.is_file() and store.stat().st_ino in (self._old or ())
        return sweeps.run(
            function,
            grid,
            store=store,
            name=f"figures.{name}",
            version=_version(function),
            rng=self.seed,
            executor=self.executor,
            progress=self.progress,
            resume=not old,
            throw=True,
            **options,
        )


def _made(
    gallery: Gallery, chapters: tuple[Chapter, ...], name: str
) -> "tuple[xarray.Dataset, entry.Entry]":
    """In a worker: make a figure, all but the page; return its data, and what the page says."""
    for chapter in chapters:  # those that were added in the driver, too
        catalogue.add(chapter)
    with ThreadPoolExecutor(1) as executor:
        data = replace(gallery, executor=executor)._computed(name)
    picture.write(name, gallery.folder, data)
    return data, entry.read(gallery.folder / f"{name}.nc", data)


def _version(function: Any) -> int:
    return int(getattr(sys.modules[function.__module__], "VERSION", VERSION))


def _coordinates(data: "xarray.Dataset") -> dict[str, Any]:
    """Return the values of short coordinates: the sizes and couplings, not the fine grids."""
    return {
        str(name): values.values.tolist()
        for name, values in data.coords.items()
        if values.size <= 20
    }
