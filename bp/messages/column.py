r"""One column of a layered network: neuron i of all layers, with their constraints.

The couplings between layers are of order one, so a column is summed over exactly, by transfer
matrices; its neurons' Gaussian inputs from the rest of their layers are independent:

.. math:: Z = \sum_{s^1 \dots s^L} \prod_l e^{h_l s^l}\, \Phi\Big(\frac{J_D
          + \lambda s^l (s^{l-1} + s^{l+1}) + s^l \omega_l}{\sqrt{V_l}}\Big) .

Two constraints share the two neurons they couple: passing messages inside a column would count
that loop wrongly. A column of one layer is `bp.messages.neuron`.
"""

import math
from typing import NamedTuple

import numpy as np

from bp.messages.neuron import SMALLEST, Array, Focusing, Inputs, Outputs
from bp.messages.normal import focus, log_cdf
from foundation.compiled import compiled


class Tables(NamedTuple):
    r"""Working space for one column.

    Each constraint's :math:`\ln W`, :math:`\partial_\omega\ln W` and :math:`W''/W`, by layer, own
    spin (0 down, 1 up) and the number of neighbours that are up; and the logarithms of the transfer
    products. `forward[l, a, b]` sums over all neurons before the pair (l - 1, l) in the states (a,
    b), `backward[l, b, c]` over all after the pair (l, l + 1).
    """

    weight: Array
    mean: Array
    square: Array
    forward: Array
    backward: Array


@compiled
def empty_tables(L: int) -> Tables:
    """Return working space for a column of L neurons."""
    weight, mean, square = np.zeros((L, 2, 3)), np.zeros((L, 2, 3)), np.zeros((L, 2, 3))
    return Tables(weight, mean, square, np.empty((L, 2, 2)), np.empty((L, 2, 2)))


@compiled
def log_sum(a: float, b: float) -> float:
    """Return ln(e^a + e^b); -inf stands for a term that is absent."""
    high, low = max(a, b), min(a, b)
    return high if low == -np.inf else high + math.log1p(math.exp(low - high))


@compiled
def constrain(omega: Array, V: Array, J_D: float, lam: float, tables: Tables) -> None:
    """Write each constraint's weight and its derivatives."""
    weight, mean, square, _, _ = tables
    L = len(omega)
    for l in range(L):
        root = 1 / math.sqrt(max(V[l], SMALLEST))
        neighbours = (l > 0) + (l < L - 1)
        for b in range(2):
            s = 2 * b - 1
            for ups in range(neighbours + 1):
                x = (J_D + s * (lam * (2 * ups - neighbours) + omega[l])) * root
                weight[l, b, ups], mills = log_cdf(x)
                mean[l, b, ups] = s * mills * root
                square[l, b, ups] = -x * mills * root**2


@compiled
def transfer(h: Array, tables: Tables) -> float:
    """Write the logarithms of the transfer products, and return ln Z.

    The ends have neighbours that are always down, and are not counted.
    """
    weight, _, _, forward, backward = tables
    L = len(h)
    forward[0], backward[L - 1] = -np.inf, -np.inf
    forward[0, 0], backward[L - 1, :, 0] = 0, 0
    for l in range(L - 1):
        for b in range(2):
            for c in range(2):
                down = forward[l, 0, b] + weight[l, b, c]
                up = forward[l, 1, b] + weight[l, b, 1 + c]
                forward[l + 1, b, c] = log_sum(down, up) + h[l] * (2 * b - 1)
    for l in range(L - 1, 0, -1):
        for a in range(2):
            for b in range(2):
                down = backward[l, b, 0] + weight[l, b, a]
                up = backward[l, b, 1] + weight[l, b, 1 + a]
                backward[l - 1, a, b] = log_sum(down, up) + h[l] * (2 * b - 1)
    total = -np.inf
    for b in range(2):
        for c in range(2):
            total = log_sum(total, backward[0, b, c] + weight[0, b, c] + h[0] * (2 * b - 1))
    return total


@compiled
def expectations(l: int, h: Array, tables: Tables, log_Z: float) -> tuple[float, float, float]:
    """Return the field of the marginal of neuron l, its response g and the slope of g."""
    weight, mean, square, forward, backward = tables
    up = down = -np.inf
    g = second = 0.0
    for a in range(2):
        for b in range(2):
            for c in range(2):
                if forward[l, a, b] == -np.inf or backward[l, b, c] == -np.inf:
                    continue
                log_p = forward[l, a, b] + weight[l, b, a + c] + backward[l, b, c]
                log_p += h[l] * (2 * b - 1) - log_Z
                p = math.exp(log_p)
                g += p * mean[l, b, a + c]
                second += p * square[l, b, a + c]
                if b:
                    up = log_sum(up, log_p)
                else:
                    down = log_sum(down, log_p)
    return 0.5 * (up - down), g, second - g * g


@compiled
def log_partition(h: Array, omega: Array, V: Array, J_D: float, lam: float) -> float:
    """Return ln Z of one column; all arrays have shape (L,)."""
    space = empty_tables(len(h))
    constrain(omega, V, J_D, lam, space)
    return transfer(h, space)


@compiled
def update_columns(
    inputs: Inputs, J_D: float, lam: float, focusing: Focusing, out: Outputs
) -> None:
    """Do for columns what `bp.messages.neuron.update_neurons` does for neurons.

    Arrays have shape (runs, L, N). The fields `f` of focusing on the other neurons of a column are
    at first those of the call before.
    """
    h, omega, V = inputs
    gamma, y = focusing
    f, t, m, v, g, slope = out
    runs, L, N = h.shape
    space, fields = empty_tables(L), np.empty(L)
    for run in range(runs):
        for i in range(N):
            constrain(omega[run, :, i], V[run, :, i], J_D, lam, space)
            if gamma[run] > 0:
                for l in range(L):
                    fields[l] = h[run, l, i] + f[run, l, i]
                log_Z = transfer(fields, space)
                for l in range(L):
                    u = expectations(l, fields, space, log_Z)[0]
                    f[run, l, i] = focus(gamma[run], y[run], u - f[run, l, i])
            else:
                f[run, :, i] = 0
            for l in range(L):
                fields[l] = h[run, l, i] + f[run, l, i]
            log_Z = transfer(fields, space)
            for l in range(L):
                t[run, l, i], g[run, l, i], slope[run, l, i] = expectations(l, fields, space, log_Z)
                m[run, l, i] = math.tanh(t[run, l, i])
                decay = math.exp(-2 * abs(t[run, l, i]))
                v[run, l, i] = 4 * decay / (1 + decay) ** 2
