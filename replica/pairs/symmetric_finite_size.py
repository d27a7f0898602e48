"""The exact mean number of pairs of fixed points in a small network of positive symmetry."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from foundation.errors import ConvergenceError
from replica.counts.finite_size import log_expected_fixed_points
from replica.gauss.orthant import Floats

LARGEST_N = 40
_CIRCLE = 128  # nodes, of which one quarter is computed

Complexes = npt.NDArray[np.complex128]


def log_expected_symmetric_pairs(N: int, J_D: float, eta: float) -> Floats:
    r"""Return :math:`\ln E[\#]` of ordered pairs at every Hamming distance, exact, `eta` > 0.

    The neurons that agree share a Gaussian, those that differ share another, and a complex
    Gaussian :math:`\zeta` couples the two kinds:

    .. math:: E[\#_k] = 2^N \binom Nk \langle f(\zeta) g(\zeta^*) \rangle_\zeta
              = 2^N \binom Nk \sum_n n!\, (\eta/N)^n f_n g_n,
              \qquad f(x) = \int Dz\, P_2(J_D + \sqrt{\eta/N}\, z \pm x)^{N-k},

    with :math:`f_n` the Taylor coefficients of f, and of g for the k neurons that differ.

    Parameters
    ----------
    N
        Number of neurons, an integer in [3, 40].
    J_D
        Self-coupling, a number in [0, 3].
    eta
        Symmetry of the couplings, a number in [0.001, 1].

    Returns
    -------
    Logarithms, of shape `(N + 1,)`, to about 1e-9; -inf where no pair exists. At k = 0 the pairs
    are those of a fixed point with itself.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the sum does not converge: for `N` from 3 to 6 and `eta` from about 0.9 on.

    References
    ----------
    `docs/theory/symmetric.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import replica
    >>> np.exp(replica.log_expected_symmetric_pairs(N=4, J_D=0.5, eta=0.5)).round(2)
    array([5.17, 6.56, 7.79, 6.56, 5.17])
    """
    N = domains.integer("N", N, low=3, high=LARGEST_N)
    J_D = domains.real("J_D", J_D, low=0, high=3)
    eta = domains.real("eta", eta, low=0.001, high=1)
    log_E = np.empty(N + 1)
    log_E[0] = log_expected_fixed_points(N, J_D, eta)
    for k in range(1, N // 2 + 1):
        with np.errstate(divide="ignore"):
            log_E[k] = np.log(special.binom(N, k) * _coupled(N, k, J_D, eta)) + N * np.log(2)
    log_E[N // 2 + 1 :] = log_E[(N - 1) // 2 :: -1]  # one state reversed
    return log_E


def _coupled(N: int, k: int, J_D: float, eta: float) -> float:
    """Return the mean over the complex Gaussian, from the Taylor coefficients of both sides."""
    if k == 1 and J_D < 1e-250:
        return 0.0  # the two stabilities of the neuron that differs are opposite; or underflow
    v = (N - 1 - eta) / N
    agree = _taylor(N - k, J_D, v, (N - 1 - 2 * k - eta) / (N * v), eta / N)
    if k > 1:
        differ = _taylor(k, J_D, v, -(N + 1 - 2 * k + eta) / (N * v), eta / N)
    else:  # a lone neuron shares its Gaussian with nobody
        differ = _taylor(1, J_D, (N - 1) / N, -1.0, 0.0)
    n = np.arange(0, _CIRCLE // 2, 2)
    log_factor = special.gammaln(n + 1) + n * np.log(eta / N * agree.scale * differ.scale)
    terms = agree.scaled * differ.scaled * np.exp(log_factor)
    # positive terms, that fall off like a geometric series in the end, or into the rounding
    if rounding := int(np.argmax(terms < 1e-14 * terms[0])):
        return float(terms[:rounding].sum())
    ratio = terms[-1] / terms[-2]
    tail = terms[-1] * ratio / (1 - ratio)
    if not 0 <= tail < 1e-7 * terms.sum():
        raise ConvergenceError(
            f"The sum over n does not converge at N={N}, k={k}, J_D={J_D}, eta={eta}; try a larger "
            "N or a smaller eta."
        )
    return float(terms.sum() + tail)


class _Taylor(NamedTuple):
    """The even Taylor coefficients of a function: those of x^n, times `scale` to the -n."""

    scaled: Floats
    scale: float


def _taylor(n: int, J_D: float, v: float, rho: float, shared: float) -> _Taylor:
    r"""Return the even Taylor coefficients of what n pairs of stabilities contribute.

    They belong to :math:`\int Dz\, P_2^n`: n pairs of stabilities of variance v, correlation rho,
    and a shared Gaussian of variance `shared`.
    """
    beta = np.sqrt(shared / v)
    z, dz = _normal_rule(-J_D / np.sqrt(shared) if shared else 0.0)
    J = (J_D / np.sqrt(v) + beta * z)[:, None]

    def mean(x: Complexes) -> Complexes:
        return dz @ _orthant(J, x, rho) ** n

    # a larger circle serves the high coefficients, and costs the low ones digits
    angle = 2 * np.pi * np.arange(_CIRCLE // 4 + 1) / _CIRCLE
    radius, start = 8.0, mean(np.zeros(1, complex)).real[0]
    with np.errstate(over="ignore", invalid="ignore"):
        while not np.abs(mean(radius * np.exp(1j * angle[::4]))).max() < 1e4 * start:
            radius /= 1.4
    values = mean(radius * np.exp(1j * angle))
    # the function is even, and real on the real axis:
    values = np.concatenate([values, values[-2:0:-1].conj()])  # half of the circle: one period
    coefficients = np.fft.fft(values).real / len(values)
    return _Taylor(coefficients[: len(values) // 2], 1 / (radius * np.sqrt(v)))


class _Rule(NamedTuple):
    """Nodes of a quadrature, and their weights."""

    z: Floats
    weight: Floats


def _normal_rule(kink: float) -> _Rule:
    """Return nodes and weights for the normal measure, with a panel that ends at the kink."""
    x, w = special.roots_legendre(16)
    ends = np.union1d(np.arange(-9, 15, 2), np.clip(kink, -9, 13))
    width = np.diff(ends)[:, None]
    z = (ends[:-1, None] + width * (x + 1) / 2).ravel()
    return _Rule(z, (width * w / 2).ravel() * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))


def _orthant(J: Floats, shift: Complexes, rho: float) -> Complexes:
    r"""Return the probability that two variables of correlation rho exceed -a and -b.

    The thresholds a, b are J ± shift, and

    .. math:: P_2 = \Phi(a)\Phi(b) + \frac1{2\pi} \int_0^{\arcsin\rho}
              e^{-(a^2 + b^2 - 2ab\sin t)/2\cos^2 t} dt,

    which holds for complex thresholds too; its integrand varies fast only towards the end.
    """
    x, w = special.roots_legendre(16)
    a, b = J + shift, J - shift
    if rho == -1:
        if J.max() < 1e-3:  # the sum would cancel: P_2 = int_-J^J dt phi(shift + t)
            density = np.exp(-((shift[..., None] + J[..., None] * x) ** 2) / 2) / np.sqrt(2 * np.pi)
            return np.where(J > 0, J * (density @ w), 0)
        return np.where((a + b).real > 0, special.ndtr(a) + special.ndtr(b) - 1, 0)
    end = np.arcsin(rho)
    # panels shrink towards the end, down to its distance from the pole at |t| = pi/2
    octaves = 2 + np.ceil(np.log2(1 + abs(end) / (np.pi / 2 - abs(end))))
    ends = np.append(1 - 2.0 ** -np.arange(octaves), 1.0)
    width = np.diff(ends)[:, None]
    t = end * (ends[:-1, None] + width * (x + 1) / 2).ravel()
    weight = end * (width * w / 2).ravel() / (2 * np.pi)
    # with a, b = u +- v the exponent is a sum of two squares
    u, v = (a + b) / 2, (a - b) / 2
    plus, minus = 1 / (1 + np.sin(t)), 1 / (1 - np.sin(t))
    density = np.exp(-(u**2)[..., None] * plus - (v**2)[..., None] * minus)
    return special.ndtr(a) * special.ndtr(b) + density @ weight
