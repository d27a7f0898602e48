"""Datasets on disk: NetCDF that says where it comes from."""

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation import domains
from foundation.files import replacing
from sweeps.storing.provenance import provenance

if TYPE_CHECKING:
    import xarray


def to_netcdf(
    dataset: "xarray.Dataset",
    path: str | os.PathLike[str],
    *,
    parameters: Mapping[Any, Any] | None = None,
    seed: int | None = None,
    command: str | None = None,
) -> Path:
    """Write a Dataset with its provenance; a kill leaves the old file or none, never half of one.

    Parameters
    ----------
    dataset
        What `run`, `summary` or `refine` returned, or any Dataset of real numbers and strings. An
        integer attribute beyond 64 bits, such as a large seed, is written as text.
    path
        The file to write; missing folders are made.
    parameters, seed, command
        For the attribute `provenance`, see `sweeps.provenance`. The seed is by default that of the
        sweep.

    Returns
    -------
    The absolute path.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    OSError
        If the file cannot be written, on a full disk for example; the message names it.

    Examples
    --------
    >>> import tempfile
    >>> import sweeps
    >>> import xarray
    >>> data = xarray.Dataset({"overlap": ("N", [0.2, 0.1])}, {"N": [10, 20]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = sweeps.to_netcdf(data, f"{folder}/overlap.nc", seed=1, command="make overlap")
    ...     sweeps.load(path).equals(data)
    True
    """
    import xarray

    if not isinstance(dataset, xarray.Dataset):
        raise TypeError(f"dataset must be an xarray.Dataset, got {type(dataset).__name__}")
    target = domains.path("path", path)
    if target.is_dir():
        raise ValueError(f"path must be that of a file, {target} is a folder")
    record = provenance(
        parameters=parameters,
        seed=dataset.attrs.get("seed") if seed is None else seed,
        command=command,
    )
    attributes = {name: _storable(value) for name, value in dataset.attrs.items()}
    described = dataset.assign_attrs(attributes, provenance=json.dumps(record))
    write(described, target)
    return target


def load(path: str | os.PathLike[str]) -> "xarray.Dataset":
    """Read a Dataset that `to_netcdf` wrote, into memory.

    `json.loads(dataset.attrs["provenance"])` tells where it comes from.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    The dataset, as it was written.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not NetCDF, or damaged.

    Examples
    --------
    >>> import json
    >>> import tempfile
    >>> import sweeps
    >>> import xarray
    >>> data = xarray.Dataset({"overlap": ("N", [0.2, 0.1])}, {"N": [10, 20]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = sweeps.to_netcdf(data, f"{folder}/overlap.nc", seed=1, command="make overlap")
    ...     loaded = sweeps.load(path)
    >>> json.loads(loaded.attrs["provenance"])["seed"]
    1
    """
    import xarray

    source = domains.path("path", path)
    if not source.is_file():
        raise FileNotFoundError(f"path must be that of a NetCDF file, {source} does not exist")
    try:
        return xarray.load_dataset(source, engine="h5netcdf")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        with source.open("rb") as file:
            if file.read(6) == b"SQLite":
                raise ValueError(
                    f"{source} is no NetCDF file but a ledger: it is read by the call of run again"
                ) from None
        raise ValueError(f"{source} cannot be read as NetCDF: {error}") from error


def write(
    dataset: "xarray.Dataset", target: Path, encoding: Mapping[Any, Mapping[str, Any]] | None = None
) -> None:
    """Write a dataset as it is: all of it or nothing, whatever happens."""
    put(_content(dataset, encoding), target)


def put(content: "bytes | memoryview", target: Path) -> None:
    """Write the bytes of a file: all of them or none, whatever happens."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise OSError(error.errno, f"{target} cannot be written: {error.strerror}") from error


def _content(
    dataset: "xarray.Dataset", encoding: Mapping[Any, Mapping[str, Any]] | None
) -> memoryview:
    """Return a dataset as the bytes of a NetCDF file.

    HDF5 that writes to a full disk takes the interpreter along at its exit.
    """
    import h5netcdf  # type: ignore[import-untyped]
    from xarray.backends import H5NetCDFStore

    # coordinates have no missing values, say the CF conventions
    own: dict[Any, dict[str, Any]] = {
        name: {"_FillValue": None} for name, x in dataset.coords.items() if x.dtype.kind == "f"
    }
    for name, packed in (encoding or {}).items():
        own[name] = {**own.get(name, {}), **packed}
    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w") as file:
        dataset.dump_to_store(H5NetCDFStore(file), encoding=own)
    return buffer.getbuffer()


def _storable(value: Any) -> Any:
    """Return an attribute as HDF5 can hold it."""
    wide = isinstance(value, int) and not -(2**63) <= value < 2**63
    return str(value) if wide else value
