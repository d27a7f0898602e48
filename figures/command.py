"""The command line: `steering list`, `steering figure NAME`, `steering reproduce`."""

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from cyclopts import App, CycloptsError, Parameter

if TYPE_CHECKING:
    from concurrent.futures import Executor

app = App(
    name="steering",
    help="Fixed points of recurrent networks: theory on simulation, computed on the spot.",
    version=lambda: version("steering-dynamics"),
)


@Parameter(name="*")
@dataclass(frozen=True)
class Options:
    """How to compute.

    Attributes
    ----------
    full
        Publication sizes instead of quick ones.
    output
        Folder of the gallery.
    seed
        Root seed of all random numbers.
    jobs
        Number of worker processes; by default one for each core.
    scheduler
        Address of a dask scheduler to compute on, instead of worker processes.
    resume
        Use what an earlier run has computed already; otherwise it is set aside.
    """

    full: bool = False
    output: Path = Path("gallery")
    seed: int = 0
    jobs: int | None = None
    scheduler: str | None = None
    resume: bool = True


@app.command(name="list")
def list_figures() -> None:
    """List the figures."""
    from figures import catalogue

    for name in catalogue.NAMES:
        print(f"{name:20} {catalogue.load(name).title}")


@app.command
def figure(name: str, options: Annotated[Options | None, Parameter()] = None) -> None:
    """Make one figure.

    Parameters
    ----------
    name
        One of the names that `steering list` shows.
    """
    _make([name], options or Options())


@app.command
def reproduce(options: Annotated[Options | None, Parameter()] = None) -> None:
    """Make all figures, and a page that shows them."""
    from figures.catalogue import NAMES

    _make(list(NAMES), options or Options())


def _make(names: list[str], options: Options) -> None:
    from figures import catalogue
    from figures.gallery import Gallery

    for name in names:
        catalogue.load(name)  # an unknown one is an error before any work
    with _executor(options) as executor:
        gallery = Gallery(options.output, options.full, options.seed, executor, options.resume)
        for name in names:
            print(f"{name}: {gallery.make(name).attrs['verdict']}", flush=True)
    print(f"see {(options.output / 'index.html').absolute()}")


def _executor(options: Options) -> "AbstractContextManager[Executor | int | None]":
    """Return who computes: an executor of a dask cluster, or a number of processes."""
    if options.scheduler is None:
        return nullcontext(options.jobs)
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            "--scheduler needs dask: pip install 'steering-dynamics[cluster]'"
        ) from None
    try:
        client = Client(options.scheduler, timeout="10s")  # type: ignore[no-untyped-call]
        return cast("Executor", client.get_executor())  # type: ignore[no-untyped-call]
    except OSError as error:
        raise ValueError(f"--scheduler {options.scheduler} cannot be reached: {error}") from None


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; an error of the user's is one line and exit status 2."""
    try:
        return app(arguments, exit_on_error=False, print_error=False)
    except (CycloptsError, TypeError, ValueError) as error:
        print(f"steering: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("steering: stopped; the same command goes on from here", file=sys.stderr)
        sys.exit(130)
