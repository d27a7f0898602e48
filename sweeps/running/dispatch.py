"""Keep a bounded number of points in flight and hand over each one as it lands."""

import traceback
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from queue import SimpleQueue

from sweeps.errors import LedgerError, SweepError
from sweeps.running.workers import Workers
from sweeps.storing.evaluation import Outcome, Task
from sweeps.storing.point import Point

_MAX_DEATHS = 3
_DIED = (
    "The worker process died while computing this point, which no other point shared it with: "
    "out of memory, or a crash in compiled code."
)


class Flight:
    """The evaluation of many points on some workers.

    When a process of our own pool dies, it is not known which of the points in flight killed it:
    they are tried again one at a time, and one that kills its worker again has failed.

    Parameters
    ----------
    task
        The function.
    workers
        Who computes.
    keep
        Called in the driver with each point and its outcome, in the order in which they finish.
    """

    def __init__(
        self, task: Task, workers: Workers, keep: Callable[[Point, Outcome], None]
    ) -> None:
        self._task = task
        self._workers = workers
        self._keep = keep
        self._pending: dict[Future[Outcome], Point] = {}
        self._landed: SimpleQueue[Future[Outcome]] = SimpleQueue()
        self._suspects: deque[Point] = deque()
        self._alone = False
        self._deaths = 0
        self._repeated: set[tuple[str, int]] = set()

    def run(self, points: Iterator[Point]) -> None:
        """Evaluate all `points`; when interrupted, keep what has finished and cancel the rest."""
        try:
            while self._refill(points):
                if self._pending:
                    self._land(self._landed.get())
        except BaseException as error:
            for future in self._pending:
                future.cancel()
            if not isinstance(error, LedgerError):
                self._keep_finished()
            raise

    def _refill(self, points: Iterator[Point]) -> bool:
        """Submit as many points as may be in flight; return whether any is."""
        if self._pending and (self._alone or self._suspects):
            return True
        self._alone = bool(self._suspects)
        if self._alone:
            self._submit(self._suspects.popleft())
        else:
            while not self._full() and (point := next(points, None)) is not None:
                self._submit(point)
        return bool(self._pending or self._suspects)

    def _full(self) -> bool:
        return bool(self._pending) and len(self._pending) >= self._workers.capacity()

    def _submit(self, point: Point) -> None:
        try:
            future = self._workers.submit(self._task, point)
        except BrokenExecutor as error:
            self._suspects.append(point)
            self._recover(error)
        else:
            self._pending[future] = point
            future.add_done_callback(self._landed.put)

    def _land(self, future: "Future[Outcome]") -> None:
        """Keep the outcome of a future, unless its pool broke."""
        if future not in self._pending:  # of a pool that broke and was given up
            return
        try:
            outcome = future.result()
        except (BrokenExecutor, CancelledError) as error:
            self._recover(error)
            return
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # of the executor, or of an exit inside the function
            # dask may lose a result between the news of it and its arrival, when a worker dies
            if isinstance(error, Exception) and self._repeat(future):
                return
            outcome = Outcome(error="".join(traceback.format_exception(error)))
        self._deaths = 0
        self._keep(self._pending[future], outcome)
        del self._pending[future]

    def _repeat(self, future: "Future[Outcome]") -> bool:
        """Submit a point for the second time, unless it was already."""
        point = self._pending[future]
        name = (point.key, point.replica)
        if name in self._repeated:
            return False
        self._repeated.add(name)
        del self._pending[future]
        self._submit(point)
        return True

    def _recover(self, error: BaseException) -> None:
        """Start a new pool after a worker of ours died, or give up."""
        self._keep_finished()
        lost = list(self._pending.values())
        self._pending.clear()
        self._deaths += self._alone
        if not self._workers.own or self._deaths > _MAX_DEATHS:
            raise SweepError(
                f"the executor broke ({type(error).__name__}: {error}). All finished points are "
                "stored: run the same sweep again to go on."
            ) from error
        self._workers.restart()
        if self._alone and lost:
            self._keep(lost.pop(), Outcome(error=f"{_DIED}\n{type(error).__name__}: {error}"))
        self._suspects.extend(lost)

    def _keep_finished(self) -> None:
        """Keep the points in flight that have finished well."""
        for future, point in list(self._pending.items()):
            if future.done() and not future.cancelled() and future.exception() is None:
                self._keep(point, future.result())
                del self._pending[future]
