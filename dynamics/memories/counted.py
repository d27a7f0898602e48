"""Retrieval from a dense memory, by the numbers of its patterns and without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from foundation import domains

Floats = npt.NDArray[np.float64]

_CERTAIN = np.log(1e8)  # a mean number beyond which its scatter does not count
_NEVER = np.log(1e-15)  # and one of which there is none
_ENTRIES = 2**22  # numbers that are drawn at a time


@dataclass(frozen=True, eq=False, repr=False)
class RetrievalProbability:
    """How often a pattern keeps the weight, and how much weight the others have.

    Attributes
    ----------
    value, error
        Fraction of draws in which the pattern has more than half of the weight, and its standard
        error, with one success and one failure added (Agresti and Coull).
    weight
        Mean weight of the pattern.
    free_energy, free_energy_error
        Mean of ln(sum of the other weights)/N, and its standard error; -inf if there was a draw
        without other patterns.

    Examples
    --------
    >>> import dynamics
    >>> dynamics.retrieval_probability(N=400, alpha=0.3, overlap=0.8, sharpness=1.0, rng=1)
    RetrievalProbability(1 +- 0.001, free energy 0.729... +- ... per neuron)
    """

    value: float
    error: float
    weight: float
    free_energy: float
    free_energy_error: float

    @property
    def converged(self) -> bool:
        """Always True: the draws are independent."""
        return True

    @property
    def status(self) -> str:
        """What was found."""
        if self.value > 0.5:
            return "The pattern is retrieved more often than not."
        return (
            "The pattern is lost more often than not: the load is above capacity for this overlap."
        )

    def __repr__(self) -> str:
        return (
            f"RetrievalProbability({self.value:.4g} +- {self.error:.1g}, free energy "
            f"{self.free_energy:.4g} +- {self.free_energy_error:.1g} per neuron)"
        )


def retrieval_probability(
    N: int,
    alpha: float,
    overlap: float,
    sharpness: float,
    draws: int = 1000,
    *,
    rng: int | np.random.Generator | None = None,
) -> RetrievalProbability:
    r"""Measure how often a dense memory returns a pattern, at any number of neurons.

    Of :math:`e^{\alpha N}` random patterns of ±1 the numbers that have the overlap q with a given
    state are Poisson, with means :math:`e^{\alpha N} \binom{N}{N(1+q)/2} 2^{-N}` at the N + 1
    overlaps there are (if the number of patterns is Poisson itself). So no pattern is drawn, and
    one update costs N + 1 numbers. A mean beyond 10^8 stands for its number.

    Parameters
    ----------
    N
        Number of neurons, >= 1.
    alpha
        The load, >= 0.
    overlap
        Overlap of the state with the right pattern, in [-1, 1].
    sharpness
        :math:`\lambda`, >= 0.
    draws
        Number of independent memories, >= 2.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    RetrievalProbability.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/memories.md`.

    Examples
    --------
    The same e^226 patterns and a few more, around the capacity 0.5662:

    >>> import dynamics
    >>> for alpha in (0.556, 0.576):
    ...     found = dynamics.retrieval_probability(400, alpha, 1.0, 1.0, draws=100, rng=1)
    ...     print(found.value)
    1.0
    0.0
    """
    N = domains.integer("N", N)
    alpha = domains.real("alpha", alpha, low=0)
    overlap = domains.real("overlap", overlap, low=-1, high=1)
    sharpness = domains.real("sharpness", sharpness, low=0)
    draws = domains.integer("draws", draws, low=2)
    rng = domains.generator(rng)
    logs = np.concatenate(
        [
            _log_sums(N, alpha, sharpness, min(draws - first, _ENTRIES // N + 1), rng)
            for first in range(0, draws, _ENTRIES // N + 1)
        ]
    )
    # 1/(1 + Z e^(-lam N m)), which may be beyond any range
    weight = np.exp(-np.logaddexp(0, logs - sharpness * N * overlap))
    kept = np.mean(logs < sharpness * N * overlap)
    p = (draws * kept + 1) / (draws + 2)
    with np.errstate(invalid="ignore"):
        scatter = float(logs.std(ddof=1) / N / np.sqrt(draws))
    return RetrievalProbability(
        value=float(kept),
        error=float(np.sqrt(p * (1 - p) / (draws + 2))),
        weight=float(weight.mean()),
        free_energy=float(logs.mean() / N),
        free_energy_error=scatter,
    )


def _log_sums(
    N: int, alpha: float, sharpness: float, draws: int, rng: np.random.Generator
) -> Floats:
    """Return the logarithm of the sum of weights of each of some memories."""
    k = np.arange(N + 1)
    log_mean = alpha * N + gammaln(N + 1) - gammaln(k + 1) - gammaln(N - k + 1) - N * np.log(2)
    there = (log_mean < _CERTAIN) & (log_mean > _NEVER)
    logs = np.tile(np.where(log_mean < _CERTAIN, -np.inf, log_mean), (draws, 1))
    numbers = rng.poisson(np.exp(log_mean[there]), size=(draws, there.sum()))
    with np.errstate(divide="ignore"):
        logs[:, there] = np.log(numbers)
    return np.asarray(logsumexp(logs + sharpness * (2 * k - N), axis=1))
