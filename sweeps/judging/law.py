"""The law by which each point is judged: known errors, means of replicas, successes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sweeps.judging import binomial
from sweeps.judging.summary import mean_and_error
from sweeps.judging.together import Piece, alone

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]

NOTICED = 0.95  # probability with which a deviation of the size `power` is seen
UNLIKE = "without scatter, unlike the theory"
_EMPTY = "without data"
_ALONE = "without an error"
_IMPOSSIBLE = "with a theory that is no probability"
_WRONG = "with the error 0, unlike the theory"


@dataclass(frozen=True)
class Known:
    """Means with errors that are taken as exact."""

    means: xarray.DataArray
    error: xarray.DataArray

    def scores(self, points: xarray.Dataset) -> Floats:
        """Return deviations in standard errors; with the error 0, they are 0 or infinite."""
        off, error = _off(points), points["error"].values
        exact = np.where(np.abs(off) > _negligible(points), np.copysign(np.inf, off), 0.0)
        z = np.divide(off, error, out=exact, where=error > 0)
        return np.where(np.isnan(off + error), np.nan, z)

    def noticed(self, points: xarray.Dataset, critical: float) -> Floats:
        """Return the deviation of one point that |z| > critical shows with probability 0.95."""
        return np.asarray(points["error"].values * (critical + _quantile()))

    def pieces(self, points: xarray.Dataset) -> list[Piece]:
        """Return the parts of chi-squared of independent points."""
        z = points["z"].values
        return [alone(z[np.isfinite(z) & (points["error"].values > 0)])]

    def left_out(self, points: xarray.Dataset) -> dict[str, int]:
        """Return what is to be said of some points, with their number."""
        wrong = (points["error"] == 0) & (np.abs(_off(points)) > _negligible(points))
        return {**_missing(points), _WRONG: int(wrong.sum())}


@dataclass(frozen=True)
class Numbers(Known):
    """Means of replicas, with the error that their scatter tells."""

    replicas: xarray.DataArray
    least: float
    most: float

    def scores(self, points: xarray.Dataset) -> Floats:
        """Return deviations as normal variables: Student's t, and the law of equal replicas."""
        from scipy.special import ndtri_exp
        from scipy.stats import t as student

        off, error, n = _off(points), points["error"].values, self.replicas.values
        ratio = np.divide(off, error, out=np.full(off.shape, np.nan), where=error > 0)
        normal = -ndtri_exp(student.logsf(np.abs(ratio), np.maximum(n - 1, 1)))
        # beyond the smallest double the tail has no logarithm: |t| is an upper bound of |z|
        size = np.where(np.isinf(normal), np.abs(ratio), normal)
        with np.errstate(divide="ignore"):
            tail = n * np.log1p(-self._part(points)) - np.log(2)
        size = np.where(error == 0, -ndtri_exp(tail), size)
        return np.sign(off) * size

    def noticed(self, points: xarray.Dataset, critical: float) -> Floats:
        """Return the deviation of one point that |z| > critical shows with probability 0.95."""
        from scipy.special import ndtr
        from scipy.stats import t as student

        error, n = points["error"].values, self.replicas.values
        free = np.maximum(n - 1, 1)
        t = student.isf(ndtr(-critical), free)
        scatters = error * (t + _quantile() * np.sqrt(1 + t**2 / (2 * free)))
        equal = (1 - (2 * ndtr(-critical)) ** (1 / np.maximum(n, 1))) * self._reach(points)
        return np.where(error == 0, np.maximum(equal, _negligible(points)), scatters)

    def left_out(self, points: xarray.Dataset) -> dict[str, int]:
        """Return what is to be said of some points, with their number."""
        unlike = (points["error"] == 0) & (np.abs(_off(points)) > _negligible(points))
        return {**_missing(points), UNLIKE: int(unlike.sum())}

    def _reach(self, points: xarray.Dataset) -> Floats:
        """Return the distance of the mean from the furthest value that was seen."""
        x = points["data"].values
        return np.asarray(
            np.maximum(np.maximum(x - self.least, self.most - x), np.abs(_off(points)))
        )

    def _part(self, points: xarray.Dataset) -> Floats:
        """Return the part of the replicas that would have to lie there for theory to be right."""
        off = np.abs(_off(points))
        off = np.where(off <= _rounding(points), 0.0, off)
        reach = self._reach(points)
        return np.divide(off, reach, out=np.zeros(off.shape), where=reach > 0)


