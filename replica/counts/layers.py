"""How many fixed points a chain of layers has."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from replica.gauss.orthant import Floats


def layered_entropy(
    J_D: npt.ArrayLike, lam: npt.ArrayLike, L: npt.ArrayLike | None = None
) -> Floats:
    r"""Return the entropy of fixed points per neuron of a chain of L layers.

    In the bond variables :math:`\tau_l = s^l s^{l+1}` every site is a chain of transfer matrices,

    .. math:: \Phi_L = \tfrac1L \ln\left[2\, v^T M^{L-2} v\right], \qquad
              M_{\tau\tau'} = H(-J_D - \lambda(\tau + \tau')), \quad
              v_\tau = H(-J_D - \lambda\tau),

    and :math:`\Phi_\infty` is the logarithm of the largest eigenvalue of M.

    Parameters
    ----------
    J_D
        Self-coupling, >= 0; any shape.
    lam
        Coupling between neighbouring layers, >= 0; broadcast against `J_D`.
    L
        Number of layers, >= 1, broadcast too; None for an infinite chain.

    Returns
    -------
    Nats per neuron, of the common shape (a float for single numbers).

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
    >>> replica.layered_entropy(J_D=0.0, lam=0.3, L=[1, 2, 10]).round(4)
    array([0.    , 0.0271, 0.0433])
    >>> round(float(replica.layered_entropy(J_D=0.0, lam=0.3)), 4)
    0.0475
    """
    J_D, lam = domains.reals("J_D", J_D, low=0), domains.reals("lam", lam, low=0)
    if L is None:
        return _spectrum(J_D, lam).log_top[()]
    J_D, lam, L = np.broadcast_arrays(J_D, lam, domains.integers("L", L))
    spectrum = _spectrum(J_D, lam)
    # 2 v^T M^(L-2) v, with the sum over the two eigenvectors; there is no bond at L = 1
    n = np.maximum(L - 2, 0)
    ends = np.log(spectrum.top_weight + spectrum.other_weight * spectrum.ratio**n)
    single = np.log1p(special.erf(J_D / np.sqrt(2)))
    return np.where(L == 1, single, (n * spectrum.log_top + ends) / L)[()]


class _Spectrum(NamedTuple):
    """The two eigenvalues of M, and what the ends of a chain weigh in their vectors.

    Attributes
    ----------
    log_top
        Logarithm of the larger eigenvalue.
    ratio
        The smaller eigenvalue over the larger.
    top_weight, other_weight
        Halves of the squared components of 2v along the two eigenvectors.
    """

    log_top: Floats
    ratio: Floats
    top_weight: Floats
    other_weight: Floats


def _spectrum(J_D: Floats, lam: Floats) -> _Spectrum:
    r"""Return the spectrum of M.

    Every factor is written as :math:`2H(-x) = 1 + \mathrm{erf}(x/\sqrt2)`, so that weak couplings
    keep their digits.
    """
    with np.errstate(over="ignore"):  # of couplings that no unit defies
        up, middle, down = (special.erf((J_D + k * lam) / np.sqrt(2)) for k in (2, 0, -2))
    half_difference = (up - down) / 2
    square = (1 + middle) ** 2 + half_difference**2
    # eigenvalues of [[1+up, 1+middle], [1+middle, 1+down]] / 2 are 1/2 + (up+down)/4 +- root/2
    root_minus_1 = (middle * (2 + middle) + half_difference**2) / (1 + np.sqrt(square))
    log_top = np.log1p((up + down) / 4 + root_minus_1 / 2)
    top = np.exp(log_top)
    ratio = (top - np.sqrt(square)) / top
    angle = np.arctan2(1 + middle, half_difference) / 2
    v_up, v_down = (1 + special.erf((J_D + k * lam) / np.sqrt(2)) for k in (1, -1))
    along = v_up * np.cos(angle) + v_down * np.sin(angle)
    across = v_up * np.sin(angle) - v_down * np.cos(angle)
    return _Spectrum(log_top, ratio, along**2 / 2, across**2 / 2)
