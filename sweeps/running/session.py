"""What every sweep does, whoever chooses the points: look up, compute the rest, store, report."""

import inspect
import warnings
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor
from dataclasses import replace
from types import TracebackType
from typing import Self

from foundation import domains
from foundation.fingerprint import differs, fingerprint
from sweeps.errors import SweepError, SweepWarning
from sweeps.running.dispatch import Dispatch
from sweeps.running.failing import Failing, first
from sweeps.running.naming import given, name_of
from sweeps.running.progress import Progress
from sweeps.running.workers import Workers
from sweeps.storing.arrays import DamagedError
from sweeps.storing.evaluation import Evaluation, Task
from sweeps.storing.ledger import Ledger
from sweeps.storing.point import Point
from sweeps.storing.reader import Reader, Row, Series
from sweeps.storing.scratch import Scratch, beside

Identity = tuple[str, int]


class Session:
    """A function, its ledger and its workers; the arguments are those of `sweeps.run`.

    The arguments are checked when it is made. The `with` statement reads the ledger; it is opened
    to be written when there is a point to compute, so that nothing is written to a finished one.
    """

    def __init__(
        self,
        function: Callable[..., object],
        names: Collection[str],
        *,
        store: object,
        version: object,
        rng: object,
        executor: Executor | int | None,
        name: object,
        stale: str,
        max_failures: object = None,
    ) -> None:
        self._store = domains.path("store", store)
        self.series = replace(series_of(function, version, rng, name), code=fingerprint(function))
        self._function = function
        self._takes = takes(function, names)
        self._scratch = Scratch(beside(self._store), repr(self.series))
        self.dimensions: tuple[str, ...] = ()  # whose names no result may have
        self._workers = Workers(executor)
        self._workers.check(function)
        self.evaluations: dict[Identity, Evaluation] = {}
        self._ledger: Reader | None = None
        self._rows: dict[Identity, Row] = {}
        self._read: set[int] = set()
        self._failing = Failing(max_failures)
        self._stopped = False
        self._succeeded = False
        self._damaged: list[str] = []
        self._stale = domains.choice("stale", stale, ("warn", "use", "error"))
        self._outdated = 0  # points from the ledger that other code computed
        self._unseeded = 0  # points that drew from a global generator

    def __enter__(self) -> Self:
        if self._store.is_file() and self._open(Reader).renewable:
            self._open(Ledger)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._workers.stop(finished=error is None)
        finally:
            if self._ledger is not None:
                self._ledger.close()

    def evaluate(self, points: Iterable[Point], progress: Progress) -> None:
        """Fill `evaluations` for all `points`: with what is stored, then with what is computed."""
        points = list(points)
        self._refuse_stale(points)
        missing = self._missing(points, progress)
        if missing and not isinstance(self._ledger, Ledger):
            before = self._rows
            self._open(Ledger)
            # what another driver has stored meanwhile
            new = [point for point in missing if point.identity not in before]
            old = [point for point in missing if point.identity in before]
            missing = old + self._missing(new, progress)
            self._find_damage()
        if missing:
            self._compute(missing, progress)

    def warn_if_stale(self) -> None:
        """Tell how many results that were used come from other code."""
        if self._outdated and self._stale == "warn":
            told = self._told(self._outdated, len(self.evaluations))
            warnings.warn(told, SweepWarning, stacklevel=3)

    def report(self, throw: bool) -> None:
        """Tell of failed points and damaged results: by one warning each, or by an error."""
        if self._damaged:
            lines = "\n".join(first(self._damaged))
            warnings.warn(f"damaged results, computed again:\n{lines}", SweepWarning, stacklevel=3)
        self._damaged.clear()
        if self._unseeded:
            warnings.warn(
                f"{self._unseeded} points drew from (or seeded) the global generators of np.random "
                "or random, which the seed of the sweep does not determine: the same sweep may "
                "give other numbers. Draw from the argument rng",
                SweepWarning,
                stacklevel=3,
            )
        self._unseeded = 0
        if self._failing:
            table = self._failing.table(len(self.evaluations), self._store)
            if throw:
                raise SweepError(table)
            warnings.warn(table, SweepWarning, stacklevel=3)

    def _open(self, kind: type[Reader]) -> Reader:
        """Open the ledger, to be read or to be written, and see what is in it."""
        if self._ledger is not None:
            self._ledger.close()
        self._ledger = kind(self._store)
        try:
            self._rows = self._ledger.rows(self.series)
        except BaseException:  # `with` has not begun
            self._ledger.close()
            raise
        return self._ledger

    def _missing(self, points: list[Point], progress: Progress) -> list[Point]:
        """Take what is stored as it is; return the other points."""
        missing = []
        for point in points:
            if point.identity not in self.evaluations and not self._taken(point):
                missing.append(point)
        progress.found(len(points) - len(missing))
        return missing

    def _taken(self, point: Point) -> bool:
        """Take a point from the ledger, and return whether it is there."""
        row = self._rows.get(point.identity)
        if row is None or self._ledger is None:
            return False
        self._read.add(row.id)
        try:
            self.evaluations[point.identity] = self._ledger.evaluation(row)
        except DamagedError as error:
            self._damaged.append(f"{point}: {error}")
            return False
        self._outdated += self._other(row)
        self._succeeded = True
        return True

    def _find_damage(self) -> None:
        """Look at the rows that no point asked for: one whose key is damaged is among them."""
        assert self._ledger is not None
        if damaged := self._ledger.damaged(self._read):
            self._damaged.append(f"rows that do not tell their points: {damaged}")

    def _compute(self, points: list[Point], progress: Progress) -> None:
        """Evaluate points and store them, each as soon as it has finished."""
        ledger = self._ledger
        assert isinstance(ledger, Ledger)

        def keep(point: Point, found: Evaluation) -> None:
            ledger.store(self.series, point, found)
            if "scratch" in self._takes and not found.error:
                self._scratch.remove(point)
            short = Evaluation(found.results, found.error, found.seconds)
            self.evaluations[point.identity] = short
            self._unseeded += found.unseeded
            self._succeeded |= found.error is None
            progress.finished(found.error is not None)
            ledger.lock.count(progress.computed, progress.failed)
            if found.error:
                self._failing.add(point, found.error)
                reason = self._failing.too_many(self._succeeded)
                if reason and not self._stopped:
                    self._stopped = True  # what else has finished is kept without another error
                    raise self._failing.stop(reason, self._store)

        ledger.lock.say(
            function=self.series.function,
            version=self.series.version,
            seed=self.series.seed,
            workers=self._workers.size(),
            total=progress.total,
            stored=progress.stored,
        )
        progress.show()
        task = Task(self._function, self.series.seed, self._takes, self._scratch, self.dimensions)
        Dispatch(task, self._workers, keep).run(iter(points))

    def _refuse_stale(self, points: list[Point]) -> None:
        if self._stale == "error":
            rows = [self._rows.get(point.identity) for point in points]
            if count := sum(row is not None and self._other(row) for row in rows):
                raise SweepError(self._told(count, len(points)))

    def _other(self, row: Row) -> bool:
        return differs(row.code, self.series.code)

    def _told(self, count: int, total: int) -> str:
        return (
            f"{count} of {total} points of {self.series.function} were computed by other code: it, "
            "or something that it uses, has changed since. If that changes results, give another "
            "version, or resume=False; sweeps.recheck computes some of them again; stale='use' "
            "takes them as they are"
        )


