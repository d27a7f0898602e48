"""How far a sweep is: a bar while it computes, and one line at its end, on the standard error."""

import sys
from types import TracebackType
from typing import Any, Self


class Progress:
    """The points of a run: how many there are, were stored, are computed and have failed.

    Parameters
    ----------
    name
        The swept function.
    total
        Number of points that are asked for.
    show
        Whether to say anything.
    """

    def __init__(self, name: str, total: int, show: bool) -> None:
        self._name = name
        self.total = total
        self._show = show
        self.stored = 0
        self.computed = 0
        self.failed = 0
        self._begun = False
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._show and (self._begun or error is None):
            done = self.stored + self.computed
            stopped = f"stopped at {done} of " if error else ""
            print(
                f"{self._name}: {stopped}{self.total} points, {self.stored} from the ledger, "
                f"{self.failed} failed",
                file=sys.stderr,
                flush=True,
            )

    def found(self, count: int) -> None:
        """Count points that are taken from the ledger."""
        self.stored += count
        if self._bar is not None:
            self._bar.update(count)

    def finished(self, failed: bool) -> None:
        """Count a point that was computed."""
        self.computed += 1
        self.failed += failed
        if self._bar is not None:
            self._bar.update()

    def show(self) -> None:
        """Show the bar, from what is stored on."""
        self._begun = True
        if self._show and self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self.total, initial=self.stored, desc=self._name, leave=False)
