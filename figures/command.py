"""The command line: `steering list`, `figure NAME`, `reproduce`, `sweep FUNCTION GRID`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
class Workers:
    """Who computes, and from where on.

    Attributes
    ----------
    seed
        Root seed of all random numbers.
    jobs
        Number of worker processes; by default one for each core.
    scheduler
        Address of a dask scheduler to compute on, instead of worker processes.
    resume
        Use what an earlier run has computed already; otherwise it is set aside.
    """

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
def figure(
    name: str,
    *,
    full: bool = False,
    output: Path = Path("gallery"),
    workers: Workers = Workers(),
) -> None:
    """Make one figure.

    Parameters
    ----------
    name
        One of the names that `steering list` shows.
    full
        Publication size instead of a quick one.
    output
        Folder of the gallery.
    """
    _make([name], full, output, workers)


@app.command
def reproduce(
    *,
    full: bool = False,
    output: Path = Path("gallery"),
    workers: Workers = Workers(),
) -> None:
    """Make all figures, and a page that shows them.

    Parameters
    ----------
    full
        Publication sizes instead of quick ones.
    output
        Folder of the gallery.
    """
    from figures.catalogue import NAMES

    _make(list(NAMES), full, output, workers)


@app.command
def sweep(
    function: str,
    *grid: str,
    store: Path,
    model_version: str = "1",
    replicas: int = 1,
    output: Path | None = None,
    workers: Workers = Workers(),
) -> None:
    """Run a function of your own over a grid, and print means and standard errors.

    Parameters
    ----------
    function
        `MODULE:NAME` or `PATH.py:NAME`; called as `NAME(**parameters, rng=generator)`.
    grid
        `N=100,200 J_D=0.2:0.8:0.1`: lists, or ranges with their end.
    store
        The ledger, an SQLite file: what is in it is not computed again.
    model_version
        Change it when the function means something else.
    replicas
        Independent repetitions of each point.
    output
        NetCDF file for all replicas.
    """
    import sweeps
    from figures import sweep_arguments
    from figures.set_aside import set_aside

    evaluated, axes = sweep_arguments.function(function), sweep_arguments.grid(grid)
    if not workers.resume:
        set_aside(store)
    with _executor(workers) as executor:
        data = sweeps.run(
            evaluated,
            axes,
            store=store,
            version=model_version,
            rng=workers.seed,
            executor=executor,
            replicas=replicas,
        )
    print(sweeps.summary(data).to_dataframe().to_string())
    if output:
        print(f"see {sweeps.to_netcdf(data, output, parameters=axes)}")


def _make(names: list[str], full: bool, output: Path, workers: Workers) -> None:
    from figures import catalogue
    from figures.gallery import Gallery

    for name in names:
        catalogue.load(name)  # an unknown one is an error before any work
    with _executor(workers) as executor:
        gallery = Gallery(output, full, workers.seed, executor, workers.resume)
        for name in names:
            print(f"{name}: {gallery.make(name).attrs['verdict']}", flush=True)
    print(f"see {(output / 'index.html').absolute()}")


@contextmanager
def _executor(workers: Workers) -> "Iterator[Executor | int | None]":
    """Give the executor of a dask cluster, or a number of processes."""
    from networks import domains

    domains.integer("--seed", workers.seed, low=0)
    if workers.jobs is not None:
        domains.integer("--jobs", workers.jobs)
    if workers.scheduler is None:
        yield workers.jobs
        return
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("--scheduler needs dask: install the extra `cluster`") from None
    try:
        client = Client(workers.scheduler, timeout="10s")  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ValueError(f"--scheduler {workers.scheduler} cannot be reached: {error}") from None
    with client:
        yield client.get_executor()  # type: ignore[no-untyped-call]


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; an error of the user's is one line and exit status 2."""
    try:
        return app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except (CycloptsError, TypeError, ValueError) as error:
        _stop(error, 2)
    except KeyboardInterrupt:
        _stop("stopped; the same command goes on from here", 130)
    except RuntimeError as error:  # of sweeps: the ledger, the executor, failed points
        _stop(error, 1)


def _stop(message: object, status: int) -> None:
    print(f"steering: {' '.join(str(message).split())}", file=sys.stderr)
    sys.exit(status)
