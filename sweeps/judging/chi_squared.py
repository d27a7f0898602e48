"""Theory against simulation: the deviation of each point, the largest, their sum, their share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from sweeps.judging import binomial, deviations, law
from sweeps.judging.comparison import Comparison
from sweeps.judging.theory import evaluate, labelled
from sweeps.judging.together import Piece, as_one, bound, paired

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]


def compare(
    theory: xarray.DataArray | npt.ArrayLike | Callable[..., npt.ArrayLike],
    data: xarray.DataArray | npt.ArrayLike,
    errors: xarray.DataArray | npt.ArrayLike | None = None,
    *,
    trials: npt.ArrayLike | None = None,
    successes: bool | None = None,
    shared: str | Collection[str] = (),
    fitted: int = 0,
) -> Comparison:
    r"""Compare data with a theory.

    .. math:: z_i = \frac{\bar x_i - \mathrm{theory}_i}{\mathrm{error}_i}, \qquad
              \chi^2 = \sum_i z_i^2.

    Three tests are made, each of which chance alone fails once in a thousand: of the largest
    :math:`|z|`, of chi-squared, and of the number of points beyond 2. Each point is judged by its
    own law:

    - *Means of numbers.* An error estimated from n replicas is itself uncertain: the ratio is
      Student's t with n - 1 degrees of freedom, and z the normal quantile of its probability.
    - *Successes*, where every value is 0 or 1 (or False or True). Their number is binomial, and z
      is the normal quantile of P(X < k) + P(X = k) / 2. 0 of 20 do not agree with a probability
      of 0.5, although they do not scatter; and no result agrees with one of 1.1.
    - *Equal replicas* of other numbers. If each of n could as well have lain at the far end of all
      values that were seen, at a distance D, that none did has the probability
      (1 - \|deviation\| / D)^n. If that is no evidence, a deviation beyond the smallest error of
      the other points makes the verdict "unknown".

    Points at which the same replicas were measured deviate together. Where `shared` names their
    dimensions, chi-squared is Hotelling's, from the covariance of the replicas (with fewer than two
    replicas for a point: the sum of squares, with the variance that the correlations give it), and
    the share is that of as many points as are independent.

    Parameters
    ----------
    theory
        An array of the shape of the data without replicas, an `xarray.DataArray` with (some of) the
        dimensions of the data, or a function of coordinates of the data, see `sweeps.evaluate`.
    data
        One result of a sweep, with the dimension `replica`; or means, and then `errors` are needed;
        or numbers of successes, and then `trials`.
    errors
        Standard errors of the means, >= 0, taken as exact.
    trials
        How many were tried for each number of successes.
    successes
        Whether replicas are successes or failures; default: whether every value is 0 or 1. False
        for counts that could have been 2.
    shared
        Dimensions of the data along which a replica is the same network: those of an array that
        the function of the sweep returned. (Points of a grid have random numbers of their own.)
    fitted
        Number of parameters of the theory that were fitted to these data, >= 0.

    Returns
    -------
    Comparison. Points without data or without an error (one replica) have z = nan and are left out;
    the verdict tells how many they are, and why.

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

    Successes:

    >>> sweeps.compare([0.1, 0.6, 1.0], [0, 10, 20], trials=20).status
    'agree'
    >>> sweeps.compare([0.1, 0.6, 1.1], [0, 10, 20], trials=20).status
    'disagree'
    """
    fitted = domains.integer("fitted", fitted, 0)
    values = labelled("data", data)
    found = _law(values, errors, trials, successes)
    means = found.means
    predicted = evaluate(theory, means) if callable(theory) else labelled("theory", theory, means)
    points = _aligned(predicted, found)
    points["z"] = (means.dims, found.scores(points))
    names = [shared] if isinstance(shared, str) else list(shared)
    pieces = _shared(values, points, names, found) if names else found.pieces(points)
    judged = deviations.judge(points["z"].values, pieces, fitted)
    power = found.noticed(points, deviations.critical(judged.points))
    points["power"] = points["z"].copy(data=np.where(points["z"].isnull(), np.nan, power))
    status, sentence = deviations.told(judged, points, found.left_out(points))
    return Comparison(
        points, judged.chi_squared, judged.dof, judged.p_sum, judged.chance, status, sentence
    )


def _law(
    values: xarray.DataArray, errors: object, trials: Any, successes: bool | None
) -> law.Known:
    """Return the law that the data follow."""
    replicas = "replica" in values.dims
    if errors is not None:
        if trials is not None or successes:
            raise ValueError("errors must not be given for successes, whose number tells them")
        if replicas:
            raise ValueError("errors must not be given for data with the dimension 'replica'")
        return law.known(values, labelled("errors", errors, like=values))
    if trials is not None:
        if replicas or successes is False:
            raise ValueError("trials must be given for numbers of successes, not for replicas")
        tried = _like(values, "trials", labelled("trials", trials, values))
        k, n = binomial.counts(values.values, tried.values, "data")
        return law.counted(values.copy(data=k), values.copy(data=n))
    if not replicas:
        raise ValueError("errors must be given for data without the dimension 'replica'")
    if infinite := int(np.isinf(values.values).sum()):
        raise ValueError(
            f"data must be finite, got inf at {infinite} replicas, which have no mean: compare "
            "how many are finite, or leave them out as nan"
        )
    certain = binomial.are_successes(values)
    if successes is None:
        successes = certain
    elif domains.boolean("successes", successes) and not certain:
        raise ValueError("successes must be 0 or 1, got other values in data")
    if not successes:
        return law.numbers(values)
    return law.counted(values.sum("replica"), values.count("replica"))


def _aligned(theory: xarray.DataArray, found: law.Known) -> xarray.Dataset:
    """Put theory, data and errors into one Dataset, with exactly the labels of the data."""
    import xarray

    means = found.means
    theory, error = _like(means, "theory", theory), _like(means, "errors", found.error)
    points = xarray.Dataset({"theory": theory, "data": means, "error": error})
    if missing := int((points["theory"].isnull() & points["data"].notnull()).sum()):
        raise ValueError(
            f"theory must be a number where there are data, got nan at {missing} points"
        )
    return points


def _like(data: xarray.DataArray, name: str, values: xarray.DataArray) -> xarray.DataArray:
    """Return values in the shape of the data, if their labels are those of the data."""
    import xarray

    try:
        data, values = xarray.align(data, values, join="exact")
    except ValueError as problem:
        raise ValueError(f"{name} must have the coordinates of the data: {problem}") from None
    if not set(values.dims) <= set(data.dims):
        raise ValueError(f"{name} must have the dimensions {data.dims}, got {values.dims}")
    return values.broadcast_like(data).transpose(*data.dims)


def _shared(
    values: xarray.DataArray, points: xarray.Dataset, names: list[str], found: law.Known
) -> list[Piece]:
    """Return a piece for each group of points that share their replicas."""
    if "replica" not in values.dims:
        raise ValueError("shared must not be given for data without the dimension 'replica'")
    if unknown := set(names) - set(points["data"].dims):
        raise ValueError(
            f"shared must be dimensions of the data, got {', '.join(map(str, unknown))}"
        )
    others = [name for name in points["data"].dims if name not in names]
    width = int(np.prod([points.sizes[name] for name in names]))
    replicas = values.transpose(*others, *names, "replica").values
    z = points["z"].transpose(*others, *names).values.reshape(-1, width)
    theory = points["theory"].transpose(*others, *names).values.reshape(-1, width)
    groups = zip(z, replicas.reshape(-1, width, replicas.shape[-1]), theory, strict=True)
    return [_group(*group, invert=isinstance(found, law.Numbers)) for group in groups]


def _group(z: Floats, replicas: Floats, theory: Floats, invert: bool) -> Piece:
    """Return the piece of the points that scatter, from the replicas that all of them have.

    Successes without scatter belong to it too, and may depend on the others in any way.
    """
    scatter = np.fmax.reduce(replicas, axis=1) > np.fmin.reduce(replicas, axis=1)
    used = np.isfinite(z) & scatter
    off = replicas[used] - theory[used, None]
    off = off[:, np.isfinite(off).all(axis=0)]
    if off.shape[1] < 3 or (np.ptp(off, axis=1) == 0).any():
        piece = as_one(z[used])
    else:
        piece = paired(z[used], off, invert)
    return piece if invert else bound(piece, as_one(z[np.isfinite(z) & ~scatter]))
