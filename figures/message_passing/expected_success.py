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
from scipy.special import betainc, betaincinv, ndtr, ndtri

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]

# of the grid, J_D scaled to [-1, 1]: a line that leaves it says nothing about the runs
_BOX = np.array([[-3, np.log(0.1)], [3, np.log(30)]])  # ends of crossings and of ln(-slope)
_POINTS = 51  # in each direction
_NARROWED = 3  # times, to where the weight is
_NEGLIGIBLE = 1e-7  # posterior probability, relative to the largest

# levels of quantiles, as those of a standard normal variable
ENDS = np.array([-1.0, 0.0, 1.0])  # of 68 %, and the median
LEVELS = np.linspace(-4, 4, 17)


def any_of(p: npt.ArrayLike, runs: int) -> Floats:
    """Return the probability that one of several independent runs succeeds."""
    return np.asarray(-np.expm1(runs * np.log1p(-np.minimum(p, 1 - 1e-15))))


def half(runs: npt.ArrayLike) -> Floats:
    """Return ln(-ln p) at which one of several runs succeeds in half of all networks."""
    return np.asarray(np.log(-np.log(-np.expm1(-np.log(2) / np.asarray(runs, dtype=float)))))


@dataclass(frozen=True)
class SingleRuns:
    r"""The probability that a single run succeeds, over the self-coupling.

    With few runs the likelihood is far from a Gaussian, above all where a threshold lies beyond
    the runs that decide: so the posterior is taken whole, under Jeffreys' prior, on a grid.

    Attributes
    ----------
    middle, width
        The self-couplings are scaled by them to [-1, 1].
    crossing, slope, weight
        Of each straight line on the grid: the scaled self-coupling where half of the runs
        succeed, its slope, and its posterior probability.
    """

    middle: float
    width: float
    crossing: Floats
    slope: Floats
    weight: Floats

    @classmethod
    def fit(cls, left: "xarray.DataArray") -> "SingleRuns":
        """Weigh straight lines by the unstable neurons of runs, (J_D, replica)."""
        J_D, n = left["J_D"].values, left.sizes["replica"]
        k = (left == 0).sum("replica").values
        middle, width = (J_D.max() + J_D.min()) / 2, np.ptp(J_D) / 2
        x = (J_D - middle) / width
        box = _BOX
        for _ in range(_NARROWED):
            step = (box[1] - box[0]) / (_POINTS - 1)
            lines = np.stack(np.meshgrid(*np.linspace(box[0], box[1], _POINTS).T), axis=-1).reshape(
                -1, 2
            )
            log_posterior = _log_posterior(lines, x, k, n)
            weight = np.exp(log_posterior - log_posterior.max())
            kept = weight > _NEGLIGIBLE
            lines, weight = lines[kept], weight[kept]
            box = np.clip([lines.min(axis=0) - step, lines.max(axis=0) + step], *_BOX)
        crossing, slope = lines[:, 0], -np.exp(lines[:, 1])
        return cls(float(middle), float(width), crossing, slope, weight / weight.sum())

    def success(self, J_D: npt.ArrayLike, runs: int) -> Floats:
        """Return the probability that one of several runs succeeds: low end, value, high end."""
        x = (np.atleast_1d(np.asarray(J_D, dtype=float)) - self.middle) / self.width
        ends = [self._quantiles(half(1) + self.slope * (one - self.crossing)) for one in x]
        return any_of(np.exp(-np.exp(np.transpose(ends)[::-1])), runs)

    def threshold(self, runs: int) -> Floats:
        """Return where half of all networks are solved: low end, value, high end.

        They are nan if the value is outside of the self-couplings at which there are runs.
        """
        found = self.threshold_law(runs, ENDS)
        inside = abs(found[1] - self.middle) <= self.width
        return found if inside else np.full(3, np.nan)

    def threshold_law(self, runs: int, levels: Floats = LEVELS) -> Floats:
        """Return the law of that place: quantiles at levels of a standard normal variable."""
        x = self.crossing + (half(runs) - half(1)) / self.slope
        return self.middle + self.width * self._quantiles(x, levels)

    def _quantiles(self, values: Floats, levels: Floats = ENDS) -> Floats:
        """Return posterior quantiles of values on the grid."""
        order = np.argsort(values)
        below = np.cumsum(self.weight[order]) - self.weight[order] / 2
        return np.interp(ndtr(levels), below, values[order])


def _log_posterior(lines: Floats, x: Floats, k: Floats, n: int) -> Floats:
    """Return the logarithm of the likelihood of k of n runs, and of Jeffreys' prior."""
    crossing, log_slope = lines.T
    eta = np.clip(half(1) - np.exp(log_slope)[:, None] * (x - crossing[:, None]), -15, 5)
    log_p, fails = -np.exp(eta), -np.expm1(-np.exp(eta))
    information = np.exp(2 * eta + log_p) / fails
    total = information.sum(axis=1)
    mean = information @ x / total
    spread = (information * (x - mean[:, None]) ** 2).sum(axis=1)
    log_prior = np.log(total * spread) / 2 + 2 * log_slope  # in the crossing and log_slope
    return np.asarray(log_p @ k + np.log(fails) @ (n - k) + log_prior)


def error_at(value: float, quantiles: Floats) -> float:
    """Return the standard error of a normal law of which as little is beyond a value.

    The quantiles, at `LEVELS`, are those of a law with longer tails.
    """
    low, median, high = np.interp(ENDS, LEVELS, quantiles)
    level = abs(np.interp(value, quantiles, LEVELS))
    if level < 1:
        return float(high - median if value > median else median - low)
    return float(abs(value - median) / level)


def z_scores(
    found: npt.ArrayLike, networks: int, single: npt.ArrayLike, trials: int, runs: int
) -> Floats:
    """Return z-scores of numbers of solved networks, given how many single runs succeeded.

    The probability of a single run is known up to its posterior under Jeffreys' prior. The z-score
    is that of the probability of fewer, and of half of that of as many, which is exact.
    """
    k, successes = np.asarray(found)[..., None], np.asarray(single)[..., None]
    levels = (np.arange(1000) + 0.5) / 1000
    every = any_of(betaincinv(successes + 0.5, trials - successes + 0.5, levels), runs)
    below = np.where(k > 0, betainc(networks - k + 1, k, 1 - every), 0).mean(axis=-1)
    above = np.where(k < networks, betainc(k + 1, networks - k, every), 0).mean(axis=-1)
    as_many = 1 - below - above
    low, high = below + as_many / 2, above + as_many / 2
    return np.where(low < high, ndtri(low), -ndtri(high))
