"""Theory against simulation: deviations in standard errors, and their sum of squares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from sweeps.judging.comparison import Comparison
from sweeps.judging.summary import mean_and_error
from sweeps.judging.theory import evaluate, labelled

if TYPE_CHECKING:
    import xarray

_DOUBT = 0.05
_DISAGREE = 0.001
_EMPTY = "without data"
_ALONE = "without an error"
_LIKE = "without scatter, like the theory"
_UNLIKE = "without scatter, unlike the theory"
_WRONG = "with the error 0, unlike the theory"


def compare(
    theory: xarray.DataArray | npt.ArrayLike | Callable[..., npt.ArrayLike],
    data: xarray.DataArray | npt.ArrayLike,
    errors: xarray.DataArray | npt.ArrayLike | None = None,
    *,
    fitted: int = 0,
) -> Comparison:
    r"""Compare data with a theory.

    .. math:: z_i = \frac{\bar x_i - \mathrm{theory}_i}{\mathrm{error}_i}, \qquad
              \chi^2 = \sum_i z_i^2.

    An error estimated from n replicas is itself uncertain. The ratio is then Student's t with
    n - 1 degrees of freedom, and z is the normal quantile of the same probability, so chi-squared
    keeps its meaning for few replicas.

    Parameters
    ----------
    theory
        An array of the shape of the data without replicas, an `xarray.DataArray` with (some of) the
        dimensions of the data, or a function of coordinates of the data, see `sweeps.evaluate`.
    data
        One result of a sweep, with the dimension `replica`; or means, and then `errors` are needed.
    errors
        Standard errors of the means, >= 0, taken as exact.
    fitted
        Number of parameters of the theory that were fitted to these data, >= 0.

    Returns
    -------
    Comparison. Points without data or without an error (one replica, or all replicas equal) have
    z = nan and are left out of chi-squared; the verdict tells how many they are, and why. Where
    there is no scatter, a deviation counts as a difference if it exceeds the smallest error of the
    other points, and rounding.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, theory and data have different coordinates,
        or the theory is nan where there are data.

    Examples
    --------
    The mean square of N random signs' mean is 1/N:

    >>> import numpy as np
    >>> import sweeps
    >>> import xarray
    >>> rng, sizes = np.random.default_rng(1), [10, 20, 40]
    >>> squares = [rng.choice([-1, 1], size=(100, N)).mean(axis=1) ** 2 for N in sizes]
    >>> data = xarray.DataArray(squares, {"N": sizes}, dims=["N", "replica"])
    >>> sweeps.compare(lambda N: 1 / N, data).status
    'agree'
    >>> sweeps.compare(lambda N: 2 / N, data).status
    'disagree'
    """
    fitted = domains.integer("fitted", fitted, 0)
    means, error, replicas = _estimated(labelled("data", data), errors)
    predicted = evaluate(theory, means) if callable(theory) else labelled("theory", theory, means)
    points = _aligned(predicted, means, error)
    points["z"] = (means.dims, _scores(points, replicas))
    return _judged(points, replicas, fitted)


def _estimated(
    data: xarray.DataArray, errors: object
) -> tuple[xarray.DataArray, xarray.DataArray, xarray.DataArray | None]:
    """Return means, standard errors, and the number of replicas if the errors come from them."""
    if errors is None and "replica" not in data.dims:
        raise ValueError("errors must be given for data without the dimension 'replica'")
    if errors is None:
        return (*mean_and_error(data), data.count("replica"))
    if "replica" in data.dims:
        raise ValueError("errors must not be given for data with the dimension 'replica'")
    error = labelled("errors", errors, like=data)
    if (error < 0).any():
        raise ValueError(f"errors must be >= 0, got {float(error.min()):g}")
    return data, error, None


def _aligned(
    theory: xarray.DataArray, means: xarray.DataArray, error: xarray.DataArray
) -> xarray.Dataset:
    """Put theory, data and errors into one Dataset, with exactly the labels of the data."""
    import xarray

    try:
        means, theory, error = xarray.align(means, theory, error, join="exact")
    except ValueError as problem:
        raise ValueError(f"theory must have the coordinates of the data: {problem}") from None
    for name, values in (("theory", theory), ("errors", error)):
        if not set(values.dims) <= set(means.dims):
            raise ValueError(f"{name} must have the dimensions {means.dims}, got {values.dims}")
    shaped = {"theory": theory, "data": means, "error": error}
    points = xarray.Dataset(
        {
            name: values.broadcast_like(means).transpose(*means.dims)
            for name, values in shaped.items()
        }
    )
    if missing := int((points["theory"].isnull() & points["data"].notnull()).sum()):
        raise ValueError(
            f"theory must be a number where there are data, got nan at {missing} points"
        )
    return points


def _scores(points: xarray.Dataset, replicas: xarray.DataArray | None) -> npt.NDArray[Any]:
    """Return the deviation of each point as a standard normal variable."""
    from scipy.special import ndtri_exp
    from scipy.stats import t as student

    error = points["error"].where(points["error"] > 0)
    ratio = np.asarray((points["data"] - points["theory"]) / error, dtype=float)
    if replicas is None:
        return ratio
    logarithm = student.logsf(np.abs(ratio), np.maximum(np.asarray(replicas) - 1, 1))
    normal = -ndtri_exp(logarithm)
    # beyond the smallest double the tail has no logarithm: |t| itself is an upper bound of |z|
    scores: npt.NDArray[Any] = np.sign(ratio) * np.where(np.isinf(normal), np.abs(ratio), normal)
    return scores


def _judged(points: xarray.Dataset, replicas: xarray.DataArray | None, fitted: int) -> Comparison:
    """Return the verdict on the z-scores of `points`."""
    from scipy.stats import chi2

    z = points["z"].values
    used = z[~np.isnan(z)]
    dof = used.size - fitted
    chi_squared = float(used @ used)
    p_value = float(chi2.sf(chi_squared, dof)) if dof > 0 else float("nan")
    left_out = _left_out(points, exact=replicas is None)
    status = _status(p_value, left_out)
    sentence = f"{status}: too few points have an error for chi-squared"
    if dof > 0:
        sentence = (
            f"{status}: chi-squared {chi_squared:.3g} for {dof} degrees of freedom "
            f"(p = {p_value:.2g}), largest |z| {np.abs(used).max():.2g}"
        )
    reasons = [f"{count} {reason}" for reason, count in left_out.items() if count]
    if reasons:
        sentence += f"; left out of {z.size} points: {', '.join(reasons)}"
    return Comparison(points, chi_squared, dof, p_value, status, sentence)


def _left_out(points: xarray.Dataset, exact: bool) -> dict[str, int]:
    """Return how many points have no z, by the reason."""
    data, error = points["data"].values, points["error"].values
    off = np.abs(data - points["theory"].values)
    flat = (error == 0) & ~np.isnan(data)
    unlike = flat & (off > _negligible(points))
    return {
        _EMPTY: int(np.isnan(data).sum()),
        _ALONE: int((np.isnan(error) & ~np.isnan(data)).sum()),
        _LIKE: int((flat & ~unlike).sum()),
        (_WRONG if exact else _UNLIKE): int(unlike.sum()),
    }


def _negligible(points: xarray.Dataset) -> float:
    """Return the deviation below which a point without scatter is taken to be as the theory says.

    Near a certain outcome all replicas are equal (at a probability of 1 - 1e-8, say); what is below
    the smallest error of the other points could not be seen anyway.
    """
    error = points["error"].values
    size = np.abs(points[["data", "theory"]].to_array().values)
    rounding = 1e-12 * size[np.isfinite(size)].max(initial=0.0)
    smallest = error[error > 0].min(initial=np.inf)
    return max(rounding, smallest if np.isfinite(smallest) else 0.0)


def _status(p_value: float, left_out: Mapping[str, int]) -> str:
    if p_value < _DISAGREE or left_out.get(_WRONG):
        return "disagree"
    if np.isnan(p_value) or (left_out.get(_UNLIKE) and p_value >= _DOUBT):
        return "unknown"
    return "doubtful" if p_value < _DOUBT else "agree"
