r"""The exact mean numbers of short cycles of the synchronous dynamics, at any number of neurons.

Two states at distance k send to a neuron on which they agree, or differ, fields of correlation

.. math:: \rho_a = \frac{N-1-2k}{N-1}, \qquad \rho_d = \frac{N+1-2k}{N-1},

and different neurons are independent (fully asymmetric couplings). With :math:`J = J_D/\sigma`,
:math:`\sigma^2 = (N-1)/N`, :math:`F = \Phi(J)` and Owen's function T,

.. math:: P_2(\rho) = P(x > -J, y > -J) = F - 2 T(J, a), \quad
          \bar P_2(\rho) = P(x > J, y > J), \quad a^2 = \frac{1-\rho}{1+\rho} .
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from dynamics.attractors import symmetric_cycles
from foundation import domains

Floats = npt.NDArray[np.float64]

LARGEST = 100_000  # neurons
_TINY = 80.0  # exp(-_TINY / 2) is where integrals are cut off
_NODES, _WEIGHTS = (x / 2 for x in np.polynomial.legendre.leggauss(64))


def log_expected_two_cycles(N: int, J_D: npt.ArrayLike, eta: float = 0.0) -> Floats:
    r"""Return :math:`\ln E[\#]` of the cycles :math:`s \to t \to s` with :math:`s \ne t`.

    .. math:: E[\#] = \tfrac12 \sum_{k=1}^{N} 2^N \binom Nk P_2(\rho_a)^{N-k} \bar P_2(-\rho_d)^k :

    a neuron on which both agree is stable in both, one on which they differ is unstable in both.
    For :math:`J_D > 0` and large N the mean is dominated by rare networks: it grows exponentially
    where the typical number falls.

    Parameters
    ----------
    N
        Number of neurons, from 2 to 100,000.
    J_D
        Self-coupling, >= 0; any shape.
    eta
        Symmetry of the couplings, in [-1, 1]; for other values than 0, N is at most 40, and the
        mean is a sum of integrals (`dynamics.attractors.symmetric_cycles`), each number a second.

    Returns
    -------
    Logarithms, of the shape of `J_D`; -inf beyond the range of floats (`J_D` above 1e150).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the sum of integrals is not known to a part in 10^6.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import dynamics
    >>> np.exp(dynamics.log_expected_two_cycles(N=20, J_D=[0.0, 0.5])).round(3)
    array([1.144, 0.076])

    Symmetric couplings have many more, next to their fixed points no other cycles:

    >>> np.exp(dynamics.log_expected_two_cycles(N=6, J_D=0.0, eta=1.0)).round(2)
    np.float64(5.42)
    """
    eta = domains.real("eta", eta, low=-1, high=1)
    if eta:
        N = domains.integer("N", N, low=2, high=symmetric_cycles.LARGEST)
        couplings = domains.reals("J_D", J_D, low=0)
        logs = [symmetric_cycles.log_mean(N, float(x), eta) for x in couplings.ravel()]
        return np.array(logs).reshape(couplings.shape)[()]
    N, J, k = _arguments(N, J_D)
    agree, differ = _angles(N, k)
    terms = special.xlogy(N - k, special.ndtr(J) - 2 * special.owens_t(J, agree))
    with np.errstate(over="ignore"):
        terms += k * _log_both_above(J, differ)
    return np.asarray(special.logsumexp(terms + _log_binomial(N, k), axis=-1) + _log_half_power(N))


def log_expected_reversing_four_cycles(N: int, J_D: npt.ArrayLike) -> Floats:
    r"""Return :math:`\ln E[\#]` of the cycles :math:`s \to t \to -s \to -t \to s`.

    .. math:: E[\#] = \tfrac14 \sum_{k=0}^{N} 2^N \binom Nk [F - P_2(\rho_a)]^{N-k}
              [F - P_2(-\rho_d)]^k .

    Arguments and errors are those of `log_expected_two_cycles`: `N`, `J_D`.

    Examples
    --------
    >>> import numpy as np
    >>> import dynamics
    >>> np.exp(dynamics.log_expected_reversing_four_cycles(N=20, J_D=[0.0, 0.5])).round(3)
    array([0.292, 0.01 ])
    """
    N, J, k = _arguments(N, J_D)
    agree, differ = _angles(N, k)
    with np.errstate(over="ignore"):
        terms = np.where(k < N, np.maximum(N - k, 1) * _log_one_above(J, agree), 0)
        terms += k * _log_one_above(J, differ)
    logs = special.logsumexp(terms + _log_binomial(N, k), axis=-1)
    return np.asarray(logs + _log_half_power(N) - np.log(2))


def _arguments(N: int, J_D: npt.ArrayLike) -> tuple[int, Floats, Floats]:
    """Return N, the threshold in units of sigma, and all distances k along a last dimension."""
    N = domains.integer("N", N, low=2, high=LARGEST)
    J_D = domains.reals("J_D", J_D, low=0)
    k = np.arange(1.0, N + 1)  # at k = 0 both kinds of cycle are impossible
    return N, J_D[..., None] * np.sqrt(N / (N - 1)), k


def _angles(N: int, k: Floats) -> tuple[Floats, Floats]:
    r"""Return a for the correlations :math:`\rho_a` and :math:`-\rho_d`."""
    with np.errstate(divide="ignore"):
        # no neuron agrees at k = N, where the first has no meaning
        return np.sqrt(k / np.maximum(N - 1 - k, 0)), np.sqrt((N - k) / (k - 1))


def _log_both_above(J: Floats, a: Floats) -> Floats:
    r"""Return :math:`\ln \bar P_2`, where :math:`P_2 + 1 - 2F` cancels by an integral.

    .. math:: \bar P_2 = \frac1\pi e^{-J^2 (1 + a^2) / 2} \int_0^{\varphi} d\psi\,
              e^{-J^2 y (a + y/2)}, \qquad y = \cot(\varphi - \psi) - a, \quad \cot \varphi = a .
    """
    possible = np.isfinite(a)
    J, a = np.broadcast_arrays(J, np.where(possible, a, 0))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        q = J**2 / _TINY
        closest = 1 / (a * q + np.hypot(a * q, np.sqrt(q)))  # y at which the exponent is -_TINY / 2
        phi = np.arctan2(1, a)
        last = np.arctan2(1, a + (1 + a**2) / closest)
        psi = last[..., None] * (0.5 + _NODES)
        y = np.sin(psi) * np.sqrt(1 + a**2)[..., None] / np.sin(phi[..., None] - psi)
        exponent = -(J[..., None] ** 2) * y * (a[..., None] + y / 2)
        logs = np.log(np.exp(exponent) @ _WEIGHTS * last / np.pi) - J**2 * (1 + a**2) / 2
        direct = special.ndtr(-J) - 2 * special.owens_t(J, a)
        # the integrand of a small J is steep near the end of the angles; there nothing cancels
        logs = np.where(direct > 1e-5, np.log(direct), logs)
    return np.where(possible & np.isfinite(logs), logs, -np.inf)


def _log_one_above(J: Floats, a: Floats) -> Floats:
    r"""Return :math:`\ln[F - P_2] = \ln 2 T(J, a)`, beyond the underflow of `owens_t`.

    .. math:: F - P_2 = \frac1\pi e^{-J^2 / 2} \int_0^{\arctan a} d\psi\, e^{-J^2 \tan^2 \psi / 2} .
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        last = np.arctan(np.minimum(a, np.sqrt(_TINY) / J))
        tangent = np.tan(last[..., None] * (0.5 + _NODES))
        weights = np.exp(-((J[..., None] * tangent) ** 2) / 2)
        logs = np.log(weights @ _WEIGHTS * last / np.pi) - J**2 / 2
        logs = np.where(J < 8, np.log(2 * special.owens_t(J, a)), logs)
    return np.where(np.isfinite(logs), logs, -np.inf)


def _log_binomial(N: int, k: Floats) -> Floats:
    return np.asarray(-special.betaln(N - k + 1, k + 1) - np.log(N + 1))


def _log_half_power(N: int) -> float:
    return float((N - 1) * np.log(2))
