"""A folder of figures: compute, judge, draw, store."""

import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sweeps
from figures import catalogue
from figures.gallery.described import describe
from figures.gallery.page import write_page
from figures.gallery.texts import said
from foundation.files import replacing, writable

if TYPE_CHECKING:
    import xarray

# of the simulations of all figures: change it when their meaning changes; a module of a figure that
# has a VERSION has one of its own
VERSION = 1
STYLE = Path(__file__).parents[1] / "style.mplstyle"


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
        As in `sweeps.run`: a number of worker processes, an executor, or None for all cores.
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
        self._draw(name, data)
        return data

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
        from figures.gallery import stored  # which `python -m` runs too, as a module of its own

        data = describe(name, stored.load(name))
        data = data.assign_attrs(said(name, data))
        stored.write(data, self.folder / f"{name}.nc")
        self._draw(name, data)
        return data

    def _draw(self, name: str, data: "xarray.Dataset") -> None:
        import matplotlib

        module, path = catalogue.load(name), self.folder / f"{name}.png"
        with matplotlib.rc_context(fname=STYLE), replacing(path) as temporary:
            module.draw(data).savefig(temporary, format="png")
        if page := getattr(module, "page", None):
            with replacing(path.with_suffix(".html")) as temporary:
                temporary.write_text(page(data), encoding="utf-8")
        write_page(self.folder)

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
