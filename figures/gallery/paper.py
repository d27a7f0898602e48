"""A figure for a paper: at the width of its column, as PDF, SVG or PNG, its numbers as CSV."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import catalogue
from figures.gallery.coloured import coloured
from figures.gallery.fitted import fit
from figures.gallery.picture import STYLE
from figures.gallery.tables import columns, tables
from foundation import domains
from foundation.files import replacing, writable

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

FORMATS = ("pdf", "svg", "png")
_DATED: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


def draw(
    name: str,
    data: "xarray.Dataset | None" = None,
    *,
    width: float | None = None,
    panels: Sequence[int] | None = None,
) -> "Figure":
    """Draw a figure at any width, with all of its panels or some.

    Panels that have no room side by side go below, and so do legends; the text keeps its size. Two
    panels of a wide figure may look better in a column than all six.

    Parameters
    ----------
    name
        One of `figures.catalogue.names()`.
    data
        What its module computed; by default what is stored with the package.
    width
        Inches, from 2 to 30; by default that of the figure, or of the panels that stay.
    panels
        Numbers of those that stay, from 1 on in the order of reading; by default all.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure or panel, the width is outside its domain, or nothing is stored.

    Examples
    --------
    >>> from figures.gallery import draw
    >>> draw("persistence", width=3.4, panels=[1]).savefig("persistence.pdf")
    """
    import matplotlib

    module, found = catalogue.load(name), _given(name, data)
    with matplotlib.rc_context(fname=STYLE):
        return coloured(fit(module.draw(found), width, panels))


def export(
    name: str,
    folder: Path,
    data: "xarray.Dataset | None" = None,
    *,
    formats: Sequence[str] = ("pdf",),
    width: float | None = None,
    panels: Sequence[int] | None = None,
) -> list[Path]:
    """Draw a figure as `draw` does, into files `NAME.pdf` and so on, and return these.

    Parameters
    ----------
    name, data, width, panels
        As in `draw`.
    folder
        Where the files go.
    formats
        Some of "pdf", "svg" and "png".

    Raises
    ------
    TypeError, ValueError
        As in `draw`, and if there is no such format, or the folder cannot be written.
    """
    import matplotlib

    kinds = [domains.choice("formats", kind, FORMATS) for kind in formats]
    writable("folder", folder)
    figure = draw(name, data, width=width, panels=panels)
    paths = [folder / f"{catalogue.figure(name)}.{kind}" for kind in kinds]
    letters: Any = {"pdf.fonttype": 42, "svg.fonttype": "none"}  # which editors can change
    letters["svg.hashsalt"] = name  # same data, same bytes: no date either
    with matplotlib.rc_context(letters, STYLE):
        for path, kind in zip(paths, kinds, strict=True):
            with replacing(path) as temporary:
                figure.savefig(temporary, format=kind, metadata=_DATED.get(kind))
    return paths


def to_csv(name: str, folder: Path, data: "xarray.Dataset | None" = None) -> list[Path]:
    """Write the numbers of a figure as the tables of `tables`, and what their columns are.

    `NAME.AXES.csv` is the table over these axes, `NAME.csv` has the numbers without axes, and
    `NAME.columns.csv` says of each column of each table its long name, unit and description.

    Parameters
    ----------
    name, data
        As in `draw`.
    folder
        Where the files go.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, nothing is stored, a variable has no description, or the folder
        cannot be written.
    """
    name = catalogue.figure(name)
    made = {
        f"{'.'.join(filter(None, (name, axes)))}.csv": table
        for axes, table in tables(name, data).items()
    }
    writable("folder", folder)
    made[f"{name}.columns.csv"] = columns(made)
    for file, table in made.items():
        with replacing(folder / file) as temporary:
            table.to_csv(temporary, index=False)
    return [folder / file for file in made]


def _given(name: str, data: "xarray.Dataset | None") -> "xarray.Dataset":
    from figures.gallery import stored  # which `python -m` runs too, as a module of its own

    return stored.load(name) if data is None else data