@dataclass(frozen=True)
class Successes(Known):
    """Fractions of successes."""

    counts: xarray.DataArray
    trials: xarray.DataArray

    def scores(self, points: xarray.Dataset) -> Floats:
        """Return numbers of successes as normal variables; nan where nothing was tried."""
        p = np.where(np.isnan(points["theory"].values), 0.5, points["theory"].values)
        p = _near(p, _rounding(points))
        z = binomial.scores(self.counts.values, self.trials.values, p)
        return np.where(np.isnan(points["data"].values), np.nan, z)

    def noticed(self, points: xarray.Dataset, critical: float) -> Floats:
        """Return the deviation of one point that |z| > critical shows with probability 0.95."""
        found = [
            binomial.noticed(n, min(max(p, 0.0), 1.0), critical, NOTICED) if n else np.nan
            for n, p in zip(self.trials.values.flat, points["theory"].values.flat, strict=True)
        ]
        return np.reshape(found, self.trials.shape)

    def left_out(self, points: xarray.Dataset) -> dict[str, int]:
        """Return what is to be said of some points, with their number."""
        wrong = (points["theory"] < -_rounding(points)) | (points["theory"] > 1 + _rounding(points))
        return {**_missing(points), _IMPOSSIBLE: int(wrong.sum())}

    def pieces(self, points: xarray.Dataset) -> list[Piece]:
        """Return the parts of chi-squared, each with the moments of its binomial law."""
        z = points["z"].values
        p = _near(points["theory"].values, _rounding(points))
        return [
            Piece(one**2, *binomial.moments(n, x), 1, 1)
            for one, n, x in zip(z.flat, self.trials.values.flat, p.flat, strict=True)
            if np.isfinite(one)
        ]


def known(means: xarray.DataArray, error: xarray.DataArray) -> Known:
    """Return the law of means with errors."""
    if (error < 0).any():
        raise ValueError(f"errors must be >= 0, got {float(error.min()):g}")
    if np.isinf(error.values).any():
        raise ValueError("errors must be finite, got inf: give nan where the error is not known")
    return Known(means, error)


def numbers(values: xarray.DataArray) -> Numbers:
    """Return the law of means of replicas."""
    finite = values.values[np.isfinite(values.values)]
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return Numbers(*mean_and_error(values), values.count("replica"), least, most)


def counted(k: xarray.DataArray, n: xarray.DataArray) -> Successes:
    """Return the law of numbers of successes."""
    low, high = binomial.one_sigma(k.values, n.values)
    tried = n.where(n > 0)
    return Successes(k / tried, k.copy(data=(high - low) / 2), k, n)


def _off(points: xarray.Dataset) -> Floats:
    return np.asarray((points["data"] - points["theory"]).values, dtype=float)


def _near(p: Floats, rounding: float) -> Floats:
    """Return probabilities, of which rounding may have made some larger than 1."""
    inside = np.clip(p, 0, 1)
    return np.where(np.abs(p - inside) <= rounding, inside, p)


def _quantile() -> float:
    from scipy.special import ndtri

    return float(ndtri(NOTICED))


def _missing(points: xarray.Dataset) -> dict[str, int]:
    empty, alone = points["data"].isnull(), points["error"].isnull() & points["data"].notnull()
    return {_EMPTY: int(empty.sum()), _ALONE: int(alone.sum())}


def _rounding(points: xarray.Dataset) -> float:
    size = np.abs(points[["data", "theory"]].to_array().values)
    return 1e-12 * float(size[np.isfinite(size)].max(initial=0.0))


def _negligible(points: xarray.Dataset) -> float:
    """Return the deviation that a point without scatter may have unseen.

    Near a certain outcome all replicas are equal (at a probability of 1 - 1e-8, say); what is below
    the smallest error of the other points could not be seen anyway.
    """
    error = points["error"].values
    smallest = error[error > 0].min(initial=np.inf)
    return max(_rounding(points), float(smallest) if np.isfinite(smallest) else 0.0)
