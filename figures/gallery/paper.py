"""A figure for a paper: at the width of its column, as PDF, SVG or PNG, its numbers as CSV."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import catalogue
from figures.gallery.coloured import coloured
from figures.gallery.fitted import fit
from figures.gallery.making import STYLE
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
    """Write the numbers of a figure: a table for all variables that share their axes.

    A table `NAME.AXES.csv` has a row for each point, its coordinates first; `NAME.csv` has the
    numbers without axes. Points at which nothing was computed are left out.

    Parameters
    ----------
    name, data
        As in `draw`.
    folder
        Where the files go.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, nothing is stored, or the folder cannot be written.
    """
    name = catalogue.figure(name)
    found = _given(name, data)
    writable("folder", folder)
    alike: dict[frozenset[str], list[str]] = {}
    for variable, values in found.data_vars.items():
        alike.setdefault(frozenset(map(str, values.dims)), []).append(str(variable))
    paths = []
    for variables in alike.values():
        axes, part = list(map(str, found[variables[0]].dims)), found[variables].drop_attrs()
        if axes:
            table = part.to_dataframe(dim_order=axes).reset_index()
            table = table.dropna(how="all", subset=variables)
        else:
            table = part.expand_dims("row").to_dataframe()
        paths.append(folder / (".".join([name, *axes, "csv"])))
        with replacing(paths[-1]) as temporary:
            table.to_csv(temporary, index=False)
    return paths


def _given(name: str, data: "xarray.Dataset | None") -> "xarray.Dataset":
    from figures.gallery import stored  # which `python -m` runs too, as a module of its own

    return stored.load(name) if data is None else data
