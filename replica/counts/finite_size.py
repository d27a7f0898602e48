"""The exact mean numbers of fixed points and of pairs, at any number of neurons."""

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from replica.counts.layers import layered_entropy
from replica.counts.response import site
from replica.gauss.orthant import Floats, orthant_probability

LARGEST = 10**6  # neurons, where an array goes through all distances


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
    g, a = site(alpha, slope, one_plus_slope, np.zeros(N.shape), np.ones(N.shape))
    log_E = N * (np.log(2) + g)
    for i in np.flatnonzero(np.isfinite(log_E)):
        integral = _around_saddle(int(N[i]), alpha[i], slope[i], one_plus_slope[i], a[i])
        log_E[i] += np.log(integral)
    return log_E


def _around_saddle(N: int, alpha: float, slope: float, one_plus_slope: float, a: float) -> float:
    r"""Return :math:`\int dt\, e^{f(z_0 + t) - f(z_0)} / \sqrt{2\pi}`.

    Here :math:`f(z) = -z^2/2 + N \ln \Phi(\alpha + \beta z)` and :math:`z_0 = N \beta a`, so that
    :math:`x = \alpha + \beta z = A + \beta t` with a real A. The rule is trapezoidal in u, with
    :math:`t = w \sinh(u - i\theta)`: on the real line the integrand oscillates, and at
    :math:`\eta = -1` falls off as a power only; on a hyperbola it falls off exponentially.
    """
    A, beta = alpha + slope * a, np.sqrt(complex(slope / N))
    u, du = np.linspace(-30, 30, 1441, retstep=True)
    shift = alpha + one_plus_slope * a  # A + a, which would cancel
    # width of the peak; at slope = -1 the curvature falls as 1/A^2, into the rounding
    w = 1 / np.sqrt(max(1 + slope * a * shift, 1 / (4 + A**2)))
    theta = np.pi / 8 if slope < 0 else 0.0
    t, dt = w * np.sinh(u - 1j * theta), w * np.cosh(u - 1j * theta) * du
    x = A + beta * t
    log_x, x_in_tail = _log_ndtr(x)
    log_A, A_in_tail = _log_ndtr(np.array(A + 0j))
    # in the tail, ln Phi = log - x^2/2: the squares nearly cancel, and are added by hand
    inside = -one_plus_slope * t**2 / 2 - N * beta * shift * t
    outside = -(t**2) / 2 - N * beta * a * t
    gaussian = np.where(x_in_tail, inside, outside) + N * A**2 / 2 * (1.0 * A_in_tail - x_in_tail)
    integrand = np.exp(gaussian + N * (log_x - log_A))
    return float(np.sum(integrand * dt).real / np.sqrt(2 * np.pi))


def _log_ndtr(
    x: npt.NDArray[np.complex128],
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.bool]]:
    r"""Return :math:`\ln \Phi(x) + [x \in \text{tail}]\, x^2/2` and whether x is in the tail.

    The tail is where :math:`e^{-x^2/2}` dominates: the left half plane, and the right one beyond
    the diagonals. `scipy.special.log_ndtr` overflows there.
    """
    left, beyond = x.real < 0, (x * x).real < 0
    w = special.wofz(np.where(left, -1j, 1j) * x / np.sqrt(2)) / 2
    decay = np.exp(np.where(beyond, 1, -1) * (1 - left) * x * x / 2)
    right = np.where(beyond, decay - w, 1 - decay * w)
    return np.log(np.where(left, w, right)), left | beyond
