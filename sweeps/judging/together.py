"""Points that share their networks: how much they deviate together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Piece(NamedTuple):
    """A part of chi-squared, with its mean and variance if the theory holds.

    `independent` is the number of independent points that would scatter like its `points`.
    """

    value: float
    mean: float
    variance: float
    points: int
    independent: float


def alone(z: Floats) -> Piece:
    """Return the piece of points that are independent normal variables."""
    return Piece(float(z @ z), z.size, 2.0 * z.size, z.size, z.size)


def as_one(z: Floats) -> Piece:
    """Return the piece of points that may depend on each other in any way: as one, it is safe."""
    return Piece(float(z @ z), z.size, 2.0 * z.size**2, z.size, 1.0)


def bound(one: Piece, other: Piece) -> Piece:
    """Return the piece of two that may depend on each other in any way."""
    if not (one.points and other.points):
        return one if one.points else other
    return Piece(
        one.value + other.value,
        one.mean + other.mean,
        (one.variance**0.5 + other.variance**0.5) ** 2,
        one.points + other.points,
        max(one.independent, other.independent),
    )


def paired(z: Floats, deviations: Floats, invert: bool = True) -> Piece:
    r"""Return the piece of points that the same replicas were measured at.

    With two replicas or more for each of the p points the covariance is estimated, and Hotelling's

    .. math:: \frac{n - p}{p (n - 1)} T^2 \sim F_{p, n - p}, \qquad
              T^2 = n\, \bar d^T \hat C^{-1} \bar d

    gives a probability, and that a chi-squared of p degrees of freedom. With fewer replicas the
    inverse would be noise; then the sum of squares itself is judged, whose variance is
    :math:`2\, \mathrm{tr}\, R^2` with the correlations R.

    Parameters
    ----------
    z
        Deviations of the means in standard errors, of shape (p,).
    deviations
        Those of the replicas from the theory, of shape (p, n); every point scatters.
    invert
        Whether to invert the covariance where that can be done: not where z has another law.

    References
    ----------
    Hotelling, Ann. Math. Stat. 2, 360 (1931); Satterthwaite, Biometrics 2, 110 (1946).
    """
    from scipy.stats import chi2, f

    n = deviations.shape[1]
    normal = deviations / deviations.std(axis=1, ddof=1, keepdims=True)
    R = np.corrcoef(normal) if len(z) > 1 else np.ones((1, 1))
    independent = _independent(R)
    if n < 2 * len(z) or not invert:
        squares = float(z @ z)
        variance = 2 * len(z) ** 2 / independent
        return Piece(squares, len(z), variance, len(z), independent)
    values, vectors = np.linalg.eigh(R)
    kept = values > 1e-8 * values[-1]  # points may determine each other
    p = int(kept.sum())
    means = vectors[:, kept].T @ normal.mean(axis=1)
    T2 = n * float(means**2 @ (1 / values[kept]))
    logarithm = f.logsf((n - p) / (p * (n - 1)) * T2, p, n - p)
    value = float(chi2.isf(np.exp(logarithm), p)) if logarithm > -700 else T2
    return Piece(value, p, 2.0 * p, len(z), independent)


def _independent(R: Floats) -> float:
    """Return p^2 / tr R^2, which the noise of few replicas makes smaller: that is safe."""
    return float(len(R) ** 2 / (R**2).sum())
