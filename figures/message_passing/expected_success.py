r"""How often message passing should succeed, by single runs without couplings.

The probability p that a run ends without unstable neurons is estimated by the fraction of runs
that did, which is exact in law at each N; :math:`\ln(-\ln p)`, which would be :math:`\ln N u` if
their number were Poisson distributed, is linear in `J_D`. One of R independent runs succeeds
with the probability :math:`1 - (1 - p)^R`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import beta, binom

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]

_WIDE = 10.0  # prior standard deviation of a coefficient, J_D scaled to [-1, 1]: it binds no fit
_ITERATIONS = 100


def any_of(p: npt.ArrayLike, runs: int) -> Floats:
    """Return the probability that one of several independent runs succeeds."""
    return np.asarray(-np.expm1(runs * np.log1p(-np.minimum(p, 1 - 1e-15))))


def half(runs: npt.ArrayLike) -> Floats:
    """Return ln(-ln p) at which one of several runs succeeds in half of all networks."""
    return np.asarray(np.log(-np.log(-np.expm1(-np.log(2) / np.asarray(runs, dtype=float)))))


@dataclass(frozen=True)
class SingleRuns:
    """The probability that a single run succeeds, fitted over the self-coupling.

    Attributes
    ----------
    middle, width
        The self-couplings are scaled by them to [-1, 1].
    coefficients, covariance
        Of the straight line, its slope first.
    """

    middle: float
    width: float
    coefficients: Floats
    covariance: Floats

    @classmethod
    def fit(cls, left: "xarray.DataArray") -> "SingleRuns":
        """Fit the unstable neurons of runs, (J_D, replica), by maximum likelihood."""
        x, n = left["J_D"].values, left.sizes["replica"]
        k = (left == 0).sum("replica").values
        middle, width = (x.max() + x.min()) / 2, np.ptp(x) / 2
        powers = np.vander((x - middle) / width, 2)
        prior = np.eye(2) / _WIDE**2
        theta = np.zeros(2)
        theta[-1] = np.log(-np.log((k.mean() + 0.5) / (n + 1)))
        for _ in range(_ITERATIONS):
            eta = np.clip(powers @ theta, -15, 5)
            p, fails = np.exp(-np.exp(eta)), -np.expm1(-np.exp(eta))
            score = powers.T @ (np.exp(eta) * (n * p - k) / fails) - prior @ theta
            information = (powers.T * (n * np.exp(2 * eta) * p / fails)) @ powers + prior
            step = np.linalg.solve(information, score)
            theta = theta + step / max(1, np.abs(step).max())
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
        return cls(float(middle), float(width), theta, covariance)

    def at(self, J_D: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return ln(-ln p), and its standard error."""
        x = (np.asarray(J_D, dtype=float) - self.middle) / self.width
        powers = np.vander(x, 2)
        error = np.sqrt(np.einsum("ij,jk,ik->i", powers, self.covariance, powers))
        return powers @ self.coefficients, error

    def success(self, J_D: npt.ArrayLike, runs: int) -> Floats:
        """Return the probability that one of several runs succeeds: low end, value, high end."""
        eta, error = self.at(J_D)
        return np.stack([any_of(np.exp(-np.exp(eta + k * error)), runs) for k in (1, 0, -1)])

    def threshold(self, runs: int) -> tuple[float, float]:
        """Return where half of all networks are solved, with its standard error; nan if nowhere."""
        J_D = self.middle + self.width * np.linspace(-1, 1, 2001)
        eta, error = self.at(J_D)
        crossed = np.flatnonzero((eta[:-1] > half(runs)) & (eta[1:] <= half(runs)))
        if not crossed.size:
            return np.nan, np.nan
        k = crossed[0]
        slope = (eta[k + 1] - eta[k]) / (J_D[k + 1] - J_D[k])
        return float(J_D[k] + (half(runs) - eta[k]) / slope), float(error[k] / abs(slope))


def z_scores(
    found: npt.ArrayLike, networks: int, single: npt.ArrayLike, trials: int, runs: int
) -> Floats:
    """Return z-scores of numbers of solved networks, given how many single runs succeeded.

    The probability of a single run is known up to its posterior under Jeffreys' prior. The z-score
    is that of the probability of fewer, and of half of that of as many, which is exact.
    """
    k, successes = np.asarray(found)[..., None], np.asarray(single)[..., None]
    levels = (np.arange(1000) + 0.5) / 1000
    every = any_of(beta.ppf(levels, successes + 0.5, trials - successes + 0.5), runs)
    below = binom.cdf(k - 1, networks, every).mean(axis=-1)
    above = binom.sf(k, networks, every).mean(axis=-1)
    as_many = 1 - below - above
    low, high = below + as_many / 2, above + as_many / 2
    return np.where(low < high, ndtri(low), -ndtri(high))
