"""What every sweep does, whoever chooses the points: look up, compute the rest, store, report."""

import inspect
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from types import TracebackType
from typing import Self

from foundation import domains
from foundation.fingerprint import differs, fingerprint
from sweeps.errors import SweepError, SweepWarning
from sweeps.running.dataset import check_names
from sweeps.running.dispatch import Dispatch
from sweeps.running.naming import given, name_of
from sweeps.running.workers import Workers
from sweeps.storing.arrays import DamagedError
from sweeps.storing.evaluation import Evaluation, Task
from sweeps.storing.ledger import Ledger, Row, Series
from sweeps.storing.point import Point

_SHOWN = 5


class Session:
    """A function, its ledger and its workers; the arguments are those of `sweeps.run`.

    The arguments are checked when it is made; the ledger is opened by the `with` statement.
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
    ) -> None:
        self._store = domains.path("store", store)
        self.series = replace(series_of(function, version, rng, name), code=fingerprint(function))
        self._task = Task(function, self.series.seed, takes_rng(function, names))
        self._workers = Workers(executor)
        self._workers.check(function)
        self.evaluations: dict[tuple[str, int], Evaluation] = {}
        self._failed: list[tuple[Point, str]] = []
        self._damaged: list[str] = []
        self._stale = domains.choice("stale", stale, ("warn", "use", "error"))
        self._outdated = 0  # points from the ledger that other code computed

    def __enter__(self) -> Self:
        self._ledger = Ledger(self._store)
        try:
            self._rows = self._ledger.rows(self.series)
        except BaseException:
            self._ledger.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.stop()
        self._ledger.__exit__(kind, error, trace)

    def evaluate(self, points: Iterable[Point], advance: Callable[[], object]) -> None:
        """Fill `evaluations` for all `points`, and call `advance` after each of them."""

        def keep(point: Point, found: Evaluation) -> None:
            check_names(found.results, point.parameters)
            self._ledger.store(self.series, point, found)
            if found.error:
                self._failed.append((point, found.error))
            short = Evaluation(found.results, found.error, found.seconds)
            self.evaluations[point.identity] = short
            advance()

        if self._stale == "error":
            points = list(points)
            rows = [self._rows.get(point.identity) for point in points]
            if count := sum(row is not None and self._other(row) for row in rows):
                raise SweepError(self._told(count, len(points)))
        Dispatch(self._task, self._workers, keep).run(self._missing(points, advance))

    def warn_if_stale(self) -> None:
        """Tell how many results that were used come from other code."""
        if self._outdated and self._stale == "warn":
            told = self._told(self._outdated, len(self.evaluations))
            warnings.warn(told, SweepWarning, stacklevel=3)

    def report(self, throw: bool) -> None:
        """Tell of failed points and damaged results: by one warning each, or by an error."""
        if self._damaged:
            lines = "\n".join(_first(self._damaged))
            warnings.warn(f"damaged results, computed again:\n{lines}", SweepWarning, stacklevel=3)
        self._damaged.clear()
        if self._failed and throw:
            raise SweepError(self._table())
        if self._failed:
            warnings.warn(self._table(), SweepWarning, stacklevel=3)

    def _missing(self, points: Iterable[Point], advance: Callable[[], object]) -> Iterator[Point]:
        """Take what is stored as it is; yield the other points."""
        for point in points:
            row = self._rows.get(point.identity)
            if point.identity in self.evaluations:
                advance()
            elif row is None:
                yield point
            else:
                try:
                    self.evaluations[point.identity] = self._ledger.evaluation(row)
                    self._outdated += self._other(row)
                    advance()
                except DamagedError as error:
                    self._damaged.append(f"{point}: {error}")
                    yield point

    def _other(self, row: Row) -> bool:
        return differs(row.code, self.series.code)

    def _told(self, count: int, total: int) -> str:
        return (
            f"{count} of {total} points of {self.series.function} were computed by other code: it, "
            "or something that it uses, has changed since. If that changes results, give another "
            "version, or resume=False; sweeps.recheck computes some of them again; stale='use' "
            "takes them as they are"
        )

    def _table(self) -> str:
        """Say how many points failed, and how the first of them did."""
        failed = [f"{point}: {error.strip().splitlines()[-1]}" for point, error in self._failed]
        counted = f"{len(failed)} of {len(self.evaluations)} points failed"
        return (
            f"{counted}; the next run tries them again, sweeps.failures({str(self._store)!r}) has "
            "the tracebacks:\n" + "\n".join(_first(failed))
        )


def _first(lines: Sequence[str]) -> list[str]:
    """Return the first of some lines, indented, and how many more there are."""
    more = [f"  ... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [f"  {line}" for line in lines[:_SHOWN]] + more


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


def takes_rng(function: Callable[..., object], names: Collection[str]) -> bool:
    """Return whether `function` wants a generator; refuse one that does not take the parameters."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # compiled functions may not tell
        return True
    parameters = signature.parameters
    takes_rng = "rng" in parameters or any(
        parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()
    )
    arguments = dict.fromkeys([*names, "rng"] if takes_rng else names)
    try:
        signature.bind(**arguments)
    except TypeError as error:
        called = f"{name_of(function)}({', '.join(arguments)})"
        raise TypeError(
            f"function must take the parameters of the grid, {called}: {error}"
        ) from None
    return takes_rng
