"""Pairs of fixed points of two layers at a given total distance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from replica.gauss.orthant import Floats
from replica.pairs.entropy import nearer
from replica.pairs.layered_pairs import pair_chain


def total_distance_pair_entropy(d: npt.ArrayLike, J_D: npt.ArrayLike, lam: npt.ArrayLike) -> Floats:
    r"""Return the entropy of pairs of a two-layer chain at total distance d per neuron.

    .. math:: \max_{0 \le s \le 1} \Phi_2\big(d_1 = (1+s)d,\; d_2 = (1-s)d\big), \qquad d \le 1/2,

    where `layered_pair_entropy` has s = 0; at s = 1 all differences are in one layer. The maximum
    is taken over these two; no other s had more pairs on any grid that was searched.

    Parameters
    ----------
    d
        Hamming distance of the two states per neuron, both layers together, in [0, 1]; any shape.
    J_D
        Self-coupling, >= 0; broadcast against `d`.
    lam
        Coupling between the layers, >= 0; broadcast against `d`.

    Returns
    -------
    Nats per neuron, of the common shape (a float for single numbers).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/layered.md`.

    Examples
    --------
    At a small total distance it is better to differ in one layer only:

    >>> import replica
    >>> replica.total_distance_pair_entropy([0.01, 0.1, 0.5], J_D=0.0, lam=0.3).round(4)
    array([0.0065, 0.0022, 0.0541])
    >>> replica.layered_pair_entropy([0.01, 0.1, 0.5], J_D=0.0, lam=0.3, L=2).round(4)
    array([-0.0046,  0.0022,  0.0541])
    """
    d, J_D, lam = np.broadcast_arrays(
        domains.reals("d", d, low=0, high=1),
        domains.reals("J_D", J_D, low=0),
        domains.reals("lam", lam, low=0),
    )
    near = nearer(d).ravel()
    J, coupling = J_D.ravel(), lam.ravel()
    alike = two_layer_entropy(near, near, J, coupling)
    apart = two_layer_entropy(2 * near, 0 * near, J, coupling)
    return np.maximum(alike, apart).reshape(d.shape)[()]


def two_layer_entropy(d_1: Floats, d_2: Floats, J_D: Floats, lam: Floats) -> Floats:
    r"""Return the entropy of pairs at distances `d_1` and `d_2`, all of shape (n,).

    The four kinds of sites, p[a_1, a_2], have sums fixed by the distances; the largest entropy has
    :math:`p_{11} p_{00} / p_{10} p_{01} = W_{11} W_{00} / W_{10} W_{01} = 1/r`, W the weights
    summed over bonds. That is a quadratic equation for :math:`p_{11}`.
    """
    end = pair_chain(np.stack([d_1, d_2], axis=-1), J_D, lam).end
    by_bond = end[:, 0, :, None] * end[:, -1, None]
    same, changed = by_bond[..., [0, 3]].sum(axis=-1), by_bond[..., [1, 2]].sum(axis=-1)
    W = np.where(np.eye(2, dtype=bool), same, changed)
    possible = W[:, 1, 1] > 0  # not where a layer is at distance 0 and J_D = 0
    r = W[:, 0, 1] * W[:, 1, 0] / np.where(possible, W[:, 0, 0] * W[:, 1, 1], 1)
    c, both = 1 - r, d_1 + d_2
    root = np.sqrt((c * (d_1 - d_2)) ** 2 + r * (r + 2 * c * (both - 2 * d_1 * d_2)))
    denominator = c * both + r + root
    p = np.empty(W.shape)
    p[:, 1, 1] = 2 * d_1 * d_2 / np.where(denominator > 0, denominator, 1)
    p[:, 1, 0] = np.maximum(d_1 - p[:, 1, 1], 0)
    p[:, 0, 1] = np.maximum(d_2 - p[:, 1, 1], 0)
    p[:, 0, 0] = np.maximum(1 - p[:, 1, 1] - p[:, 1, 0] - p[:, 0, 1], 0)
    total = special.entr(p) + special.xlogy(p, W)
    return (np.log(2) + total.sum(axis=(1, 2))) / 2
