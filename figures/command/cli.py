"""The command line: `steering list`, `figure`, `reproduce`, `doctor`, `sweep`, `status`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App, CycloptsError

from figures.command.execution import HERE, QUICK, Execution, Target
from figures.command.options import MaybeWhole, Whole
from figures.command.paper import NONE as NO_PAPER
from figures.command.paper import Paper
from figures.command.status import status
from foundation import __version__

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from figures.chapter import Chapter
    from figures.gallery import Gallery
    from figures.gallery.verdict import Check

app = App(
    name="steering",
    help="Fixed points of recurrent networks: theory on simulation, computed on the spot.",
    suppress_keyboard_interrupt=False,  # `main` says what is kept
    version=__version__,
)


app.command(status)


class UsageError(Exception):
    """Something that the user asked for cannot be done; the message says what."""


@app.command(name="list")
def list_figures(chapter: str | None = None) -> None:
    """List the figures, chapter by chapter.

    Parameters
    ----------
    chapter
        The only chapter to list, such as `message-passing`.
    """
    from figures import catalogue

    for one in _chapters(chapter):
        print(f"{one.title} ({one.package.rpartition('.')[2]})")
        for name in one.names:
            print(f"  {name:27} {catalogue.load(name).title}")


@app.command
def figure(
    name: str,
    *,
    paper: Paper = NO_PAPER,
    target: Target = QUICK,
    execution: Execution = HERE,
) -> None:
    """Make one figure.

    Parameters
    ----------
    name
        One of the names that `steering list` shows.
    """
    from figures import catalogue

    with _usage():
        name = catalogue.figure(name)
    _make([name], target, execution, paper)


@app.command
def reproduce(
    chapter: str | None = None,
    *,
    target: Target = QUICK,
    execution: Execution = HERE,
) -> None:
    """Make all figures, and a page that shows them.

    Parameters
    ----------
    chapter
        The only chapter to make, such as `message-passing`.
    """
    _make([name for one in _chapters(chapter) for name in one.names], target, execution)


@app.command
def recheck(*, output: Path = Path("gallery"), seed: Whole = 0, count: Whole = 3) -> None:
    """Compute some of a gallery's stored points again, and compare every bit.

    After a change of the code it tells whether the ledgers may be used on.

    Parameters
    ----------
    output
        Folder of the gallery.
    seed
        Root seed of the points.
    count
        Points of each ledger.
    """
    from figures.gallery import Gallery
    from foundation import domains

    with _usage():
        domains.integer("--seed", seed, low=0)
        domains.integer("--count", count)
        if not (output / "ledgers").is_dir():
            raise ValueError(f"--output must be a gallery with ledgers, got {str(output)!r}")
        rechecks = Gallery(output, seed=seed).recheck(count)
        differ = 0
        for name, points in rechecks:
            different = [point for point in points if not point.same]
            differ += len(different)
            print(f"{name}: {len(points) - len(different)} of {len(points)} the same", flush=True)
            for point in different:
                where = ", ".join(f"{key}={value}" for key, value in point.parameters.items())
                print(f"  {', '.join(point.differences)} differ at {where}")
    if differ:
        _stop("the code gives other results than the ledgers hold: use --no-resume", 1)


@app.command
def doctor() -> None:
    """Show versions, threads, caches and data, and check every package on known answers."""
    from figures.command.doctor import report

    if not report():
        _stop("a known answer was missed", 1)


@app.command
def sweep(
    function: str,
    *grid: str,
    store: Path,
    model_version: str = "1",
    replicas: Whole = 1,
    max_failures: MaybeWhole = None,
    output: Path | None = None,
    plan: bool = False,
    execution: Execution = HERE,
) -> None:
    """Run a function of your own over a grid, and print means and standard errors.

    Parameters
    ----------
    function
        `MODULE:NAME` or `PATH.py:NAME`; called as `NAME(**parameters, rng=generator)`.
    grid
        `N=100,200 J_D=0.2:0.8:0.1 flag=true,false`: lists, or ranges with their end;
        `N,J_D=100:0.5,400:0.2`: parameters that move together.
    store
        The ledger, an SQLite file: what is in it is not computed again.
    model_version
        Change it when the function means something else.
    replicas
        Independent repetitions of each point.
    max_failures
        Stop after so many failed points.
    output
        NetCDF file (.nc) for all replicas.
    plan
        Say how many points would be computed, and how long, and compute nothing.
    """
    import sweeps
    from figures.command import sweep_arguments
    from foundation.files import writable

    with _usage():
        evaluated, axes = sweep_arguments.function(function), sweep_arguments.grid(grid)
        if output:
            if output.is_dir() or output.suffix != ".nc":
                raise ValueError(f"--output must be a NetCDF file, NAME.nc, got {str(output)!r}")
            writable("--output", output.absolute().parent)
    options: dict[str, Any] = {"replicas": replicas, "rng": execution.seed}
    options |= {"store": store, "version": model_version}
    with _executor(execution) as executor, _usage():
        options["executor"] = executor
        if plan:
            print(sweeps.plan(evaluated, axes, **options))
            return
        options |= {"resume": execution.resume, "max_failures": max_failures}
        data = sweeps.run(evaluated, axes, **options)
    print(sweep_arguments.table(data))
    if output:
        print(f"see {sweeps.to_netcdf(data, output, parameters=axes)}")
    if failed := int(data["failed"].sum()):
        _stop(f"{failed} of {data['failed'].size} points failed", 1)


def _chapters(name: str | None) -> "tuple[Chapter, ...]":
    from figures import catalogue

    with _usage():
        return catalogue.chapters() if name is None else (catalogue.chapter(name),)


def _make(names: list[str], target: Target, execution: Execution, paper: Paper = NO_PAPER) -> None:
    from figures import catalogue
    from figures.gallery import Gallery, stored, verdict

    if target.full and target.redraw:
        raise UsageError("--redraw draws what is stored, at the size it has: leave --full out")
    with _usage():
        import_module("matplotlib")  # which refuses a MPLBACKEND that it does not know
        paper.check()
        for name in names:
            stored.find(name) if target.redraw else catalogue.load(name)
    with _executor(execution) as executor:
        with _usage():
            gallery = Gallery(
                target.folder, target.full, execution.seed, executor, execution.resume
            )
        checks: list[tuple[verdict.Check, ...]] = []
        for name, found in _made(gallery, names, target, paper):
            checks.append(found)
            print(f"{name}: {'; '.join(map(str, found))}", flush=True)
    if len(names) > 1:
        for sort, words in verdict.counts(checks).items():
            print(f"{sort}: {words['agree']} of {words.total()} figures agree")
    print(f"see {(target.folder / 'index.html').absolute()}")
    if any(not check.agrees and not check.because for found in checks for check in found):
        _stop("what is compared disagrees, and no figure says why", 1)


def _made(
    gallery: "Gallery", names: list[str], target: Target, paper: Paper
) -> "Iterator[tuple[str, tuple[Check, ...]]]":
    """Make figures, and yield the name and the checks of each."""
    from figures.gallery import written

    if len(names) > 1 and target.redraw:
        for drawn in gallery.redraw_all(names):
            yield drawn.name, drawn.checks
        return
    if len(names) > 1:
        for name, data in gallery.make_all(names):
            yield name, written.parse(data.attrs["checks"])
        return
    data = gallery.redraw(names[0]) if target.redraw else gallery.make(names[0])
    yield names[0], written.parse(data.attrs["checks"])
    with _usage():
        for path in paper.write(names[0], target.folder / "paper", data):
            print(f"see {path.absolute()}")


@contextmanager
def _executor(execution: Execution) -> "Iterator[Executor]":
    """Give the executor of a dask cluster, or worker processes of our own for all sweeps."""
    import sweeps
    from foundation import domains

    with _usage():
        domains.integer("--seed", execution.seed, low=0)
        if execution.jobs is not None:
            domains.integer("--jobs", execution.jobs)
        if execution.jobs and execution.scheduler:
            raise ValueError("--jobs is for worker processes, it does not go with --scheduler")
    if execution.scheduler is None:
        with sweeps.Pool(execution.jobs) as pool:
            yield pool
        return
    with _client(execution.scheduler) as client:
        yield client.get_executor()


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--scheduler needs dask: install the extra `cluster`") from None
    try:
        return Client(scheduler, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UsageError(f"--scheduler {scheduler} cannot be reached: {error}") from None


@contextmanager
def _usage() -> "Iterator[None]":
    """Tell an error in what the user asked for from one of ours, which keeps its traceback."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (TypeError, ValueError, OSError) as error:
        raise UsageError(str(error)) from error


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; an error of the user's is one line and exit status 2."""
    try:
        done = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
        return done
    except OSError as error:  # nobody reads on, a full device, a folder in the place of a file
        try:
            sys.stdout.flush()
        except OSError:  # then nor can what is written at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(1)
        _stop(error, 1)
    except (CycloptsError, UsageError) as error:
        _stop(error, 2)
    except KeyboardInterrupt:
        _stop("stopped; the same command without --no-resume goes on from here", 130)
    except RuntimeError as error:
        from sweeps import LedgerError, SweepError

        if not isinstance(error, LedgerError | SweepError):
            raise
        _stop(error, 1)


def _stop(message: object, status: int) -> None:
    print(f"steering: {' '.join(str(message).split())}", file=sys.stderr)
    sys.exit(status)
