"""The options of all that is computed: which gallery, and who computes."""

from dataclasses import dataclass
from pathlib import Path

from cyclopts import Parameter

from figures.command.options import MaybeWhole, Whole


@Parameter(name="*")
@dataclass(frozen=True)
class Target:
    """Which gallery.

    Attributes
    ----------
    full
        Publication sizes instead of quick ones.
    redraw
        Draw the results that come with the package, at the size they have, and compute nothing.
    output
        Folder of the gallery; by default `gallery`, `gallery-full` or `gallery-stored`.
    """

    full: bool = False
    redraw: bool = False
    output: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder, by name or by default."""
        kind = "-stored" if self.redraw else "-full" if self.full else ""
        return self.output or Path(f"gallery{kind}")


@Parameter(name="*")
@dataclass(frozen=True)
class Execution:
    """Who computes, and from where on.

    Attributes
    ----------
    seed
        Root seed of all random numbers.
    jobs
        Number of worker processes; by default one for each core.
    scheduler
        Address of a dask scheduler to compute on, instead of worker processes.
    resume
        Use what an earlier run has computed already; otherwise it is set aside.
    """

    seed: Whole = 0
    jobs: MaybeWhole = None
    scheduler: str | None = None
    resume: bool = True


QUICK, HERE = Target(), Execution()
