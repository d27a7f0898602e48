"""Worker processes that several sweeps share."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from foundation import domains

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_PR_SET_PDEATHSIG = 1


class Pool(Executor):
    """Worker processes for several sweeps, each with one BLAS and numba thread.

    They start with the first point, and import and compile once; a sweep alone starts and ends
    workers of its own. A point that kills its worker fails alone, as there. Use it in a `with`
    statement, which ends the processes.

    Parameters
    ----------
    processes
        Their number, >= 1; None for all cores.

    Raises
    ------
    TypeError, ValueError
        If the number is none.

    Examples
    --------
    >>> import tempfile
    >>> import sweeps
    >>> def square(N):
    ...     return N**2
    >>> def cube(N):
    ...     return N**3
    >>> options = dict(version=1, progress=False)
    >>> with tempfile.TemporaryDirectory() as folder, sweeps.Pool(1) as pool:
    ...     for function in (square, cube):
    ...         store = f"{folder}/{function.__name__}"
    ...         data = sweeps.run(function, {"N": [2, 3]}, store=store, executor=pool, **options)
    ...         print(data["result"].values.ravel().tolist())
    [4, 9]
    [8, 27]

    It is an executor as others are; one that is killed starts anew with the next call:

    >>> with sweeps.Pool(1) as pool:
    ...     first = pool.submit(max, 2, 3).result()
    ...     pool.kill()
    ...     first, pool.submit(max, 4, 5).result(), pool.size
    (3, 5, 1)
    >>> pool.shutdown()
    """

    def __init__(self, processes: int | None = None) -> None:
        self._count = None if processes is None else domains.integer("processes", processes, 1)
        self._executor: Executor | None = None

    @property
    def size(self) -> int:
        """The number of processes."""
        import loky

        return self._count or int(loky.cpu_count())

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Hand one call to a worker."""
        if self._executor is None:
            self._executor = self._start()
        return self._executor.submit(fn, *args, **kwargs)

    def kill(self) -> None:
        """End the processes at once, whatever they do; the next call starts new ones."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes at once: `sweeps.run` has returned when its points have finished."""
        self.kill()

    def _start(self) -> Executor:
        import loky

        executor: Executor = loky.ProcessPoolExecutor(
            self._count,
            env=dict.fromkeys(_THREADS, "1"),
            initializer=_live_and_die_with_the_driver,
            initargs=(os.getpid(),),
        )
        return executor


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
