"""The options of a figure for a paper."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import Parameter

from figures.command.options import Length, Numbers

if TYPE_CHECKING:
    import xarray


@Parameter(name="*")
@dataclass(frozen=True)
class Paper:
    """What a paper needs of a figure, in the folder `paper` of the gallery.

    Attributes
    ----------
    format
        `pdf`, `svg`, `png`, or several, as in `pdf,svg`.
    width
        Of the column, as in `3.4in`, `86mm` or `8.6cm`; panels go below each other where they
        have no room.
    panels
        The only ones to draw, as in `1,3`, in the order of reading.
    csv
        Write the numbers as tables, too.
    """

    format: str | None = None
    width: Length = None
    panels: Numbers = None
    csv: bool = False

    @property
    def formats(self) -> list[str]:
        """The formats of the files; PDF, if only a width or panels are asked for."""
        if self.format is not None:
            return self.format.split(",")
        return ["pdf"] if self.width or self.panels else []

    def check(self) -> None:
        """Refuse before anything is computed what cannot be drawn."""
        from figures.gallery.fitted import NARROWEST, WIDEST
        from figures.gallery.paper import FORMATS
        from foundation import domains

        for kind in self.formats:
            domains.choice("--format", kind, FORMATS)
        if self.width is not None:
            domains.real("--width", self.width, NARROWEST, WIDEST)

    def write(self, name: str, folder: Path, data: "xarray.Dataset") -> list[Path]:
        """Write what was asked for."""
        from figures.gallery import export, to_csv

        paths = to_csv(name, folder, data) if self.csv else []
        if self.formats:
            size, panels = self.width, self.panels
            paths += export(name, folder, data, formats=self.formats, width=size, panels=panels)
        return paths


NONE = Paper()
