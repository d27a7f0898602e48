"""Run a function over a grid."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from foundation import domains
from sweeps.running.dataset import labelled
from sweeps.running.grid import checked, names_of, points
from sweeps.running.progress import Progress
from sweeps.running.session import Session
from sweeps.storing.ledger import set_aside

if TYPE_CHECKING:
    import xarray


def run(
    function: Callable[..., object],
    grid: Mapping[Any, Sequence[Any]],
    *,
    replicas: int = 1,
    rng: int = 0,
    store: str | os.PathLike[str],
    version: str | int,
    name: str | None = None,
    executor: Executor | int | None = None,
    progress: bool = True,
    resume: bool = True,
    stale: str = "warn",
    max_failures: int | None = None,
    throw: bool = False,
) -> xarray.Dataset:
    """Evaluate a function at all points of a grid, each of them once and for all.

    A point that is in the ledger is not computed again. Each new one is stored as soon as it has
    finished, so a sweep may be killed at any moment and started again by the same call.

    The parameters say, in this order, what to compute (`function`, `grid`, `replicas`, `rng`),
    where and under which names it is stored (`store`, `version`, `name`), who computes (`executor`,
    `progress`), and how to go on from what is stored and after an error (`resume`, `stale`,
    `max_failures`, `throw`).

    Parameters
    ----------
    function
        Called as `function(**parameters)`, with `rng=generator` if it takes `rng`, and with
        `scratch=folder` if it takes `scratch`: a folder (`pathlib.Path`) of this point alone, in
        `<store>.unfinished`, where a long computation may keep what it has so far. It is there
        again when a run that was killed goes on, and goes when the point is done; to other code it
        is another one. Returns a number or a string, an array of real numbers, or a mapping of
        names to these.
        It must have a name, so no lambda and no method of an object; arguments bound by
        `functools.partial` must be values like those of the grid.
    grid
        The values of each parameter (int, float, str, bool or None); the points are their product.
        Parameters that move together are a tuple of names, with a tuple of values at each place:
        `{("N", "J_D"): [(100, 0.5), (400, 0.25)], "T": [0, 1]}` are four points.
        Integers among floats are passed as floats; 1 and 1.0 are one point, which is not computed
        again.
    replicas
        Number of independent repetitions of each point, >= 1.
    rng
        Root seed, an integer >= 0. The generator of a point comes from it, the parameters and the
        replica, so the numbers do not depend on workers, on order, or on the rest of the grid.
    store
        Path of the ledger, an SQLite file that is made if need be.
    version
        Version of the model that `function` computes. Change it, and all points are new. In one
        store a version belongs to one function.
    name
        The name under which the ledger knows the function; by default its module and name. Give
        one, and the function may be moved or renamed later without losing what is stored.
    executor
        None for a process pool on all cores, an integer for one of so many workers, a
        `sweeps.Pool` that several sweeps share, or any `concurrent.futures.Executor`.
    progress
        Whether to show a progress bar, from what is stored on, and at the end one line on the
        standard error: how many points there are, came from the ledger and failed.
    resume
        Whether to go on from the ledger. With False, it is first renamed by `sweeps.set_aside`,
        once the arguments are found to be right.
    stale
        What to do about stored points that were computed by other code than today's: the function,
        or what it uses of its project (not: comments, docstrings, libraries). "warn": use them, and
        tell how many they are; "use": use them silently; "error": refuse, before anything is
        computed.
    max_failures
        After how many failed points the run stops, >= 1; what is done by then is stored. None: any
        number may fail, unless the function is found to be called wrongly: the first 20 points all
        fail with the same kind of error, which is no `ConvergenceError`.
    throw
        Whether to raise an error at the end if points failed. Otherwise they give a warning.

    Returns
    -------
    Dataset with the dimensions of the grid and `replica`; `sweeps.summary` makes means and errors
    of it. A number is called `result` unless the function names it. An array has the further
    dimensions `<name>_0`, `<name>_1`...; shorter arrays are filled up with nan. Where a point
    failed, `failed` is true and its results are nan ("" for strings); if all points failed, their
    names are not known and there are none. `seconds` is the computing time. A parameter with values
    of several kinds (numbers and None, say) is labelled by text. Parameters `N` and `J_D` that move
    together are coordinates along the dimension `N_J_D`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, before anything is computed; or if a result
        is a number at one point and an array at another, say.
    LedgerError
        If the store cannot be used: not a ledger, written by another sweep, disk full. If all
        points are stored, it is only read.
    SweepError
        If the executor broke, too many points failed, or with `throw` if any did; after storing all
        others. With `stale="error"`, if other code computed stored points.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def magnetisation(N, rng):
    ...     return {"m": rng.choice([-1, 1], size=N).mean()}
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     again = dict(store=f"{folder}/spins.sqlite", version=1, replicas=5, progress=False)
    ...     small = sweeps.run(magnetisation, {"N": [10, 20]}, executor=executor, **again)
    ...     large = sweeps.run(magnetisation, {"N": [10, 20, 40]}, executor=executor, **again)
    >>> dict(large.sizes), list(large.data_vars)
    ({'N': 3, 'replica': 5}, ['m', 'failed', 'seconds'])
    >>> small["m"].equals(large["m"].sel(N=[10, 20]))  # those points were read from the ledger
    True
    """
    axes = checked(grid)
    replicas = domains.integer("replicas", replicas, 1)
    resume = domains.boolean("resume", resume)
    progress = domains.boolean("progress", progress)
    throw = domains.boolean("throw", throw)
    session = Session(
        function,
        names_of(axes),
        store=store,
        version=version,
        rng=rng,
        executor=executor,
        name=name,
        stale=stale,
        max_failures=max_failures,
    )
    session.dimensions = tuple(axis.dimension for axis in axes if len(axis.parameters) > 1)
    if not resume:
        set_aside(store)
    wanted = list(points(axes, replicas))
    with session, Progress(session.series.function, len(wanted), progress) as shown:
        session.evaluate(wanted, shown)
    session.warn_if_stale()
    session.report(throw)
    evaluations = [session.evaluations[point.identity] for point in wanted]
    return labelled(axes, replicas, evaluations, session.series)
