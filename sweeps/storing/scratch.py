"""A folder for each point, in which a long computation keeps what it has so far."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from sweeps.storing.point import Point


@dataclass(frozen=True)
class Scratch:
    """The folders of the points of one sweep.

    Attributes
    ----------
    root
        Where they are, see `beside`.
    sweep
        What the points have in common: function, version, seed and code. A folder that other code
        has left belongs to another sweep.
    """

    root: Path
    sweep: str

    def make(self, point: Point) -> Path:
        """Return the folder of a point, which is there."""
        folder = self._of(point)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def remove(self, point: Point) -> None:
        """Remove the folder of a point that is done."""
        shutil.rmtree(self._of(point), ignore_errors=True)
        if self.root.is_dir() and not any(self.root.iterdir()):
            self.root.rmdir()

    def _of(self, point: Point) -> Path:
        text = repr((self.sweep, *point.identity))
        return self.root / hashlib.sha256(text.encode()).hexdigest()[:24]


def beside(store: Path) -> Path:
    """Return the folder of all that is unfinished, beside a ledger."""
    real = store.resolve()  # a worker may stand elsewhere
    return real.with_name(f"{real.name}.unfinished")
