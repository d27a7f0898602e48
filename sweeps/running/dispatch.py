"""Keep a bounded number of points in flight and hand over each one when it is completed."""

import traceback
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from queue import SimpleQueue

from sweeps.errors import LedgerError, SweepError
from sweeps.running.workers import Workers
from sweeps.storing.evaluation import Evaluation, Task
from sweeps.storing.point import Point

_MAX_CRASHES = 3
_DIED = (
    "The worker process died while computing this point, which no other point shared it with: "
    "out of memory, or a crash in compiled code."
)


class Dispatch:
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
        Called in the driver with each point and its evaluation, in the order of completion.
    """

    def __init__(
        self, task: Task, workers: Workers, keep: Callable[[Point, Evaluation], None]
    ) -> None:
        self._task = task
        self._workers = workers
        self._keep = keep
        self._pending: dict[Future[Evaluation], Point] = {}
        self._completed: SimpleQueue[Future[Evaluation]] = SimpleQueue()
        self._isolated: deque[Point] = deque()  # points to be tried again one at a time
        self._one_at_a_time = False
        self._crashes = 0  # of points that were tried alone, one after the other
        self._resubmitted: set[tuple[str, int]] = set()

    def run(self, points: Iterator[Point]) -> None:
        """Evaluate all `points`; when interrupted, keep what is completed and cancel the rest."""
        try:
            while self._refill(points):
                if self._pending:
                    self._complete(self._completed.get())
        except BaseException as error:
            if not self._workers.own:  # ours are killed, when loky objects to what is cancelled
                for future in self._pending:
                    future.cancel()
            if not isinstance(error, LedgerError):
                self._keep_completed()
            raise

    def _refill(self, points: Iterator[Point]) -> bool:
        """Submit as many points as may be in flight; return whether any is."""
        if self._pending and (self._one_at_a_time or self._isolated):
            return True
        self._one_at_a_time = bool(self._isolated)
        if self._one_at_a_time:
            self._submit(self._isolated.popleft())
        else:
            while not self._full() and (point := next(points, None)) is not None:
                self._submit(point)
        return bool(self._pending or self._isolated)

    def _full(self) -> bool:
        return bool(self._pending) and len(self._pending) >= self._workers.capacity()

    def _submit(self, point: Point) -> None:
        try:
            future = self._workers.submit(self._task, point)
        except BrokenExecutor as error:
            self._isolated.append(point)
            self._recover(error)
        except RuntimeError as error:
            raise self._broken(error) from error
        else:
            self._pending[future] = point
            future.add_done_callback(self._completed.put)

    def _complete(self, future: "Future[Evaluation]") -> None:
        """Keep the evaluation of a future, unless its pool broke."""
        if future not in self._pending:  # of a pool that broke and was given up
            return
        try:
            error = future.exception()
        except CancelledError as cancelled:
            error = cancelled
        if isinstance(error, BrokenExecutor | CancelledError):
            self._recover(error)
            return
        if error is None:
            evaluation = future.result()
        else:  # of the executor, or an exit or an interrupt inside the function
            # dask may lose a result between the news of it and its arrival, when a worker dies
            if isinstance(error, Exception) and self._resubmit(future):
                return
            evaluation = Evaluation(error="".join(traceback.format_exception(error)))
        self._crashes = 0
        self._keep(self._pending[future], evaluation)
        del self._pending[future]

    def _resubmit(self, future: "Future[Evaluation]") -> bool:
        """Submit a point for the second time, unless it was already."""
        point = self._pending[future]
        if point.identity in self._resubmitted:
            return False
        self._resubmitted.add(point.identity)
        del self._pending[future]
        self._submit(point)
        return True

    def _recover(self, error: BaseException) -> None:
        """Start a new pool after a worker of ours died, or give up."""
        self._keep_completed()
        lost = list(self._pending.values())
        self._pending.clear()
        self._crashes += self._one_at_a_time
        if not self._workers.own or self._crashes > _MAX_CRASHES:
            raise self._broken(error) from error
        self._workers.restart()
        if self._one_at_a_time and lost:
            self._keep(lost.pop(), Evaluation(error=f"{_DIED}\n{type(error).__name__}: {error}"))
        self._isolated.extend(lost)

    def _broken(self, error: BaseException) -> SweepError:
        return SweepError(
            f"the executor broke ({type(error).__name__}: {error}). All finished points are "
            "stored: run the same sweep again to go on."
        )

    def _keep_completed(self) -> None:
        """Keep those of the points in flight that are completed without an error."""
        for future, point in list(self._pending.items()):
            if future.done() and not future.cancelled() and future.exception() is None:
                self._keep(point, future.result())
                del self._pending[future]
