"""Means over the replicas of a sweep, with their standard errors."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray


def summary(dataset: "xarray.Dataset") -> "xarray.Dataset":
    r"""Return the mean of every result over the replicas and its standard error.

    .. math:: \bar x = \frac1n \sum_{r=1}^n x_r, \qquad
              \mathrm{error}^2 = \frac1{n(n-1)} \sum_{r=1}^n (x_r - \bar x)^2.

    Parameters
    ----------
    dataset
        What `sweeps.run` returned. Missing values (nan) do not count; strings are left out.

    Returns
    -------
    Dataset without the dimension `replica`: `x` and `x_error` for each result `x`, the number
    `failed` of replicas, and the total of `seconds`. An error is nan for a single replica.

    Raises
    ------
    TypeError, ValueError
        If there are no replicas, or `x_error` is the name of another result or of a parameter.

    Examples
    --------
    >>> import sweeps
    >>> import xarray
    >>> data = xarray.Dataset({"m": (("N", "replica"), [[1, 3], [2, 2]])}, {"N": [10, 20]})
    >>> means = sweeps.summary(data)
    >>> means["m"].values.tolist(), means["m_error"].values.tolist()
    ([2.0, 2.0], [1.0, 0.0])
    """
    if "replica" not in getattr(dataset, "dims", ()):
        raise TypeError(f"dataset must have the dimension 'replica', got {type(dataset).__name__}")
    results = dataset.drop_vars(["failed", "seconds"], errors="ignore")
    means = dataset[[]].drop_vars("replica", errors="ignore")
    for name, values in results.data_vars.items():
        if values.dtype.kind in "biuf" and "replica" in values.dims:
            if (taken := f"{name}_error") in dataset.variables:
                raise ValueError(
                    f"dataset has {taken!r}, which is the name for the standard error of {name!r}: "
                    "rename it, or take a part of the dataset"
                )
            means[name], means[taken] = mean_and_error(values)
    for name in ("failed", "seconds"):
        if name in dataset:
            means[name] = dataset[name].sum("replica")
    return means


def mean_and_error(values: "xarray.DataArray") -> tuple["xarray.DataArray", "xarray.DataArray"]:
    """Return mean and standard error over the dimension `replica`."""
    x = values.astype(np.float64)
    n = x.count("replica")
    low, high = x.min("replica"), x.max("replica")
    mean = low.where(low == high, x.sum("replica") / n.where(n > 0))  # equal replicas: to the bit
    variance = ((x - mean) ** 2).sum("replica") / (n - 1).where(n > 1)
    return mean, (variance / n.where(n > 0)) ** 0.5
