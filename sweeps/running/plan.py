"""What a sweep would compute, and how long that would take."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from foundation import domains
from foundation.fingerprint import differs, fingerprint
from sweeps.running.durations import told
from sweeps.running.grid import checked, names_of, points
from sweeps.running.session import series_of, takes
from sweeps.running.workers import Workers
from sweeps.storing.point import Point
from sweeps.storing.reader import Reader, Row

Stored = dict[tuple[str, int], Row]


@dataclass(frozen=True)
class Plan:
    """What a sweep would compute.

    Attributes
    ----------
    points
        Number of points of the sweep.
    stored
        How many of them are in the ledger.
    outdated
        How many of those were computed by other code than today's.
    seconds
        Estimated computing time of the others, on one worker; None if nothing is stored.
    workers
        Number of workers.

    Examples
    --------
    >>> import sweeps
    >>> plan = sweeps.Plan(points=400, stored=100, outdated=0, seconds=3600.0, workers=2)
    >>> plan
    400 points, 100 stored, 300 to compute: 30 min on 2 workers, by the times of those stored
    >>> plan.missing
    300
    """

    points: int
    stored: int
    outdated: int
    seconds: float | None
    workers: int

    @property
    def missing(self) -> int:
        """How many points are to be computed."""
        return self.points - self.stored

    def __repr__(self) -> str:
        other = f" ({self.outdated} by other code)" if self.outdated else ""
        known = f"{self.points} points, {self.stored} stored{other}, {self.missing} to compute"
        if not self.missing:
            return known
        if self.seconds is None:
            return f"{known}: nothing is stored that tells how long it takes"
        time = told(self.seconds / self.workers)
        workers = f"{self.workers} worker{'s' if self.workers > 1 else ''}"
        return f"{known}: {time} on {workers}, by the times of those stored"


def plan(
    function: Callable[..., object],
    grid: Mapping[Any, Sequence[Any]],
    *,
    replicas: int = 1,
    rng: int = 0,
    store: str | os.PathLike[str],
    version: str | int,
    name: str | None = None,
    executor: Executor | int | None = None,
) -> Plan:
    """Return what `sweeps.run` would compute with these arguments; nothing is computed or written.

    A point is estimated to take as long as its stored replicas on average or, if it has none, as
    all stored points of the sweep: where the time rises with a parameter, store a few points first.

    Parameters
    ----------
    function, grid, replicas, rng, store, version, name, executor
        As in `sweeps.run`.

    Raises
    ------
    TypeError, ValueError, LedgerError
        As in `sweeps.run`.

    Examples
    --------
    >>> import tempfile
    >>> import sweeps
    >>> def magnetisation(N, rng):
    ...     return rng.choice([-1, 1], size=N).mean()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = dict(store=f"{folder}/spins.sqlite", version=1)
    ...     data = sweeps.run(magnetisation, {"N": [10]}, executor=1, progress=False, **again)
    ...     plan = sweeps.plan(magnetisation, {"N": [10, 20]}, replicas=2, **again)
    >>> plan.points, plan.stored, plan.missing
    (4, 1, 3)
    """
    axes = checked(grid)
    replicas = domains.integer("replicas", replicas, 1)
    series = series_of(function, version, rng, name)
    takes(function, names_of(axes))
    workers = Workers(executor).size()
    path = domains.path("store", store)
    rows: Stored = {}
    if path.exists():
        with Reader(path) as reader:
            rows = reader.rows(series)
    wanted = list(points(axes, replicas))
    code = fingerprint(function)
    found = [rows[point.identity] for point in wanted if point.identity in rows]
    missing = [point for point in wanted if point.identity not in rows]
    outdated = sum(differs(row.code, code) for row in found)
    return Plan(len(wanted), len(found), outdated, _seconds(missing, rows), workers)


def _seconds(missing: Sequence[Point], rows: Stored) -> float | None:
    """Return the estimated time of all missing points."""
    if not rows:
        return None
    times: dict[str, list[float]] = {}
    for (key, _), row in rows.items():
        times.setdefault(key, []).append(row.seconds)
    means = {key: float(np.mean(own)) for key, own in times.items()}
    overall = float(np.mean([row.seconds for row in rows.values()]))
    return sum(means.get(point.key, overall) for point in missing)
