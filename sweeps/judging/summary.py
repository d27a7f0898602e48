"""Means over the replicas of a sweep, with their standard errors."""

from typing import TYPE_CHECKING

import numpy as np

from sweeps.judging.binomial import are_successes, one_sigma

if TYPE_CHECKING:
    import xarray


_NAMES = {
    "": "the mean",
    "_error": "the standard error",
    "_low": "the lower end",
    "_high": "the upper end",
}


def summary(dataset: "xarray.Dataset") -> "xarray.Dataset":
    r"""Return the mean of every result over the replicas and its standard error.

    .. math:: \bar x = \frac1n \sum_{r=1}^n x_r, \qquad
              \mathrm{error}^2 = \frac1{n(n-1)} \sum_{r=1}^n (x_r - \bar x)^2.

    Results that are all 0 or 1 (or False or True) are successes. Their fraction has a
    Clopper-Pearson interval of one standard deviation (68 %), and the error is half of it: 0 of 40
    is no certainty.

    Parameters
    ----------
    dataset
        What `sweeps.run` returned. Missing values (nan) do not count; strings are left out.

    Returns
    -------
    Dataset without the dimension `replica`: `x` and `x_error` for each result `x`, also `x_low` and
    `x_high` if it is a success, the number `failed` of replicas, and the total of `seconds`. The
    error of a mean of other numbers is nan for a single replica.

    Raises
    ------
    TypeError, ValueError
        If there are no replicas, or `x_error`, `x_low` or `x_high` is the name of another result or
        of a parameter.

    Examples
    --------
    >>> import sweeps
    >>> import xarray
    >>> data = xarray.Dataset({"m": (("N", "replica"), [[1, 3], [2, 2]])}, {"N": [10, 20]})
    >>> means = sweeps.summary(data)
    >>> means["m"].values.tolist(), means["m_error"].values.tolist()
    ([2.0, 2.0], [1.0, 0.0])
    >>> data = xarray.Dataset({"found": ("replica", [False] * 40)})
    >>> none = sweeps.summary(data)
    >>> float(none["found_low"]), float(none["found_high"].round(3))
    (0.0, 0.045)
    """
    if "replica" not in getattr(dataset, "dims", ()):
        raise TypeError(f"dataset must have the dimension 'replica', got {type(dataset).__name__}")
    results = dataset.drop_vars(["failed", "seconds"], errors="ignore")
    means = dataset[[]].drop_vars("replica", errors="ignore")
    for name, values in results.data_vars.items():
        if values.dtype.kind in "biuf" and "replica" in values.dims:
            for taken, column in zip(_NAMES, _columns(values), strict=False):
                if taken and f"{name}{taken}" in dataset.variables:
                    raise ValueError(
                        f"dataset has '{name}{taken}', which is the name for {_NAMES[taken]} of "
                        f"{name!r}: rename it, or take a part of the dataset"
                    )
                means[f"{name}{taken}"] = column
    for name in ("failed", "seconds"):
        if name in dataset:
            means[name] = dataset[name].sum("replica")
    return means


def _columns(values: "xarray.DataArray") -> "tuple[xarray.DataArray, ...]":
    """Return mean and error, and the ends of the interval if these are successes."""
    if not are_successes(values):
        return mean_and_error(values)
    x = values.astype(np.float64)
    k, n = x.sum("replica"), x.count("replica")
    low, high = (k.copy(data=end) for end in one_sigma(k.values, n.values))
    return k / n.where(n > 0), (high - low) / 2, low, high


def mean_and_error(values: "xarray.DataArray") -> tuple["xarray.DataArray", "xarray.DataArray"]:
    """Return mean and standard error over the dimension `replica`."""
    x = values.astype(np.float64)
    n = x.count("replica")
    low, high = x.min("replica"), x.max("replica")
    mean = low.where(low == high, x.sum("replica") / n.where(n > 0))  # equal replicas: to the bit
    variance = ((x - mean) ** 2).sum("replica") / (n - 1).where(n > 1)
    return mean, (variance / n.where(n > 0)) ** 0.5
