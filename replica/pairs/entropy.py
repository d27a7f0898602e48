"""How many pairs of fixed points lie at a given distance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from replica.counts.fixed_points import fixed_point_entropy
from replica.counts.response import response
from replica.gauss.orthant import Floats, orthant_probability


def pair_entropy(d: npt.ArrayLike, J_D: npt.ArrayLike, eta: npt.ArrayLike = 0.0) -> Floats:
    r"""Return the entropy of pairs of fixed points at distance d, :math:`\lim \frac1N \ln E[\#]`.

    .. math:: \Phi_2(d) = \ln 2 + h(d) + (1-d) \ln P_2(1-2d) + d \ln P_2(-(1-2d))

    with :math:`h(d) = -d \ln d - (1-d) \ln(1-d)`; for :math:`\eta \ne 0` the two logarithms become
    the extrema :math:`g(\pm(1-2d))` of `replica.counts.response`. It is symmetric under
    :math:`d \to 1-d`, with :math:`\Phi_2(0) = \Phi`; for :math:`\eta = 0`,
    :math:`\Phi_2(1/2) = 2\Phi`.

    Parameters
    ----------
    d
        Hamming distance per neuron, in [0, 1]; any shape.
    J_D
        Self-coupling, >= 0; broadcast against `d`.
    eta
        Symmetry of the couplings, in [-1, 1]; broadcast against `d`.

    Returns
    -------
    Nats per neuron, of the common shape (a float for single numbers); -inf at `eta = -1, J_D = 0`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the extremum is not found.

    References
    ----------
    `docs/theory/fixed-points.md`.

    Examples
    --------
    Close to each other there are no two fixed points, unless the self-coupling is larger:

    >>> import replica
    >>> replica.pair_entropy([0.01, 0.03, 0.5], J_D=0.02).round(4)
    array([-0.0176, -0.0237,  0.0317])
    >>> replica.pair_entropy(0.03, J_D=[0.02, 0.04, 0.06]).round(4)
    array([-0.0237, -0.0027,  0.0178])
    >>> replica.pair_entropy(0.03, J_D=0.02, eta=[0.0, 0.1, 0.2]).round(4)
    array([-0.0237,  0.0128,  0.0452])
    """
    d, J_D, eta = np.broadcast_arrays(
        domains.reals("d", d, low=0, high=1),
        domains.reals("J_D", J_D, low=0),
        domains.reals("eta", eta, low=-1, high=1),
    )
    near = nearer(d)
    entropy = np.asarray(fixed_point_entropy(J_D) + _gain(near, J_D))
    shifted = eta != 0
    if shifted.any():
        entropy[shifted] = _correlated(near[shifted], J_D[shifted], eta[shifted])
    return entropy[()]


def franz_parisi(d: npt.ArrayLike, J_D: npt.ArrayLike) -> Floats:
    r"""Return the Franz-Parisi potential of a typical fixed point of an asymmetric network.

    It is the entropy of the fixed points at distance d from it, :math:`V(d) = \Phi_2(d) - \Phi`:
    quenched and annealed counts agree for :math:`J_D > 0`, where :math:`\Phi_2` is largest at
    d = 1/2. As
    :math:`d \to 0` it is negative at every :math:`J_D`: the typical fixed point is isolated.

    Parameters
    ----------
    d
        Hamming distance per neuron, in [0, 1]; any shape.
    J_D
        Self-coupling, >= 0; broadcast against `d`.

    Returns
    -------
    Nats per neuron, of the common shape (a float for single numbers).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Franz and Parisi, J. Phys. I 5, 1401 (1995); `docs/theory/fixed-points.md`.

    Examples
    --------
    >>> import replica
    >>> replica.franz_parisi([0.001, 0.1, 0.5], J_D=0.5).round(4)
    array([-0.0056,  0.1422,  0.3242])
    """
    d, J_D = domains.reals("d", d, low=0, high=1), domains.reals("J_D", J_D, low=0)
    return np.asarray(_gain(nearer(d), J_D))[()]


def nearer(d: Floats) -> Floats:
    """Return the smaller of d and 1 - d; a subnormal one, whose inverse overflows, is zero."""
    near = np.minimum(d, 1 - d)
    return np.where(near < np.finfo(float).tiny, 0.0, near)


def _gain(d: Floats, J_D: Floats) -> Floats:
    """Return what a second fixed point at distance d <= 1/2 adds, without loss at d -> 0."""
    Phi = special.ndtr(J_D)
    agree = np.log1p(-2 * special.owens_t(J_D, np.sqrt(d / (1 - d))) / Phi)
    differ = special.xlogy(d, orthant_probability(J_D, 1 - d, d) / Phi)
    return np.where(d > 0, _entropy(d) + (1 - d) * agree + differ, 0.0)


def _correlated(d: Floats, J_D: Floats, eta: Floats) -> Floats:
    agree = response(J_D, eta, 1 + eta, d, 1 - d)
    differ = response(J_D, eta, 1 + eta, 1 - d, d)
    return np.log(2) + _entropy(d) + agree.g + differ.g


def _entropy(d: Floats) -> Floats:
    """Return h(d), the entropy of a configuration at distance d."""
    return -special.xlogy(d, d) - special.xlog1py(1 - d, -d)
