"""Who computes: processes of our own, or an executor that the caller brings."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future

from foundation import domains
from sweeps.running.pool import Pool
from sweeps.storing.evaluation import Evaluation, Task
from sweeps.storing.point import Point

_AHEAD = 4  # futures in flight for each worker, so that none of them waits for the driver
_UNKNOWN = 64  # futures in flight on an executor that does not tell its size


class Workers:
    """The executor of one sweep.

    Parameters
    ----------
    executor
        None for a pool on all cores, an integer for a pool of so many processes; or any
        `concurrent.futures.Executor`, which is left running. A `Pool` is ours, whoever made it.
    """

    def __init__(self, executor: Executor | int | None) -> None:
        if not isinstance(executor, Executor | int | None) or isinstance(executor, bool):
            raise TypeError(
                "executor must be a concurrent.futures.Executor, a number of worker processes "
                f"or None for all cores, got {executor!r}"
            )
        if isinstance(executor, int):
            domains.integer("executor", executor, 1)
        self._shared = isinstance(executor, Executor)
        self._executor = executor if isinstance(executor, Executor) else Pool(executor)
        self.own = isinstance(self._executor, Pool)
        self._capacity = 0
        self._counted = -float("inf")

    def check(self, function: Callable[..., object]) -> None:
        """Refuse a function that cannot travel to our worker processes."""
        if not self.own:
            return
        from cloudpickle import dumps

        try:
            dumps(function)
        except Exception as error:
            raise TypeError(
                f"function cannot be sent to worker processes ({error}): define it at the top of "
                "a module, or bring executor=ThreadPoolExecutor(...)"
            ) from error

    def submit(self, task: Task, point: Point) -> "Future[Evaluation]":
        """Hand one point to a worker."""
        return self._executor.submit(task, point)

    def capacity(self) -> int:
        """Return how many futures to keep in flight; a cluster that grows is counted again."""
        if time.monotonic() - self._counted > 5:
            self._capacity = _AHEAD * self.size()
            self._counted = time.monotonic()
        return self._capacity

    def restart(self) -> None:
        """Give up a broken pool of ours; the next point starts a new one."""
        if isinstance(self._executor, Pool):
            self._executor.kill()

    def stop(self, finished: bool) -> None:
        """End our processes, unless other sweeps share them and no point is left in them."""
        if not (self._shared and finished):
            self.restart()

    def size(self) -> int:
        """Return the number of workers, as far as the executor lets it be known."""
        if isinstance(self._executor, Pool):
            return self._executor.size
        client = getattr(self._executor, "_client", None)
        if client is not None and hasattr(client, "ncores"):  # dask
            return max(1, int(sum(client.ncores().values())))
        return int(getattr(self._executor, "_max_workers", _UNKNOWN // _AHEAD))
