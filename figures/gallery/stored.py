"""The results that come with the package: a NetCDF file for each figure, with its provenance.

A maintainer replaces them by those of a gallery, where it has them:

    python -m figures.gallery.stored gallery-full
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import sweeps
from figures import catalogue
from figures.gallery.texts import SAID
from sweeps.storing import netcdf

if TYPE_CHECKING:
    import xarray

FOLDER = Path(__file__).parents[1] / "data"
NOT_KEPT = {*SAID, "verdict"} - {"figure"}  # a sentence, before there were checks


def find(name: str) -> Path:
    """Return the file of a figure's stored results.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, or nothing is stored for it.
    """
    catalogue.load(name)
    path = FOLDER / f"{name}.nc"
    if not path.is_file():
        raise ValueError(f"nothing is stored for the figure {name!r}: compute it, without --redraw")
    return path


def load(name: str) -> "xarray.Dataset":
    """Return the stored results of a figure; its errors are those of `find`."""
    return sweeps.load(find(name))


def write(data: "xarray.Dataset", path: Path) -> None:
    """Write results as they are, compressed, with the attributes and the provenance they have."""
    packed = {
        name: {"zlib": True, "complevel": 9, "shuffle": True}
        for name, values in data.variables.items()
        if values.ndim and values.dtype.kind in "iufb"
    }
    netcdf.write(data, path, packed)


def keep(gallery: Path) -> list[str]:
    """Store the results of all figures in a gallery; return their names."""
    names = [name for name in catalogue.names() if (gallery / f"{name}.nc").is_file()]
    for name in names:
        data = sweeps.load(gallery / f"{name}.nc")
        provenance = json.loads(data.attrs["provenance"])
        provenance.pop("host", None)  # of no use to others
        said = {key: data.attrs[key] for key in data.attrs if key not in NOT_KEPT}
        data.attrs = said | {"provenance": json.dumps(provenance)}
        write(data.drop_encoding(), FOLDER / f"{name}.nc")
    return names


def main(arguments: list[str]) -> None:
    """Keep the results of the gallery that the command names, and tell which."""
    if len(arguments) != 1:
        sys.exit("usage: python -m figures.gallery.stored GALLERY")
    kept = keep(Path(arguments[0]))
    print("\n".join(kept) or f"no figure in {arguments[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
