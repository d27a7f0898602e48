"""How a sweep is getting on, seen from another process."""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sweeps.running.durations import told
from sweeps.storing.ledger import existing
from sweeps.storing.lock import Driver, driver
from sweeps.storing.reader import Count, Reader


@dataclass(frozen=True)
class Status:
    """What is in a ledger, and what the sweep does that writes to it.

    Attributes
    ----------
    store
        The ledger.
    running
        Whether a sweep is writing to it now.
    driver
        Process and computer of that sweep, or of the last one if that was killed; "" if none is
        known, since the last one has ended.
    function, version
        What that sweep computes, "" if none is known.
    total
        How many points it was asked for; None if none is known.
    done, failed
        How many of its points are stored with their results, and how many failed in this run. If no
        sweep is known, those of the whole ledger.
    computing
        How many points its workers compute at the moment, at most.
    per_minute
        Points computed per minute since it began; None if none was.
    seconds_left
        How long it will take at this rate; None if that is not known.
    stored
        For each function, version and root seed in the ledger, how many points are done and failed.

    Examples
    --------
    >>> import sweeps
    >>> sweeps.Status(
    ...     "a.sqlite", True, "process 71 on host", "settled", "1", 400, 150, 2, 4, 60.0, 248.0,
    ...     {"settled, version 1, seed 0": (150, 2)},
    ... )
    a.sqlite: running, process 71 on host
    settled, version 1: 150 of 400 points done, 2 failed, 4 computing, 60 a minute, 4.1 min left
    stored: settled, version 1, seed 0: 150 done, 2 failed
    """

    store: Path | str
    running: bool
    driver: str
    function: str
    version: str
    total: int | None
    done: int
    failed: int
    computing: int
    per_minute: float | None
    seconds_left: float | None
    stored: dict[str, tuple[int, int]]

    def __repr__(self) -> str:
        state = "running" if self.running else "stopped" if self.driver else "no sweep is running"
        lines = [f"{self.store}: {state}{', ' if self.driver else ''}{self.driver}"]
        if self.total is not None:
            parts = [
                f"{self.function}, version {self.version}: {self.done} of {self.total} points done",
                f"{self.failed} failed",
            ]
            if self.running:
                parts.append(f"{self.computing} computing")
            if self.per_minute is not None:
                parts.append(f"{self.per_minute:.3g} a minute")
            if self.seconds_left is not None:
                parts.append(f"{told(self.seconds_left)} left")
            lines.append(", ".join(parts))
        for series, (done, failed) in self.stored.items():
            lines.append(f"stored: {series}: {done} done, {failed} failed")
        return "\n".join(lines)


def status(store: str | os.PathLike[str]) -> Status:
    """Return how far the sweep is that writes to a ledger, and what is stored in it.

    It only reads, from any process, as often as you like. `steering status STORE` prints it.

    Parameters
    ----------
    store
        As in `sweeps.run`.

    Raises
    ------
    TypeError, ValueError
        If `store` is not a path.
    LedgerError
        If there is no ledger, or it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def looking(N, store):
    ...     found = sweeps.status(store)
    ...     return {"done": found.done, "total": found.total}
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     store = f"{folder}/looking.sqlite"
    ...     grid = {"N": [1, 2, 3], "store": [store]}
    ...     options = dict(version=1, executor=executor, progress=False)
    ...     data = sweeps.run(looking, grid, store=store, **options)
    ...     after = sweeps.status(store)
    >>> bool((data["total"] == 3).all()), after.running, after.done
    (True, False, 3)
    """
    path = existing(store)
    found = driver(path)
    with Reader(path) as reader:
        counts = reader.counts()
    stored = {
        f"{count.function}, version {count.version}, seed {count.seed}": (count.done, count.failed)
        for count in counts
    }
    if found is None or "total" not in found.said:
        return _of_ledger(path, found, counts, stored)
    try:
        return _of_driver(path, found, stored)
    except (
        ArithmeticError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
    ):  # what it said is damaged
        return _of_ledger(path, found, counts, stored)


def _of_driver(path: Path, found: Driver, stored: dict[str, tuple[int, int]]) -> Status:
    """Return what a driver says of its sweep."""
    said, computed, failed = found.said, found.computed, found.failed
    minutes = ((time.time() if found.alive else found.at) - said["started"]) / 60
    rate = computed / minutes if computed and minutes > 0 else None
    left = said["total"] - said["stored"] - computed
    return Status(
        path,
        found.alive,
        f"{found} since {datetime.fromtimestamp(said['started']):%d %b %H:%M}",
        said["function"],
        said["version"],
        said["total"],
        said["stored"] + computed - failed,
        failed,
        min(said["workers"], left) if found.alive else 0,
        rate,
        60 * left / rate if rate and found.alive else None,
        stored,
    )


def _of_ledger(
    path: Path, found: Driver | None, counts: list[Count], stored: dict[str, tuple[int, int]]
) -> Status:
    """Return what is known without the word of a driver."""
    alive = found is not None and found.alive
    done, failed = sum(count.done for count in counts), sum(count.failed for count in counts)
    who = str(found) if alive else ""
    return Status(path, alive, who, "", "", None, done, failed, 0, None, None, stored)
