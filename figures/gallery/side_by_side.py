"""Many small figures side by side: each is made by one worker, from its first point to its picture.

What a figure needs is then compiled once, not in each worker, and no core waits for the theory of
one figure. The workers begin at distant figures, which have few kernels in common.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

import sweeps
from figures.gallery import redrawing

T = TypeVar("T")


class Parts:
    """Names in one part for each worker.

    A worker takes its own from the first to the last, then the last ones of the longest part.
    """

    def __init__(self, names: Sequence[str], workers: int) -> None:
        ends = [len(names) * worker // workers for worker in range(workers + 1)]
        self._parts = [deque(names[start:end]) for start, end in itertools.pairwise(ends)]

    def take(self, worker: int) -> str | None:
        """Return the next name for a worker, None if none is left."""
        if self._parts[worker]:
            return self._parts[worker].popleft()
        longest = max(self._parts, key=len)
        return longest.pop() if longest else None


def each(
    make: Callable[[str], T], names: Sequence[str], pool: sweeps.Pool, progress: bool
) -> Iterator[tuple[str, T]]:
    """Let each worker of a pool make one figure after the other.

    Yields
    ------
    Names and what was made, as soon as it is.

    Raises
    ------
    sweeps.SweepError
        If a worker process died. What else `make` raises has a note that names the figure.
    """
    from tqdm.auto import tqdm

    parts, busy = Parts(names, pool.size), dict[Future[T], tuple[int, str]]()
    ended: SimpleQueue[Future[T]] = SimpleQueue()
    bar = tqdm(total=len(names), desc="figures", leave=False, disable=not progress)

    def begin(worker: int) -> None:
        if (name := parts.take(worker)) is not None:
            future = pool.submit(make, name)
            busy[future] = worker, name
            future.add_done_callback(ended.put)
            bar.set_postfix_str(", ".join(other for _, other in busy.values()))

    try:
        for worker in range(pool.size):
            begin(worker)
        while busy:
            future = ended.get()
            worker, name = busy[future]
            made = redrawing.result(name, future, "made")
            del busy[future]
            begin(worker)
            bar.update()
            bar.clear()  # the caller may print
            yield name, made
            bar.refresh()
    finally:
        bar.close()
        if busy:
            pool.kill()
