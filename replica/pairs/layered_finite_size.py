"""The exact mean number of pairs of fixed points in a chain of layers."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from foundation import domains
from replica.gauss.orthant import Floats
from replica.pairs.finite_size import LARGEST, log_expected_pairs
from replica.pairs.pair_chain import PairChain, step

MOST_LAYERS = 16  # there are 2^16 kinds of columns


def log_expected_layered_pairs(N: int, distances: npt.ArrayLike, J_D: float, lam: float) -> float:
    r"""Return :math:`\ln E[\#]` of ordered pairs at given distances in the layers, exact.

    In layer l the two fixed points differ in :math:`k_l` of N neurons. The columns of neurons are
    independent,

    .. math:: E[\#] = 2^N\, [x_1^{k_1} \cdots x_L^{k_L}] \Big( \sum_a W(a) \prod_l x_l^{[a_l=-1]}
              \Big)^N, \qquad W(a) = \sum_\tau \prod_l w_l,

    with the weights of `replica.pairs.pair_chain` at the correlations
    :math:`(N-1-2k_l)/(N-1)` where the states agree, :math:`-(N+1-2k_l)/(N-1)` where they
    differ, and both couplings divided by :math:`\sigma`, :math:`\sigma^2 = (N-1)/N`. The N factors
    are multiplied one by one.

    Parameters
    ----------
    N
        Number of neurons in a layer, in [2, 10^6].
    distances
        Numbers :math:`k_l` of neurons that differ, one for each of at most 16 layers, in 0...N.
        Time and memory grow with the product of all :math:`k_l + 1`.
    J_D
        Self-coupling, >= 0.
    lam
        Coupling between neighbouring layers, >= 0.

    Returns
    -------
    The logarithm; -inf where no pair exists.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/layered.md`.

    Examples
    --------
    >>> import replica
    >>> log_E = replica.log_expected_layered_pairs(20, distances=[2, 2], J_D=0.0, lam=0.4)
    >>> round(log_E, 4)
    -1.8473
    """
    N = domains.integer("N", N, low=2, high=LARGEST)
    k = domains.integers("distances", distances, low=0)
    if k.ndim != 1 or not 1 <= len(k) <= MOST_LAYERS:
        raise ValueError(
            f"distances must be one for each of 1 to {MOST_LAYERS} layers, got shape {k.shape}"
        )
    if k.max() > N:
        raise ValueError(f"distances must be integers in [0, {N}], got {k.max()}")
    J_D, lam = domains.real("J_D", J_D, low=0), domains.real("lam", lam, low=0)
    if len(k) == 1:
        return float(log_expected_pairs(N, J_D)[k[0]])
    log_W = _column_weights(N, k, J_D, lam)
    log_sums = np.full(k + 1, -np.inf)  # over the columns so far, at each number of differences
    log_sums[(0,) * len(k)] = 0
    for _ in range(N):
        total = np.full(k + 1, -np.inf)
        for differ in itertools.product((0, 1), repeat=len(k)):
            if (k >= differ).all():
                later = total[tuple(slice(n, None) for n in differ)]
                earlier = log_sums[tuple(slice(size) for size in later.shape)]
                np.logaddexp(later, earlier + log_W[differ], out=later)
        log_sums = total
    return float(N * np.log(2) + log_sums[tuple(k)])


def _column_weights(N: int, k: npt.NDArray[np.int64], J_D: float, lam: float) -> Floats:
    """Return `ln W(a)`, with an axis of length two for each layer: agree, differ."""
    others = N - 1  # neurons that a neuron sees, of which these differ from it in both senses
    delta = np.stack([np.minimum(k, others), N - np.maximum(k, 1)], axis=-1) / others
    scale = np.sqrt(N / others)
    chain = PairChain(
        np.array([J_D * scale]), np.array([lam * scale]), delta[None], 1 - delta[None]
    )
    L = len(k)
    log_W = np.empty((2,) * L)
    for differ in np.ndindex(log_W.shape):
        x = np.eye(2)[list(differ)]
        f = x[0][None, :, None] * chain.end[:, 0]
        for l in range(1, L - 1):
            f = step(f, x[l], chain.bulk[:, l])
        f = step(f, x[-1], chain.end[:, -1, :, :, None])
        with np.errstate(divide="ignore"):
            log_W[differ] = np.log(f.sum())
    return log_W
