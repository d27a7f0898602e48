r"""The exact mean number of 2-cycles of synchronous updates with partly symmetric couplings.

In a cycle :math:`s \to t \to s` let :math:`u_i = t_i h_i(s)`, :math:`v_i = s_i h_i(t)`. Neurons
on which both states agree need :math:`u, v > -J_D`, the others :math:`u, v > J_D`: with
:math:`x = (u + v)/2` and :math:`y = (u - v)/2`, :math:`|y| < x \pm J_D`. Symmetry
correlates the neurons. Of n neurons in one of the two groups and :math:`n' = N - n` in the other,

.. math:: \langle x_i x_j \rangle = \frac{\eta}{N}, \quad \langle x_i^2 \rangle = \frac{n-1}{N},
          \quad \langle y_i y_j \rangle = 0, \quad \langle y_i^2 \rangle = \frac{n'}{N},

and between the groups :math:`\langle y_i y_j \rangle = -\eta/N`. So given a common Gaussian z in
each group and a complex w in both, :math:`\langle |w|^2 \rangle = 1`, all neurons are independent:

.. math:: x_i = \sqrt{\tfrac\eta N} z + \sqrt{\tfrac{n-1-\eta}{N}}\, \xi_i, \qquad
          y_i = -i \sqrt{\tfrac\eta N} w + \sqrt{\tfrac{n'}{N}}\, \zeta_i ,

with :math:`\bar w` in the second group. The average over w of two power series,
:math:`\sum_m A_m w^m` and :math:`\sum_m D_m \bar w^m`, is :math:`\sum_m m!\, A_m D_m`.
"""

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from foundation.errors import ConvergenceError

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

LARGEST = 40  # neurons
_RADIUS, _POINTS, _TERMS = 3.0, 40, 24  # of the circle on which power series are read off
_X, _W = np.polynomial.legendre.leggauss(48)
_T = np.linspace(-8, 8, 81)  # trapezoidal rule: exact to rounding errors
_NEGLIGIBLE = 1e-6  # last term of the series


def log_mean(N: int, J_D: float, eta: float) -> float:
    """Return the logarithm of the mean number of 2-cycles, for eta != 0."""
    k = np.arange(1.0, N + 1)
    logs, last = np.array([_term(N, int(one), J_D, eta) for one in k]).T
    weights = -special.betaln(N - k + 1, k + 1) - np.log(N + 1)
    total, rest = special.logsumexp([logs + weights, last + weights], axis=1)
    if rest > total + np.log(_NEGLIGIBLE):
        raise ConvergenceError(
            f"the series for 2-cycles does not converge at N = {N}, J_D = {J_D:g}, eta = {eta:g}; "
            "raise N or lower |eta|"
        )
    return float(total + (N - 1) * np.log(2))


def _term(N: int, k: int, J_D: float, eta: float) -> tuple[float, float]:
    """Return the logarithm of the probability that two states at distance k are a cycle.

    The second number is that of the last term of the series.
    """
    agree, scale_a = _series(N, N - k, -J_D, eta)
    differ, scale_d = _series(N, k, J_D, eta)
    parts = special.gamma(2 * np.arange(_TERMS) + 1) * agree * differ
    last = 1 + int(np.argmin(np.abs(parts[1:])))  # later ones are rounding errors
    total = parts[: last + 1].sum()
    if not np.isfinite(scale_a + scale_d) or total <= 0:
        return -np.inf, -np.inf
    with np.errstate(divide="ignore"):
        logs = np.log([total, abs(parts[last])]) + scale_a + scale_d
    return float(logs[0]), float(logs[1])


