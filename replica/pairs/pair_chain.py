r"""A pair of states in a chain of layers, site by site: the weights and their transfer.

At one site, :math:`a_l = s^{1,l} s^{2,l}` tells whether the two states agree in layer l, and
:math:`\tau_l = s^{1,l} s^{1,l+1}` is the bond to the next layer; the bond of the second state is
:math:`\tau'_l = a_l a_{l+1} \tau_l`. Layer l has the weight

.. math:: w_l = P\big(J_D + \lambda(\tau_{l-1} + \tau_l),\, J_D + \lambda(\tau'_{l-1} + \tau'_l);\;
          a_l q_l\big),

the end layers with one bond only, and a fugacity :math:`x_l` for a difference. In arrays, a = 0 is
agreement and a = 1 difference; k = 0, 1, 2, 3 are the bonds :math:`(\tau, \tau')` = (++), (+-),
(-+), (--); f[a, k] is a function of a bond and of the agreement of the layer before it.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from replica.gauss.orthant import Floats
from replica.gauss.unequal_orthant import log_unequal_orthant

_BONDS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])  # 0 is +1, 1 is -1
_CHANGES = [1, 2]  # bonds across which agreement changes


class Moments(NamedTuple):
    """The sum over all states of a site, and the statistics of its differences.

    Attributes
    ----------
    log_sum
        Logarithm of the sum over a and tau, of shape (n,).
    P
        Probability that the two states differ, of shape (n, L).
    covariance
        Covariance of differences in two layers, of shape (n, L, L).
    """

    log_sum: Floats
    P: Floats
    covariance: Floats


class PairChain:
    """The weights of one site, for n chains at once.

    Parameters
    ----------
    J_D, lam
        Self-coupling and coupling between layers, of shape (n,).
    delta, epsilon
        Halves of one minus and one plus the correlation of the two fields, of shape (n, L, 2), or
        (n, 1, 2) if all layers are alike; the last axis is a.
    """

    def __init__(self, J_D: Floats, lam: Floats, delta: Floats, epsilon: Floats) -> None:
        self.J_D, self.lam, self.delta, self.epsilon = J_D, lam, delta, epsilon

    @cached_property
    def end(self) -> Floats:
        """Weights of a layer with one bond k, of shape (n, L, 2, 4)."""
        return self._table([1, -1])[..., _BONDS[:, 0], _BONDS[:, 1]]

    @cached_property
    def bulk(self) -> Floats:
        """Weights of a layer between bonds k and k', of shape (n, L, 2, 4, 4)."""
        sums = _BONDS[:, None] + _BONDS
        return self._table([2, 0, -2])[..., sums[..., 0], sums[..., 1]]

    def _table(self, neighbours: list[float]) -> Floats:
        """Return P for all pairs of sums over neighbours, along the last two axes."""
        threshold = self.J_D[:, None] + self.lam[:, None] * neighbours
        # beyond 1e5 a probability is 0 or 1, and squares come to overflow
        threshold = np.clip(threshold, -1e5, 1e5)[:, None, None]
        i, j = np.triu_indices(len(neighbours))
        log_P = log_unequal_orthant(
            threshold[..., i], threshold[..., j], self.delta[..., None], self.epsilon[..., None]
        )
        table = np.empty((*log_P.shape[:-1], len(neighbours), len(neighbours)))
        table[..., i, j] = table[..., j, i] = np.exp(log_P)
        return table

    def __getitem__(self, chosen: npt.NDArray[np.int64]) -> "PairChain":
        """Return some of the chains, with what has been computed for them."""
        part = PairChain(
            self.J_D[chosen], self.lam[chosen], self.delta[chosen], self.epsilon[chosen]
        )
        for name in {"end", "bulk"} & self.__dict__.keys():
            part.__dict__[name] = self.__dict__[name][chosen]
        return part

    def moments(self, log_x: Floats) -> Moments:
        """Sum over all states, for fugacities of shape (n, L >= 2)."""
        n, L = log_x.shape
        x = np.stack([np.ones((n, L)), np.exp(log_x)], axis=-1)
        end = np.broadcast_to(self.end, (n, L, 2, 4))
        bulk = np.broadcast_to(self.bulk, (n, L, 2, 4, 4)) if L > 2 else end[..., None]
        before, scales = [x[:, 0, :, None] * end[:, 0]], [np.ones((n, 1, 1))]
        behind = [x[:, -1, :, None] * end[:, -1]]
        for l in range(1, L - 1):
            f = step(before[-1], x[:, l], bulk[:, l])
            scales.append(f.sum(axis=(1, 2), keepdims=True))
            before.append(f / scales[-1])
            # a chain read backwards is a chain
            f = step(behind[-1], x[:, -1 - l], bulk[:, -1 - l])
            behind.append(f / f.sum(axis=(1, 2), keepdims=True))
        behind.reverse()
        Z = [_joined(f, g) for f, g in zip(before, behind, strict=True)]
        log_sum = np.log(Z[-1]) + np.log(scales).sum(axis=0)[:, 0, 0]
        # <n_l n_m>; between l and m, the sum is restricted to n_l = 1
        second = np.zeros((n, L, L))
        second[:, 0, 0] = np.sum(before[0][:, 1] * across(behind[0])[:, 1], axis=-1) / Z[0]
        for l in range(1, L):
            second[:, l, l] = _joined(before[l - 1], behind[l - 1], 1) / Z[l - 1]
        for l in range(L - 1):
            f = before[l] * [[0], [1]]
            for m in range(l + 1, L):
                second[:, l, m] = second[:, m, l] = _joined(f, behind[m - 1], 1) / Z[m - 1]
                if m < L - 1:
                    f = step(f, x[:, m], bulk[:, m]) / scales[m]
        P = np.einsum("nll->nl", second)
        covariance = second - P[:, :, None] * P[:, None]
        np.einsum("nll->nl", covariance)[:] = P * (1 - P)
        return Moments(log_sum, P.copy(), covariance)


