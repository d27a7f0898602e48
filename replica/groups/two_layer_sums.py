"""The sum over the four fields of a site of two layers."""

import numba
import numpy as np

from replica.gauss.orthant import Floats


@numba.njit(cache=True)
def two_layer_sums(
    weight: Floats, z_weight: Floats, E: Floats, log_t_weight: Floats, y: float, log_scale: float
) -> Floats:
    """Return the sums of M^y, M^y ln M and M^y times the squared mean spin.

    `weight[s, tau, i]` is that of a layer at node i of its field, `E` is exp(u) at the nodes of t.
    The first two axes of the result tell how often the distances of the nodes from the middle,
    in z and in t, can be halved: 0, 1, or more. Nodes that reversing all spins or exchanging the
    layers maps onto each other are visited once.
    """
    n, m = len(z_weight), len(E)
    sums = np.zeros((3, 3, 3))
    for i in range(n):
        for j in range(n):
            if j > i or i + j < n - 1:
                continue
            images = (1 if i == j else 2) * (1 if i + j == n - 1 else 2)
            z_level = _level(i - n // 2, j - n // 2)
            factor = images * z_weight[i] * z_weight[j]
            if factor < 1e-25:
                continue
            same_up = weight[0, 0, i] * weight[0, 0, j]
            same_down = weight[1, 0, i] * weight[1, 0, j]
            up_down = weight[0, 1, i] * weight[1, 1, j]
            down_up = weight[1, 1, i] * weight[0, 1, j]
            for k in range(m):
                up_up, down_down = E[k] * same_up, same_down / E[k]
                up_1, down_1 = E[k] * up_down, down_up / E[k]
                for l in range(m):
                    a, b = up_up * E[l], up_1 / E[l]
                    c, e = down_1 * E[l], down_down / E[l]
                    M = a + b + c + e
                    log_M = np.log(M)
                    power = factor * np.exp(
                        y * log_M + log_t_weight[k] + log_t_weight[l] - log_scale
                    )
                    spin_1, spin_2 = (a + b - c - e) / M, (a - b + c - e) / M
                    t_level = _level(k - m // 2, l - m // 2)
                    sums[z_level, t_level, 0] += power
                    sums[z_level, t_level, 1] += power * log_M
                    sums[z_level, t_level, 2] += power * (spin_1**2 + spin_2**2) / 2
    return sums


@numba.njit(cache=True)
def _level(k: int, l: int) -> int:
    """Return how often both integers can be halved, up to twice."""
    both = k | l
    if both & 1:
        return 0
    return 1 if both & 2 else 2
