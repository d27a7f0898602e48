"""Whether a ledger still holds what the function gives."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foundation import domains
from sweeps.running.session import series_of, takes
from sweeps.storing.arrays import Array, DamagedError
from sweeps.storing.evaluation import Evaluation, Scalar, Task
from sweeps.storing.ledger import existing
from sweeps.storing.point import Point, Value
from sweeps.storing.reader import Reader, Row
from sweeps.storing.scratch import Scratch


@dataclass(frozen=True)
class Recheck:
    """A stored point that was computed again.

    Attributes
    ----------
    parameters, replica
        Which point.
    differences
        The names of the results that are not the same to the last bit; "error" if the function
        raised, or the stored row is damaged.

    Examples
    --------
    >>> import sweeps
    >>> sweeps.Recheck({"N": 10}, 0, ("m",)).same
    False
    """

    parameters: dict[str, Value]
    replica: int
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether all results are the same."""
        return not self.differences


def recheck(
    function: Callable[..., object],
    store: str | os.PathLike[str],
    *,
    version: str | int,
    rng: int = 0,
    count: int = 3,
    name: str | None = None,
) -> list[Recheck]:
    """Compute some points of a ledger again, here and now, and compare every bit.

    The key of a point says nothing of the code that computed it. After a change that was not meant
    to change results, this tells whether the ledger may be used on; else give a new `version`.
    Other processors and libraries may round differently: there, a difference is no proof.

    Parameters
    ----------
    function, store, version, rng, name
        As in `sweeps.run`.
    count
        How many points, >= 1: a random choice, always the same, of the faster half.

    Returns
    -------
    A `Recheck` for each point; fewer than `count` if no more are stored.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    LedgerError
        If the store does not exist or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def magnetisation(N, rng):
    ...     return rng.choice([-1, 1], size=N).mean()
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     ledger = dict(store=f"{folder}/spins.sqlite", version=1)
    ...     data = sweeps.run(
    ...         magnetisation, {"N": [10, 20, 40]}, executor=executor, progress=False, **ledger
    ...     )
    ...     again = sweeps.recheck(magnetisation, **ledger)
    >>> [point.same for point in again]
    [True, True]
    """
    count = domains.integer("count", count, 1)
    path, series = existing(store), series_of(function, version, rng, name)
    with Reader(path) as ledger:
        chosen = _chosen(ledger.rows(series), count)
        stored = [(_point(*identity), _read(ledger, row)) for identity, row in chosen]
    return [_compared(point, before, function, series.seed) for point, before in stored]


def _chosen(rows: dict[tuple[str, int], Row], count: int) -> list[tuple[tuple[str, int], Row]]:
    """Return some of the faster half of the points, by a random choice that is always the same."""
    faster = sorted(rows, key=lambda identity: (rows[identity].seconds, identity))
    faster = faster[: (len(rows) + 1) // 2]
    picked = np.random.default_rng(0).permutation(len(faster))[:count]
    return [(faster[i], rows[faster[i]]) for i in picked]


def _point(key: str, replica: int) -> Point:
    """Return the point of a row; one whose parameters are damaged has none."""
    try:
        return Point(dict(json.loads(key)), replica)
    except (ValueError, TypeError, RecursionError):
        return Point({}, replica)


def _read(ledger: Reader, row: Row) -> Evaluation:
    try:
        return ledger.evaluation(row)
    except DamagedError as error:
        return Evaluation(error=str(error))


def _now(function: Callable[..., object], point: Point, seed: int) -> Evaluation:
    """Evaluate a point as a worker does, with one thread for each library."""
    from threadpoolctl import threadpool_limits

    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        scratch = Scratch(Path(folder), "computed again")
        return Task(function, seed, takes(function, point.parameters), scratch)(point)


def _compared(
    point: Point, before: Evaluation, function: Callable[..., object], seed: int
) -> Recheck:
    now = before if before.error else _now(function, point, seed)
    if now.error:
        return Recheck(point.parameters, point.replica, ("error",))
    names = {**before.results, **now.results}
    different = [
        name for name in names if not _same(before.results.get(name), now.results.get(name))
    ]
    return Recheck(point.parameters, point.replica, tuple(different))


def _same(one: Scalar | Array | None, other: Scalar | Array | None) -> bool:
    a, b = np.asarray(one), np.asarray(other)
    floats = a.dtype.kind == b.dtype.kind == "f"
    return bool(a.dtype.kind == b.dtype.kind and np.array_equal(a, b, equal_nan=floats))