def series_of(
    function: Callable[..., object], version: object, rng: object, name: object
) -> Series:
    """Return what the points of a sweep have in common in the ledger, once it is checked."""
    own = name_of(function)  # what has no name of its own is refused all the same
    known = own if name is None else given("name", name)
    return Series(known, _version(version), _seed(rng))


def _version(version: object) -> str:
    """Return the version of a model as text: 1 and "1" are the same one."""
    if isinstance(version, bool) or not isinstance(version, str | int):
        raise TypeError(f"version must be a string or an integer, got {version!r}")
    if version == "":
        raise ValueError("version must not be empty: name the model, for example version='1'")
    return str(version)


def _seed(rng: object) -> int:
    try:
        return domains.integer("rng", rng, 0)
    except TypeError:
        raise TypeError(
            f"rng must be an integer >= 0 (a sweep that can be resumed needs a fixed root seed), "
            f"got {rng!r}"
        ) from None


def takes(function: Callable[..., object], names: Collection[str]) -> tuple[str, ...]:
    """Return which of rng and scratch `function` is given besides the parameters that it takes.

    Raises
    ------
    TypeError
        If it does not take the parameters.
    """
    _refuse_later(function)
    try:
        signature = inspect.signature(function)
    except ValueError:  # compiled functions may not tell
        return ("rng",)
    parameters = signature.parameters
    any_name = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    wanted = {"rng": any_name or "rng" in parameters, "scratch": "scratch" in parameters}
    taken = tuple(name for name, asked in wanted.items() if asked and name not in names)
    arguments = dict.fromkeys([*names, *taken])
    try:
        signature.bind(**arguments)
    except TypeError as error:
        called = f"{name_of(function)}({', '.join(arguments)})"
        raise TypeError(
            f"function must take the parameters of the grid, {called}: {error}"
        ) from None
    return taken


def _refuse_later(function: Callable[..., object]) -> None:
    """Refuse a function that, when called, gives something that is yet to be run."""
    later = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    if any(kind(function) for kind in later):
        raise TypeError(
            f"function must return its results, but {name_of(function)} is a generator or "
            "`async def`, which returns something that is yet to be run"
        )
