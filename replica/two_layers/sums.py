"""The sums over the four fields of a site of two layers."""

from typing import NamedTuple

import numpy as np

from foundation.compiled import compiled
from replica.gauss.orthant import Floats


class Fields(NamedTuple):
    """The nodes of the fields z and t on one layer.

    Attributes
    ----------
    H
        Probability that a layer is stable at a node of z: `H[s, tau, i]`, 0 being +1 and 1 -1.
    z_weight
        Weights of the nodes of z.
    E
        exp(u) at the nodes of t.
    log_t_weight
        Logarithms of the weights of the nodes of t.
    """

    H: Floats
    z_weight: Floats
    E: Floats
    log_t_weight: Floats


class Sums(NamedTuple):
    """The sums of M^y times 1, ln M and the squared mean spin.

    The axes tell how often the distances of the nodes from the middle, in z and in t, can be
    halved: 0, 1, or more.
    """

    one: Floats
    log_M: Floats
    spin_2: Floats


_NEGLIGIBLE = 1e-20  # part of a sum, over some millions of nodes


@compiled
def two_layer_sums(fields: Fields, y: float, log_scale: float) -> Sums:
    """Return the sums, of M^y divided by exp(log_scale).

    Nodes that reversing all spins or exchanging the layers maps onto each other are visited once,
    those in the middle first; where a bound of the weight is negligible in what was summed, none.
    """
    H, z_weight, E, log_t_weight = fields
    n, m = len(z_weight), len(E)
    most = y * np.abs(np.log(E)) + log_t_weight  # of what a node of t multiplies the weight by
    furthest = most.max()
    sums = Sums(np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 3)))
    for i in range(n // 2, n):
        for j in range(n - 1 - i, i + 1):
            images = (1 if i == j else 2) * (1 if i + j == n - 1 else 2)
            z_level = _level(i - n // 2, j - n // 2)
            factor = images * z_weight[i] * z_weight[j]
            if factor < 1e-25:
                continue
            same_up = H[0, 0, i] * H[0, 0, j]
            same_down = H[1, 0, i] * H[1, 0, j]
            up_down = H[0, 1, i] * H[1, 1, j]
            down_up = H[1, 1, i] * H[0, 1, j]
            least = np.log(_NEGLIGIBLE * sums.one.sum() / factor)
            for k in range(m):
                up_up, down_down = E[k] * same_up, same_down / E[k]
                up_1, down_1 = E[k] * up_down, down_up / E[k]
                log_weight = log_t_weight[k] - log_scale
                bound = y * np.log(up_up + down_down + up_1 + down_1) + log_weight
                if bound + furthest < least:
                    continue
                for l in range(m):
                    if bound + most[l] < least:
                        continue
                    a, b = up_up * E[l], up_1 / E[l]
                    c, e = down_1 * E[l], down_down / E[l]
                    M = a + b + c + e
                    log_M = np.log(M)
                    power = factor * np.exp(y * log_M + log_weight + log_t_weight[l])
                    spin_1, spin_2 = (a + b - c - e) / M, (a - b + c - e) / M
                    t_level = _level(k - m // 2, l - m // 2)
                    sums.one[z_level, t_level] += power
                    sums.log_M[z_level, t_level] += power * log_M
                    sums.spin_2[z_level, t_level] += power * (spin_1**2 + spin_2**2) / 2
    return sums


@compiled
def _level(k: int, l: int) -> int:
    """Return how often both integers can be halved, up to twice."""
    both = k | l
    if both & 1:
        return 0
    return 1 if both & 2 else 2
