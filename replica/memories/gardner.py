"""How many patterns any couplings can store: Gardner's capacity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains

Floats = npt.NDArray[np.float64]
_ROOT = np.sqrt(2 * np.pi)


def gardner_capacity(
    kappa: npt.ArrayLike = 0.0, J_D: npt.ArrayLike = 0.0, bias: npt.ArrayLike = 0.0
) -> Floats:
    r"""Return the load up to which couplings exist that store patterns with a margin.

    Each neuron asks for :math:`\xi_i^\mu \sum_{j \ne i} J_{ij} \xi_j^\mu + J_D > \kappa` in all P
    patterns, by couplings with :math:`\sum_j J_{ij}^2 = 1`. So the self-coupling lowers the margin,
    to :math:`K = \kappa - J_D`. Of patterns whose entries have the mean b,

    .. math:: \frac1{\alpha_c} = \min_M \sum_\pm \frac{1 \pm b}{2} \int_{-K_\pm}^\infty Dt\,
              (t + K_\pm)^2, \qquad K_\pm = \frac{K \mp b M}{\sqrt{1 - b^2}} ,

    where M, the sum of the couplings of a neuron (over :math:`\sqrt N`), is free; M = 0 without a
    bias, and :math:`\alpha_c = 2` at K = 0.

    Parameters
    ----------
    kappa
        Margin, in [-5, 100]; any shape.
    J_D
        Self-coupling, in [0, 5]; broadcast. `kappa - J_D` must be >= -5.
    bias
        Mean of the entries, in (-1, 1); broadcast.

    Returns
    -------
    Patterns per neuron, of the common shape, to eleven digits. For :math:`\kappa \ge J_D` this is
    the capacity, of which couplings with :math:`J_{ij} \ne J_{ji}` are meant. For
    :math:`\kappa < J_D`, a negative margin, replica symmetry is broken, and it is an upper bound.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/memories.md`; Gardner, J. Phys. A 21, 257 (1988), equations for :math:`\alpha_c`.

    Examples
    --------
    >>> import replica
    >>> replica.gardner_capacity(kappa=[0.0, 0.5, 1.0]).round(4)
    array([2.    , 0.9612, 0.5196])
    >>> replica.gardner_capacity(J_D=[0.1, 0.2]).round(4)
    array([2.3525, 2.7827])
    >>> replica.gardner_capacity(bias=[0.0, 0.8]).round(4)
    array([2.    , 3.9129])
    """
    kappa = domains.reals("kappa", kappa, low=-5, high=100)
    J_D = domains.reals("J_D", J_D, low=0, high=5)
    bias = domains.reals("bias", bias, low=-1, high=1, exclusive=True)
    margin, b = np.broadcast_arrays(kappa - J_D, bias)
    if (low := margin < -5).any():
        raise ValueError(f"kappa - J_D must be >= -5, got {margin[low].flat[0]:g}")
    points = zip(margin.ravel().tolist(), b.ravel().tolist(), strict=True)
    return np.array([1 / _least(K, b) for K, b in points]).reshape(margin.shape)[()]


def _least(K: float, b: float) -> float:
    """Return the cost of a pattern, the inverse capacity, with the best sum of couplings."""
    from scipy import optimize

    if b == 0:
        return float(_second(np.array(K)))
    share, sign, width = np.array([1 + b, 1 - b]) / 2, np.array([1, -1]), np.sqrt(1 - b**2)

    def slope(M: float) -> float:
        return float(-(share * sign) @ _first((K - sign * b * M) / width)) * np.sign(b)

    far = (abs(K) + 10) / abs(b)
    M = optimize.brentq(slope, -far, far, xtol=1e-13)
    return float(share @ _second((K - sign * b * M) / width))


def _first(K: Floats) -> Floats:
    r""":math:`\int_{-K}^\infty Dt (t + K)`."""
    return np.exp(-(K**2) / 2) / _ROOT + K * special.ndtr(K)


def _second(K: Floats) -> Floats:
    r""":math:`\int_{-K}^\infty Dt (t + K)^2`."""
    return (1 + K**2) * special.ndtr(K) + K * np.exp(-(K**2) / 2) / _ROOT
