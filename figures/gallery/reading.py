"""The files that come with the package, read with h5py alone.

A reader of any NetCDF file looks each variable up fifty times. These files are our own
(`figures.gallery.stored.write`): axes are dimension scales, and all groups are the root.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import h5py
    import xarray

AXIS_ONLY = b"This is a netCDF dimension but not a netCDF variable"
OF_THE_FORMAT = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"}


def read(path: Path) -> "xarray.Dataset":
    """Return a dataset that was written as NetCDF, as `sweeps.load` does, in a third of the time.

    Raises
    ------
    OSError
        If the file is not HDF5.
    """
    import h5py
    import xarray

    with h5py.File(path) as file:
        variables = {
            name: _variable(file, name, x)
            for name, x in file.items()
            if "NAME" not in x.attrs or not x.attrs["NAME"].startswith(AXIS_ONLY)
        }
        raw = xarray.Dataset(variables, attrs=_attributes(file))
    return xarray.decode_cf(raw)


def _variable(file: "h5py.File", name: str, x: "h5py.Dataset") -> "xarray.Variable":
    import h5py
    import xarray

    if "DIMENSION_LIST" in x.attrs:
        scales = [scale[0] for scale in x.attrs["DIMENSION_LIST"]]
        axes = [h5py.h5r.get_name(scale, file.id).decode().lstrip("/") for scale in scales]
    else:
        axes = [name] * x.ndim
    values = np.array(x.asstr()[()], str) if h5py.check_string_dtype(x.dtype) else x[()]
    return xarray.Variable(axes, values, _attributes(x))


def _attributes(holder: Any) -> dict[str, Any]:
    """Return attributes as plain data, without those that make HDF5 NetCDF."""
    import h5py

    found, held = {}, holder.attrs
    for name in held:
        if name in OF_THE_FORMAT or name.startswith(("_Netcdf4", "_nc", "_NC")):
            continue  # references to all variables over an axis are slow to read
        value = held[name]
        if isinstance(value, h5py.Empty):
            value = ""
        elif getattr(value, "shape", None) == (1,):
            value = value[0]
        found[name] = value
    return found
