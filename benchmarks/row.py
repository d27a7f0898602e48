"""One line of the report, and how its ratio is taken.

Times are seconds of the processor on one core, so that other processes count as little as they can;
what stands beside them is measured in turn with them, and ratios are medians over the rounds.
"""

import math
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Row:
    """What was done, what stands beside it, and the number that a target is about.

    Attributes
    ----------
    what, ours
        What was done, and how long it took or what it needed.
    beside, theirs
        The limit or the peer, and its time; empty for absolute numbers.
    measured
        The ratio, or the absolute number; nan if the peer is not installed.
    relation, target
        "<=" or ">=" and the target of the project; "" and nan if it has set itself none.
    """

    what: str
    ours: str
    beside: str
    theirs: str
    measured: float
    relation: str = ""
    target: float = math.nan

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty without one."""
        if not self.relation or math.isnan(self.measured):
            return ""
        good = self.measured <= self.target
        if self.relation == ">=":
            good = self.measured >= self.target
        return "met" if good else "**missed**"


def cpu(function: Callable[[], object]) -> float:
    """Return the seconds of the processor that a call takes."""
    start = time.process_time()
    function()
    return time.process_time() - start


def in_turn(repeats: int, *functions: Callable[[], object]) -> np.ndarray:
    """Return the times of functions, (repeats, functions), after a first round that compiles."""
    for function in functions:
        function()
    return np.array([[cpu(function) for function in functions] for _ in range(repeats)])


def over_limit(what: str, limit: str, times: np.ndarray, at_most: float | None = None) -> Row:
    """Compare with what no implementation can do without: our time over that of the limit."""
    ours, theirs = (duration(t) for t in np.median(times, axis=0))
    ratio = float(np.median(times[:, 0] / times[:, 1]))
    return Row(what, ours, limit, theirs, ratio, *_target("<=", at_most))


def over_ours(what: str, peer: str, times: np.ndarray, at_least: float | None = None) -> Row:
    """Compare with another implementation: its time over ours."""
    ours, theirs = (duration(t) for t in np.median(times, axis=0))
    ratio = float(np.median(times[:, 1] / times[:, 0]))
    return Row(what, ours, peer, theirs, ratio, *_target(">=", at_least))


def absolute(what: str, value: float, unit: str, at_most: float) -> Row:
    """Hold a number against its target."""
    return Row(what, f"{value:.3g} {unit}", "", "", value, "<=", at_most)


def absent(what: str, peer: str) -> Row:
    """Say that a peer is not installed."""
    return Row(what, "", peer, "not installed", math.nan)


def _target(relation: str, target: float | None) -> tuple[str, float]:
    return ("", math.nan) if target is None else (relation, target)


def duration(seconds: float) -> str:
    """Return a time in a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def peak() -> float:
    """Return the largest memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
