"""The exact mean number of pairs of fixed points, at any number of neurons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from replica.gauss.orthant import Floats, orthant_probability

LARGEST = 10**6  # neurons, where an array goes through all distances


def log_expected_pairs(N: int, J_D: npt.ArrayLike) -> Floats:
    r"""Return :math:`\ln E[\#]` of ordered pairs at every Hamming distance, exact, `eta = 0`.

    .. math:: E[\#_k] = 2^N \binom Nk P_2(\rho_a)^{N-k} P_2(-\rho_d)^k, \qquad
              \rho_a = \frac{N-1-2k}{N-1}, \quad \rho_d = \frac{N+1-2k}{N-1},

    with the threshold :math:`J_D/\sigma`, :math:`\sigma^2 = (N-1)/N`. At k = 0 the pairs are those
    of a fixed point with itself.

    Parameters
    ----------
    N
        Number of neurons, in [1, 10^6].
    J_D
        Self-coupling, >= 0; any shape.

    Returns
    -------
    Logarithms, of shape `J_D.shape + (N + 1,)`; -inf where no pair exists.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/fixed-points.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import replica
    >>> np.exp(replica.log_expected_pairs(N=4, J_D=0.5)).round(2)
    array([4.26, 4.81, 5.08, 4.81, 4.26])
    """
    N = domains.integer("N", N, high=LARGEST)
    J_D = domains.reals("J_D", J_D, low=0)[..., None]
    k = np.arange(N + 1.0)
    if N == 1:
        return np.where(J_D > 0, np.log(2), -np.inf) + 0 * k
    J = J_D * np.sqrt(N / (N - 1))
    log_binomial = -special.betaln(N - k + 1, k + 1) - np.log(N + 1)
    # the other N - 1 neurons, seen by one that agrees (k < N) and by one that differs (k > 0)
    n = N - 1
    agree = orthant_probability(J, np.minimum(k, n) / n, np.maximum(n - k, 0) / n)
    differ = orthant_probability(J, np.minimum(N - k, n) / n, np.maximum(k - 1, 0) / n)
    return log_binomial + special.xlogy(N - k, 2 * agree) + special.xlogy(k, 2 * differ)
