"""The exact mean number of fixed points, at any number of neurons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from replica.counts.layers import layered_entropy
from replica.counts.response import response
from replica.counts.saddle_integral import Saddle, integral_around
from replica.gauss.orthant import Floats, orthant_probability


def log_expected_fixed_points(
    N: npt.ArrayLike, J_D: npt.ArrayLike, eta: npt.ArrayLike = 0.0
) -> Floats:
    r"""Return :math:`\ln E[\#]`, exact at any N.

    The stabilities are Gaussian, of mean :math:`J_D`, variance :math:`(N-1)/N` and pairwise
    covariance :math:`\eta/N`. So :math:`E[\#] = [2 H(-J_D/\sigma)]^N` with
    :math:`\sigma^2 = (N-1)/N` at :math:`\eta = 0`; otherwise a common Gaussian z remains,

    .. math:: E[\#] = 2^N \int Dz\, \Phi(\alpha + \beta z)^N, \qquad
              \alpha = J_D/\sqrt v, \quad \beta^2 = \frac{\eta}{N v}, \quad v = \frac{N-1-\eta}{N},

    where :math:`\beta` is imaginary for :math:`\eta < 0`. The integral is taken along the line
    through its saddle point, on which the integrand is largest there.

    Parameters
    ----------
    N
        Number of neurons, >= 1; any shape.
    J_D
        Self-coupling, >= 0; broadcast against `N`.
    eta
        Symmetry of the couplings, in [-1, 1]; broadcast against `N`.

    Returns
    -------
    Logarithms, of the common shape (a float for single numbers); -inf where no fixed point exists.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the saddle point is not found.

    References
    ----------
    `docs/theory/fixed-points.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import replica
    >>> np.exp(replica.log_expected_fixed_points(N=[5, 10, 20], J_D=0.5)).round(1)
    array([  5.9,  29.3, 746.5])

    The metastable states of the Sherrington-Kirkpatrick model:

    >>> round(float(replica.log_expected_fixed_points(N=1000, J_D=0.0, eta=1.0)) / 1000, 4)
    0.1993
    """
    N, J_D, eta = np.broadcast_arrays(
        domains.integers("N", N),
        domains.reals("J_D", J_D, low=0),
        domains.reals("eta", eta, low=-1, high=1),
    )
    log_E = np.where(J_D > 0, np.log(2), -np.inf)  # a lone neuron
    for case, log_count in (
        ((N > 1) & (eta == 0), _asymmetric),
        ((N == 2) & (eta != 0), _two_neurons),
        ((N > 2) & (eta != 0), _correlated),
    ):
        if case.any():
            log_E[case] = log_count(N[case], J_D[case], eta[case])
    return log_E[()]


def log_expected_layered_fixed_points(
    N: npt.ArrayLike, L: npt.ArrayLike, J_D: npt.ArrayLike, lam: npt.ArrayLike
) -> Floats:
    r"""Return :math:`\ln E[\#]` of a chain of L layers of N >= 2 neurons, exact.

    It is :math:`NL\, \Phi_L(J_D/\sigma, \lambda/\sigma)`, :math:`\sigma^2 = (N-1)/N`: the couplings
    within a layer are independent, so the sites are.

    Parameters
    ----------
    N
        Number of neurons in a layer, >= 2; any shape.
    L
        Number of layers, >= 1; broadcast against `N`.
    J_D
        Self-coupling, >= 0; broadcast against `N`.
    lam
        Coupling between neighbouring layers, >= 0; broadcast against `N`.

    Returns
    -------
    Logarithms, of the common shape (a float for single numbers).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/fixed-points.md`.

    Examples
    --------
    >>> import replica
    >>> N, L = 100, 2
    >>> log_E = replica.log_expected_layered_fixed_points(N, L, J_D=0.0, lam=0.3)
    >>> round(float(log_E) / (N * L), 4)
    0.0273
    >>> round(float(replica.layered_entropy(J_D=0.0, lam=0.3, L=L)), 4)
    0.0271
    """
    N, L = domains.integers("N", N, low=2), domains.integers("L", L)
    J_D, lam = domains.reals("J_D", J_D, low=0), domains.reals("lam", lam, low=0)
    sigma = np.sqrt((N - 1) / N)
    return N * L * layered_entropy(J_D / sigma, lam / sigma, L)


def _asymmetric(N: npt.NDArray[np.int64], J_D: Floats, eta: Floats) -> Floats:
    return np.asarray(N * np.log1p(special.erf(J_D / np.sqrt(2 * (N - 1) / N))))


def _two_neurons(N: npt.NDArray[np.int64], J_D: Floats, eta: Floats) -> Floats:
    """Return the count for N = 2, where the two stabilities have correlation eta."""
    log_E = np.full(J_D.shape, -np.inf)
    some = (eta > -1) | (J_D > 0)
    J, delta, epsilon = J_D[some] * np.sqrt(2), (1 - eta[some]) / 2, (1 + eta[some]) / 2
    log_E[some] = np.log(4) + np.log(orthant_probability(J, delta, epsilon))
    return log_E


def _correlated(N: npt.NDArray[np.int64], J_D: Floats, eta: Floats) -> Floats:
    """Return the count for N > 2: its value at the saddle point, and the integral around it."""
    v = (N - 1 - eta) / N
    # a larger J_D changes nothing, and its square would overflow
    alpha, slope = np.minimum(J_D, 1e5) / np.sqrt(v), eta / v  # slope = N beta^2
    one_plus_slope = (N - 1) * (1 + eta) / (N * v)
    g, a = response(alpha, slope, one_plus_slope, np.zeros(N.shape), np.ones(N.shape))
    log_E = N * (np.log(2) + g)
    for i in np.flatnonzero(np.isfinite(log_E)):
        saddle = Saddle(int(N[i]), alpha[i], slope[i], one_plus_slope[i], a[i])
        log_E[i] += np.log(integral_around(saddle))
    return log_E
