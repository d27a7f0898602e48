"""The results that come with the package: a NetCDF file for each figure, with its provenance.

A maintainer replaces them by those of a gallery, where it has them; without a gallery the words
beside all that is stored become those of today (names, units, descriptions), and no number changes:

    python -m figures.gallery.stored gallery-full
    python -m figures.gallery.stored
"""

import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sweeps
from figures import catalogue
from figures.gallery.described import describe
from figures.gallery.reading import read
from figures.gallery.texts import SAID
from sweeps.storing import netcdf

if TYPE_CHECKING:
    import xarray

FOLDER = Path(__file__).parents[1] / "data"
NOT_KEPT = {*SAID, "verdict"} - {"figure", "title"}  # a sentence, before there were checks


def find(name: str) -> Path:
    """Return the file of a figure's stored results.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, or nothing is stored for it.
    """
    path = FOLDER / f"{catalogue.figure(name)}.nc"
    if not path.is_file():
        raise ValueError(f"nothing is stored for the figure {name!r}: compute it, without --redraw")
    return path


def load(name: str) -> "xarray.Dataset":
    """Return the stored results of a figure; its errors are those of `find`."""
    return read(find(name))


def renew(name: str, held: "xarray.Dataset", data: "xarray.Dataset", path: Path) -> None:
    """Copy the file of a figure's stored results, and write the words of today into it.

    Only they may differ from what is `held`, which `load` returned: texts among the attributes.
    """
    import h5py

    buffer = io.BytesIO(find(name).read_bytes())  # HDF5 on a full disk takes the process along
    with h5py.File(buffer, "r+") as file:
        for variable, values in data.variables.items():
            for key, text in _others(values.attrs, held[variable].attrs):
                file[variable].attrs[key] = text or h5py.Empty("S1")
        for key, text in _others(data.attrs, held.attrs):
            file.attrs[key] = text or h5py.Empty("S1")
    netcdf.put(buffer.getbuffer(), path)


def _others(words: Mapping[Any, Any], held: Mapping[Any, Any]) -> list[tuple[Any, str]]:
    """Return those attributes that are texts, and others than before."""
    return [
        (key, text)
        for key, text in words.items()
        if isinstance(text, str) and text != held.get(key)
    ]


def write(data: "xarray.Dataset", path: Path) -> None:
    """Write results as they are, compressed, with the attributes and the provenance they have."""
    packed = {
        name: {"zlib": True, "complevel": 9, "shuffle": True}
        for name, values in data.variables.items()
        if values.ndim and values.dtype.kind in "iufb"
    }
    netcdf.write(data, path, packed)


def keep(gallery: Path) -> list[str]:
    """Store the results of all figures in a gallery; return their names.

    Raises
    ------
    ValueError
        If a variable has no description, see `figures.gallery.described`.
    """
    names = [name for name in catalogue.names() if (gallery / f"{name}.nc").is_file()]
    for name in names:
        _store(name, sweeps.load(gallery / f"{name}.nc"))
    return names


def restamp() -> list[str]:
    """Write today's words beside the numbers that are stored; return the names of the figures.

    Raises
    ------
    ValueError
        If a variable has no description, see `figures.gallery.described`.
    """
    names = [name for name in catalogue.names() if (FOLDER / f"{name}.nc").is_file()]
    for name in names:
        _store(name, load(name))
    return names


def _store(name: str, data: "xarray.Dataset") -> None:
    provenance = json.loads(data.attrs["provenance"])
    provenance.pop("host", None)  # of no use to others
    said = {key: data.attrs[key] for key in data.attrs if key not in NOT_KEPT}
    data.attrs = said | {"provenance": json.dumps(provenance)}
    write(describe(name, data.drop_encoding()), FOLDER / f"{name}.nc")


def main(arguments: list[str]) -> None:
    """Keep the results of the gallery that the command names, or restamp; tell which."""
    if len(arguments) > 1:
        sys.exit("usage: python -m figures.gallery.stored [GALLERY]")
    done = keep(Path(arguments[0])) if arguments else restamp()
    print("\n".join(done) or f"no figure in {arguments[0] if arguments else FOLDER}")


if __name__ == "__main__":
    main(sys.argv[1:])