def _series(N: int, n: int, threshold: float, eta: float) -> tuple[Floats, float]:
    """Return the coefficients of even powers of w, over a scale, and its logarithm."""
    if n == 0:
        return np.eye(1, _TERMS)[0], 0.0
    # a function of w^2 with real coefficients: a quarter of the circle tells all
    w = _RADIUS * np.exp(1j * np.pi * np.arange(_POINTS // 2 + 1) / _POINTS)
    if n == N:
        w = np.zeros(1, dtype=complex)  # the other group is empty, and needs no w
    values, scale = _group(N, n, threshold, eta, w)
    if n == N:
        return np.real(values[0]) * np.eye(1, _TERMS)[0], scale
    coefficients = np.fft.irfft(values.conj(), _POINTS)[:_TERMS]
    return coefficients / _RADIUS ** (2.0 * np.arange(_TERMS)), scale


def _group(N: int, n: int, threshold: float, eta: float, w: Complexes) -> tuple[Complexes, float]:
    """Return the averages over z for each w, over a scale, and its logarithm."""
    own, other = np.sqrt(max(0.0, n - 1 - eta) / N), np.sqrt((N - n) / N)
    root = np.sqrt(complex(eta)) / np.sqrt(N)  # imaginary for eta < 0
    shift = -1j * root * w
    if n == 1:  # x = 0
        if threshold >= 0:
            return 0 * w, -np.inf
        return _between(-threshold, shift, other), 0.0
    z, weights = _line(n, threshold, eta, own, other, N)
    p = _probability(root * z, shift[:, None], threshold, own, other)
    largest = np.abs(p).max()
    if largest == 0:
        return 0 * w, -np.inf
    scale = float(n * np.log(largest) - (z**2).real.min() / 2)
    terms = (p / largest) ** n * np.exp((z**2).real.min() / 2 - z**2 / 2)
    return np.asarray(terms @ weights / np.sqrt(2 * np.pi)), scale


def _line(
    n: int, threshold: float, eta: float, own: float, other: float, N: int
) -> tuple[Complexes, Floats]:
    """Return where the integrand over z is taken, and the weights of a sum."""
    start = _saddle(n, threshold, eta, own, other, N)
    if n == 2 and eta > 0:  # all of x comes from z, or nearly so: there is an edge
        low = max((threshold - 9 * own) / np.sqrt(eta / N), start - 9)
        half = (start + 9 - low) / 2
        nodes, weights = np.polynomial.legendre.leggauss(200)
        z = np.asarray(low + half * (1 + nodes) + 0j, dtype=np.complex128)
        return z, half * weights
    line = start + _T if eta > 0 else 1j * start + _T
    return np.asarray(line + 0j, dtype=np.complex128), np.full(_T.shape, _T[1] - _T[0])


def _saddle(n: int, threshold: float, eta: float, own: float, other: float, N: int) -> float:
    """Return where the integrand is largest on the real line, or smallest on the imaginary one."""
    step, sign = np.sqrt(abs(eta) / N), np.sign(eta)

    def exponent(z: float) -> float:
        mean = np.array([sign * step * z + 0j])
        p = float(_probability(mean, np.zeros((1, 1), complex), threshold, own, other)[0, 0].real)
        return float(z**2 / 2 - sign * n * np.log(max(p, 1e-300)))

    return float(optimize.minimize_scalar(exponent, bracket=(0, 1)).x)


def _probability(
    mean: Complexes, shift: Complexes, threshold: float, own: float, other: float
) -> Complexes:
    """Return the probability of |y| < x - threshold, for means of x and y along last axes."""
    if own == 0:
        return _between(np.maximum(0, mean.real - threshold), shift, other)
    low = np.maximum(threshold, mean.real - 9 * own)
    half = np.maximum(0, mean.real + 9 * own - low) / 2
    x = low[:, None] + half[:, None] * (1 + _X)
    density = np.exp(-(((x - mean[:, None]) / own) ** 2) / 2) / (own * np.sqrt(2 * np.pi))
    inside = _between(x - threshold, shift[..., None], other)
    return np.asarray((density * inside * _W).sum(axis=-1) * half)


def _between(half: Floats | Complexes | float, shift: Complexes, width: float) -> Complexes:
    """Return the probability of |y| < half for a normal variable of that mean and width."""
    if width == 0:
        return np.asarray(np.greater(np.real(half), 0) + 0j * shift)
    scale = np.sqrt(2) * width
    both = special.erf((half - shift) / scale) + special.erf((half + shift) / scale)
    return np.asarray(both / 2)