def across(f: Floats) -> Floats:
    """Turn f into a function of a bond and of the agreement of the layer on its other side."""
    g = f.copy()
    g[..., _CHANGES] = f[..., ::-1, :][..., _CHANGES]
    return g


def step(f: Floats, x: Floats, bulk: Floats) -> Floats:
    """Pass one layer, of fugacities x[a]."""
    return x[..., None] * np.matmul(across(f)[..., None, :], bulk)[..., 0, :]


class TopState(NamedTuple):
    """The logarithm of the largest eigenvalue of `step`, and the probability to differ."""

    log_value: Floats
    P: Floats


def top_state(log_x: Floats, bulk: Floats) -> TopState:
    """Return the state of a layer inside an infinite chain."""
    x = np.stack([np.ones(log_x.shape), np.exp(log_x)], axis=-1)
    units = np.eye(8).reshape(8, 2, 4)
    columns = step(units, x[:, None], bulk[:, None]).reshape(-1, 8, 8)
    values, vectors = np.linalg.eig(columns.swapaxes(-1, -2))
    top = np.argmax(values.real, axis=-1)[:, None]
    f = np.abs(np.take_along_axis(vectors.real, top[..., None], axis=-1).reshape(-1, 2, 4))
    for _ in range(3):  # of sums of positive terms: gives small components their digits
        f = step(f, x, bulk)
        f /= f.sum(axis=(1, 2), keepdims=True)
    P = _joined(f, f, 1) / _joined(f, f)
    return TopState(np.log(np.take_along_axis(values.real, top, axis=-1)[:, 0]), P)


def _joined(before: Floats, behind: Floats, a: int | slice = slice(None)) -> Floats:
    """Join two ends of a chain at a bond, whose right layer has agreement `a`."""
    product = (across(before) * behind)[:, a]
    return product.reshape(len(product), -1).sum(axis=-1)
