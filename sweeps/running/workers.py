"""Who computes: a pool of our own, or an executor that the caller brings."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future

from foundation import domains
from sweeps.storing.evaluation import Evaluation, Task
from sweeps.storing.point import Point

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_PR_SET_PDEATHSIG = 1
_AHEAD = 4  # futures in flight for each worker, so that none of them waits for the driver
_UNKNOWN = 64  # futures in flight on an executor that does not tell its size


class Workers:
    """The executor of one sweep.

    Parameters
    ----------
    executor
        None for a loky pool of all cores, an integer for a loky pool of so many processes, each
        with one BLAS and numba thread; or any `concurrent.futures.Executor`, which is left running.
    """

    def __init__(self, executor: Executor | int | None) -> None:
        if not isinstance(executor, Executor | int | None) or isinstance(executor, bool):
            raise TypeError(
                "executor must be a concurrent.futures.Executor, a number of worker processes "
                f"or None for all cores, got {executor!r}"
            )
        self.own = not isinstance(executor, Executor)
        self._executor = executor if isinstance(executor, Executor) else None
        self._count = (
            domains.integer("executor", executor, 1) if isinstance(executor, int) else None
        )
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
        if self._executor is None:
            self._executor = self._pool()
        return self._executor.submit(task, point)

    def capacity(self) -> int:
        """Return how many futures to keep in flight; a cluster that grows is counted again."""
        if time.monotonic() - self._counted > 5:
            self._capacity = _AHEAD * self.size()
            self._counted = time.monotonic()
        return self._capacity

    def restart(self) -> None:
        """Give up a broken pool of ours; the next point starts a new one."""
        self.stop()
        self._executor = None

    def stop(self) -> None:
        """End our own worker processes, at once."""
        if self.own and self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]

    def _pool(self) -> Executor:
        import loky

        pool: Executor = loky.ProcessPoolExecutor(
            self._count,
            env=dict.fromkeys(_THREADS, "1"),
            initializer=_live_and_die_with_the_driver,
            initargs=(os.getpid(),),
        )
        return pool

    def size(self) -> int:
        """Return the number of workers, as far as the executor lets it be known."""
        if self.own:
            import loky

            return self._count or int(loky.cpu_count())
        client = getattr(self._executor, "_client", None)
        if client is not None and hasattr(client, "ncores"):  # dask
            return max(1, int(sum(client.ncores().values())))
        return int(getattr(self._executor, "_max_workers", _UNKNOWN // _AHEAD))


def _live_and_die_with_the_driver(driver: int) -> None:
    """In a worker: leave Ctrl-C to the driver, which stores what is done; end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":  # at once, and in compiled code that lets no thread of Python run
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != driver:  # it was killed while this process started
        os._exit(1)
    threading.Thread(target=_watch, args=[driver], daemon=True).start()


def _watch(driver: int) -> None:
    while os.getppid() == driver:
        time.sleep(1)
    os._exit(1)
