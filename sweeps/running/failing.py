"""The points of a run that failed: what is told of them, and when there are too many."""

from collections.abc import Sequence
from pathlib import Path

from foundation import domains
from sweeps.errors import SweepError
from sweeps.storing.point import Point

_FIRST = 20  # points without a success that stop a run, if all of them fail with one error
_SHOWN = 5


class Failing:
    """The failed points of a run.

    Parameters
    ----------
    most
        How many may fail; None: any number, unless the function is found to be called wrongly.
    """

    def __init__(self, most: object) -> None:
        self._most = None if most is None else domains.integer("max_failures", most, 1)
        self._points: list[tuple[Point, str]] = []
        self._kinds: set[str] = set()

    def __len__(self) -> int:
        return len(self._points)

    def add(self, point: Point, error: str) -> None:
        """Take note of a failed point."""
        self._points.append((point, _last(error)))
        self._kinds.add(_kind(error))

    def too_many(self, succeeded: bool) -> str:
        """Say why a run should stop, of which some point has succeeded or not; "" if it need not.

        A `ConvergenceError` is what a solver has found out, and no sign of a wrong call.
        """
        count = len(self._points)
        if self._most is not None:
            reason = f"stopped after {count} failed points, as max_failures={self._most} says"
            return reason if count >= self._most else ""
        if succeeded or count < _FIRST or len(self._kinds) > 1 or "ConvergenceError" in self._kinds:
            return ""
        return (
            f"stopped, since all of the first {count} points failed with {min(self._kinds)} "
            f"(max_failures={10 * count} tries more of them)"
        )

    def table(self, points: int, store: Path) -> str:
        """Say how many of the points failed, and how the first of them did."""
        failed = [f"{point}: {error}" for point, error in self._points]
        return (
            f"{len(failed)} of {points} points failed; the next run tries them again, "
            f"sweeps.failures({str(store)!r}) has the tracebacks:\n" + "\n".join(first(failed))
        )

    def stop(self, reason: str, store: Path) -> SweepError:
        """Return the error that ends a run."""
        failed = [f"{point}: {error}" for point, error in self._points]
        return SweepError(
            f"{reason}. What is done is stored; sweeps.failures({str(store)!r}) has the "
            "tracebacks:\n" + "\n".join(first(failed))
        )


def first(lines: Sequence[str]) -> list[str]:
    """Return the first of some lines, indented, and how many more there are."""
    more = [f"  ... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [f"  {line}" for line in lines[:_SHOWN]] + more


def _last(error: str) -> str:
    return error.strip().splitlines()[-1]


def _kind(error: str) -> str:
    """Return the name of the exception of a traceback, whose message may have several lines."""
    *_, last = error.split('\n  File "')
    told = [line for line in last.splitlines()[1:] if not line.startswith(" ")]
    return (told or [_last(error)])[0].partition(":")[0].rpartition(".")[2]
