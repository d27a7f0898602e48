"""A folder of figures: compute, judge, draw, store."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sweeps
from figures import catalogue
from figures.gallery import picture, redrawing
from figures.gallery.described import describe
from figures.gallery.entry import Entry
from figures.gallery.page import write_page
from figures.gallery.texts import said
from foundation.files import writable

if TYPE_CHECKING:
    import xarray

# of the simulations of all figures: change it when their meaning changes; a module of a figure that
# has a VERSION has one of its own
VERSION = 1


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
    _renewed: set[Any] = field(default_factory=set, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder))
        writable("output", self.folder)

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
        """Make figures as `make` does, and draw each while the next one is computed.

        Yields
        ------
        Names and data, in the order of `names`, as soon as they are computed.

        Raises
        ------
        TypeError, ValueError, sweeps.SweepError
            As `make` does. What is raised in drawing has a note that names the figure, and comes
            at the end.
        """
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

    def redraw_all(self, names: Sequence[str]) -> Iterator[Entry]:
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
        if isinstance(self.executor, sweeps.Pool):
            yield from redrawing.redraw_all(names, self.folder, self.executor)
            return
        with sweeps.Pool(self.executor if isinstance(self.executor, int) else None) as pool:
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

    def _run(self, function: Any, grid: Any, **options: Any) -> "xarray.Dataset":
        # neither chapter nor room stands in the name: a module that moves keeps its ledgers
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        data = sweeps.run(
            function,
            grid,
            store=self._ledgers / f"{name}.sqlite",
            name=f"figures.{name}",
            version=_version(function),
            rng=self.seed,
            executor=self.executor,
            progress=self.progress,
            resume=self.resume or function in self._renewed,
            throw=True,
            **options,
        )
        self._renewed.add(function)
        return data


def _version(function: Any) -> int:
    return int(getattr(sys.modules[function.__module__], "VERSION", VERSION))


def _coordinates(data: "xarray.Dataset") -> dict[str, Any]:
    """Return the values of short coordinates: the sizes and couplings, not the fine grids."""
    return {
        str(name): values.values.tolist()
        for name, values in data.coords.items()
        if values.size <= 20
    }
